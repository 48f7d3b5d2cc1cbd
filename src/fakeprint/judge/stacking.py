"""Weights of several detectors' calibrated ratios, learned from files of a calibration split (specs: dfspot 10, requirement R16)."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.score_ensemble import Stack
from fakeprint.judge.logistic import fit_logistic

Values = NDArray[np.float64]
_LEAST = 2
"""Groups of each label without which nothing is fitted."""


def fit_stack(llrs: Mapping[str, Values], labels: NDArray[np.int64], groups: Sequence[str]) -> Stack:
    """Fit ``logit P(label 1) = intercept + sum of weight * llr`` under a 50/50 prior.

    ``llrs`` holds each member's calibrated log-likelihood ratios (N,), without gaps: files that a member did not score are left out
    by the caller.  ``labels`` (N,) 0 or 1; ``groups`` (N,) names what belongs together: every group counts once within a label, however
    many files it has.  A member whose weight would be negative is left out, and the rest fitted again.  Targets are moved off 0 and 1
    as Platt does, by numbers of groups.

    Raises:
        ValueError: shapes differ, a value is not finite, a label has fewer than two groups, or no member helps.
    """
    matrix = _checked(llrs, labels, groups)
    names = list(llrs)
    weights, targets = _weights(labels, groups), _targets(labels, groups)
    kept = list(range(len(names)))
    while kept:
        fitted = fit_logistic(np.column_stack([matrix[:, kept], np.ones(len(labels))]), targets, weights)
        lowest = int(np.argmin(fitted[:-1]))
        if fitted[lowest] >= 0:
            break
        del kept[lowest]
    if not kept or not np.any(fitted[:-1] > 0):
        raise ValueError("no member tells the labels apart on these files")
    found = dict.fromkeys(names, 0.0) | {names[at]: float(one) for at, one in zip(kept, fitted[:-1], strict=True)}
    return Stack(
        weights=found,
        intercept=float(fitted[-1]),
        n_authentic=int((labels == 0).sum()),
        n_positive=int((labels == 1).sum()),
        groups=len(set(groups)),
    )


def _checked(llrs: Mapping[str, Values], labels: NDArray[np.int64], groups: Sequence[str]) -> Values:
    if not llrs:
        raise ValueError("stacking needs members")
    if {len(one) for one in llrs.values()} | {len(groups)} != {len(labels)}:
        raise ValueError("members, labels and groups have different numbers of files")
    matrix = np.column_stack([np.asarray(one, np.float64) for one in llrs.values()])
    if not np.isfinite(matrix).all():
        raise ValueError("a ratio is not finite; leave out files that a member did not score")
    for label in (0, 1):
        if len({group for group, one in zip(groups, labels, strict=True) if one == label}) < _LEAST:
            raise ValueError(f"label {label} needs at least {_LEAST} groups")
    return matrix


def _weights(labels: NDArray[np.int64], groups: Sequence[str]) -> Values:
    """Half for each label, within it the same for every group, within that the same for every file."""
    keys = list(zip(labels.tolist(), groups, strict=True))
    files = {key: keys.count(key) for key in set(keys)}
    parts = [sum(one[0] == label for one in files) for label in (0, 1)]
    return np.array([0.5 / parts[label] / files[label, group] for label, group in keys])


def _targets(labels: NDArray[np.int64], groups: Sequence[str]) -> Values:
    n_1, n_0 = (len({group for group, one in zip(groups, labels, strict=True) if one == label}) for label in (1, 0))
    return np.where(labels == 1, (n_1 + 1) / (n_1 + 2), 1 / (n_0 + 2))
