"""Findings that contradict each other, and which answers that touches (specs: provenance 1.5, PROV-22).

Every contradiction is listed.  It makes an answer inconclusive only if the side against the answer can stand up to it:

* A signed statement of AI origin is touched by a signed statement of capture alone; no unsigned text cancels it.
* A signed statement of capture is touched by any declaration of AI use outside its own credentials (rungs 1 to 5), and by metadata
  that name another camera maker than the signer.  It is the one statement that could reassure, so it yields early.
* An unsigned declaration or an open watermark is touched by any capture claim, and a statement of full generation also by a
  camera maker in the metadata.  That such metadata are easily copied is why the answer is then open and not the opposite.
* Hints (rung 6) are listed and touch nothing.

Generations of one credential are a history and not a contradiction: a picture generated from a photograph, or captured and then
edited with AI, says both.  Only a generated picture *before* a capture in one history contradicts it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from fakeprint.core.evidence import AnomalyClaim, Evidence, OriginStatement, Question
from fakeprint.core.sanitise import plain
from fakeprint.core.verdict import Level
from fakeprint.judge.findings import AI_STATEMENTS, CameraFact, Finding, Weight, known_make
from fakeprint.judge.fuse import Opinion
from fakeprint.judge.policy import Policy
from fakeprint.judge.wording import CAMERA, CONFLICT, GENERATOR_NAMED, LEVELS, MORE_CONFLICTS, SOURCES, STATEMENTS, UNNAMED_SIGNER

_SIDE_CHARS = 300
_ENDS = 4


@dataclass(frozen=True)
class Side:
    """What one side of a contradiction says, in words, and how much it weighs."""

    evidence: str
    source: str
    says: str
    weight: Weight


@dataclass(frozen=True)
class Conflict:
    """A contradiction between two sides; ``touches`` are the questions whose answers it makes inconclusive."""

    one: Side
    other: Side
    touches: frozenset[Question]

    @property
    def text(self) -> str:
        """One sentence that names both sides."""
        return CONFLICT.format(one=self.one.source, one_says=self.one.says, other=self.other.source, other_says=self.other.says)


def find_conflicts(found: Sequence[Finding], cameras: Sequence[CameraFact], policy: Policy) -> tuple[Conflict, ...]:
    """Return all contradictions about origin, in a fixed order, each text once."""
    found = _representatives(found)
    conflicts = [*_capture_conflicts(found), *_camera_conflicts(found, cameras, policy), *_vendor_conflicts(found, policy)]
    merged: dict[str, Conflict] = {}
    for conflict in conflicts:
        same = merged.get(conflict.text)
        merged[conflict.text] = Conflict(conflict.one, conflict.other, conflict.touches | (same.touches if same else frozenset()))
    return tuple(merged[text] for text in sorted(merged))


def _representatives(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Thin out findings of one examiner that say the same with the same weight: the first and last by depth stand for them.

    A file can hold hundreds of declarations; pairs of them would be hundreds of thousands.
    """
    groups: dict[tuple[str, OriginStatement, Weight], list[Finding]] = {}
    for one in found:
        groups.setdefault((one.evidence, one.statement, one.weight), []).append(one)
    kept: list[Finding] = []
    for group in groups.values():
        distinct = list({(one.depth, one.makers, one.signer): one for one in group}.values())
        distinct.sort(key=lambda one: (one.depth, sorted(one.makers), one.signer))
        kept += distinct if len(distinct) <= 2 * _ENDS else distinct[:_ENDS] + distinct[-_ENDS:]
    return tuple(kept)


def listed(texts: Sequence[str], policy: Policy) -> tuple[str, ...]:
    """Return the sentences of contradictions, at most as many as the policy lists, and the number of those left out."""
    shown = tuple(texts[: policy.listed_conflicts])
    return (*shown, MORE_CONFLICTS.format(count=len(texts) - len(shown))) if len(texts) > len(shown) else shown


def capture_against_pixels(found: Sequence[Finding], pixels: Opinion | None) -> tuple[Conflict, ...]:
    """Return the contradiction between a signed capture and a detector that found AI generation.  It is listed and touches nothing."""
    if pixels is None or pixels.level is None or pixels.level is Level.NONE_FOUND:
        return ()
    says = LEVELS[Question.SYNTHETIC][pixels.level]
    captures = [one for one in found if one.statement is OriginStatement.CAPTURED and one.weight is Weight.SIGNED]
    return tuple(Conflict(Side(name, name, says, Weight.HINT), _side(one), frozenset()) for one in captures[:1] for name in pixels.because)


def declared_disagreements(evidence: Iterable[Evidence], policy: Policy) -> tuple[str, ...]:
    """Return what single examiners report as contradictory about the origin.  It is listed and touches no answer by itself."""
    texts = {
        f"{plain(claim.text)[:_SIDE_CHARS]} ({' / '.join(plain(side)[:_SIDE_CHARS] for side in claim.sides[:4])})"
        for one in evidence
        for claim in one.claims
        if isinstance(claim, AnomalyClaim) and claim.kind in policy.conflict_kinds
    }
    return tuple(sorted(texts))


def _capture_conflicts(found: Sequence[Finding]) -> Iterable[Conflict]:
    captures = [one for one in found if one.statement is OriginStatement.CAPTURED]
    for ai, capture in product((one for one in found if one.statement in AI_STATEMENTS), captures):
        if not _contradicts(ai, capture):
            continue
        touches = set()
        if capture.weight is Weight.SIGNED:
            if ai.weight >= Weight.DECLARED:
                touches.add(Question.SYNTHETIC)
            if ai.weight is Weight.DECLARED and ai.statement is OriginStatement.AI_EDITED:
                touches.add(Question.MANIPULATED)
        elif ai.weight is Weight.DECLARED:
            touches.add(Question.SYNTHETIC)
        yield Conflict(_side(ai), _side(capture), frozenset(touches))


def _contradicts(ai: Finding, capture: Finding) -> bool:
    if ai.evidence == capture.evidence:
        return ai.statement is OriginStatement.AI_GENERATED and ai.depth >= capture.depth
    if ai.statement is OriginStatement.AI_EDITED:
        return capture.weight is Weight.SIGNED and ai.weight is not Weight.SIGNED
    return True


def _camera_conflicts(found: Sequence[Finding], cameras: Sequence[CameraFact], policy: Policy) -> Iterable[Conflict]:
    for finding, camera in product(found, cameras):
        makers = {known_make(text, policy) for text in (finding.vendor, finding.signer, finding.tool)} - {None}
        if camera.make in makers:
            continue
        touches: frozenset[Question] = frozenset()
        if finding.statement is OriginStatement.AI_GENERATED:
            if finding.weight is Weight.DECLARED:
                touches = frozenset({Question.SYNTHETIC})
        elif finding.statement is not OriginStatement.CAPTURED or not makers:
            continue
        elif finding.weight is Weight.SIGNED:
            touches = frozenset({Question.SYNTHETIC})
        says = CAMERA.format(make=camera.make)
        yield Conflict(_side(finding), Side(camera.evidence, SOURCES.get(camera.evidence, camera.evidence), says, Weight.HINT), touches)


def _vendor_conflicts(found: Sequence[Finding], policy: Policy) -> Iterable[Conflict]:
    named = [one for one in found if one.statement in AI_STATEMENTS and one.vendor and not _is_host(one.vendor, policy)]
    for one, other in combinations(named, 2):
        if one.evidence == other.evidence or same_maker(one, other):
            continue
        weights = {one.weight, other.weight}
        both_count = Weight.HINT not in weights and (weights == {Weight.SIGNED} or weights == {Weight.DECLARED})
        touches = frozenset({Question.GENERATOR}) if both_count else frozenset()
        yield Conflict(_vendor_side(one), _vendor_side(other), touches)


def same_maker(one: Finding, other: Finding) -> bool:
    """Whether two findings name a common vendor, tool or model; a longer name that begins with the shorter one counts."""
    return any(_same_name(a, b) for a, b in product(one.makers, other.makers))


def _same_name(a: str, b: str) -> bool:
    words_a, words_b = _words(a), _words(b)
    shorter = min(len(words_a), len(words_b))
    return shorter > 0 and words_a[:shorter] == words_b[:shorter]


def _words(name: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in name).split()


def _is_host(vendor: str, policy: Policy) -> bool:
    return any(_same_name(vendor.casefold(), host) for host in policy.hosts)


def _side(finding: Finding) -> Side:
    says = STATEMENTS[finding.statement]
    if finding.weight is Weight.SIGNED:
        says += f", signed by {finding.signer}"
    elif finding.signer != UNNAMED_SIGNER:
        says += f", by {finding.signer}"
    return Side(finding.evidence, finding.source, says, finding.weight)


def _vendor_side(finding: Finding) -> Side:
    return Side(finding.evidence, finding.source, GENERATOR_NAMED.format(name=finding.name), finding.weight)
