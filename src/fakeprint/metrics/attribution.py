"""Metrics of naming the generator family: top-1 accuracy and macro F1.  Known against unknown is the AUROC of a score for it."""

import numpy as np

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
    there = truth > 0
    count = there.sum(axis=1)
    mean: Values = np.divide((f1 * there).sum(axis=1), count, out=np.full(len(weights), np.nan), where=count > 0)
    return mean


TOP_1 = Metric("top-1", "Top-1 accuracy", Takes.CLASSES, _top_1, higher_is_better=True, needs_both_classes=False)
MACRO_F1 = Metric("macro-f1", "Macro F1", Takes.CLASSES, _macro_f1, higher_is_better=True, needs_both_classes=False)
