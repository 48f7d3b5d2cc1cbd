"""Error against coverage when the least confident rows are left out.  Confidence is the distance of the llr from 0."""

import numpy as np

from fakeprint.metrics.metric import Labels, Metric, Takes, Values, Weights


def _coverage_and_risk(llr: Values, labels: Labels, weights: Weights) -> tuple[Weights, Weights, Weights]:
    """Return mass (B, U), coverage (B, U) and risk (B, U) when rows are taken by falling confidence, equal ones together."""
    confidence = np.abs(llr)
    wrong = (llr > 0) != (labels == 1)
    order = np.argsort(-confidence, kind="stable")
    ranked = confidence[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    held = weights[:, order]
    mass = np.add.reduceat(held, starts, axis=1)
    taken = mass.cumsum(axis=1)
    errors = np.add.reduceat(held * wrong[order], starts, axis=1).cumsum(axis=1)
    risk = np.divide(errors, taken, out=np.zeros_like(taken), where=taken > 0)
    coverage = taken / np.maximum(taken[:, -1:], 1e-12)
    return mass, coverage, risk


def _aurc(llr: Values, labels: Labels, weights: Weights) -> Values:
    mass, _, risk = _coverage_and_risk(llr, labels, weights)
    area: Values = (mass * risk).sum(axis=1) / mass.sum(axis=1)
    return area


def _risk_at(llr: Values, labels: Labels, weights: Weights, wanted: float) -> Values:
    _, coverage, risk = _coverage_and_risk(llr, labels, weights)
    at = (coverage >= wanted - 1e-12).argmax(axis=1)[:, None]
    found: Values = np.take_along_axis(risk, at, 1)[:, 0]
    return found


def _risk_at_80(llr: Values, labels: Labels, weights: Weights) -> Values:
    return _risk_at(llr, labels, weights, 0.8)


def _risk_at_90(llr: Values, labels: Labels, weights: Weights) -> Values:
    return _risk_at(llr, labels, weights, 0.9)


def risk_coverage_curve(llr: Values, labels: Labels) -> tuple[Values, Values]:
    """Return coverage (U,) and error rate (U,) over all confidence thresholds, most confident first.

    >>> coverage, risk = risk_coverage_curve(np.array([3.0, -2.0, 1.0, 0.5]), np.array([1, 0, 0, 1]))
    >>> coverage.tolist(), risk.round(2).tolist()
    ([0.25, 0.5, 0.75, 1.0], [0.0, 0.0, 0.33, 0.25])
    """
    _, coverage, risk = _coverage_and_risk(llr, labels, np.ones((1, len(llr))))
    return coverage[0], risk[0]


AURC = Metric("aurc", "Area under risk against coverage", Takes.LLR, _aurc, higher_is_better=False, needs_both_classes=False)
RISK_AT_80 = Metric("risk-at-80", "Error rate at 80 % coverage", Takes.LLR, _risk_at_80, higher_is_better=False, needs_both_classes=False)
RISK_AT_90 = Metric("risk-at-90", "Error rate at 90 % coverage", Takes.LLR, _risk_at_90, higher_is_better=False, needs_both_classes=False)
