"""Several detectors' scores of one thing to one score: equal, weighted, stacked (specs: dfspot 10, 14.1, requirement R16).

Members that did not run are named, and the score is that of those that ran: a missing member never counts as a low score.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import Field, model_validator

from fakeprint.core.calibration import probability_of
from fakeprint.core.record import Record

COMPATIBLE_THRESHOLD = 0.3
"""From this ensemble score the original calls a video manipulated; it was never calibrated (specs: dfspot 10)."""


@dataclass(frozen=True)
class Ensembled:
    """One score out of several.

    ``score`` is None where no member that counts ran.  ``used`` and ``absent`` are names of members, in the order given.
    """

    score: float | None
    used: tuple[str, ...]
    absent: tuple[str, ...]


def ensemble(scores: Mapping[str, float | None], weights: Mapping[str, float] | None = None) -> Ensembled:
    """Return the mean score of the members that ran, weighted where ``weights`` are given.

    ``scores`` names every member that was asked for, in any one unit (DFSpot: probabilities); None stands for a member that did not
    run.  ``weights`` has a number of at least 0 for each of them; a member that weighs nothing is used without effect.

    Raises:
        ValueError: a score is not finite, or the weights do not fit the members.

    >>> ensemble({"TimmV2": 0.2, "ViT": None, "ViTST": 0.4})
    Ensembled(score=0.30000000000000004, used=('TimmV2', 'ViTST'), absent=('ViT',))
    >>> ensemble({"TimmV2": 0.2, "ViT": 0.4}, {"TimmV2": 3.0, "ViT": 1.0}).score
    0.25
    >>> ensemble({"TimmV2": None})
    Ensembled(score=None, used=(), absent=('TimmV2',))
    """
    shares = _checked(scores, weights)
    used, absent = _present(scores)
    total = math.fsum(shares[name] for name in used)
    if total <= 0.0:
        return Ensembled(None, used, absent)
    mean = math.fsum(shares[name] * value for name, value in scores.items() if value is not None) / total
    return Ensembled(mean, used, absent)


class Stack(Record):
    """Weights of calibrated log-likelihood ratios, fitted on a calibration split by :func:`fakeprint.judge.stacking.fit_stack`.

    ``n_authentic``, ``n_positive`` and ``groups`` tell what they were fitted on.
    """

    weights: dict[str, float] = Field(min_length=1)
    intercept: float
    n_authentic: int = Field(ge=1)
    n_positive: int = Field(ge=1)
    groups: int = Field(ge=2)

    @model_validator(mode="after")
    def _weigh(self) -> "Stack":
        if min(self.weights.values()) < 0 or sum(self.weights.values()) <= 0:
            raise ValueError("weights are at least 0, and one is positive")
        return self


def stacked(llrs: Mapping[str, float | None], stack: Stack) -> Ensembled:
    """Return the stacked log-likelihood ratio of members' calibrated ones.

    Where members are absent, the weights of the others are scaled up to the same total, so that silence is not evidence.

    Raises:
        ValueError: the members are not those that the stack was fitted on, or a value is not finite.

    >>> stack = Stack(weights={"a": 0.5, "b": 0.5}, intercept=-1.0, n_authentic=10, n_positive=10, groups=5)
    >>> stacked({"a": 2.0, "b": 4.0}, stack).score, stacked({"a": 2.0, "b": None}, stack)
    (2.0, Ensembled(score=1.0, used=('a',), absent=('b',)))
    """
    mean = ensemble(llrs, stack.weights)
    if mean.score is None:
        return mean
    total = math.fsum(stack.weights.values())
    return Ensembled(total * mean.score + stack.intercept, mean.used, mean.absent)


def sequence_score(logits: Iterable[float]) -> float | None:
    """Return DFSpot's score of a video by one model: the logistic function of the mean frame logit; None without frames.

    >>> sequence_score([2.0, -2.0]), sequence_score([])
    (0.5, None)
    """
    values = list(logits)
    if not all(math.isfinite(one) for one in values):
        raise ValueError("a frame logit is not finite")
    return probability_of(math.fsum(values) / len(values)) if values else None


def _checked(scores: Mapping[str, float | None], weights: Mapping[str, float] | None) -> Mapping[str, float]:
    if not all(value is None or math.isfinite(value) for value in scores.values()):
        raise ValueError("a score is not finite")
    if weights is None:
        return dict.fromkeys(scores, 1.0)
    if weights.keys() != scores.keys():
        raise ValueError(f"weights are for {', '.join(sorted(weights))}; members are {', '.join(sorted(scores))}")
    if not all(math.isfinite(one) and one >= 0 for one in weights.values()):
        raise ValueError("weights are finite and at least 0")
    return weights


def _present(scores: Mapping[str, float | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(name for name, one in scores.items() if one is not None), tuple(name for name, one in scores.items() if one is None)
