"""Grouped bootstrap: intervals that respect what hangs together (specs: evaluation 3).

Groups are drawn with replacement, stratified by class composition (groups of label 0 only, of label 1 only, mixed), so that every
draw has as many of each as the data.  For claims about new generators ``outer`` units are drawn first, then groups inside them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fakeprint.metrics.metric import Labels, Metric, Refused, Takes, Values, Weights

RESAMPLES = 2000
MIN_RESAMPLES = 1000
MIN_GROUPS = 20
MOST_DEGENERATE = 0.05
TOO_FEW = "too few groups"
_CHUNK_VALUES = 1 << 20
_RATES = frozenset({Takes.CALLED, Takes.FRACTIONS})


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % percentile interval.

    ``low`` and ``high`` are None where no interval may be given, and ``reason`` says why.  ``degenerate`` is the share of draws on
    which the metric has no value (such as one class only); those are replaced by further draws.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    groups: int = 0
    degenerate: float = 0.0
    reason: str | None = None


class Resamples:
    """The draws for one set of rows: the same object gives paired draws to several detectors.

    ``groups`` (N,) names the group of each row, ``labels`` (N,) is 0 or 1.  ``outer`` (N,) optionally names a wider unit of each row.

    >>> draws = Resamples(["a", "a", "b"], [0, 1, 0], count=1000, seed=1)
    >>> draws.groups, next(draws.weights()).shape
    (2, (1000, 3))
    """

    def __init__(
        self, groups: Sequence[str], labels: ArrayLike, *, count: int = RESAMPLES, seed: int = 0, outer: Sequence[str] | None = None
    ) -> None:
        truth = np.asarray(labels, dtype=np.int64)
        if len(groups) != len(truth) or (outer is not None and len(outer) != len(truth)):
            raise ValueError(f"{len(groups)} groups for {len(truth)} rows")
        if count < MIN_RESAMPLES:
            raise ValueError(f"an interval needs at least {MIN_RESAMPLES} draws, not {count}")
        names, index = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
        self.groups = len(names)
        self.count = count
        self.seed = seed
        self._index = index
        rng = np.random.default_rng(seed)
        strata = _composition(index, truth, self.groups)
        self._drawn = _draw(rng, strata, count) if outer is None else _draw_nested(rng, index, np.asarray(outer).astype(str), count)

    def weights(self, rows: NDArray[np.bool_] | None = None) -> Iterator[Weights]:
        """Yield (b, N) multiplicities of all rows, or of the rows that a mask (N,) keeps, in chunks of bounded size."""
        index = self._index if rows is None else self._index[rows]
        step = max(1, _CHUNK_VALUES // max(1, len(index)))
        for start in range(0, self.count, step):
            yield self._drawn[start : start + step][:, index].astype(np.float64)

    def groups_in(self, rows: NDArray[np.bool_] | None = None) -> int:
        """Return the number of groups among the rows that a mask keeps."""
        return self.groups if rows is None else len(np.unique(self._index[rows]))

    def groups_among(self, rows: NDArray[np.bool_] | None, kept: NDArray[np.bool_]) -> int:
        """Return the number of groups among the rows that a mask keeps and a second mask over these keeps again."""
        index = self._index if rows is None else self._index[rows]
        return len(np.unique(index[kept]))


def _composition(index: NDArray[np.int64], labels: Labels, groups: int) -> NDArray[np.int64]:
    """Return for each group 0 (label 0 only), 1 (label 1 only) or 2 (mixed)."""
    positive, size = np.bincount(index, labels, groups), np.bincount(index, minlength=groups)
    return np.where(positive == 0, 0, np.where(positive == size, 1, 2))


def _draw(rng: np.random.Generator, strata: NDArray[np.int64], count: int) -> NDArray[np.int32]:
    drawn = np.zeros((count, len(strata)), np.int32)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        drawn[:, members] = rng.multinomial(len(members), np.full(len(members), 1.0 / len(members)), size=count)
    return drawn


def _draw_nested(rng: np.random.Generator, index: NDArray[np.int64], outer: NDArray[np.str_], count: int) -> NDArray[np.int32]:
    """Draw outer units, then as many groups inside each as it holds, once for each time it was drawn."""
    home = {int(group): unit for group, unit in zip(index, outer, strict=True)}
    if any(home[int(group)] != unit for group, unit in zip(index, outer, strict=True)):
        raise ValueError("a group lies in two outer units")
    units = np.unique(outer)
    times = rng.multinomial(len(units), np.full(len(units), 1.0 / len(units)), size=count)
    drawn = np.zeros((count, int(index.max()) + 1), np.int32)
    for number, unit in enumerate(units):
        members = np.array([group for group, place in home.items() if place == unit])
        drawn[:, members] = rng.multinomial(len(members) * times[:, number], np.full(len(members), 1.0 / len(members)))
    return drawn


def interval(metric: Metric, values: ArrayLike, labels: ArrayLike, draws: Resamples, rows: NDArray[np.bool_] | None = None) -> Interval:
    """Return the metric with its interval; a refusal is an :class:`Interval` without value and with its reason.

    ``values`` and ``labels`` are (N,), in the order of the rows that ``draws`` was made for; ``rows`` (N,) keeps a part of them.
    """
    given, truth = np.asarray(values, np.float64), np.asarray(labels, np.int64)
    if rows is not None:
        given, truth = given[rows], truth[rows]
    groups = draws.groups_in(rows)
    try:
        given, truth = metric.check(given, truth)
    except Refused as refusal:
        return Interval(None, groups=groups, reason=str(refusal))
    value = float(metric.kernel(given, truth, np.ones((1, len(given))))[0])
    if not np.isfinite(value):
        return Interval(None, groups=groups, reason="no row counts")
    if groups < MIN_GROUPS:
        return Interval(value, groups=groups, reason=TOO_FEW)
    drawn = np.concatenate([metric.kernel(given, truth, weights) for weights in draws.weights(rows)])
    found = _percentiles(value, drawn, groups)
    if metric.takes in _RATES and found.low == found.high == value and value in (0.0, 1.0):
        counted = np.ones(len(truth), bool) if metric.of_label is None else truth == metric.of_label
        return _without_events(found, draws.groups_among(rows, counted))
    return found


def _without_events(found: Interval, groups: int) -> Interval:
    """Give a rate of exactly 0 or 1 the exact one-sided 95 % bound for that many groups: resampling cannot show what never occurred."""
    bound = 1.0 - 0.05 ** (1.0 / groups)
    low, high = (0.0, bound) if found.value == 0.0 else (1.0 - bound, 1.0)
    return replace(found, low=low, high=high, reason=f"exact bound for {groups} groups without exception")


def difference(
    metric: Metric, first: ArrayLike, second: ArrayLike, labels: ArrayLike, draws: Resamples, rows: NDArray[np.bool_] | None = None
) -> Interval:
    """Return the metric of ``first`` minus that of ``second`` over the same rows and the same draws (specs: evaluation 3.5).

    One is better than the other only where the interval excludes 0.
    """
    one, two, truth = np.asarray(first, np.float64), np.asarray(second, np.float64), np.asarray(labels, np.int64)
    if rows is not None:
        one, two, truth = one[rows], two[rows], truth[rows]
    groups = draws.groups_in(rows)
    try:
        (one, truth), (two, _) = metric.check(one, truth), metric.check(two, truth)
    except Refused as refusal:
        return Interval(None, groups=groups, reason=str(refusal))
    ones = np.ones((1, len(one)))
    value = float(metric.kernel(one, truth, ones)[0] - metric.kernel(two, truth, ones)[0])
    if groups < MIN_GROUPS:
        return Interval(value, groups=groups, reason=TOO_FEW)
    drawn = [metric.kernel(one, truth, weights) - metric.kernel(two, truth, weights) for weights in draws.weights(rows)]
    return _percentiles(value, np.concatenate(drawn), groups)


def _percentiles(value: float, drawn: Values, groups: int) -> Interval:
    kept = drawn[np.isfinite(drawn)]
    degenerate = 1.0 - len(kept) / len(drawn)
    if degenerate > MOST_DEGENERATE:
        return Interval(None, groups=groups, degenerate=degenerate, reason=f"{100 * degenerate:.0f} % of the draws have no value")
    low, high = np.quantile(kept, (0.025, 0.975))
    return Interval(value, float(low), float(high), groups, degenerate)
