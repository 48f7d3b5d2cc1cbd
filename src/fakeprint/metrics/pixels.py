"""Localisation at a fixed mask threshold.  Per picture first, then the mean over pictures; untouched pictures are measured apart."""

import numpy as np
from numpy.typing import NDArray

from fakeprint.metrics.decisions import SHARE
from fakeprint.metrics.metric import Metric, Refused, Takes

THRESHOLD = 0.5


def _counts(heat: NDArray[np.float64], truth: NDArray[np.bool_], threshold: float) -> tuple[int, int, int]:
    if heat.shape != truth.shape or heat.ndim != 2:
        raise Refused(f"map and mask must have one shape (H, W), not {heat.shape} and {truth.shape}")
    if not np.isfinite(heat).all():
        raise Refused("a value of the map is not finite")
    marked, wanted = heat >= threshold, truth.astype(bool)
    return int((marked & wanted).sum()), int(marked.sum()), int(wanted.sum())


def pixel_f1(heat: NDArray[np.float64], truth: NDArray[np.bool_], threshold: float = THRESHOLD) -> float:
    """Return F1 of the pixels at or above ``threshold`` against a mask, both (H, W); the mask must mark something.

    >>> pixel_f1(np.array([[0.9, 0.1]]), np.array([[True, True]])), pixel_iou(np.array([[0.9, 0.1]]), np.array([[True, True]]))
    (0.6666666666666666, 0.5)
    """
    both, marked, wanted = _counts(heat, truth, threshold)
    if not wanted:
        raise Refused("the mask marks nothing; measure the false area instead")
    return 2 * both / (marked + wanted)


def pixel_iou(heat: NDArray[np.float64], truth: NDArray[np.bool_], threshold: float = THRESHOLD) -> float:
    """Return intersection over union of the same."""
    both, marked, wanted = _counts(heat, truth, threshold)
    if not wanted:
        raise Refused("the mask marks nothing; measure the false area instead")
    return both / (marked + wanted - both)


def false_area(heat: NDArray[np.float64], threshold: float = THRESHOLD) -> float:
    """Return the share of an untouched picture that is marked."""
    return _counts(heat, np.zeros(heat.shape, bool), threshold)[1] / heat.size


PIXEL_F1 = Metric("pixel-f1", "Pixel F1 at 0.5, mean over pictures", Takes.FRACTIONS, SHARE.kernel, True, needs_both_classes=False)
PIXEL_IOU = Metric("pixel-iou", "Pixel IoU at 0.5, mean over pictures", Takes.FRACTIONS, SHARE.kernel, True, needs_both_classes=False)
