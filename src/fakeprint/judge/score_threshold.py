"""The score from which an ensemble calls a file manipulated: the compatible 0.3, or fitted on a calibration split (specs: dfspot 10)."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from fakeprint.core.record import Record
from fakeprint.core.score_ensemble import COMPATIBLE_THRESHOLD
from fakeprint.judge.calibration import operating_point

Scores = NDArray[np.float64]


class ScoreThreshold(Record):
    """Scores of at least ``value`` are called label 1.  The rates are those of the files it was fitted on, null for the fixed one."""

    value: float
    rule: Literal["compatible", "equal_error", "false_positives"]
    fpr: float | None = Field(None, ge=0, le=1)
    tpr: float | None = Field(None, ge=0, le=1)
    n_authentic: int = Field(0, ge=0)
    n_positive: int = Field(0, ge=0)

    def calls(self, score: float) -> bool:
        """Tell whether a score is called label 1."""
        return score >= self.value


COMPATIBLE = ScoreThreshold(value=COMPATIBLE_THRESHOLD, rule="compatible")


def equal_error_threshold(scores: Scores, labels: NDArray[np.int64]) -> ScoreThreshold:
    """Return the threshold at which false positives and misses are most nearly equal, the lower one of two.

    ``scores`` (N,) in any unit, higher for label 1; ``labels`` (N,) 0 or 1, both present.

    >>> found = equal_error_threshold(np.array([0.1, 0.2, 0.6, 0.4, 0.8, 0.9]), np.array([0, 0, 0, 1, 1, 1]))
    >>> found.value, round(found.fpr, 2), round(found.tpr, 2)
    (0.6, 0.33, 0.67)
    """
    negative, positive = _split(scores, labels)
    tried = np.unique(scores)
    false = 1 - np.searchsorted(negative, tried, side="left") / len(negative)
    missed = np.searchsorted(positive, tried, side="left") / len(positive)
    return _measured(float(tried[int(np.argmin(np.abs(false - missed)))]), "equal_error", negative, positive)


def false_positive_threshold(scores: Scores, labels: NDArray[np.int64], target: float) -> ScoreThreshold | None:
    """Return the lowest threshold whose upper 95 % bound of the false-positive rate meets ``target``; None with too few files."""
    negative, positive = _split(scores, labels)
    point = operating_point(scores, labels, target)
    return None if point is None else _measured(point.llr, "false_positives", negative, positive)


def _measured(value: float, rule: Literal["equal_error", "false_positives"], negative: Scores, positive: Scores) -> ScoreThreshold:
    rates = [float((part >= value).mean()) for part in (negative, positive)]
    return ScoreThreshold(value=value, rule=rule, fpr=rates[0], tpr=rates[1], n_authentic=len(negative), n_positive=len(positive))


def _split(scores: Scores, labels: NDArray[np.int64]) -> tuple[Scores, Scores]:
    if not np.isfinite(scores).all():
        raise ValueError("a score is not finite")
    if scores.shape != labels.shape or set(labels.tolist()) != {0, 1}:
        raise ValueError("a threshold needs one label for each score, and both labels")
    return np.sort(scores[labels == 0]), np.sort(scores[labels == 1])
