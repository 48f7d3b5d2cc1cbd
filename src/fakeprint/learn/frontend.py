"""Fixed front ends: what is left of a picture when its content is taken away (specs: field 4.3).

All take (N, 3, H, W) float32 RGB in [0, 255] and give (N, ``channels``, H - 2 * ``margin``, W - 2 * ``margin``), clamped so that
edges of objects cannot outweigh noise.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

_LUMA_CHROMA = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))

_KERNELS: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((-1, 1),),
    ((-1,), (1,)),
    ((1, -2, 1),),
    ((1,), (-2,), (1,)),
    ((1, -1), (-1, 1)),
    ((-1, 2, -1), (2, -4, 2), (-1, 2, -1)),
    ((1, -3, 3, -1),),
    ((1,), (-3,), (3,), (-1,)),
    ((0, 0, -1), (0, 2, 0), (-1, 0, 0)),
    ((-1, 0, 0), (0, 2, 0), (0, 0, -1)),
    ((-1, 2, -2, 2, -1), (2, -6, 8, -6, 2), (-2, 8, -12, 8, -2), (2, -6, 8, -6, 2), (-1, 2, -2, 2, -1)),
)
"""Differences of first to third order along the axes and diagonals, and the two classical square high-pass kernels."""


def whole_bank() -> Tensor:
    """Return the kernels as (K, 1, 5, 5) float32 whole numbers."""
    bank = torch.zeros(len(_KERNELS), 1, 5, 5)
    for at, rows in enumerate(_KERNELS):
        top, left = (5 - len(rows)) // 2, (5 - len(rows[0])) // 2
        bank[at, 0, top : top + len(rows), left : left + len(rows[0])] = torch.tensor(rows, dtype=torch.float32)
    return bank


def residual_bank() -> Tensor:
    """Return the kernels as (K, 1, 5, 5) float32; absolute values of each sum to 2."""
    bank = whole_bank()
    return 2.0 * bank / bank.abs().sum((2, 3), keepdim=True)


def luma_chroma() -> Tensor:
    """Return the matrix (3, 3) from RGB to luma and two colour differences without offset."""
    return torch.tensor(_LUMA_CHROMA)


class Bank(nn.Module):
    """High-pass residuals of luma and both colour differences: 33 channels, margin 2."""

    channels = 33
    margin = 2
    kernels: Tensor

    def __init__(self, limit: float = 6.0) -> None:
        super().__init__()
        self.limit = limit
        kernels, matrix = residual_bank(), luma_chroma()
        joint = torch.einsum("pc,kyx->pkcyx", matrix, kernels[:, 0]).reshape(self.channels, 3, 5, 5)
        self.register_buffer("kernels", joint, persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """Return the residuals."""
        return functional.conv2d(image, self.kernels).clamp(-self.limit, self.limit)


class Differences(nn.Module):
    """Each colour value minus its right, lower and lower-right neighbour: 9 channels, margin 1."""

    channels = 9
    margin = 1

    def __init__(self, limit: float = 10.0) -> None:
        super().__init__()
        self.limit = limit

    def forward(self, image: Tensor) -> Tensor:
        """Return the differences."""
        height, width = image.shape[2] - 2, image.shape[3] - 2
        centre = image[:, :, 1 : 1 + height, 1 : 1 + width]
        shifted = [image[:, :, 1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width] for dy, dx in ((0, 1), (1, 0), (1, 1))]
        return torch.cat([centre - one for one in shifted], 1).clamp(-self.limit, self.limit)


class Median(nn.Module):
    """Each colour value minus the median of its eight neighbours, and minus their 3x3 mean: 6 channels, margin 1."""

    channels = 6
    margin = 1

    def __init__(self, limit: float = 10.0) -> None:
        super().__init__()
        self.limit = limit

    def forward(self, image: Tensor) -> Tensor:
        """Return both residuals."""
        height, width = image.shape[2] - 2, image.shape[3] - 2
        cells = [image[:, :, dy : dy + height, dx : dx + width] for dy in range(3) for dx in range(3)]
        centre = cells.pop(4)
        ordered = list(cells)
        for low, high in _SORT_8:
            ordered[low], ordered[high] = torch.minimum(ordered[low], ordered[high]), torch.maximum(ordered[low], ordered[high])
        mean = (torch.stack(cells).sum(0) + centre) / 9.0
        return torch.cat([centre - (ordered[3] + ordered[4]) / 2.0, centre - mean], 1).clamp(-self.limit, self.limit)


_SORT_8 = (
    (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7), (0, 1), (2, 3), (4, 5), (6, 7), (2, 4), (3, 5), (1, 4), (3, 6),
    (1, 2), (3, 4), (5, 6),
)  # fmt: skip
"""A sorting network for eight values, 19 comparisons."""

FRONT_ENDS: dict[str, type[Bank] | type[Differences] | type[Median]] = {"bank": Bank, "differences": Differences, "median": Median}
