"""Attribution: which of the generator families seen in training do the statistics of a picture resemble?

Gaussian classes with one covariance, in closed form.  What no class resembles enough is called unknown; how often that works is
measured by leaving each family out of training in turn.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fakeprint.core.card import Attribution, Measured
from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample
from fakeprint.judge.binomial import lower_bound, upper_bound
from fakeprint.learn.discriminant import LEAST_SCALE
from fakeprint.learn.ensemble import Ensemble, StatisticsNet
from fakeprint.learn.outputs import output_names
from fakeprint.learn.recipe import FamiliesRecipe
from fakeprint.learn.statistics_fit import Rows
from fakeprint.metrics.delong import delong

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


def families_of(samples: Sequence[Sample], least: int) -> tuple[str, ...]:
    """Return the generators with at least ``least`` samples, sorted; at least two."""
    counts = Counter(one.generator for one in samples if one.label.positive and one.generator)
    names = tuple(sorted(name for name, count in counts.items() if count >= least))
    if len(names) < 2:
        raise UsageError(f"attribution needs two generators with {least} training samples each; there are {len(names)}")
    return names


def fit_families(rows: Rows, samples: Sequence[Sample], names: tuple[str, ...], ridge: float) -> FamilyHead:
    """Fit on rows (N, views, D) of the samples whose generator is in ``names``; every class weighs the same."""
    generators = np.array([one.generator or "" for one in samples])
    flat = {name: rows[generators == name].reshape(-1, rows.shape[2]).astype(np.float64) for name in names}
    mean: Array = np.mean([one.mean(0) for one in flat.values()], axis=0)
    variance = np.mean([np.mean((one - mean) ** 2, axis=0) for one in flat.values()], axis=0)
    scale: Array = np.maximum(np.sqrt(variance), LEAST_SCALE)
    standard = {name: np.clip((one - mean) / scale, -LIMIT, LIMIT) for name, one in flat.items()}
    centres = np.array([one.mean(0) for one in standard.values()])
    within = np.mean([np.cov(one, rowvar=False, bias=True) for one in standard.values()], axis=0)
    weights: Array = np.linalg.solve(within + ridge * np.eye(len(mean)), centres.T)
    bias: Array = -0.5 * np.einsum("cd,dc->c", centres, weights)
    return FamilyHead(names, mean, scale, weights, bias)


def probabilities(logits: Array, temperature: float) -> Array:
    """Return the softmax (N, C) of class logits over a temperature."""
    scaled = logits / temperature
    odds = np.exp(scaled - scaled.max(1, keepdims=True))
    result: Array = odds / odds.sum(1, keepdims=True)
    return result


def fit_attribution(
    settings: FamiliesRecipe, head: FamilyHead, rows: Rows, samples: Sequence[Sample], held_rows: Sequence[Rows], held: Sequence[Sample]
) -> tuple[FamilyHead, Attribution, list[Measured]]:
    """Choose temperature and threshold, and measure; the temperature is built into the returned head.

    ``rows`` are training deliveries, ``held_rows`` validation rows (N, D), one array for each delivery.  The temperature minimises
    the log-loss of validation pictures of known families.  For the threshold each family is left out in turn: it is the least
    probability that at most ``unknown_error`` of the pictures of left-out families reach.
    """
    inside = np.array([one.generator in head.names for one in held])
    truth = np.array([head.names.index(one.generator) for one in held if one.generator in head.names])
    logits = np.concatenate([head.logits(one[inside]) for one in held_rows])
    answers = np.tile(truth, len(held_rows))
    grid = np.geomspace(0.2, 30, 120)
    losses = [-np.log(probabilities(logits, value)[np.arange(len(answers)), answers] + 1e-12).mean() for value in grid]
    temperature = float(grid[int(np.argmin(losses))])
    known = probabilities(logits, temperature)
    stranger = np.concatenate([_strangers(settings, head.names, name, rows, samples, held_rows, held, temperature) for name in head.names])
    threshold = float(np.quantile(stranger, 1 - settings.unknown_error))
    best, hit = known.max(1), known.argmax(1) == answers
    named = best >= threshold
    truths = np.r_[np.ones(len(best)), np.zeros(len(stranger))]
    n, m = int(inside.sum()), len(stranger) // len(held_rows)
    measured = [
        _share("top1", hit, n, "known families"),
        _share("named", named, n, "known families"),
        *([_share("top1_of_named", hit[named], max(1, round(named.mean() * n)), "known families")] if named.any() else []),
        _share("named_wrongly", stranger >= threshold, m, "each family left out in turn"),
        _separation(np.r_[best, stranger], truths, len(held_rows), n + m),
    ]
    return head.cooled(temperature), Attribution(temperature=1.0, min_probability=min(0.999, max(0.01, threshold))), measured


_CONDITION = "all choosing deliveries"


def _share(metric: str, events: NDArray[np.bool_], files: int, group: str) -> Measured:
    """A share over all deliveries of some files; the exact interval counts files, since deliveries of one file go together."""
    value = float(events.mean())
    hits = round(value * files)
    low, high = lower_bound(hits, files, 0.975), upper_bound(hits, files, 0.975)
    return Measured(
        metric=metric,
        value=value,
        low=min(low, value),
        high=max(high, value),
        condition=_CONDITION,
        split="validation",
        group=group,
        n_positive=files,
    )


def _separation(scores: Array, known: Array, deliveries: int, files: int) -> Measured:
    """AUROC of known against unknown; DeLong's variance, widened as if each file had come in one delivery only."""
    found = delong(scores, known.astype(np.int64))
    value, error = float(found.aurocs[0]), float(np.sqrt(found.covariance[0, 0] * deliveries))
    return Measured(
        metric="auroc_known_unknown",
        value=value,
        low=max(0.0, value - 1.96 * error),
        high=min(1.0, value + 1.96 * error),
        condition=_CONDITION,
        split="validation",
        group="each family left out in turn",
        n_positive=files,
    )


def _strangers(
    settings: FamiliesRecipe,
    names: tuple[str, ...],
    left: str,
    rows: Rows,
    samples: Sequence[Sample],
    held_rows: Sequence[Rows],
    held: Sequence[Sample],
    temperature: float,
) -> Array:
    """Return the highest probability that each validation picture of a left-out family gets from the others' classes."""
    head = fit_families(rows, samples, tuple(name for name in names if name != left), settings.ridge)
    mine = np.array([one.generator == left for one in held])
    if not mine.any():
        return np.zeros(0)
    found: Array = np.concatenate([probabilities(head.logits(one[mine]), temperature).max(1) for one in held_rows])
    return found
