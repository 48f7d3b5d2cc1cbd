"""A linear head that distrusts what tells sources apart: discriminant analysis with between-source scatter counted as noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST_SCALE = 1e-3
"""Statistics that hardly vary are not blown up: rounding would show in the score."""


@dataclass(frozen=True)
class Discriminant:
    """``score = clip((x - mean) / scale, -limit, limit) @ weights + bias``, in units of the training scores' deviation."""

    mean: Array
    scale: Array
    weights: Array
    bias: float
    limit: float = 4.0

    def score(self, rows: Array) -> Array:
        """Return the scores (N,) of rows (N, D); higher is label 1."""
        scores: Array = np.clip((rows - self.mean) / self.scale, -self.limit, self.limit) @ self.weights + self.bias
        return scores


def fit_discriminant(
    rows: Array, labels: NDArray[np.int64], sources: NDArray[np.str_], weights: Array, *, between: float, ridge: float
) -> Discriminant:
    """Fit on rows (N, D), labels (N,) of 0 and 1, names of sources (N,), draw weights (N,).

    The direction is ``(W + between * B + ridge * I)^-1 (m1 - m0)`` over standardised statistics: W is the covariance within
    sources, B that of the source means within each class, m the class means over sources weighted by the root of their size.  So
    a direction along which photographs of two photographers differ counts as noise even if it also separates the classes.
    """
    weights = weights / weights.sum()
    mean: Array = weights @ rows
    scale: Array = np.maximum(np.sqrt(weights @ (rows - mean) ** 2), LEAST_SCALE)
    limit = Discriminant.limit
    standard = np.clip((rows - mean) / scale, -limit, limit)
    within = np.zeros((rows.shape[1], rows.shape[1]))
    means: dict[int, list[Array]] = {0: [], 1: []}
    sizes: dict[int, list[float]] = {0: [], 1: []}
    for label in (0, 1):
        for source in np.unique(sources[labels == label]):
            inside = (sources == source) & (labels == label)
            share = weights[inside]
            centre = np.average(standard[inside], 0, share)
            spread = (standard[inside] - centre) * np.sqrt(share)[:, None]
            within += spread.T @ spread
            means[label].append(centre)
            sizes[label].append(float(inside.sum()) ** 0.5)
    scatter = np.zeros_like(within)
    centres = {}
    for label in (0, 1):
        shares = np.array(sizes[label]) / sum(sizes[label])
        centres[label] = shares @ np.array(means[label])
        apart = (np.array(means[label]) - centres[label]) * np.sqrt(shares)[:, None]
        scatter += apart.T @ apart / 2
    direction = np.linalg.solve(within + between * scatter + ridge * np.eye(len(within)), centres[1] - centres[0])
    scores = standard @ direction
    deviation = float(np.sqrt(weights @ (scores - weights @ scores) ** 2)) + 1e-12
    middle = float((centres[0] + centres[1]) @ direction) / 2
    unit: Array = (direction / deviation).astype(np.float64)
    return Discriminant(mean, scale, unit, -middle / deviation)
