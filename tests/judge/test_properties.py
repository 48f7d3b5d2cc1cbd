"""What holds for any evidence at all."""

from collections.abc import Callable
from types import ModuleType

from hypothesis import given, settings
from hypothesis import strategies as st

from fakeprint.core.evidence import (
    Binding,
    CredentialClaim,
    Evidence,
    EvidenceStatus,
    FactClaim,
    FindingStatus,
    OriginClaim,
    OriginStatement,
    Question,
    SignatureState,
    SignerTrust,
    SignerValidity,
)
from fakeprint.core.verdict import Answer, Level, Verdict
from fakeprint.judge.judge import judge
from fakeprint.judge.policy import RANK

SHA = "a" * 64
AI = {OriginStatement.AI_GENERATED, OriginStatement.AI_EDITED, OriginStatement.AI_POSSIBLE}
NAMES = ("c2pa", "iptc", "generator-metadata", "aigc-label", "stealth-png", "third-party")
VENDORS = (None, "OpenAI", "Google", "ComfyUI", "Nikon")

origins = st.builds(
    OriginClaim,
    parser=st.just("p"),
    status=st.sampled_from([FindingStatus.PRESENT] * 4 + [FindingStatus.UNREADABLE, FindingStatus.ABSENT]),
    statement=st.sampled_from([None, *OriginStatement]),
    level=st.sampled_from([None, 1, 2, 3, 4, 5, 6]),
    vendor=st.sampled_from(VENDORS),
    tool=st.sampled_from([None, "ChatGPT", "ComfyUI"]),
    signature_ok=st.sampled_from([None, True, False]),
    depth=st.integers(0, 2),
)
credentials = st.builds(
    CredentialClaim,
    status=st.just(FindingStatus.PRESENT),
    binding=st.sampled_from([Binding.MATCH] * 4 + list(Binding)),
    signature=st.sampled_from([SignatureState.INTACT] * 4 + list(SignatureState)),
    signer_trust=st.sampled_from([SignerTrust.TRUSTED] * 3 + list(SignerTrust)),
    signer_validity=st.sampled_from([(SignerValidity.VALID,), (SignerValidity.EXPIRED,), (SignerValidity.REVOKED,)]),
    signer=st.sampled_from([None, "Signer AG"]),
)
cameras = st.builds(FactClaim, name=st.just("camera_make"), value=st.sampled_from(["Canon", "NIKON CORPORATION", "x"]))


def piece(name: str, claims: tuple[object, ...], status: EvidenceStatus = EvidenceStatus.OK) -> Evidence:
    texts = {"summary": "s", "worth": "w", "examiner_version": "1", "reason": None if status is EvidenceStatus.OK else "format"}
    return Evidence(id=name, examiner=name, media_sha256=SHA, status=status, questions=tuple(Question), claims=claims, **texts)


@st.composite
def files(draw: Callable[[st.SearchStrategy[object]], object]) -> list[Evidence]:
    found = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5)):
        claims = tuple(draw(st.lists(origins, max_size=3)))
        if name == "c2pa" and draw(st.booleans()):
            claims = (draw(credentials), *claims)
        found.append(piece(name, claims))
    if draw(st.booleans()):
        found.append(piece("exif-consistency", (draw(cameras),)))
    return found


def answers(verdict: Verdict) -> tuple[Answer, Answer, Answer]:
    return verdict.synthetic, verdict.manipulated, verdict.generator


def speaks_of_ai(answer: Answer) -> int:
    return 0 if answer.statement is OriginStatement.CAPTURED else RANK[answer.level]


@given(found=files(), order=st.randoms())
@settings(max_examples=120, deadline=None, derandomize=True)
def test_order_makes_no_difference(make: ModuleType, found: list[Evidence], order: object) -> None:
    shuffled = list(found)
    order.shuffle(shuffled)
    assert judge(make.media(), found) == judge(make.media(), shuffled)


@given(found=files())
@settings(max_examples=120, deadline=None, derandomize=True)
def test_because_names_evidence_and_generator_is_never_more_certain(make: ModuleType, found: list[Evidence]) -> None:
    verdict = judge(make.media(), found)
    known = {one.id for one in found}
    for answer in answers(verdict):
        assert set(answer.because) <= known
        assert answer.probability is None
        assert (answer.level is Level.INCONCLUSIVE) == (answer.reason is not None)
        assert (answer.level is Level.SIGNED_STATEMENT) == (answer.signer is not None)
        if RANK[answer.level] > 0:
            assert answer.because
    certain = speaks_of_ai(verdict.synthetic)
    assert RANK[verdict.generator.level] <= (certain if certain >= 2 else max(certain, speaks_of_ai(verdict.manipulated)))


@given(found=files())
@settings(max_examples=120, deadline=None, derandomize=True)
def test_never_above_the_ceilings(make: ModuleType, found: list[Evidence]) -> None:
    verdict = judge(make.media(), found)
    claims = [claim for one in found for claim in one.claims if isinstance(claim, OriginClaim) and claim.status is FindingStatus.PRESENT]
    for answer in answers(verdict):
        if answer.level is Level.SIGNED_STATEMENT:
            assert any(claim.level == 1 or (claim.level == 3 and claim.signature_ok) for claim in claims)
        if answer.level is Level.STRONG:
            chained = any(isinstance(claim, CredentialClaim) for one in found for claim in one.claims)
            assert chained or len(answer.because) >= 2
        if RANK[answer.level] >= RANK[Level.SOME]:
            assert any(claim.level in range(1, 6) for claim in claims)


@given(found=files(), level=st.sampled_from([4, 5]))
@settings(max_examples=120, deadline=None, derandomize=True)
def test_a_further_agreeing_finding_never_lowers(make: ModuleType, found: list[Evidence], level: int) -> None:
    claim = OriginClaim(parser="p", status=FindingStatus.PRESENT, statement=OriginStatement.AI_GENERATED, level=level)
    before, after = (judge(make.media(), [*found, *more]) for more in ((), (piece("zz-further", (claim,)),)))
    if "conflict" in {before.synthetic.reason, after.synthetic.reason}:
        return
    assert RANK[after.synthetic.level] >= RANK[before.synthetic.level]
    assert after.manipulated == before.manipulated


@given(
    found=files(), status=st.sampled_from([EvidenceStatus.OK, EvidenceStatus.NOT_APPLICABLE, EvidenceStatus.NOT_CHECKED]), data=st.data()
)
@settings(max_examples=120, deadline=None, derandomize=True)
def test_what_is_absent_changes_no_answer_and_adds_no_words(
    make: ModuleType, found: list[Evidence], status: EvidenceStatus, data: st.DataObject
) -> None:
    kinds = [FindingStatus.ABSENT, FindingStatus.NOT_APPLICABLE, FindingStatus.NOT_CHECKED]
    claim = OriginClaim(parser="p", status=data.draw(st.sampled_from(kinds)), reason="format")
    before, after = judge(make.media(), found), judge(make.media(), [*found, piece("zz-absent", (claim,), status)])
    assert answers(after) == answers(before)
    assert after.conflicts == before.conflicts
    assert after.caveats == before.caveats
    assert ("zz-absent" in after.checked) == (status is EvidenceStatus.OK)


@given(found=files())
@settings(max_examples=120, deadline=None, derandomize=True)
def test_no_broken_credential_ever_speaks(make: ModuleType, found: list[Evidence]) -> None:
    verdict = judge(make.media(), found)
    for one in found:
        broken = [c for c in one.claims if isinstance(c, CredentialClaim) and c.binding is Binding.MISMATCH]
        if broken:
            assert all(one.id not in answer.because for answer in answers(verdict))
            assert any("changed after signing" in caveat for caveat in verdict.caveats)
