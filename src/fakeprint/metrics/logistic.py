"""Logistic regression with a ridge, by Newton's method: a few dozen coefficients, always finite."""

import numpy as np
from numpy.typing import NDArray

_STEPS = 100


def fit_ridge(
    features: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64], ridge: float
) -> NDArray[np.float64]:
    """Return the coefficients (K,) that minimise ``sum(weights * log-loss) + ridge / 2 * |coefficients|^2``.

    ``features`` (N, K), ``targets`` (N,) in [0, 1], ``weights`` (N,), ``ridge`` > 0.  The loss is strictly convex; a step is halved
    until the loss does not rise.
    """
    if not ridge > 0:
        raise ValueError(f"a ridge is positive, not {ridge}")
    found = np.zeros(features.shape[1])
    loss = _loss(found, features, targets, weights, ridge)
    for _ in range(_STEPS):
        p = 0.5 * (1.0 + np.tanh(0.5 * (features @ found)))
        gradient = features.T @ (weights * (p - targets)) + ridge * found
        curvature = (features * (weights * p * (1.0 - p))[:, None]).T @ features
        curvature[np.diag_indices_from(curvature)] += ridge
        step = np.linalg.solve(curvature, gradient)
        if np.abs(step).max() < 1e-10:
            break
        for _ in range(40):
            tried = found - step
            new = _loss(tried, features, targets, weights, ridge)
            if new <= loss:
                break
            step = step / 2.0
        else:
            break
        found, loss = tried, new
    return found


def _loss(
    found: NDArray[np.float64], features: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64], ridge: float
) -> float:
    margin = features @ found
    return float(weights @ (np.logaddexp(0.0, margin) - targets * margin) + 0.5 * ridge * found @ found)
