"""What attribution is worth on pictures, and on families, that it never saw; and the threshold that follows from it.

Every picture is scored by heads that were fitted without its group.  For the question whether a family is known, each family is left
out in turn, and its pictures are compared with those of the other families *under the same head*: a head with one class less is
surer of everything, so scores of two heads cannot be compared.  Only the scale that rows are brought to knows the family left out.
Every family weighs the same, however many pictures it has.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import FAMILIES_JOIN, NO_FAMILY, Attribution, Measured
from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample
from fakeprint.learn.families import FamilyHead, families_of, family_of, fit_families, moments_of, probabilities
from fakeprint.learn.recipe import FamiliesRecipe
from fakeprint.learn.statistics_fit import Rows
from fakeprint.metrics import METRICS
from fakeprint.metrics.bootstrap import MIN_RESAMPLES, Resamples

Array = NDArray[np.float64]
FOLDS = 5


@dataclass(frozen=True)
class Delivered:
    """Pictures that attribution is measured on: M samples, and their statistics (M, D) under each of R deliveries."""

    samples: Sequence[Sample]
    deliveries: Sequence[Rows]


@dataclass(frozen=True)
class _Scored:
    """Class logits of the N = R * M rows of known families, by heads that saw neither a row's group nor the family left out.

    ``families`` (N,) indexes the C ``names``.  ``whole`` (N, C + 1) are logits of heads of all families, ``without[c]`` (N, C) of heads
    that know all but family c; the last column is the class of photographs.
    """

    names: tuple[str, ...]
    families: NDArray[np.int64]
    groups: tuple[str, ...]
    files: int
    whole: Array
    without: tuple[Array, ...]


def fit_attribution(
    settings: FamiliesRecipe, rows: Rows, samples: Sequence[Sample], generated: Delivered, photographs: Delivered, *, seed: int
) -> tuple[FamilyHead, Attribution, list[Measured]]:
    """Fit the head, choose temperature and threshold, and measure; the temperature is built into the returned head.

    ``rows`` (N, views, D) are training deliveries of ``samples``, photographs among them.  The temperature minimises the log-loss of
    known families.  The threshold is the least probability that at most ``unknown_error`` of the pictures of left-out families reach.
    """
    samples, generated = joined(samples, settings.together), replace(generated, samples=joined(generated.samples, settings.together))
    names = families_of(samples, settings.least)
    head = fit_families(rows, samples, (*names, NO_FAMILY), settings.ridge)
    scored = _score(settings, names, rows, samples, generated)
    alike = 1 / np.bincount(scored.families, minlength=len(names))[scored.families]
    temperature = _temperature(scored, alike)
    own = np.array([_sureness(scored.without[family][[row]], temperature)[0] for row, family in enumerate(scored.families)])
    threshold = min(0.999, max(0.01, _quantile(own, alike, 1 - settings.unknown_error)))
    measured = _measure(scored, own, threshold, temperature, seed)
    if photographs.samples:
        sure = _sureness(np.concatenate([head.logits(one) for one in photographs.deliveries]), temperature)
        measured.append(_named_photographs(photographs, sure >= threshold, seed))
    return head.cooled(temperature), Attribution(temperature=1.0, min_probability=threshold), measured


def joined(samples: Sequence[Sample], together: Sequence[Sequence[str]]) -> tuple[Sample, ...]:
    """Return the samples with families that stand together renamed to one, such as ``a+b``."""
    names = {name: FAMILIES_JOIN.join(group) for group in together for name in group}
    return tuple(one.model_copy(update={"family": names[family]}) if (family := family_of(one)) in names else one for one in samples)


def _sureness(logits: Array, temperature: float) -> Array:
    """Return the probability (N,) of the most probable family."""
    found: Array = probabilities(logits, temperature)[:, :-1].max(1)
    return found


def _score(settings: FamiliesRecipe, names: tuple[str, ...], rows: Rows, samples: Sequence[Sample], tested: Delivered) -> _Scored:
    kept = [place for place, one in enumerate(tested.samples) if family_of(one) in names]
    held = [tested.samples[place] for place in kept]
    values = np.concatenate([one[kept] for one in tested.deliveries])
    folds = _folds([*samples, *held])
    learned = np.array([folds[one.group] for one in samples])
    scored_in = np.tile([folds[one.group] for one in held], len(tested.deliveries))
    count = len(names)
    whole, without = np.zeros((len(values), count + 1)), tuple(np.zeros((len(values), count)) for _ in names)
    for fold in range(FOLDS):
        part, inside = learned != fold, scored_in == fold
        chosen = [one for one, kept_in in zip(samples, part, strict=True) if kept_in]
        if absent := {*names, NO_FAMILY} - {family_of(one) for one in chosen}:
            raise UsageError(f"families in too few groups to be measured: {', '.join(sorted(absent))}")
        moments = moments_of(rows[part], chosen, (*names, NO_FAMILY))
        whole[inside] = moments.head((*names, NO_FAMILY), settings.ridge).logits(values[inside])
        for place, left in enumerate(names):
            others = (*(name for name in names if name != left), NO_FAMILY)
            without[place][inside] = moments.head(others, settings.ridge).logits(values[inside])
    families = np.tile([names.index(family_of(one)) for one in held], len(tested.deliveries)).astype(np.int64)
    groups = tuple(one.group for one in held) * len(tested.deliveries)
    return _Scored(names, families, groups, len(held), whole, without)


def _folds(samples: Sequence[Sample]) -> dict[str, int]:
    """Deal groups out to folds, family by family, in an order that depends on their names alone."""
    order = sorted({(family_of(one), zlib.crc32(one.group.encode()), one.group) for one in samples})
    groups = dict.fromkeys(group for _, _, group in order)
    return {group: place % FOLDS for place, group in enumerate(groups)}


def _temperature(scored: _Scored, alike: Array) -> float:
    grid = np.geomspace(0.2, 30, 120)
    at = np.arange(len(scored.families)), scored.families
    losses = [-(alike * np.log(probabilities(scored.whole, value)[at] + 1e-12)).sum() for value in grid]
    return float(grid[int(np.argmin(losses))])


def _quantile(values: Array, weights: Array, share: float) -> float:
    """Return the least value that at most ``1 - share`` of the weight reaches, or just above the largest where none is so rare."""
    levels, at = np.unique(values, return_inverse=True)
    mass = np.bincount(at, weights)
    reached = mass[::-1].cumsum()[::-1] / mass.sum()
    places = np.flatnonzero(reached <= 1 - share + 1e-12)
    return float(levels[places[0]] if len(places) else np.nextafter(levels[-1], np.inf))


def _measure(scored: _Scored, own: Array, threshold: float, temperature: float, seed: int) -> list[Measured]:
    hit, named = scored.whole[:, :-1].argmax(1) == scored.families, _sureness(scored.whole, temperature) >= threshold
    draws = Resamples(scored.groups, np.ones(len(hit)), count=MIN_RESAMPLES, seed=seed)
    is_of = (scored.families[:, None] == np.arange(len(scored.names))).astype(np.float64)

    def number(metric: str, kernel: Callable[[Array], Array], group: str, files: int = scored.files) -> Measured:
        return _number(metric, kernel, draws, len(hit), group, files)

    def mean(events: NDArray[np.bool_]) -> Callable[[Array], Array]:
        return lambda weights: _mean_over_families(weights, is_of, events)

    found = [
        number("balanced_accuracy", mean(hit), "known families"),
        number("named", mean(named), "known families"),
    ]
    if named.any():
        right, told = mean(hit & named), mean(named)
        of_named = len({place % scored.files for place in np.flatnonzero(named)})
        found.append(number("right_of_named", lambda weights: right(weights) / told(weights), "known families", of_named))
    found += [
        number("named_wrongly", mean(own >= threshold), "each family left out in turn"),
        number("auroc_known_unknown", _separation(scored, temperature, is_of), "each family left out in turn"),
    ]
    for place, name in enumerate(scored.names):
        mine = is_of[:, place]
        files = int(mine.sum()) * scored.files // len(hit)
        found.append(number("recall", lambda weights, mine=mine: weights @ (mine * hit) / (weights @ mine), name, files))  # type: ignore[misc]
    return found


def _mean_over_families(weights: Array, is_of: Array, events: NDArray[np.bool_]) -> Array:
    size = weights @ is_of
    share = np.divide(weights @ (is_of * events[:, None]), size, out=np.full_like(size, np.nan), where=size > 0)
    mean: Array = np.nanmean(share, axis=1)
    return mean


def _separation(scored: _Scored, temperature: float, is_of: Array) -> Callable[[Array], Array]:
    """Return the mean over left-out families of the AUROC of the others' pictures against theirs, under one head each."""
    kernel = METRICS.load("auroc").kernel
    sure = [_sureness(one, temperature) for one in scored.without]

    def mean(weights: Array) -> Array:
        size = weights @ is_of
        alike = weights * ((1 / np.maximum(size, 1e-12)) @ is_of.T)
        found: Array = np.mean([kernel(one, (is_of[:, place] == 0).astype(np.int64), alike) for place, one in enumerate(sure)], axis=0)
        return found

    return mean


def _named_photographs(photographs: Delivered, named: NDArray[np.bool_], seed: int) -> Measured:
    groups = [one.group for one in photographs.samples] * len(photographs.deliveries)
    draws = Resamples(groups, np.zeros(len(groups)), count=MIN_RESAMPLES, seed=seed)
    found = _number("named", lambda weights: weights @ named / weights.sum(1), draws, len(named), "photographs, whatever the verdict", 0)
    return found.model_copy(update={"n_authentic": len(photographs.samples)})


def _number(metric: str, kernel: Callable[[Array], Array], draws: Resamples, rows: int, group: str, files: int) -> Measured:
    """The value over all rows, with percentiles over draws of groups in which it has a value."""
    value = float(kernel(np.ones((1, rows)))[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = np.concatenate([kernel(weights) for weights in draws.weights()])
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.quantile(drawn, (0.025, 0.975)) if len(drawn) else (value, value)
    return Measured(
        metric=metric,
        value=value,
        low=float(low),
        high=float(high),
        condition="all choosing deliveries",
        split="train and validation, each scored without its group",
        group=group,
        n_positive=files,
        groups=draws.groups,
    )
