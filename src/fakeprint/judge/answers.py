"""One answer per question: the level that the findings reach, unless a mandatory condition makes it inconclusive."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fakeprint.core.evidence import AttributionClaim, Evidence, EvidenceStatus, OriginStatement, Question
from fakeprint.core.time_text import time_text
from fakeprint.core.verdict import Answer, Level
from fakeprint.judge import wording
from fakeprint.judge.conflicts import Conflict, same_maker
from fakeprint.judge.findings import Finding, Weight, combined_level, standing_out
from fakeprint.judge.fuse import Opinion, first_reason
from fakeprint.judge.inconclusive import Circumstances, Reason, mandatory
from fakeprint.judge.likelihood import verbal
from fakeprint.judge.policy import RANK, Policy

STATEMENTS: dict[Question, frozenset[OriginStatement]] = {
    Question.SYNTHETIC: frozenset({OriginStatement.AI_GENERATED, OriginStatement.AI_POSSIBLE}),
    Question.MANIPULATED: frozenset({OriginStatement.AI_EDITED}),
}
"""Which statements speak to which question.  One does not imply another."""

UNKNOWN = "unknown"
_HINTS = 8


@dataclass(frozen=True)
class Case:
    """What all answers about one file draw on.  ``pixels`` holds what calibrated detectors say, per question."""

    evidence: tuple[Evidence, ...]
    found: tuple[Finding, ...]
    conflicts: tuple[Conflict, ...]
    pixels: dict[Question, Opinion | None]
    decode_error: bool
    policy: Policy


def answer(question: Question, case: Case) -> Answer:
    """Answer whether the whole was generated, or whether something was manipulated."""
    speaking = [one for one in case.found if one.statement in STATEMENTS[question]]
    carrying = [one for one in speaking if one.ceiling is not None]
    reached = combined_level(carrying, case.policy)
    signed = _signed(question, reached, carrying, case.found)
    pixels = case.pixels.get(question)
    touching = [one for one in case.conflicts if question in one.touches]
    failed = _failed(question, case.evidence)
    reason = mandatory(
        Circumstances(
            signed=signed is not None,
            declared=reached is not None,
            conflict=bool(touching),
            decode_error=case.decode_error,
            examiner_failed=bool(failed),
            pixels=pixels.reasons if pixels else frozenset(),
        )
    )
    hints = _hint_caveats(speaking)
    because = [one.evidence for one in carrying]
    if reason is not None:
        sides = [side.evidence for conflict in touching for side in (conflict.one, conflict.other)]
        read = pixels.because if pixels and (pixels.level is not Level.NONE_FOUND) else ()
        return inconclusive(question, reason, because=[*because, *sides, *failed, *read], caveats=hints)
    if signed is not None:
        return _signed_answer(question, signed, carrying, (*_beside(question, pixels, case), *hints))
    return _weighed_answer(question, reached, carrying, case, hints)


def _weighed_answer(question: Question, declared: Level | None, carrying: Sequence[Finding], case: Case, hints: tuple[str, ...]) -> Answer:
    """Return the higher of what declarations and pixels reach; a low score takes nothing away from a declaration."""
    pixels = case.pixels.get(question)
    seen = (pixels.level if pixels else None) or Level.NONE_FOUND
    level = max(declared or Level.NONE_FOUND, seen, key=RANK.__getitem__)
    by_pixels = pixels is not None and seen is not Level.NONE_FOUND
    because = [one.evidence for one in carrying]
    return Answer(
        level=level,
        text=wording.LEVELS[question][level],
        probability=pixels.probability if pixels else None,
        because=_ids([*because, *(pixels.because if pixels and by_pixels else ())]),
        licensed_by=pixels.licensed_by if pixels and pixels.level is not None else (),
        caveats=(*_rung_caveats(carrying), *(speaks(pixels, case) if by_pixels else _beside(question, pixels, case)), *hints),
    )


def _beside(question: Question, pixels: Opinion | None, case: Case) -> tuple[str, ...]:
    """Return what to say of detectors beside an answer that rests on something else."""
    if pixels is None:
        return ()
    if pixels.level is None:
        reason = first_reason(pixels.reasons)
        return (wording.PIXELS_UNDECIDED.format(reason=wording.REASONS[reason]),) if reason else ()
    if pixels.level is Level.NONE_FOUND:
        return measured(pixels)
    return (wording.PIXELS_SPEAK.format(finding=wording.LEVELS[question][pixels.level]), *speaks(pixels, case))


def speaks(pixels: Opinion | None, case: Case) -> tuple[str, ...]:
    """Return what stands beside an indication: in videos whose face it is and when, then what the detector is worth."""
    return (*_where(pixels, case), *measured(pixels))


def _where(pixels: Opinion | None, case: Case) -> tuple[str, ...]:
    if pixels is None:
        return ()
    lines = []
    for one in standing_out(case.evidence, pixels.because):
        track = one.track
        words = wording.WHERE if one.several > 1 else wording.WHERE_ONE
        first, last = time_text(track.first_s), time_text(track.last_s)
        lines.append(words.format(track=track.track, several=one.several, first=first, last=last, faces=track.faces))
    return tuple(dict.fromkeys(lines))


def measured(pixels: Opinion | None) -> tuple[str, ...]:
    """Return the error rates, the support and the date that stand beside every answer of a detector."""
    if pixels is None or pixels.llr is None:
        return ()
    lines: list[str] = []
    for claim in pixels.claims:
        point = claim.strong if pixels.level is Level.STRONG and claim.strong else claim.some
        if point is not None:
            rates = {name: f"{getattr(point, name):.1%}" for name in ("fpr", "fpr_high", "tpr", "tpr_low")}
            lines.append(
                wording.MEASURED.format(bucket=claim.calibrated_on, n_authentic=claim.n_authentic, n_synthetic=claim.n_synthetic, **rates)
            )
        if claim.bucket != claim.calibrated_on:
            lines.append(wording.NOT_OWN_BUCKET.format(own=claim.bucket, used=claim.calibrated_on))
        lines.append(wording.VALIDATED_UNTIL.format(date=claim.validated_until))
    if pixels.level is not Level.NONE_FOUND:
        lines.append(wording.SUPPORT.format(words=verbal(pixels.llr, min(claim.llr_high for claim in pixels.claims))))
    return tuple(dict.fromkeys(lines))


def inconclusive(question: Question, reason: Reason, *, because: Iterable[str] = (), caveats: Iterable[str] = ()) -> Answer:
    """Return an inconclusive answer with its reason in words."""
    text = wording.LEVELS[question][Level.INCONCLUSIVE].format(reason=wording.REASONS[reason])
    return Answer(level=Level.INCONCLUSIVE, text=text, reason=reason.value, because=_ids(because), caveats=tuple(caveats))


def generator(case: Case, synthetic: Answer, manipulated: Answer) -> Answer:
    """Name the generator that the declarations name; never with more certainty than the answer that they carry."""
    question, source = _named_by(synthetic, manipulated)
    if source.level is Level.NONE_FOUND:
        return Answer(level=Level.NONE_FOUND, text=wording.LEVELS[Question.GENERATOR][Level.NONE_FOUND])
    if source.level is Level.INCONCLUSIVE:
        return inconclusive(Question.GENERATOR, Reason(source.reason or ""), because=source.because)
    touching = [one for one in case.conflicts if Question.GENERATOR in one.touches]
    carrying = [one for one in case.found if one.statement in STATEMENTS[question] and one.ceiling is not None]
    named = sorted((one for one in carrying if one.name), key=_strength)
    signed = [one for one in named if one.ceiling is Level.SIGNED_STATEMENT]
    if touching:
        sides = [side.evidence for conflict in touching for side in (conflict.one, conflict.other)]
        return inconclusive(Question.GENERATOR, Reason.CONFLICT, because=sides)
    resembled = _resembled(case.evidence) if not named and question is Question.SYNTHETIC else None
    if resembled is not None:
        family, evidence_id = resembled
        return Answer(
            level=Level.SOME,
            text=wording.LEVELS[Question.GENERATOR][Level.SOME].format(name=family),
            because=_ids([evidence_id]),
            name=family,
            caveats=(wording.RESEMBLANCE,),
        )
    if not named:
        unknown = inconclusive(Question.GENERATOR, Reason.GENERATOR_UNKNOWN, because=source.because)
        return unknown.model_copy(update={"name": UNKNOWN})
    top = (signed or named)[0]
    agreeing = [one for one in named if one is top or same_maker(one, top)]
    level = min(combined_level(agreeing, case.policy) or Level.NONE_FOUND, source.level, key=RANK.__getitem__)
    by_signer = level is Level.SIGNED_STATEMENT
    return Answer(
        level=level,
        text=wording.LEVELS[Question.GENERATOR][level].format(name=top.name, signer=top.signer),
        because=_ids(one.evidence for one in agreeing),
        statement=top.statement if by_signer else None,
        signer=top.signer if by_signer else None,
        name=top.name,
        caveats=(wording.NAME_ONLY, *_rung_caveats(agreeing)),
    )


def _resembled(evidence: Iterable[Evidence]) -> tuple[str, str] | None:
    """Return the generator family that pixels resemble and the evidence that says so, None where it is not one that the model knows.

    Resemblance alone carries no more than ``some``, which no answer that asks for a name lies below.
    """
    for one in evidence:
        for claim in one.claims:
            if isinstance(claim, AttributionClaim) and one.status is EvidenceStatus.OK:
                probability, name = max(zip(claim.probabilities, claim.names, strict=True))
                if probability >= claim.min_probability:
                    return name, one.id
    return None


def _named_by(synthetic: Answer, manipulated: Answer) -> tuple[Question, Answer]:
    """Return the answer whose statements name the generator: full generation first, then editing."""
    speaks = synthetic.statement is not OriginStatement.CAPTURED
    if speaks and RANK[synthetic.level] >= RANK[Level.SOME]:
        return Question.SYNTHETIC, synthetic
    if not speaks or RANK[manipulated.level] > RANK[synthetic.level]:
        return Question.MANIPULATED, manipulated
    return Question.SYNTHETIC, synthetic


def _signed(question: Question, reached: Level | None, carrying: Sequence[Finding], found: Sequence[Finding]) -> Finding | None:
    """Return the signed statement that would be the answer: of AI origin first, of capture where nothing speaks against it.

    A statement in the capture's own credentials that AI use is possible does not displace it.
    """
    if reached is Level.SIGNED_STATEMENT:
        return min((one for one in carrying if one.ceiling is Level.SIGNED_STATEMENT), key=_strength)
    if question is not Question.SYNTHETIC or any(one.statement is OriginStatement.AI_GENERATED for one in carrying):
        return None
    captures = [one for one in found if one.statement is OriginStatement.CAPTURED and one.weight is Weight.SIGNED]
    return min(captures, key=_strength, default=None)


def _strength(finding: Finding) -> tuple[int, int, int, str, str, str]:
    """Sort key: the strongest first; ties in a fixed order."""
    rank = -1 if finding.ceiling is None else RANK[finding.ceiling]
    possible = finding.statement is OriginStatement.AI_POSSIBLE
    return (-rank, possible, finding.depth, finding.evidence, finding.name or "", finding.signer)


def _signed_answer(question: Question, signed: Finding, carrying: Sequence[Finding], hints: tuple[str, ...]) -> Answer:
    captured = signed.statement is OriginStatement.CAPTURED
    caveats = list(
        _rung_caveats([one for one in carrying if one.weight is not Weight.SIGNED or one.statement is OriginStatement.AI_POSSIBLE])
    )
    if captured:
        caveats.append(wording.CAPTURED)
    if signed.depth > 0:
        caveats.append(wording.EARLIER)
    return Answer(
        level=Level.SIGNED_STATEMENT,
        text=wording.LEVELS[question][Level.SIGNED_STATEMENT].format(signer=signed.signer, statement=wording.STATEMENTS[signed.statement]),
        because=_ids([signed.evidence, *(one.evidence for one in carrying)]),
        statement=signed.statement,
        signer=signed.signer,
        caveats=(*caveats, *hints),
    )


def _failed(question: Question, evidence: Iterable[Evidence]) -> list[str]:
    return [one.id for one in evidence if one.status is EvidenceStatus.FAILED and question in one.questions]


def _rung_caveats(carrying: Iterable[Finding]) -> tuple[str, ...]:
    caveats: dict[str, None] = {}
    for one in carrying:
        if one.statement is OriginStatement.AI_POSSIBLE:
            caveats[wording.POSSIBLE] = None
        if one.rung == 2:
            caveats[wording.CHAINED if one.chained else wording.SIGNER_UNKNOWN] = None
        elif one.rung == 4:
            caveats[wording.UNSIGNED] = None
        elif one.rung == 5:
            caveats[wording.WATERMARK] = None
    return tuple(sorted(caveats))


def _hint_caveats(speaking: Iterable[Finding]) -> tuple[str, ...]:
    hints = {
        wording.HINT.format(source=one.source, name=one.name or wording.STATEMENTS[one.statement])
        for one in speaking
        if one.ceiling is None
    }
    return tuple(sorted(hints))[:_HINTS]


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(ids)))
