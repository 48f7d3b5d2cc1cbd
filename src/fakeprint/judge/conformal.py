"""Class-conditional (Mondrian) split conformal prediction (specs: evaluation 6).

Coverage per class holds only if the file and the calibration rows are exchangeable, which a new delivery or a new generator breaks.
"""

from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.calibration import ConformalQuantiles


def p_values(score: float, scores: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[float, float]:
    """Return ``(p_0, p_1)`` of one score against calibration rows ``scores`` (N,) and ``labels`` (N,) of 0 and 1.

    >>> p_values(5.0, np.array([0.0, 1.0, 4.0, 6.0]), np.array([0, 0, 1, 1]))
    (0.3333333333333333, 0.6666666666666666)
    """
    authentic, synthetic = scores[labels == 0], scores[labels == 1]
    p_0 = (1 + int((authentic >= score).sum())) / (len(authentic) + 1)
    p_1 = (1 + int((synthetic <= score).sum())) / (len(synthetic) + 1)
    return p_0, p_1


def prediction_set(p_0: float, p_1: float, alpha: float) -> tuple[Literal[0, 1], ...]:
    """Return every class whose p-value lies above alpha."""
    found: list[Literal[0, 1]] = []
    if p_0 > alpha:
        found.append(0)
    if p_1 > alpha:
        found.append(1)
    return tuple(found)


def fit_conformal(scores: NDArray[np.float64], labels: NDArray[np.int64], alpha: float = 0.05) -> ConformalQuantiles:
    """Reduce calibration rows to the two quantiles that give the same sets as :func:`p_values` do.

    A class of n rows is excluded only if ``alpha * (n + 1) >= 1``: 19 rows at alpha 0.05; use 500 or more.
    """
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha}")
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite")
    authentic, synthetic = np.sort(scores[labels == 0]), np.sort(scores[labels == 1])
    low, high = _rank(len(synthetic), alpha), _rank(len(authentic), alpha)
    return ConformalQuantiles(
        alpha=alpha,
        synthetic_low=float(synthetic[low - 1]) if low else None,
        authentic_high=float(authentic[-high]) if high else None,
    )


def _rank(n: int, alpha: float) -> int:
    """Return the least k with ``(1 + k) / (n + 1) > alpha``, in exact arithmetic."""
    return int(Fraction(str(alpha)) * (n + 1))
