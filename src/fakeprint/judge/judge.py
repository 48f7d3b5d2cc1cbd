"""Evidence to verdict: three answers, each with a level, what it rests on, and what to keep in mind.

Pure and deterministic: the same evidence in any order gives the same verdict.  Only what is present counts; what is absent, not
applicable or not checked never changes a level and is never worded as support (specs: provenance 1).

>>> from fakeprint.core.media import MediaKind
>>> verdict = judge(Media(sha256="0" * 64, kind=MediaKind.IMAGE, mime="image/png", bytes=1), [])
>>> verdict.synthetic.level.value, verdict.synthetic.text
('none_found', 'No indications found. This does not mean the file is authentic')
"""

from collections.abc import Sequence

from fakeprint.core.errors import ErrorInfo
from fakeprint.core.evidence import DetectionClaim, Evidence, Question
from fakeprint.core.media import Media
from fakeprint.core.verdict import FileConditions, Verdict
from fakeprint.judge import wording
from fakeprint.judge.answers import Case, answer, generator
from fakeprint.judge.conditions import conditions_of, screenshot_signs
from fakeprint.judge.conflicts import capture_against_pixels, declared_disagreements, find_conflicts, listed
from fakeprint.judge.coverage import checked, file_caveats, not_checked
from fakeprint.judge.domain import detections, outside_domain, signing_date
from fakeprint.judge.findings import camera_facts, credentials_of, findings
from fakeprint.judge.fuse import Opinion, opinion, silence
from fakeprint.judge.inconclusive import Reason
from fakeprint.judge.policy import DEFAULT, Policy


def judge(media: Media, evidence: Sequence[Evidence], *, decode_error: ErrorInfo | None = None, policy: Policy = DEFAULT) -> Verdict:
    """Answer the three questions from the evidence about one file.

    ``decode_error`` tells that the file could not be decoded in full.  Evidence about another file raises ValueError.
    """
    ordered = tuple(sorted(evidence, key=lambda one: one.id))
    strangers = [one.id for one in ordered if one.media_sha256 != media.sha256]
    if strangers:
        raise ValueError(f"evidence about another file: {', '.join(strangers)}")
    conditions = conditions_of(media, ordered)
    found = findings(ordered, policy)
    pixels = _opinions(ordered, conditions, policy)
    conflicts = (
        *find_conflicts(found, camera_facts(ordered, policy), policy),
        *capture_against_pixels(found, pixels[Question.SYNTHETIC]),
    )
    case = Case(ordered, found, conflicts, pixels, decode_error is not None, policy)
    synthetic = answer(Question.SYNTHETIC, case)
    manipulated = answer(Question.MANIPULATED, case)
    return Verdict(
        synthetic=synthetic,
        manipulated=manipulated,
        generator=generator(case, synthetic, manipulated),
        conflicts=listed([*(one.text for one in conflicts), *declared_disagreements(ordered, policy)], policy),
        checked=checked(ordered),
        not_checked=not_checked(ordered),
        conditions=conditions,
        caveats=(*file_caveats(ordered), *_detector_caveats(ordered), wording.ABSENCE, wording.BASE_RATE),
    )


def _opinions(evidence: Sequence[Evidence], conditions: FileConditions, policy: Policy) -> dict[Question, Opinion | None]:
    screenshot = screenshot_signs(evidence)
    signed_at = signing_date(credential for one in evidence for credential in credentials_of(one))

    def check(claim: DetectionClaim) -> Reason | None:
        return outside_domain(claim, conditions, screenshot=screenshot, signed_at=signed_at, policy=policy)

    found = detections(evidence)
    asked = (Question.SYNTHETIC, Question.MANIPULATED)
    return {question: opinion(question, found, check, policy) or silence(question, evidence) for question in asked}


def _detector_caveats(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    counted = {name for name, _ in detections(evidence)}
    uncounted = sorted({one.examiner for one in evidence if one.score is not None and one.id not in counted})
    listed = (wording.NOT_COUNTED.format(examiners=", ".join(uncounted)),) if uncounted else ()
    return listed if counted else (wording.NO_DETECTOR, *listed)
