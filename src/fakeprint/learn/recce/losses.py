"""The three losses of RECCE; labels are 0 for unaltered and 1 for manipulated or generated faces (specs: recce 2).

``L = flood(classification) + reconstruction_weight * reconstruction + separation_weight * sum of separation``
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

_TINY = 1e-6


def flooded(loss: Tensor, level: float) -> Tensor:
    """Return a loss that rises again below ``level``, so that training does not press on.

    >>> [round(float(flooded(torch.tensor(value), 0.04)), 3) for value in (0.5, 0.04, 0.01)]
    [0.5, 0.04, 0.07]
    """
    return (loss - level).abs() + level


def reconstruction_loss(reconstruction: Tensor, image: Tensor, labels: Tensor) -> Tensor:
    """Return the mean absolute difference over the unaltered faces of a batch, 0 where there is none.

    ``reconstruction`` and ``image`` are (N, 3, H, W) in [-1, 1], ``labels`` (N,).
    """
    unaltered = (labels == 0).float()
    each = (reconstruction.float() - image.float()).abs().mean((1, 2, 3))
    return (each * unaltered).sum() / unaltered.sum().clamp(min=1.0)


def likeness(features: Tensor) -> Tensor:
    """Return (N, N) cosine similarities of (N, C) feature vectors, moved to [0, 1]; N may be 1."""
    directions = functional.normalize(features.float(), dim=1)
    return (directions @ directions.T + 1.0) / 2.0


def separation_loss(matrices: Sequence[Tensor], labels: Tensor, *, compat: bool = False) -> Tensor:
    """Return the sum over (N, N) likeness matrices of ``max(1 - s + d, 0)``.

    ``s`` is the mean likeness of two different unaltered faces, ``d`` that of an unaltered and an altered face; altered faces among
    themselves are free.  A batch with fewer than two unaltered faces has no ``s`` and gives 0; with ``compat`` it gives the original's
    constant of 1 or more for each matrix.
    """
    unaltered = (labels == 0).float()
    alike = unaltered[:, None] * unaltered[None, :] * (1.0 - torch.eye(len(labels), device=labels.device))
    apart = unaltered[:, None] * (1.0 - unaltered)[None, :]
    counts = (unaltered.sum() >= 2).float() if not compat else torch.ones((), device=labels.device)
    total = torch.zeros((), device=labels.device)
    for matrix in matrices:
        near = (matrix * alike).sum() / (alike.sum() + _TINY)
        far = (matrix * apart).sum() / (apart.sum() + _TINY)
        total = total + (1.0 - near + far).clamp(min=0.0)
    return total * counts
