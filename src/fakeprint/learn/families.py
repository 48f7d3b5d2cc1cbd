"""Attribution: which of the generator families seen in training do the statistics of a picture resemble?

Gaussian classes with one covariance, in closed form; one more class, of photographs, takes what looks like no family.  What no
class resembles enough is called unknown; how often that works is measured in :mod:`fakeprint.learn.left_out_families`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fakeprint.core.card import NO_FAMILY
from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample
from fakeprint.learn.discriminant import LEAST_SCALE
from fakeprint.learn.ensemble import Ensemble, StatisticsNet
from fakeprint.learn.outputs import output_names
from fakeprint.learn.statistics_fit import Rows

Array = NDArray[np.float64]
LIMIT = 4.0


@dataclass(frozen=True)
class FamilyHead:
    """``class_logits = clip((x - mean) / scale) @ weights + bias`` for the classes ``names``."""

    names: tuple[str, ...]
    mean: Array
    scale: Array
    weights: Array
    bias: Array

    def cooled(self, temperature: float) -> "FamilyHead":
        """Return the head with its logits divided by a temperature."""
        return FamilyHead(self.names, self.mean, self.scale, self.weights / temperature, self.bias / temperature)

    def logits(self, rows: NDArray[np.floating]) -> Array:
        """Return (N, C) class logits of rows (N, D)."""
        found: Array = np.clip((rows - self.mean) / self.scale, -LIMIT, LIMIT) @ self.weights + self.bias
        return found


class Attributed(nn.Module):
    """An ensemble of one statistics member that names families too: the statistics of a window are computed once for both.

    (N, 3, H, W) in [0, 1] -> what the ensemble returns, then ``class_logits`` (N, C).
    """

    mean: Tensor
    scale: Tensor
    weights: Tensor
    bias: Tensor

    def __init__(self, ensemble: Ensemble, head: FamilyHead) -> None:
        super().__init__()
        self.ensemble = ensemble
        self.outputs = (*output_names(ensemble), "class_logits")
        for name in ("mean", "scale", "weights", "bias"):
            self.register_buffer(name, torch.from_numpy(getattr(head, name).astype(np.float32)))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return logits, patch logits and class logits."""
        (member,) = self.ensemble.members
        if not isinstance(member, StatisticsNet):
            raise TypeError("attribution rests on the statistics of the ensemble's only member")
        rows = member.statistics(image)
        classes: Tensor = ((rows - self.mean) / self.scale).clamp(-LIMIT, LIMIT) @ self.weights + self.bias
        return *self.ensemble.combine([member.score(rows)]), classes


def family_of(sample: Sample) -> str:
    """Return the family of generators, the generator where no family is on record, or nothing; photographs are a class of their own."""
    return (sample.family or sample.generator or "") if sample.label.positive else NO_FAMILY


def families_of(samples: Sequence[Sample], least: int) -> tuple[str, ...]:
    """Return the families with at least ``least`` samples, sorted; at least two."""
    counts = Counter(family_of(one) for one in samples if one.label.positive)
    names = tuple(sorted(name for name, count in counts.items() if name and count >= least))
    if len(names) < 2:
        raise UsageError(f"attribution needs two families with {least} training samples each; there are {len(names)}")
    return names


@dataclass(frozen=True)
class Moments:
    """Centre (D,) of each class and covariance (D, D) of each family, of rows standardised by ``mean`` and ``scale`` and clipped."""

    mean: Array
    scale: Array
    centres: dict[str, Array]
    within: dict[str, Array]

    def head(self, names: tuple[str, ...], ridge: float) -> FamilyHead:
        """Return the head of these classes: Gaussians with the mean covariance of the families, every class weighing the same."""
        centres = np.array([self.centres[name] for name in names])
        within = np.mean([self.within[name] for name in names if name != NO_FAMILY], axis=0)
        weights: Array = np.linalg.solve(within + ridge * np.eye(len(self.mean)), centres.T)
        bias: Array = -0.5 * np.einsum("cd,dc->c", centres, weights)
        return FamilyHead(names, self.mean, self.scale, weights, bias)


def moments_of(rows: Rows, samples: Sequence[Sample], names: tuple[str, ...]) -> Moments:
    """Return the moments of rows (N, views, D) of the samples whose family is in ``names``; families alone set mean and scale."""
    families = np.array([family_of(one) for one in samples])
    flat = {name: rows[families == name].reshape(-1, rows.shape[2]).astype(np.float64) for name in names}
    made = [one for name, one in flat.items() if name != NO_FAMILY]
    mean: Array = np.mean([one.mean(0) for one in made], axis=0)
    variance = np.mean([np.mean((one - mean) ** 2, axis=0) for one in made], axis=0)
    scale: Array = np.maximum(np.sqrt(variance), LEAST_SCALE)
    standard = {name: np.clip((one - mean) / scale, -LIMIT, LIMIT) for name, one in flat.items()}
    return Moments(
        mean,
        scale,
        {name: one.mean(0) for name, one in standard.items()},
        {name: np.cov(one, rowvar=False, bias=True) for name, one in standard.items() if name != NO_FAMILY},
    )


def fit_families(rows: Rows, samples: Sequence[Sample], names: tuple[str, ...], ridge: float) -> FamilyHead:
    """Fit on rows (N, views, D) of the samples whose family is in ``names``."""
    return moments_of(rows, samples, names).head(names, ridge)


def probabilities(logits: Array, temperature: float) -> Array:
    """Return the softmax (N, C) of class logits over a temperature."""
    scaled = logits / temperature
    odds = np.exp(scaled - scaled.max(1, keepdims=True))
    result: Array = odds / odds.sum(1, keepdims=True)
    return result
