"""What every metric is: one kernel over weighted rows, and what it takes, refuses and means.

A kernel takes ``values`` (N,), ``labels`` (N,) and ``weights`` (B, N) and returns (B,): row b is the metric on a sample that holds
row n ``weights[b, n]`` times.  The plain value is the kernel with all weights 1, a bootstrap is the kernel with the multiplicities of
its draws: there is one implementation of each metric.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]
Labels = NDArray[np.int64]
Weights = NDArray[np.float64]
Kernel = Callable[[Values, Labels, Weights], Values]


class Refused(ValueError):
    """The metric has no value on these rows; the message says why, and the number is printed as n/a."""


class Takes(StrEnum):
    """What the values of a metric are.

    ``scores``: any finite number, higher is more synthetic.  ``llr``: calibrated natural-log likelihood ratios.  ``probabilities``:
    of label 1, in [0, 1].  ``called``: 1 where the detector indicates label 1, else 0.  ``decisions``: the same with -1 where it
    abstains.  ``classes``: predicted class indices, ``labels`` being the true ones.  ``fractions``: one number in [0, 1] for each row,
    labels are not looked at.
    """

    SCORES = "scores"
    LLR = "llr"
    PROBABILITIES = "probabilities"
    CALLED = "called"
    DECISIONS = "decisions"
    CLASSES = "classes"
    FRACTIONS = "fractions"


@dataclass(frozen=True)
class Metric:
    """One metric.

    ``low`` and ``high`` bound its value, None where unbounded.  ``needs`` returns why rows that are otherwise sound do not suffice
    (too few rows), or None.  ``oracle`` marks operating points that were chosen on the rows they are measured on.  ``of_label`` is set
    for rates over the rows of one label.
    """

    name: str
    title: str
    takes: Takes
    kernel: Kernel
    higher_is_better: bool
    needs_both_classes: bool = True
    low: float | None = 0.0
    high: float | None = 1.0
    needs: Callable[[Labels], str | None] | None = None
    oracle: bool = False
    of_label: int | None = None

    def __call__(self, values: ArrayLike, labels: ArrayLike) -> float:
        """Return the metric of N rows.

        Raises:
            Refused: no rows, lists of unlike length, NaN or infinity, values that are not what the metric takes, one class only where
                both are needed, or too few rows.
        """
        checked, classes = self.check(values, labels)
        return float(self.kernel(checked, classes, np.ones((1, len(checked))))[0])

    def check(self, values: ArrayLike, labels: ArrayLike) -> tuple[Values, Labels]:
        """Return the rows as arrays, or raise :class:`Refused`."""
        given, classes = np.asarray(values, dtype=np.float64), np.asarray(labels)
        if given.ndim != 1 or given.shape != classes.shape:
            raise Refused(f"values and labels must be two equally long lists, not {given.shape} and {classes.shape}")
        if not len(given):
            raise Refused("no rows")
        if not np.isfinite(given).all():
            raise Refused("a value is not finite")
        _check_values(given, self.takes)
        if self.takes is Takes.CLASSES:
            if not np.equal(np.mod(classes, 1), 0).all() or classes.min() < 0:
                raise Refused("true classes are indices from 0")
        elif self.takes is not Takes.FRACTIONS:
            if not np.isin(classes, (0, 1)).all():
                raise Refused("labels are 0 and 1")
            if self.needs_both_classes and len(np.unique(classes)) < 2:
                raise Refused(f"all rows have the label {int(classes[0])}")
        classes = classes.astype(np.int64)
        if self.needs is not None and (why := self.needs(classes)):
            raise Refused(why)
        return given, classes


_WORDS = {Takes.PROBABILITIES: "probabilities", Takes.FRACTIONS: "fractions"}
_SETS = {Takes.CALLED: (0.0, 1.0), Takes.DECISIONS: (-1.0, 0.0, 1.0)}


def _check_values(values: Values, takes: Takes) -> None:
    if takes in _WORDS and (values.min() < 0 or values.max() > 1):
        raise Refused(f"{_WORDS[takes]} lie in 0 to 1; these run from {values.min():g} to {values.max():g}")
    if takes in _SETS and not np.isin(values, _SETS[takes]).all():
        raise Refused(f"{takes.value} values are {', '.join(f'{one:g}' for one in _SETS[takes])}")
    if takes is Takes.CLASSES and (values.min() < 0 or not np.equal(np.mod(values, 1), 0).all()):
        raise Refused("predicted classes are indices from 0")


def weighted_mean(values: Values, weights: Weights) -> Values:
    """Return the mean of ``values`` (N,) under each row of ``weights`` (B, N), NaN where a row has no weight at all."""
    total = weights.sum(axis=1)
    mean: Values = np.divide(weights @ values, total, out=np.full(len(weights), np.nan), where=total > 0)
    return mean
