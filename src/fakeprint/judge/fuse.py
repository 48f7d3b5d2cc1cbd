"""Calibrated detectors to one opinion per route; nothing else may enter (specs: field 9.3, evaluation 6).

Within a route the mean of the bounded log-likelihood ratios is taken: detectors trained on like data are not independent, so their
ratios must not be multiplied.  The level is the lowest that any deciding detector of the route reaches, so that the error rate which
licenses it holds however many detectors run; one that found nothing beside one that found something is disagreement.  Routes are
never averaged with each other; the one that says most speaks.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fakeprint.core.calibration import probability_of
from fakeprint.core.evidence import DetectionClaim, Evidence, EvidenceStatus, Question, Route, Score, ScoreUnit
from fakeprint.core.verdict import Level
from fakeprint.judge.inconclusive import PIXEL_REASONS, Reason
from fakeprint.judge.policy import RANK, Policy


@dataclass(frozen=True)
class CalibratedLlr:
    """A natural-log likelihood ratio with the bounds of its calibration.  The only type that :func:`fuse_llrs` takes."""

    value: float
    low: float
    high: float

    @classmethod
    def of_score(cls, score: Score, low: float, high: float) -> "CalibratedLlr":
        """Take a score if it is a calibrated log-likelihood ratio; raise TypeError for anything else.

        >>> CalibratedLlr.of_score(Score(question=Question.SYNTHETIC, value=3.0, unit=ScoreUnit.Z), -1.0, 1.0)
        Traceback (most recent call last):
        ...
        TypeError: only calibrated log-likelihood ratios can be fused, not z (calibrated: False)
        """
        if score.unit is not ScoreUnit.LLR or not score.calibrated:
            raise TypeError(f"only calibrated log-likelihood ratios can be fused, not {score.unit} (calibrated: {score.calibrated})")
        return cls(min(max(score.value, low), high), low, high)

    @classmethod
    def of_claim(cls, claim: DetectionClaim) -> "CalibratedLlr":
        """Take the calibrated ratio of a detection."""
        return cls(min(max(claim.llr, claim.llr_low), claim.llr_high), claim.llr_low, claim.llr_high)


def fuse_llrs(llrs: Sequence[CalibratedLlr]) -> float:
    """Return the mean ratio, held within the narrowest of the bounds.

    >>> fuse_llrs([CalibratedLlr(4.0, -5.0, 5.0), CalibratedLlr(2.0, -2.0, 2.0)])
    2.0
    """
    mean = sum(one.value for one in llrs) / len(llrs)
    low, high = max(one.low for one in llrs), min(one.high for one in llrs)
    return min(max(mean, low), high)


@dataclass(frozen=True)
class Opinion:
    """What the detectors of one question say together.

    ``level`` is None where they do not decide, and ``reasons`` says why.  ``llr`` is the fused ratio of the detectors that decided.
    """

    level: Level | None
    reasons: frozenset[Reason]
    llr: float | None
    because: tuple[str, ...]
    licensed_by: tuple[str, ...]
    claims: tuple[DetectionClaim, ...]

    @property
    def probability(self) -> float | None:
        """Calibrated probability of label 1 under a 50/50 prior."""
        return None if self.llr is None else probability_of(self.llr)


Check = Callable[[DetectionClaim], Reason | None]


def opinion(question: Question, found: Iterable[tuple[str, DetectionClaim]], check: Check, policy: Policy) -> Opinion | None:
    """Return what all detections of a question say, or None where there are none.

    ``found`` pairs ids of evidence with detections; ``check`` returns why one cannot be relied on for this file.  The route that
    says most speaks for the question; a route that cannot decide outranks one that found nothing, so that it is not overlooked.
    """
    asked = [(name, claim) for name, claim in found if claim.question is question]
    routes = [_route([pair for pair in asked if pair[1].route is route], check, policy) for route in Route]
    opinions = [one for one in routes if one is not None]
    return max(opinions, key=lambda one: RANK[one.level or Level.INCONCLUSIVE], default=None)


_SILENCE = {"too_small": Reason.TOO_SMALL, "no_face": Reason.NO_FACE, "few_faces": Reason.FEW_FACES, "format": Reason.NOT_A_STILL}


def silence(question: Question, evidence: Iterable[Evidence]) -> Opinion | None:
    """Return why learned detectors of a question could not look at this file, or None where there are none.

    What a detector could not look at is not the same as what it looked at and found nothing.
    """
    reasons = frozenset(
        _SILENCE.get(one.reason or "", Reason.OUTSIDE_DOMAIN)
        for one in evidence
        if one.weights_sha256 and one.status is EvidenceStatus.NOT_APPLICABLE and question in one.questions
    )
    return _opinion(None, reasons, None, ()) if reasons else None


def _route(pairs: Sequence[tuple[str, DetectionClaim]], check: Check, policy: Policy) -> Opinion | None:
    if not pairs:
        return None
    decisions = [(name, claim, check(claim) or decide(claim, policy)) for name, claim in pairs]
    deciding = [(name, claim, level) for name, claim, level in decisions if isinstance(level, Level)]
    if not deciding:
        reasons = frozenset(one for _, _, one in decisions if isinstance(one, Reason))
        return _opinion(None, reasons, None, [(name, claim) for name, claim, _ in decisions])
    used = [(name, claim) for name, claim, _ in deciding]
    llrs = [CalibratedLlr.of_claim(claim) for _, claim in used]
    levels = {level for _, _, level in deciding}
    if Level.NONE_FOUND in levels and len(levels) > 1:
        return _opinion(None, frozenset({Reason.DETECTORS_DISAGREE}), None, used)
    return _opinion(min(levels, key=RANK.__getitem__), frozenset(), fuse_llrs(llrs), used)


def _opinion(level: Level | None, reasons: frozenset[Reason], llr: float | None, used: Sequence[tuple[str, DetectionClaim]]) -> Opinion:
    return Opinion(
        level=level,
        reasons=reasons,
        llr=llr,
        because=tuple(sorted({name for name, _ in used})),
        licensed_by=tuple(sorted({claim.scorecard for _, claim in used})),
        claims=tuple(claim for _, claim in used),
    )


def decide(claim: DetectionClaim, policy: Policy) -> Level | Reason:
    """Return the level of one detection that lies within its domain, or why it abstains.

    Without operating points or without a prediction set nothing licenses a level, and the detector abstains as outside its domain.
    """
    if claim.conformal is None or claim.some is None:
        return Reason.OUTSIDE_DOMAIN
    if len(claim.conformal) != 1:
        return Reason.CONFORMAL_BOTH if claim.conformal else Reason.CONFORMAL_NONE
    if claim.mapped < claim.some.llr:
        below = claim.conformal == (0,) and claim.mapped < policy.abstain_from
        return Level.NONE_FOUND if below else Reason.ABSTENTION_BAND
    if claim.conformal == (0,):
        return Reason.ABSTENTION_BAND
    return Level.STRONG if claim.strong is not None and claim.mapped >= claim.strong.llr else Level.SOME


def first_reason(reasons: frozenset[Reason]) -> Reason | None:
    """Return the reason that is named where several hold."""
    return next((reason for reason in PIXEL_REASONS if reason in reasons), None)
