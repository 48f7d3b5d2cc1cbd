"""Metrics of naming the generator family: top-1 and balanced accuracy, macro F1.  Known against unknown is the AUROC of a score for it."""

import numpy as np
from numpy.typing import NDArray

from fakeprint.metrics.metric import Labels, Metric, Takes, Values, Weights, weighted_mean


def _top_1(predicted: Values, classes: Labels, weights: Weights) -> Values:
    return weighted_mean((predicted == classes).astype(np.float64), weights)


def _macro_f1(predicted: Values, classes: Labels, weights: Weights) -> Values:
    """Mean F1 over the classes that occur among the true ones; a class that a resample lost does not count in it."""
    named = np.unique(classes)
    is_true = (classes[:, None] == named).astype(np.float64)
    is_predicted = (predicted[:, None] == named).astype(np.float64)
    hits = weights @ (is_true * is_predicted)
    truth, called = weights @ is_true, weights @ is_predicted
    f1 = np.divide(2.0 * hits, truth + called, out=np.zeros_like(hits), where=truth + called > 0)
    return _mean_over(f1, truth > 0)


def _macro_recall(predicted: Values, classes: Labels, weights: Weights) -> Values:
    """Mean share of hits over the true classes; a class that a resample lost does not count in it."""
    is_true = (classes[:, None] == np.unique(classes)).astype(np.float64)
    truth = weights @ is_true
    hits = weights @ (is_true * (predicted == classes)[:, None])
    return _mean_over(np.divide(hits, truth, out=np.zeros_like(hits), where=truth > 0), truth > 0)


def _mean_over(values: Weights, there: NDArray[np.bool_]) -> Values:
    """Return the mean of each row of ``values`` (B, C) over the classes that are there, NaN where none is."""
    count = there.sum(axis=1)
    mean: Values = np.divide((values * there).sum(axis=1), count, out=np.full(len(values), np.nan), where=count > 0)
    return mean


TOP_1 = Metric("top-1", "Top-1 accuracy", Takes.CLASSES, _top_1, higher_is_better=True, needs_both_classes=False)
MACRO_F1 = Metric("macro-f1", "Macro F1", Takes.CLASSES, _macro_f1, higher_is_better=True, needs_both_classes=False)
MACRO_RECALL = Metric(
    "macro-recall", "Balanced accuracy over families", Takes.CLASSES, _macro_recall, higher_is_better=True, needs_both_classes=False
)
