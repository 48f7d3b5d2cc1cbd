"""DeLong's variance of AUROCs: a check beside the bootstrap.  It takes rows as independent, which grouped rows are not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fakeprint.metrics.metric import Values
from fakeprint.metrics.ranking import AUROC


@dataclass(frozen=True)
class DeLong:
    """AUROCs (K,) of K detectors on the same rows and their covariance (K, K)."""

    aurocs: Values
    covariance: NDArray[np.float64]

    def standard_error(self, detector: int = 0) -> float:
        """Return the standard error of one AUROC."""
        return float(np.sqrt(self.covariance[detector, detector]))

    def z_of_difference(self, first: int = 0, second: int = 1) -> float:
        """Return the difference of two AUROCs over its standard error; 0 where both are the same."""
        spread = self.covariance[first, first] + self.covariance[second, second] - 2 * self.covariance[first, second]
        gap = float(self.aurocs[first] - self.aurocs[second])
        return 0.0 if gap == 0.0 else gap / float(np.sqrt(max(spread, 1e-300)))


def delong(scores: ArrayLike, labels: ArrayLike) -> DeLong:
    """Return AUROCs and covariance of ``scores`` (K, N) or (N,) against ``labels`` (N,) 0 and 1, at least two rows of each."""
    given = np.atleast_2d(np.asarray(scores, np.float64))
    for one in given:
        AUROC.check(one, labels)
    truth = np.asarray(labels)
    positive, negative = given[:, truth == 1], given[:, truth == 0]
    m, n = positive.shape[1], negative.shape[1]
    if m < 2 or n < 2:
        raise ValueError("a variance needs two rows of each label")
    above = np.stack([_midranks(np.r_[one, zero])[:m] - _midranks(one) for one, zero in zip(positive, negative, strict=True)]) / n
    below = np.stack([_midranks(np.r_[zero, one])[:n] - _midranks(zero) for one, zero in zip(positive, negative, strict=True)]) / m
    covariance = np.atleast_2d(np.cov(above)) / m + np.atleast_2d(np.cov(1.0 - below)) / n
    return DeLong(above.mean(axis=1), covariance)


def _midranks(values: Values) -> Values:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Values = (np.cumsum(counts) - 0.5 * (counts - 1))[inverse]
    return ranks
