"""What scores are worth as probabilities: ECE, Brier, log-loss, Cllr, and the logistic recalibration."""

import numpy as np

from fakeprint.metrics.logistic import fit_ridge
from fakeprint.metrics.metric import Labels, Metric, Takes, Values, Weights, weighted_mean

BINS = 15
MIN_BIN_ROWS = 20
MIN_ROWS = 100
CLIP = 1e-6
"""Probabilities are held within [1e-6, 1 - 1e-6] for the log-loss."""


def _ece(p: Values, labels: Labels, weights: Weights) -> Values:
    order = np.argsort(p, kind="stable")
    ranked, truth = p[order], labels[order].astype(np.float64)
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    held = weights[:, order]
    mass = np.add.reduceat(held, starts, axis=1)
    gap = np.add.reduceat(held * (ranked - truth), starts, axis=1)
    total = mass.sum(axis=1, keepdims=True)
    bins = np.clip(total // MIN_BIN_ROWS, 1, BINS)
    middle = mass.cumsum(axis=1) - 0.5 * mass  # equal probabilities share the bin that the middle of their ranks falls in
    index = np.minimum((middle * bins / np.maximum(total, 1.0)).astype(np.int64), BINS - 1)
    rows = np.arange(len(weights))[:, None]
    sums = np.zeros((len(weights), BINS))
    np.add.at(sums, (np.broadcast_to(rows, index.shape), index), gap)
    error: Values = np.divide(np.abs(sums).sum(axis=1), total[:, 0], out=np.full(len(weights), np.nan), where=total[:, 0] > 0)
    return error


def _enough(labels: Labels) -> str | None:
    return None if len(labels) >= MIN_ROWS else f"needs {MIN_ROWS} rows, there are {len(labels)}"


def _brier(p: Values, labels: Labels, weights: Weights) -> Values:
    return weighted_mean((p - labels) ** 2, weights)


def _log_loss(p: Values, labels: Labels, weights: Weights) -> Values:
    held = np.clip(p, CLIP, 1.0 - CLIP)
    return weighted_mean(-np.log(np.where(labels == 1, held, 1.0 - held)), weights)


def _cllr(llr: Values, labels: Labels, weights: Weights) -> Values:
    cost = np.logaddexp(0.0, np.where(labels == 1, -llr, llr)) / np.log(2.0)
    return 0.5 * (weighted_mean(cost, weights * (labels == 1)) + weighted_mean(cost, weights * (labels == 0)))


def _cllr_min(llr: Values, labels: Labels, weights: Weights) -> Values:
    order = np.argsort(llr, kind="stable")
    ranked = llr[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    held = weights[:, order]
    positive = np.add.reduceat(held * (labels[order] == 1), starts, axis=1)
    negative = np.add.reduceat(held * (labels[order] == 0), starts, axis=1)
    return np.array([_cllr_of_pools(*pool_violators(one, zero)) for one, zero in zip(positive, negative, strict=True)])


def pool_violators(positive: Values, negative: Values) -> tuple[Values, Values]:
    """Merge neighbours until the share of label 1 rises from pool to pool (pool adjacent violators).

    ``positive`` and ``negative`` are (U,) weights of each class at ascending scores; the same of the pools come back.

    >>> [pool.tolist() for pool in pool_violators(np.array([1.0, 0.0, 2.0]), np.array([1.0, 2.0, 0.0]))]
    [[1.0, 2.0], [3.0, 0.0]]
    """
    ones: list[float] = []
    zeros: list[float] = []
    for one, zero in zip(positive.tolist(), negative.tolist(), strict=True):
        if one + zero == 0.0:
            continue
        pool_one, pool_zero = one, zero
        while ones and ones[-1] * pool_zero >= pool_one * zeros[-1]:
            pool_one, pool_zero = pool_one + ones.pop(), pool_zero + zeros.pop()
        ones.append(pool_one)
        zeros.append(pool_zero)
    return np.array(ones), np.array(zeros)


def _cllr_of_pools(ones: Values, zeros: Values) -> float:
    """Return the Cllr of pools whose likelihood ratio is (ones / all ones) / (zeros / all zeros)."""
    n_1, n_0 = ones.sum(), zeros.sum()
    if n_1 == 0 or n_0 == 0:
        return float("nan")
    p_1, p_0 = ones / n_1, zeros / n_0
    with np.errstate(divide="ignore"):
        up = np.log2(1.0 + np.divide(p_0, p_1, out=np.zeros_like(p_1), where=p_1 > 0))
        down = np.log2(1.0 + np.divide(p_1, p_0, out=np.zeros_like(p_0), where=p_0 > 0))
    return float(0.5 * (p_1 @ up + p_0 @ down))


def recalibration(llr: Values, labels: Labels) -> tuple[float, float]:
    """Return slope and intercept of the logistic recalibration under a 50/50 prior; 1 and 0 are perfect.

    ``llr`` (N,) natural log, ``labels`` (N,) 0 and 1, both present.  A ridge of 1e-3 keeps separated classes finite.
    """
    n = np.bincount(labels, minlength=2)
    weights = np.where(labels == 1, 0.5 / n[1], 0.5 / n[0]) * len(labels)
    slope, intercept = fit_ridge(np.stack([llr, np.ones_like(llr)], axis=1), labels.astype(np.float64), weights, 1e-3)
    return float(slope), float(intercept)


ECE = Metric("ece", "ECE, 15 equal-mass bins", Takes.PROBABILITIES, _ece, higher_is_better=False, needs_both_classes=False, needs=_enough)
BRIER = Metric("brier", "Brier score", Takes.PROBABILITIES, _brier, higher_is_better=False, needs_both_classes=False)
LOG_LOSS = Metric(
    "log-loss", "Log-loss, p within [1e-6, 1 - 1e-6]", Takes.PROBABILITIES, _log_loss, False, needs_both_classes=False, high=None
)
CLLR = Metric("cllr", "Cllr", Takes.LLR, _cllr, higher_is_better=False, high=None)
CLLR_MIN = Metric("cllr-min", "Cllr after optimal recalibration", Takes.SCORES, _cllr_min, higher_is_better=False)
