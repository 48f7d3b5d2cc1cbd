"""Evidence sorted by what it is worth, and told apart by what came out of it (specs: reliability 12.3, 12.5, 12.6)."""

from dataclasses import dataclass

from fakeprint.core.evidence import (
    AnomalyClaim,
    CredentialClaim,
    DetectionClaim,
    Evidence,
    EvidenceStatus,
    FactClaim,
    FindingStatus,
    MeasureClaim,
    OriginClaim,
)
from fakeprint.core.report import Report
from fakeprint.core.verdict import Answer, Level, Verdict
from fakeprint.reports.wording import EVIDENCE, reason, subject, title

STRENGTH = (Level.SIGNED_STATEMENT, Level.STRONG, Level.SOME, Level.INCONCLUSIVE, Level.NONE_FOUND)
_FOUND = (FindingStatus.PRESENT, FindingStatus.UNREADABLE)


@dataclass(frozen=True)
class Outcome:
    """The evidence of one report, each piece in exactly one list, and what else was not looked at.

    ``found`` is ordered by strength; ``nothing`` finished and found nothing; ``not_applicable`` cannot be asked of this file; ``open``
    failed or was not run.  ``not_checked`` lists ``(what, why)`` of everything that was not looked at, ``open`` included.
    """

    found: tuple[Evidence, ...]
    nothing: tuple[Evidence, ...]
    not_applicable: tuple[Evidence, ...]
    open: tuple[Evidence, ...]
    not_checked: tuple[tuple[str, str], ...]


def outcome_of(report: Report) -> Outcome:
    """Sort the evidence of a report."""
    cited = {name for answer in _answers(report.verdict) for name in answer.because}
    done = [one for one in report.evidence if one.status is EvidenceStatus.OK]
    return Outcome(
        found=tuple(sorted((one for one in done if has_finding(one)), key=lambda one: (one.id not in cited, _rank(one)))),
        nothing=tuple(one for one in done if not has_finding(one)),
        not_applicable=tuple(one for one in report.evidence if one.status is EvidenceStatus.NOT_APPLICABLE),
        open=tuple(one for one in report.evidence if one.status in (EvidenceStatus.FAILED, EvidenceStatus.NOT_CHECKED)),
        not_checked=_not_checked(report),
    )


def has_finding(evidence: Evidence) -> bool:
    """Whether anything came out: a declaration, a number, a fact, something odd.  Says nothing about its weight."""
    if evidence.score is not None or evidence.regions:
        return True
    return any(not isinstance(claim, OriginClaim | CredentialClaim) or claim.status in _FOUND for claim in evidence.claims)


def strongest_level(evidence: Evidence) -> int | None:
    """Return the best place on the strength ladder (1 is strongest) among what was found, None where nothing is on it."""
    levels = [
        claim.level
        for claim in evidence.claims
        if isinstance(claim, OriginClaim | CredentialClaim) and claim.status is FindingStatus.PRESENT and claim.level is not None
    ]
    return min(levels, default=None)


def _rank(evidence: Evidence) -> float:
    level = strongest_level(evidence)
    if level is not None:
        return level
    detections = [claim.llr for claim in evidence.claims if isinstance(claim, DetectionClaim)]
    if detections:
        return 3.5 if max(detections) > 0 else 6
    if any(isinstance(claim, AnomalyClaim | CredentialClaim | OriginClaim) for claim in evidence.claims):
        return 4.5
    if evidence.score is not None:
        return 3.5 if evidence.score.calibrated else 5.5
    return 7 if any(isinstance(claim, MeasureClaim | FactClaim) for claim in evidence.claims) else 8


def headline(report: Report) -> tuple[Level | None, str]:
    """Return the strongest answer's level and one line; None with the reason where there is no verdict."""
    if report.verdict is None:
        return None, f"Could not be examined: {report.error.message}" if report.error else "Not examined"
    answer = min((report.verdict.synthetic, report.verdict.manipulated), key=lambda one: STRENGTH.index(one.level))
    return answer.level, answer.text


def _answers(verdict: Verdict | None) -> tuple[Answer, ...]:
    return (verdict.synthetic, verdict.manipulated, verdict.generator) if verdict else ()


def _not_checked(report: Report) -> tuple[tuple[str, str], ...]:
    """Join what the judge lists with what the evidence says, each thing once."""
    elsewhere = {one.examiner for one in report.evidence if one.status is EvidenceStatus.NOT_APPLICABLE}
    verdict = report.verdict.not_checked if report.verdict else ()
    listed = {subject(one.what): reason(one.reason) for one in verdict if one.what not in elsewhere}
    for one in report.evidence:
        parts = [
            claim for claim in one.claims if isinstance(claim, OriginClaim | CredentialClaim) and claim.status is FindingStatus.NOT_CHECKED
        ]
        for claim in parts:
            what = (claim.tool or claim.vendor or claim.parser) if isinstance(claim, OriginClaim) else one.examiner
            listed.setdefault(subject(what), reason(claim.reason))
        if one.status is EvidenceStatus.NOT_CHECKED and parts:
            listed.pop(title(one.examiner), None)
        elif one.status in (EvidenceStatus.FAILED, EvidenceStatus.NOT_CHECKED):
            listed.setdefault(title(one.examiner), f"{EVIDENCE[one.status]}: {reason(one.reason) or one.summary}")
    return tuple(listed.items())
