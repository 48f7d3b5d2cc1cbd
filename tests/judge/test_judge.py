from types import ModuleType

import pytest

from fakeprint.core.errors import ErrorCode, ErrorInfo, ErrorStatus, Stage
from fakeprint.core.evidence import (
    AnomalyClaim,
    Binding,
    CredentialClaim,
    Evidence,
    EvidenceStatus,
    FactClaim,
    FindingStatus,
    MeasureClaim,
    OriginClaim,
    OriginStatement,
    Question,
    SignatureState,
    SignerTrust,
    SignerValidity,
)
from fakeprint.core.verdict import Level, NotChecked, Verdict
from fakeprint.judge import wording
from fakeprint.judge.judge import judge

S = OriginStatement
BROKEN_FILE = ErrorInfo(code=ErrorCode.E_TRUNCATED, status=ErrorStatus.DECODE, message="m", stage=Stage.DECODE)


@pytest.fixture
def verdict_of(make: ModuleType):
    def call(*evidence: Evidence, **options: object) -> Verdict:
        return judge(make.media(), evidence, **options)

    return call


def test_without_evidence_the_fixed_sentence(verdict_of) -> None:
    verdict = verdict_of()
    for answer in (verdict.synthetic, verdict.manipulated):
        assert answer.level is Level.NONE_FOUND
        assert answer.text == "No indications found. This does not mean the file is authentic"
        assert answer.probability is None
        assert answer.because == ()
    assert verdict.generator.level is Level.NONE_FOUND
    assert verdict.conflicts == ()
    assert wording.BASE_RATE in verdict.caveats
    assert wording.NO_DETECTOR in verdict.caveats


def test_evidence_of_another_file_is_refused(make: ModuleType) -> None:
    with pytest.raises(ValueError, match="another file: iptc"):
        judge(make.media(sha256="b" * 64), [make.label()])


def test_signed_ai_statement(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.signed_ai(depth=1))
    assert verdict.synthetic.level is Level.SIGNED_STATEMENT
    assert verdict.synthetic.text == "Signed statement by OpenAI OpCo, LLC: AI-generated"
    assert verdict.synthetic.statement is S.AI_GENERATED
    assert verdict.synthetic.signer == "OpenAI OpCo, LLC"
    assert verdict.synthetic.because == ("c2pa",)
    assert wording.EARLIER in verdict.synthetic.caveats
    assert verdict.manipulated.level is Level.NONE_FOUND
    assert (verdict.generator.level, verdict.generator.name) == (Level.SIGNED_STATEMENT, "ChatGPT")


def test_signed_edit_answers_only_the_second_question(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.c2pa(make.origin(S.AI_EDITED, 1, vendor="Adobe", tool="Firefly")))
    assert verdict.synthetic.level is Level.NONE_FOUND
    assert verdict.manipulated.text == "Signed statement by OpenAI OpCo, LLC: edited with AI"
    assert verdict.generator.name == "Firefly"


def test_signed_capture(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.signed_capture(), make.camera("LEICA CAMERA AG"))
    assert verdict.synthetic.text == "Signed statement by Leica Camera AG: captured"
    assert verdict.synthetic.statement is S.CAPTURED
    assert verdict.manipulated.level is Level.NONE_FOUND
    assert verdict.generator.level is Level.NONE_FOUND
    assert verdict.conflicts == ()


def test_captured_then_edited_with_ai_says_both(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.c2pa(make.origin(S.CAPTURED, 1, depth=1, vendor="Google"), make.origin(S.AI_EDITED, 1, tool="Magic Editor")))
    assert verdict.synthetic.statement is S.CAPTURED
    assert verdict.manipulated.statement is S.AI_EDITED
    assert verdict.generator.name == "Magic Editor"
    assert verdict.conflicts == ()


def test_generated_from_a_photograph_is_generated(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.c2pa(make.origin(S.CAPTURED, 1, depth=1), make.origin(S.AI_GENERATED, 1, depth=0)))
    assert verdict.synthetic.statement is S.AI_GENERATED
    assert verdict.conflicts == ()


def test_capture_of_a_generated_ingredient_is_a_conflict(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.c2pa(make.origin(S.CAPTURED, 1, depth=0), make.origin(S.AI_GENERATED, 1, depth=1)))
    assert (verdict.synthetic.level, verdict.synthetic.reason) == (Level.INCONCLUSIVE, "conflict")
    assert len(verdict.conflicts) == 1


def test_possible_composition_in_its_own_credentials_leaves_a_capture(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.c2pa(make.origin(S.CAPTURED, 1, depth=1), make.origin(S.AI_POSSIBLE, 1)))
    assert verdict.synthetic.statement is S.CAPTURED
    assert wording.POSSIBLE in verdict.synthetic.caveats


@pytest.mark.parametrize(
    ("evidence", "level"),
    [
        ("parameters", Level.SOME),
        ("label", Level.SOME),
        ("watermark", Level.SOME),
        ("home_made", Level.SOME),
        ("novelai", Level.SIGNED_STATEMENT),
        ("signed_ai", Level.SIGNED_STATEMENT),
        ("hint", Level.NONE_FOUND),
    ],
)
def test_ceilings_of_the_ladder(make: ModuleType, verdict_of, evidence: str, level: Level) -> None:
    assert verdict_of(getattr(make, evidence)()).synthetic.level is level


def test_a_hint_is_listed(make: ModuleType, verdict_of) -> None:
    assert any("Ideogram AI" in one for one in verdict_of(make.hint()).synthetic.caveats)


def test_intact_credentials_of_a_listed_signer_reach_strong(make: ModuleType, verdict_of) -> None:
    expired = {"signer_trust": SignerTrust.TRUSTED, "signer_validity": (SignerValidity.EXPIRED,)}
    verdict = verdict_of(make.home_made(**expired))
    assert verdict.synthetic.level is Level.STRONG
    assert wording.CHAINED in verdict.synthetic.caveats
    laundered = make.c2pa(make.origin(S.AI_GENERATED, 2, depth=1))
    assert verdict_of(laundered).synthetic.level is Level.SOME
    undetermined = {"signer_trust": SignerTrust.UNDETERMINED, "signer_validity": (SignerValidity.EXPIRED,)}
    assert verdict_of(make.home_made(**undetermined)).synthetic.level is Level.SOME


def test_a_claim_never_ranks_above_its_credential(make: ModuleType, verdict_of) -> None:
    for axes in ({"signer_trust": SignerTrust.NOT_CHECKED}, {"signer_trust": SignerTrust.UNDETERMINED}):
        assert verdict_of(make.c2pa(make.origin(S.AI_GENERATED, 1), **axes)).synthetic.level is Level.SOME
    assert verdict_of(make.evidence("c2pa", make.origin(S.AI_GENERATED, 1))).synthetic.level is Level.SOME
    assert verdict_of(make.novelai(ok=None)).synthetic.level is Level.SOME


@pytest.mark.parametrize(
    ("axes", "caveat"),
    [
        ({"binding": Binding.MISMATCH}, wording.CHANGED_AFTER_SIGNING),
        ({"signature": SignatureState.INVALID}, "signature invalid"),
        ({"signature": SignatureState.MISSING}, "signature missing"),
        ({"signature": SignatureState.MANIFEST_ALTERED}, "signature manifest altered"),
        ({"signer_validity": (SignerValidity.REVOKED,)}, "certificate is revoked"),
        ({"signer_validity": (SignerValidity.INVALID,)}, "certificate is invalid"),
    ],
)
def test_a_broken_credential_carries_nothing_but_a_caveat(make: ModuleType, verdict_of, axes: dict[str, object], caveat: str) -> None:
    verdict = verdict_of(make.c2pa(make.origin(S.AI_GENERATED, 1, signature_ok=False), **axes))
    assert verdict.synthetic.level is Level.NONE_FOUND
    assert any(caveat in one for one in verdict.caveats)
    changed = wording.CHANGED_AFTER_SIGNING in verdict.caveats
    assert changed == (axes.get("binding") is Binding.MISMATCH)


def test_a_binding_that_is_not_established_carries_nothing(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.c2pa(make.origin(S.AI_GENERATED, 1), binding=Binding.NOT_ESTABLISHED))
    assert verdict.synthetic.level is Level.NONE_FOUND


def test_independent_declarations_reach_strong(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.parameters(), make.label())
    assert verdict.synthetic.level is Level.STRONG
    assert verdict.synthetic.because == ("generator-metadata", "iptc")
    assert verdict_of(make.parameters(), make.watermark()).synthetic.level is Level.STRONG


def test_two_parsers_of_one_text_are_one_carrier(make: ModuleType, verdict_of) -> None:
    place = make.Location(path="jpeg/APP1", offset=20)
    both = (make.parameters(location=place), make.label(location=place))
    assert verdict_of(*both).synthetic.level is Level.SOME
    twice = make.evidence("generator-metadata", make.origin(S.AI_GENERATED, 4), make.origin(S.AI_GENERATED, 4, tool="x"))
    assert verdict_of(twice).synthetic.level is Level.SOME


def test_possible_stays_at_some_and_does_not_count_towards_agreement(make: ModuleType, verdict_of) -> None:
    for one in (make.label(S.AI_POSSIBLE), make.c2pa(make.origin(S.AI_POSSIBLE, 1))):
        answer = verdict_of(one).synthetic
        assert answer.level is Level.SOME
        assert wording.POSSIBLE in answer.caveats
    assert verdict_of(make.label(S.AI_POSSIBLE), make.parameters()).synthetic.level is Level.SOME


@pytest.mark.parametrize("statement", [S.EDITED, S.PROCEDURAL, S.INFORMATIONAL, S.CAPTURED])
def test_other_declarations_say_nothing(make: ModuleType, verdict_of, statement: OriginStatement) -> None:
    verdict = verdict_of(make.label(statement), make.camera())
    assert {verdict.synthetic.level, verdict.manipulated.level, verdict.generator.level} == {Level.NONE_FOUND}


def test_generator_unknown(make: ModuleType, verdict_of) -> None:
    generator = verdict_of(make.label()).generator
    assert (generator.level, generator.reason, generator.name) == (Level.INCONCLUSIVE, "generator_unknown", "unknown")


def test_generator_with_its_model(make: ModuleType, verdict_of) -> None:
    generator = verdict_of(make.parameters(model="flux1-dev")).generator
    assert (generator.level, generator.name) == (Level.SOME, "ComfyUI, model flux1-dev")
    assert generator.text == "Some indications of ComfyUI, model flux1-dev"


def test_names_are_made_printable_and_short(make: ModuleType, verdict_of) -> None:
    name = verdict_of(make.parameters(tool="a\x1b[31m\u202e" + "b" * 5000)).generator.name
    assert name is not None
    assert len(name) <= 120
    assert name.isprintable()


def test_a_failed_examiner_makes_the_answer_open(make: ModuleType, verdict_of) -> None:
    failed = make.evidence("aigc-label", status=EvidenceStatus.FAILED, reason="E_TRUNCATED", questions=(Question.SYNTHETIC,))
    verdict = verdict_of(failed, make.parameters())
    assert (verdict.synthetic.level, verdict.synthetic.reason) == (Level.INCONCLUSIVE, "examiner_failed")
    assert "aigc-label" in verdict.synthetic.because
    assert verdict.manipulated.level is Level.NONE_FOUND
    assert verdict.generator.level is Level.INCONCLUSIVE
    assert NotChecked(what="aigc-label", reason="E_TRUNCATED") in verdict.not_checked
    assert "aigc-label" not in verdict.checked
    assert verdict_of(failed, make.signed_ai()).synthetic.level is Level.SIGNED_STATEMENT


def test_a_decode_error_makes_unsigned_answers_open(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.parameters(), decode_error=BROKEN_FILE)
    assert {one.reason for one in (verdict.synthetic, verdict.manipulated, verdict.generator)} == {"decode_error"}
    assert verdict_of(make.signed_ai(), decode_error=BROKEN_FILE).synthetic.level is Level.SIGNED_STATEMENT


def test_checked_and_not_checked_are_kept_apart(make: ModuleType, verdict_of) -> None:
    closed = OriginClaim(parser="synthid", status=FindingStatus.NOT_CHECKED, reason="closed_detector", tool="SynthID")
    verdict = verdict_of(
        make.evidence("iptc"),
        make.evidence("closed-watermarks", closed, status=EvidenceStatus.NOT_CHECKED, reason="closed_detector"),
        make.evidence("jpeg-history", status=EvidenceStatus.NOT_APPLICABLE, reason="format"),
    )
    assert verdict.checked == ("iptc",)
    assert verdict.not_checked == (NotChecked(what="SynthID", reason="closed_detector"), NotChecked(what="jpeg-history", reason="format"))


def test_unread_credentials_and_unreadable_metadata_are_caveats(make: ModuleType, verdict_of) -> None:
    unread = CredentialClaim(status=FindingStatus.NOT_CHECKED, reason="extra_missing")
    broken = OriginClaim(parser="p", status=FindingStatus.UNREADABLE, reason="bad_json")
    verdict = verdict_of(make.evidence("c2pa", unread, status=EvidenceStatus.NOT_CHECKED), make.evidence("generator-metadata", broken))
    assert any("an optional part of Fakeprint is not installed" in one for one in verdict.caveats)
    assert any("generator metadata: something is there that could not be read (malformed JSON)" in one for one in verdict.caveats)


def test_conditions_come_from_the_header_and_the_measures(make: ModuleType) -> None:
    quality = MeasureClaim(name="jpeg_quality", value=74.6, unit="IJG quality 1-100")
    faces = MeasureClaim(name="faces", value=2, unit="faces")
    verdict = judge(make.media(mime="image/jpeg"), [make.evidence("jpeg-history", quality, faces)])
    assert verdict.conditions.short_side == 600
    assert (verdict.conditions.compression, verdict.conditions.jpeg_quality, verdict.conditions.faces) == ("lossy", 75, 2)
    assert verdict.conditions.resized is None


def test_uncalibrated_scores_are_listed_and_never_counted(make: ModuleType, verdict_of) -> None:
    verdict = verdict_of(make.spectral(1e6))
    assert verdict.synthetic.level is Level.NONE_FOUND
    assert verdict.synthetic.probability is None
    assert any("spectral-peaks" in one for one in verdict.caveats)


def test_disagreements_about_origin_that_an_examiner_reports_are_listed(make: ModuleType, verdict_of) -> None:
    origin = AnomalyClaim(kind="generators_differ", text="Two programs are named", sides=("ComfyUI", "Fooocus"))
    dates = AnomalyClaim(kind="exif_modified_later", text="Dates differ", sides=("2019", "2022"))
    verdict = verdict_of(make.evidence("exif-consistency", origin, dates), make.parameters())
    assert verdict.conflicts == ("Two programs are named (ComfyUI / Fooocus)",)
    assert verdict.synthetic.level is Level.SOME


def test_a_camera_maker_alone_is_no_conflict(make: ModuleType, verdict_of) -> None:
    assert verdict_of(make.camera(), make.evidence("x", FactClaim(name="camera_make", value="workflow:{}"))).conflicts == ()
