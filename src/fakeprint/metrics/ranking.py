"""Metrics that depend on the order of the scores alone: AUROC, average precision, EER, TPR at a fixed FPR."""

from dataclasses import dataclass

import numpy as np

from fakeprint.metrics.metric import Labels, Metric, Takes, Values, Weights


@dataclass(frozen=True)
class ThresholdCounts:
    """Weighted counts of rows at or above each distinct score, highest score first.

    ``positive`` and ``negative`` are (B, U); their last column holds the totals.
    """

    positive: Weights
    negative: Weights


def threshold_counts(scores: Values, labels: Labels, weights: Weights) -> ThresholdCounts:
    """Count rows of each class at or above each distinct score; equal scores are taken together."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    ones = labels[order] == 1
    held = weights[:, order]
    positive = np.add.reduceat(held * ones, starts, axis=1).cumsum(axis=1)
    negative = np.add.reduceat(held * ~ones, starts, axis=1).cumsum(axis=1)
    return ThresholdCounts(positive, negative)


def _with_zero(counts: Weights) -> Weights:
    return np.concatenate([np.zeros((len(counts), 1)), counts], axis=1)


def _share(part: Weights, whole: Weights) -> Weights:
    out: Weights = np.divide(part, whole, out=np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan), where=whole > 0)
    return out


def _auroc(scores: Values, labels: Labels, weights: Weights) -> Values:
    counts = threshold_counts(scores, labels, weights)
    above, step = _with_zero(counts.positive), np.diff(_with_zero(counts.negative), axis=1)
    area = (0.5 * (above[:, 1:] + above[:, :-1]) * step).sum(axis=1)
    return _share(area, counts.positive[:, -1] * counts.negative[:, -1])


def _average_precision(scores: Values, labels: Labels, weights: Weights) -> Values:
    counts = threshold_counts(scores, labels, weights)
    chosen = counts.positive + counts.negative
    precision = np.divide(counts.positive, chosen, out=np.zeros_like(chosen), where=chosen > 0)
    gained = np.diff(_with_zero(counts.positive), axis=1)
    return _share((gained * precision).sum(axis=1), counts.positive[:, -1])


def _eer(scores: Values, labels: Labels, weights: Weights) -> Values:
    counts = threshold_counts(scores, labels, weights)
    fpr = _share(_with_zero(counts.negative), counts.negative[:, -1:])
    fnr = 1.0 - _share(_with_zero(counts.positive), counts.positive[:, -1:])
    behind = (fpr >= fnr).argmax(axis=1)[:, None]
    before = np.maximum(behind - 1, 0)
    gap_0 = np.take_along_axis(fnr - fpr, before, 1)
    gap_1 = np.take_along_axis(fnr - fpr, behind, 1)
    t = np.divide(gap_0, gap_0 - gap_1, out=np.zeros_like(gap_0), where=gap_0 != gap_1)
    low, high = np.take_along_axis(fpr, before, 1), np.take_along_axis(fpr, behind, 1)
    rate: Values = (low + t * (high - low))[:, 0]
    return rate


def tpr_at_fpr(target: float) -> Metric:
    """Return the metric *TPR at FPR target*: an oracle operating point, since its threshold is chosen on the rows it is measured on.

    The threshold is the smallest at which the share of label 0 at or above it is at most ``target``, 0 < target < 1.

    >>> half = tpr_at_fpr(0.5)
    >>> half([0.1] * 10 + [0.4] * 10 + [0.3] * 5 + [0.8] * 5, [0] * 20 + [1] * 10)
    1.0
    >>> half([0.1, 0.4, 0.3, 0.8], [0, 0, 1, 1])
    Traceback (most recent call last):
    ...
    fakeprint.metrics.metric.Refused: needs 20 rows of label 0, there are 2
    """
    if not 0.0 < target < 1.0:
        raise ValueError(f"a false-positive rate lies between 0 and 1, not {target}")
    least = int(np.ceil(round(10 / target, 6)))

    def needs(labels: Labels) -> str | None:
        n = int((labels == 0).sum())
        return None if n >= least else f"needs {least:,} rows of label 0, there are {n:,}"

    def kernel(scores: Values, labels: Labels, weights: Weights) -> Values:
        counts = threshold_counts(scores, labels, weights)
        allowed = counts.negative <= target * counts.negative[:, -1:] + 1e-9
        hits = np.where(allowed, counts.positive, 0.0).max(axis=1)
        empty = counts.negative[:, -1] == 0
        return np.where(empty, np.nan, _share(hits, counts.positive[:, -1]))

    percent = f"{100 * target:g}"
    return Metric(f"tpr-at-fpr-{percent}", f"TPR at FPR {percent} % (oracle)", Takes.SCORES, kernel, True, needs=needs, oracle=True)


AUROC = Metric("auroc", "AUROC", Takes.SCORES, _auroc, higher_is_better=True)
AVERAGE_PRECISION = Metric("ap", "Average precision", Takes.SCORES, _average_precision, higher_is_better=True)
EER = Metric("eer", "Equal error rate (oracle)", Takes.SCORES, _eer, higher_is_better=False, oracle=True)
TPR_AT_10, TPR_AT_5, TPR_AT_1, TPR_AT_01 = (tpr_at_fpr(target) for target in (0.10, 0.05, 0.01, 0.001))
