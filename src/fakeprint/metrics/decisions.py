"""Metrics of decisions at the shipped thresholds: error rates, accuracies, coverage, flips."""

import numpy as np

from fakeprint.metrics.metric import Labels, Metric, Takes, Values, Weights, weighted_mean


def _rate(values: Values, labels: Labels, weights: Weights, label: int) -> Values:
    return weighted_mean(values, weights * (labels == label))


def _fpr(called: Values, labels: Labels, weights: Weights) -> Values:
    return _rate(called, labels, weights, 0)


def _tpr(called: Values, labels: Labels, weights: Weights) -> Values:
    return _rate(called, labels, weights, 1)


def _r_acc(called: Values, labels: Labels, weights: Weights) -> Values:
    return _rate(1.0 - called, labels, weights, 0)


def _balanced(called: Values, labels: Labels, weights: Weights) -> Values:
    return 0.5 * (_r_acc(called, labels, weights) + _tpr(called, labels, weights))


def _coverage(decisions: Values, _labels: Labels, weights: Weights) -> Values:
    return weighted_mean((decisions >= 0).astype(np.float64), weights)


def _selective(decisions: Values, labels: Labels, weights: Weights) -> Values:
    return _balanced(np.maximum(decisions, 0.0), labels, weights * (decisions >= 0))


def _mean(values: Values, _labels: Labels, weights: Weights) -> Values:
    return weighted_mean(values, weights)


def flips(first: Values, second: Values) -> Values:
    """Return 1 where two deliveries of the same file got opposite decisions, else 0.

    ``first`` and ``second`` are (N,) decisions 1, 0 or -1 (abstained), row by row of the same samples.  An abstention opposes nothing.

    >>> flips(np.array([1.0, 1.0, 0.0, -1.0]), np.array([1.0, 0.0, -1.0, 0.0])).tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    opposite: Values = ((first >= 0) & (second >= 0) & (first != second)).astype(np.float64)
    return opposite


R_ACC = Metric("r-acc", "Accuracy on label 0", Takes.CALLED, _r_acc, True, needs_both_classes=False, of_label=0)
F_ACC = Metric("f-acc", "Accuracy on label 1", Takes.CALLED, _tpr, True, needs_both_classes=False, of_label=1)
BALANCED_ACCURACY = Metric("balanced-accuracy", "Balanced accuracy", Takes.CALLED, _balanced, higher_is_better=True)
FPR = Metric("fpr", "False-positive rate", Takes.CALLED, _fpr, False, needs_both_classes=False, of_label=0)
TPR = Metric("tpr", "True-positive rate", Takes.CALLED, _tpr, True, needs_both_classes=False, of_label=1)
COVERAGE = Metric("coverage", "Coverage", Takes.DECISIONS, _coverage, higher_is_better=True, needs_both_classes=False)
SELECTIVE_ACCURACY = Metric("selective-accuracy", "Balanced accuracy where decided", Takes.DECISIONS, _selective, higher_is_better=True)
FLIP_RATE = Metric("flip-rate", "Flip rate", Takes.FRACTIONS, _mean, higher_is_better=False, needs_both_classes=False)
SHARE = Metric("share", "Share", Takes.FRACTIONS, _mean, higher_is_better=True, needs_both_classes=False)
