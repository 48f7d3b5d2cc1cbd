"""Weighted logistic regression of a few coefficients, by Newton's method.  Calibration needs no more."""

import numpy as np
from numpy.typing import NDArray

_STEPS = 200
_RIDGE = 1e-10
_FLAT = 1e-6
"""Gradient that counts as none where the loss can no longer be lowered in double precision."""
_NO_LOSS = 1e-7
"""Mean log-loss below which targets of 0 and 1 are separated; softer targets never get there."""


def fit_logistic(features: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficients (K,) that minimise the weighted log-loss of ``features`` (N, K) for ``targets`` (N,) in [0, 1].

    The loss is convex; each step is halved until the loss falls.  Raises ArithmeticError when the minimum is not reached, as with
    classes that a line separates and targets of exactly 0 and 1.
    """
    weights = weights / weights.sum()
    scale = np.abs(features).max(axis=0)
    scale[scale == 0.0] = 1.0
    scaled = features / scale
    coefficients = np.zeros(features.shape[1])
    loss = _loss(scaled @ coefficients, targets, weights)
    for _ in range(_STEPS):
        margin = scaled @ coefficients
        p = _logistic(margin)
        gradient = scaled.T @ (weights * (p - targets))
        if loss < _NO_LOSS:
            break
        if np.abs(gradient).max() < 1e-10:
            found: NDArray[np.float64] = coefficients / scale
            return found
        curvature = (scaled * (weights * p * (1.0 - p))[:, None]).T @ scaled
        step = np.linalg.solve(curvature + _RIDGE * np.eye(len(coefficients)), gradient)
        for _ in range(60):
            tried = coefficients - step
            new = _loss(scaled @ tried, targets, weights)
            if new <= loss:
                break
            step = step / 2.0
        coefficients, loss = tried, new
    if loss >= _NO_LOSS and np.abs(gradient).max() < _FLAT:  # rounding hides any further descent
        return np.asarray(coefficients / scale, np.float64)
    raise ArithmeticError("the calibration fit did not settle; are the classes perfectly separated?")


def _logistic(margin: NDArray[np.float64]) -> NDArray[np.float64]:
    p: NDArray[np.float64] = 0.5 * (1.0 + np.tanh(0.5 * margin))
    return p


def _loss(margin: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    return float(weights @ (np.logaddexp(0.0, margin) - targets * margin))
