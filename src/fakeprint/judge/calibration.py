"""Raw logits to likelihood ratios: temperature, Platt and beta maps, per delivery condition (specs: evaluation 5).

The prior is always 50/50: each class weighs the same, however many rows it has.
"""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.calibration import MIN_ROWS, BetaMap, Bucket, BucketCalibration, Calibration, CalibrationMap, PlattMap, TemperatureMap
from fakeprint.core.evidence import OperatingPoint
from fakeprint.judge.binomial import lower_bound, upper_bound
from fakeprint.judge.conformal import fit_conformal
from fakeprint.judge.likelihood import llr_bounds
from fakeprint.judge.logistic import fit_logistic
from fakeprint.judge.policy import DEFAULT, Policy

Method = Literal["temperature", "platt", "beta"]
Logits = NDArray[np.float64]
Labels = NDArray[np.int64]


def fit_map(logits: Logits, labels: Labels, method: Method, *, smooth: bool = True) -> CalibrationMap:
    """Fit one map from raw logits (N,) to log-likelihood ratios; ``labels`` (N,) 0 or 1, both present.

    ``smooth`` moves the targets off 0 and 1 as Platt does, ``(n + 1) / (n + 2)`` and ``1 / (n + 2)``, so that perfectly separated
    rows do not give an infinite slope.  Raises ValueError for NaN, one class, or logits that rank the classes the wrong way round.
    """
    logits, labels = _checked(logits, labels)
    n_1, n_0 = int(labels.sum()), int((1 - labels).sum())
    high, low = ((n_1 + 1) / (n_1 + 2), 1 / (n_0 + 2)) if smooth else (1.0, 0.0)
    targets = np.where(labels == 1, high, low)
    weights = np.where(labels == 1, 0.5 / n_1, 0.5 / n_0)
    ones = np.ones_like(logits)
    if method == "temperature":
        (slope,) = fit_logistic(logits[:, None], targets, weights)
        _refuse_reversed(slope)
        return TemperatureMap(temperature=float(1.0 / slope))
    if method == "platt":
        slope, intercept = fit_logistic(np.stack([logits, ones], axis=1), targets, weights)
        _refuse_reversed(slope)
        return PlattMap(slope=float(slope), intercept=float(intercept))
    if method == "beta":
        return _fit_beta(logits, targets, weights)
    raise ValueError(f"no calibration method named {method!r}; there are: {', '.join(get_args(Method))}")


def _fit_beta(logits: Logits, targets: Logits, weights: Logits) -> BetaMap:
    """Fit a, b, c; a coefficient that comes out negative is set to 0 and the rest fitted again, which keeps the map rising."""
    ln_p, minus_ln_q, ones = -np.logaddexp(0.0, -logits), np.logaddexp(0.0, logits), np.ones_like(logits)
    a, b, c = fit_logistic(np.stack([ln_p, minus_ln_q, ones], axis=1), targets, weights)
    if a < 0:
        a = 0.0
        b, c = fit_logistic(np.stack([minus_ln_q, ones], axis=1), targets, weights)
    elif b < 0:
        b = 0.0
        a, c = fit_logistic(np.stack([ln_p, ones], axis=1), targets, weights)
    _refuse_reversed(max(a, b) if min(a, b) >= 0 else -1.0)
    return BetaMap(a=float(a), b=float(b), c=float(c))


def apply_map(fitted: CalibrationMap, logits: Logits) -> Logits:
    """Return the log-likelihood ratios (N,) of raw logits (N,)."""
    return np.array([fitted.llr(float(logit)) for logit in logits], dtype=np.float64)


def operating_point(llrs: Logits, labels: Labels, target_fpr: float) -> OperatingPoint | None:
    """Return the lowest threshold whose **upper** 95 % bound of the FPR meets the target, or None where no threshold does.

    ``llrs`` (N,) calibrated, ``labels`` (N,).  No threshold below which no row of label 1 lies is returned either.
    """
    authentic, synthetic = np.sort(llrs[labels == 0]), np.sort(llrs[labels == 1])
    n = len(authentic)
    allowed = _allowed(n, target_fpr)
    if allowed is None:
        return None
    threshold = float(np.nextafter(authentic[n - allowed - 1], np.inf)) if allowed < n else float(authentic[0])
    false, hits = int((authentic >= threshold).sum()), int((synthetic >= threshold).sum())
    if hits == 0:
        return None
    return OperatingPoint(
        llr=threshold,
        target_fpr=target_fpr,
        fpr=false / n,
        fpr_high=upper_bound(false, n),
        tpr=hits / len(synthetic),
        tpr_low=lower_bound(hits, len(synthetic)),
    )


def _allowed(n: int, target_fpr: float) -> int | None:
    """Return the largest number of false positives among n whose upper bound is within the target; None if not even 0."""
    if upper_bound(0, n) > target_fpr:
        return None
    low, high = 0, n
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if upper_bound(middle, n) <= target_fpr else (low, middle - 1)
    return low


def calibrate_bucket(
    logits: Logits,
    labels: Labels,
    bucket: Bucket,
    method: Method,
    policy: Policy = DEFAULT,
    *,
    counted: NDArray[np.bool_] | slice = slice(None),
) -> BucketCalibration:
    """Fit everything for one bucket on its calibration rows; ``counted`` are the rows behind everything but the map.

    The maps rise, and conformal sets and rates depend on ranks alone, so fitting them on the rows that the map was fitted on costs
    them nothing.
    """
    logits, labels = _checked(logits, labels)
    fitted = fit_map(logits, labels, method)
    llrs, labels = apply_map(fitted, logits[counted]), labels[counted]
    low, high = llr_bounds(llrs, labels)
    return BucketCalibration(
        bucket=bucket,
        map=fitted,
        n_authentic=int((labels == 0).sum()),
        n_synthetic=int((labels == 1).sum()),
        llr_low=low,
        llr_high=high,
        some=operating_point(llrs, labels, policy.some_fpr),
        strong=operating_point(llrs, labels, policy.strong_fpr),
        conformal=fit_conformal(llrs, labels, policy.conformal_alpha),
    )


def calibrate(
    logits: Logits,
    labels: Labels,
    buckets: Sequence[Bucket],
    *,
    method: Method,
    scorecard: str,
    created: str,
    validated_until: str,
    policy: Policy = DEFAULT,
) -> Calibration:
    """Calibrate every bucket that has 200 rows of each class, and the parents of all; thinner ones fall back to these.

    ``logits`` (N,), ``labels`` (N,), ``buckets`` N, one per row.  Raises ValueError where even all rows together are too few.
    """
    logits, labels = _checked(logits, labels)
    if len(buckets) != len(logits):
        raise ValueError(f"{len(logits)} logits but {len(buckets)} buckets")
    wanted = sorted({one for bucket in buckets for one in (bucket, *bucket.parents())}, key=lambda one: one.name)
    fitted = []
    for bucket in wanted:
        inside = np.array([bucket == one or bucket in one.parents() for one in buckets])
        rows = np.bincount(labels[inside], minlength=2)
        if rows.min() >= MIN_ROWS:
            fitted.append(calibrate_bucket(logits[inside], labels[inside], bucket, method, policy))
    if Bucket() not in {one.bucket for one in fitted}:
        raise ValueError(f"calibration needs {MIN_ROWS} rows of each class; there are {np.bincount(labels, minlength=2).tolist()}")
    return Calibration(scorecard=scorecard, created=created, validated_until=validated_until, buckets=tuple(fitted))


def _checked(logits: Logits, labels: Labels) -> tuple[Logits, Labels]:
    logits, labels = np.asarray(logits, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    if logits.ndim != 1 or logits.shape != labels.shape:
        raise ValueError(f"logits and labels must be two equally long lists, not {logits.shape} and {labels.shape}")
    if not np.isfinite(logits).all():
        raise ValueError("logits must be finite")
    if not np.isin(labels, (0, 1)).all() or len(np.unique(labels)) != 2:
        raise ValueError("labels must be 0 and 1, and both must occur")
    return logits, labels


def _refuse_reversed(slope: float) -> None:
    if not slope > 0.0:
        raise ValueError("the logits do not rise with label 1; is the polarity reversed?")
