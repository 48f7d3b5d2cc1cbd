"""From aligned rows to the numbers of one condition: the headline row, slices, buckets, curves (specs: evaluation 13)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.evidence import ScoreUnit
from fakeprint.core.prediction import Aligned
from fakeprint.core.scorecard import BucketFit, MetricValue, ReliabilityBin, Slice
from fakeprint.core.verdict import Level
from fakeprint.metrics import METRICS
from fakeprint.metrics.bootstrap import Interval, Resamples, interval
from fakeprint.metrics.calibration import BINS, recalibration
from fakeprint.metrics.metric import Values
from fakeprint.metrics.selective import risk_coverage_curve

MIN_SLICE = 20
"""Rows below which a slice is pooled with others of its kind."""
WORST_GROUP = 50
"""Rows that a slice needs to count for the worst group."""
MIN_FIT = 50
"""Rows of each class that the recalibration of a bucket needs."""
OTHER = "pooled"

HEADLINE = (
    "r-acc", "f-acc", "balanced-accuracy", "balanced-accuracy-strict", "auroc", "ap", "eer", "tpr-at-fpr-10", "tpr-at-fpr-5",
    "tpr-at-fpr-1", "tpr-at-fpr-0.1", "fpr-some", "tpr-some", "fpr-strong", "tpr-strong", "ece", "brier", "log-loss", "cllr", "cllr-min",
    "aurc", "risk-at-80", "risk-at-90", "coverage", "selective-accuracy", "worst-group",
)  # fmt: skip
NO_CALIBRATION = "the scores are not calibrated"
NO_THRESHOLD = "no shipped threshold"

Mask = NDArray[np.bool_]


def value_of(name: str, found: Interval) -> MetricValue:
    """Return an interval as a record."""
    return MetricValue(
        metric=name,
        value=found.value,
        low=found.low,
        high=found.high,
        groups=found.groups,
        degenerate=found.degenerate,
        reason=found.reason,
    )


def no_value(name: str, reason: str) -> MetricValue:
    """Return an n/a with its reason."""
    return MetricValue(metric=name, value=None, reason=reason)


@dataclass(frozen=True)
class Rows:
    """Aligned rows with what the shipped calibration makes of them, and the draws for their intervals.

    ``threshold`` is a fixed threshold in the unit of the scores, used where rows carry no judgement.
    """

    aligned: Aligned
    draws: Resamples
    threshold: float | None = None

    @cached_property
    def llr(self) -> Values | None:
        """(N,) calibrated natural-log likelihood ratios, None where the rows have none."""
        judged = [row.judged for row in self.aligned.predictions]
        if judged and all(judged):
            return np.array([one.llr for one in judged if one])
        if self.aligned.unit is ScoreUnit.LLR:
            return self.aligned.scores
        if self.aligned.unit is ScoreUnit.PROBABILITY:
            p = np.clip(self.aligned.scores, 1e-6, 1 - 1e-6)
            return np.asarray(np.log(p / (1 - p)))
        return None

    @cached_property
    def probabilities(self) -> Values | None:
        """(N,) probabilities of label 1 under a 50/50 prior."""
        if self.aligned.unit is ScoreUnit.PROBABILITY:
            return self.aligned.scores
        return None if self.llr is None else 0.5 * (1.0 + np.tanh(0.5 * self.llr))

    @cached_property
    def called(self) -> Values | None:
        """(N,) 1 where the score reaches the lower shipped threshold, abstention not considered."""
        reached = [row.judged.some if row.judged else None for row in self.aligned.predictions]
        if reached and all(one is not None for one in reached):
            return np.array([float(bool(one)) for one in reached])
        if self.threshold is not None:
            return (self.aligned.scores >= self.threshold).astype(np.float64)
        return None

    @cached_property
    def levels(self) -> tuple[Level, ...] | None:
        """What the detector concludes after abstention, row by row."""
        judged = [row.judged for row in self.aligned.predictions]
        return tuple(one.level for one in judged if one) if judged and all(judged) else None

    def at_level(self, *levels: Level) -> Values | None:
        """Return (N,) 1 where the conclusion is one of these levels."""
        return None if self.levels is None else np.array([float(level in levels) for level in self.levels])

    @cached_property
    def decisions(self) -> Values | None:
        """(N,) 1 indications, 0 none found, -1 inconclusive."""
        worth = {Level.NONE_FOUND: 0.0, Level.INCONCLUSIVE: -1.0}
        return None if self.levels is None else np.array([worth.get(level, 1.0) for level in self.levels])

    def measure(
        self, name: str, values: Values | None, missing: str, *, metric: str | None = None, rows: Mask | None = None
    ) -> MetricValue:
        """Return one metric with its interval, or n/a because ``missing``."""
        if values is None:
            return no_value(name, missing)
        return value_of(name, interval(METRICS.load(metric or name), values, self.aligned.labels, self.draws, rows))


def headline(rows: Rows) -> tuple[MetricValue, ...]:
    """Return the headline row in its fixed order; the worst group is added by :func:`worst_group`."""
    scores, indicated, strong = rows.aligned.scores, rows.at_level(Level.SOME, Level.STRONG), rows.at_level(Level.STRONG)
    ranking = ("auroc", "ap", "eer", "tpr-at-fpr-10", "tpr-at-fpr-5", "tpr-at-fpr-1", "tpr-at-fpr-0.1")
    return (
        *(rows.measure(name, rows.called, NO_THRESHOLD) for name in ("r-acc", "f-acc", "balanced-accuracy")),
        _strict(rows),
        *(rows.measure(name, scores, "") for name in ranking),
        rows.measure("fpr-some", indicated, NO_CALIBRATION, metric="fpr"),
        rows.measure("tpr-some", indicated, NO_CALIBRATION, metric="tpr"),
        rows.measure("fpr-strong", strong, NO_CALIBRATION, metric="fpr"),
        rows.measure("tpr-strong", strong, NO_CALIBRATION, metric="tpr"),
        *(rows.measure(name, rows.probabilities, NO_CALIBRATION) for name in ("ece", "brier", "log-loss")),
        rows.measure("cllr", rows.llr, NO_CALIBRATION),
        rows.measure("cllr-min", scores, ""),
        *(rows.measure(name, rows.llr, NO_CALIBRATION) for name in ("aurc", "risk-at-80", "risk-at-90")),
        *(rows.measure(name, rows.decisions, NO_CALIBRATION) for name in ("coverage", "selective-accuracy")),
    )


def _strict(rows: Rows) -> MetricValue:
    """Balanced accuracy with failed rows counted as errors."""
    name = "balanced-accuracy-strict"
    failed = [sample for row, sample in rows.aligned.missed if row.status == "failed"]
    if rows.called is None:
        return no_value(name, NO_THRESHOLD)
    if not failed:
        return rows.measure(name, rows.called, "", metric="balanced-accuracy")
    lost = np.array([sample.label.positive for sample in failed])
    labels = np.concatenate([rows.aligned.labels, lost])
    groups = (*rows.aligned.groups, *(sample.group for sample in failed))
    draws = Resamples(groups, labels, count=rows.draws.count, seed=rows.draws.seed)
    return value_of(name, interval(METRICS.load("balanced-accuracy"), np.concatenate([rows.called, 1.0 - lost]), labels, draws))


def worst_group(slices: Sequence[Slice]) -> MetricValue:
    """Return the lowest AUROC among slices of at least 50 rows, with its own interval; the slice is named in ``reason``."""
    large = [one for one in slices if one.n >= WORST_GROUP]
    found = [(one, value) for one in large for value in one.values if value.metric == "auroc" and value.value is not None]
    if not found:
        return no_value("worst-group", f"no slice has {WORST_GROUP} rows")
    part, value = min(found, key=lambda pair: pair[1].value or 0.0)
    reason = "; ".join(text for text in (f"{part.kind} {part.name}", value.reason) if text)
    return value.model_copy(update={"metric": "worst-group", "reason": reason})


def slices_of(rows: Rows) -> tuple[Slice, ...]:
    """Return the slices by family, generator and source, thin ones pooled within their kind."""
    aligned = rows.aligned
    ones = aligned.labels == 1
    kinds = (
        ("family", aligned.families, ones),
        ("generator", aligned.generators, ones),
        ("source-1", aligned.sources, ones),
        ("source-0", aligned.sources, ~ones),
    )
    found: list[Slice] = []
    for kind, names, of_class in kinds:
        column = np.asarray(names, dtype=object).astype(str)
        for name, members in _members(column, of_class):
            inside = of_class & np.isin(column, members)
            pooled = tuple(sorted(members)) if name == OTHER else ()
            values = _slice_values(rows, inside, positive=kind != "source-0")
            found.append(Slice.model_validate({"kind": kind, "name": name, "n": int(inside.sum()), "pooled": pooled, "values": values}))
    return tuple(found)


def _members(column: NDArray[np.str_], of_class: Mask) -> list[tuple[str, list[str]]]:
    """Return slice names with the values that belong to each, largest first, those under 20 rows together."""
    counts = Counter(column[of_class].tolist())
    large = [(name, [name]) for name, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) if n >= MIN_SLICE]
    small = [name for name, n in counts.items() if n < MIN_SLICE]
    return [*large, *([(OTHER, small)] if small else [])]


def _slice_values(rows: Rows, inside: Mask, *, positive: bool) -> tuple[MetricValue, ...]:
    against = inside | (rows.aligned.labels == (0 if positive else 1))
    indicated, strong = rows.at_level(Level.SOME, Level.STRONG), rows.at_level(Level.STRONG)
    rate = "tpr" if positive else "fpr"
    accuracy = "f-acc" if positive else "r-acc"
    return (
        rows.measure("auroc", rows.aligned.scores, "", rows=against),
        rows.measure(accuracy, rows.called, NO_THRESHOLD, rows=inside),
        rows.measure(f"{rate}-some", indicated, NO_CALIBRATION, metric=rate, rows=inside),
        rows.measure(f"{rate}-strong", strong, NO_CALIBRATION, metric=rate, rows=inside),
    )


def bucket_fits(rows: Rows) -> tuple[BucketFit, ...]:
    """Return ECE, recalibration and realised coverage of the prediction sets for each delivery bucket; none without calibration."""
    if rows.llr is None:
        return ()
    aligned = rows.aligned
    names = np.array([row.bucket.name if row.bucket else "unknown" for row in aligned.predictions])
    covered = _covered(aligned)
    found = []
    for name in np.unique(names):
        inside = names == name
        n_0, n_1 = int((inside & (aligned.labels == 0)).sum()), int((inside & (aligned.labels == 1)).sum())
        fit = recalibration(rows.llr[inside], aligned.labels[inside]) if min(n_0, n_1) >= MIN_FIT else (None, None)
        found.append(
            BucketFit(
                bucket=str(name),
                n_0=n_0,
                n_1=n_1,
                ece=rows.measure("ece", rows.probabilities, NO_CALIBRATION, rows=inside),
                slope=fit[0],
                intercept=fit[1],
                covered_0=_coverage(rows, covered, inside, 0),
                covered_1=_coverage(rows, covered, inside, 1),
            )
        )
    return tuple(found)


def _covered(aligned: Aligned) -> Values | None:
    """(N,) 1 where the prediction set holds the label, None where rows carry no sets."""
    sets = [row.judged.conformal if row.judged else None for row in aligned.predictions]
    if not sets or any(one is None for one in sets):
        return None
    return np.array([float(int(label) in one) for label, one in zip(aligned.labels, sets, strict=True) if one is not None])


def _coverage(rows: Rows, covered: Values | None, inside: Mask, label: int) -> MetricValue:
    of_class = inside & (rows.aligned.labels == label)
    return rows.measure(f"covered-{label}", covered, "no prediction sets", metric="share", rows=of_class)


def reliability(rows: Rows) -> tuple[ReliabilityBin, ...]:
    """Return the reliability diagram: up to 15 bins of like mass, at least 20 rows in each."""
    if rows.probabilities is None or len(rows.probabilities) < 40:
        return ()
    order = np.argsort(rows.probabilities, kind="stable")
    bins = np.array_split(order, int(np.clip(len(order) // MIN_SLICE, 1, BINS)))
    p, y = np.clip(rows.probabilities, 0, 1), rows.aligned.labels
    return tuple(ReliabilityBin(stated=float(p[part].mean()), observed=float(y[part].mean()), n=len(part)) for part in bins)


def risk_coverage(rows: Rows, points: int = 50) -> tuple[tuple[float, float], ...]:
    """Return up to ``points`` pairs of coverage and error rate."""
    if rows.llr is None or not len(rows.llr):
        return ()
    coverage, risk = risk_coverage_curve(rows.llr, rows.aligned.labels)
    kept = np.unique(np.linspace(0, len(coverage) - 1, points).astype(int))
    return tuple((round(float(coverage[place]), 6), round(float(risk[place]), 6)) for place in kept)
