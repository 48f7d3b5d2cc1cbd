"""Likelihood ratios, how far a sample can carry them, and their verbal scale (specs: evaluation 7)."""

import math

import numpy as np
from numpy.typing import NDArray

from fakeprint.judge.binomial import upper_bound

VERBAL: tuple[tuple[float, str], ...] = (
    (2.0, "no meaningful support"),
    (10.0, "weak support"),
    (100.0, "moderate support"),
    (1_000.0, "moderately strong support"),
    (10_000.0, "strong support"),
    (1_000_000.0, "very strong support"),
    (math.inf, "extremely strong support"),
)
"""Upper ends of the bands of the likelihood ratio and their words, after ENFSI 2015 as commonly implemented."""


def largest_ratio(tpr: float, false_positives: int, n_authentic: int) -> float:
    """Return the largest likelihood ratio that may be claimed: TPR over the upper 95 % bound of the FPR.

    >>> [round(largest_ratio(0.9, 0, n)) for n in (100, 1_000, 3_000, 10_000, 30_000)]
    [30, 301, 902, 3005, 9013]
    """
    if not 0.0 <= tpr <= 1.0:
        raise ValueError(f"a rate lies between 0 and 1, not {tpr}")
    return tpr / upper_bound(false_positives, n_authentic)


def llr_bounds(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[float, float]:
    """Return the lowest and highest log-likelihood ratio (natural log) that calibration rows can carry.

    ``scores`` (N,) higher is more synthetic, ``labels`` (N,) 0 or 1, both classes present.  The upper bound is the largest
    TPR / upper FPR over all thresholds, the lower one its mirror image; they enclose 0.
    """
    synthetic, authentic = np.sort(scores[labels == 1]), np.sort(scores[labels == 0])
    if not len(synthetic) or not len(authentic):
        raise ValueError("both classes are needed")
    return -_largest(-authentic[::-1], -synthetic[::-1]), _largest(synthetic, authentic)


def _largest(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Return the largest log of hit rate over bounded false-alarm rate; both arrays ascending.

    Between two neighbouring values of ``negative`` the best threshold is the lower end, so one threshold for each count of false
    alarms suffices; counts beyond half the rows cannot win.
    """
    n = len(negative)
    best = 0.0
    for count in _counts(n):
        above = negative[n - count - 1] if count < n else -math.inf
        hits = len(positive) - int(np.searchsorted(positive, above, side="right"))
        if hits:
            best = max(best, math.log(hits / len(positive)) - math.log(upper_bound(count, n)))
    return best


def _counts(n: int) -> list[int]:
    """Return the counts of false alarms to try: all up to 64, then about 30 more, evenly spaced in their logarithm."""
    few = range(min(n, 64) + 1)
    return sorted({*few, *(int(one) for one in np.geomspace(64, n, 30))}) if n > 64 else list(few)


def verbal(llr: float, llr_high: float) -> str:
    """Return the words for a log-likelihood ratio, never above what the bound carries.

    A ratio below 1 is worded as no meaningful support: a low score is no support for the opposite.

    >>> verbal(math.log(5_000), math.log(301)), verbal(math.log(5), math.log(301)), verbal(-9.0, 5.7)
    ('moderately strong support', 'weak support', 'no meaningful support')
    """
    ratio = math.exp(min(llr, llr_high, 700.0))
    return next(words for end, words in VERBAL if ratio < end)
