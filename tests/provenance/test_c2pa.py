"""Every generated row of specs: provenance 8, read back through the examiner."""

import importlib.util
import re
import sys
import time
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.core.evidence import (
    AnomalyClaim,
    Binding,
    CredentialClaim,
    Evidence,
    EvidenceStatus,
    FindingStatus,
    OriginClaim,
    OriginStatement,
    SignatureState,
    SignerTrust,
    SignerValidity,
    TimeStampState,
)
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media
from fakeprint.media.container.walk import walk
from fakeprint.media.examiner import Settings
from fakeprint.media.item import MediaItem
from fakeprint.provenance import trust
from fakeprint.provenance.c2pa import C2paExaminer

CHANGED = "file changed after signing"
FORBIDDEN = re.compile(r"\b(tampered|fake|real|verified|proof|authentic|guaranteed|picture altered)\b", re.IGNORECASE)
SUFFIXES = ("png", "jpg", "webp", "gif", "tiff", "avif")


def _load_example() -> ModuleType:
    path = Path(__file__).parents[2] / "examples" / "signed_media.py"
    spec = importlib.util.spec_from_file_location("signed_media", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["signed_media"] = module
    spec.loader.exec_module(module)
    return module


signed_media = _load_example()


def item_of(path: Path, limits: Limits | None = None) -> MediaItem:
    limits = limits or Limits()
    with path.open("rb") as stream:
        container = walk(stream, limits)
    media = Media(sha256=sha256(path.read_bytes()).hexdigest(), kind=container.kind, mime=container.mime, bytes=path.stat().st_size)
    return MediaItem(media=media, container=container, path=path, name=path.name, limits=limits)


def credential(evidence: Evidence) -> CredentialClaim:
    (claim,) = (claim for claim in evidence.claims if isinstance(claim, CredentialClaim))
    return claim


def origins(evidence: Evidence) -> list[OriginClaim]:
    return [claim for claim in evidence.claims if isinstance(claim, OriginClaim)]


def anomalies(evidence: Evidence) -> list[str]:
    return [claim.kind for claim in evidence.claims if isinstance(claim, AnomalyClaim)]


def axes(evidence: Evidence) -> tuple[Binding | None, SignatureState | None, SignerTrust | None]:
    claim = credential(evidence)
    return claim.binding, claim.signature, claim.signer_trust


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found: dict[str, Path] = signed_media.write_variants(tmp_path_factory.mktemp("signed"), signed_media.Authority.make())
    return found


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file whose signing certificate ran out, and the root of that certificate: the one wait of this suite."""
    folder = tmp_path_factory.mktemp("expired")
    authority = signed_media.Authority.make(seconds=4)
    data = signed_media.sign(signed_media.picture("png"), "image/png", authority, [signed_media.created("trainedAlgorithmicMedia")])
    (folder / "expired.png").write_bytes(data)
    (folder / "root.pem").write_bytes(authority.root_pem)
    time.sleep(max(0.0, authority.expires.timestamp() - time.time()) + 2)
    return {name: folder / name for name in ("expired.png", "root.pem")}


@pytest.fixture(scope="module")
def trusting(files: dict[str, Path]) -> C2paExaminer:
    return C2paExaminer(trust.load(files["trust-list.pem"]))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_signed_with_own_root(files: dict[str, Path], trusting: C2paExaminer, suffix: str) -> None:
    evidence = trusting.examine(item_of(files[f"signed.{suffix}"]))
    claim = credential(evidence)
    assert axes(evidence) == (Binding.MATCH, SignatureState.INTACT, SignerTrust.TRUSTED)
    assert SignerValidity.VALID in claim.signer_validity
    assert (claim.level, claim.trust_list, claim.time_stamp, claim.library_state) == (1, "trust-list.pem", TimeStampState.NONE, "Trusted")
    assert claim.location is not None
    (origin,) = origins(evidence)
    assert (origin.statement, origin.level, origin.depth, origin.signature_ok) == (OriginStatement.AI_GENERATED, 1, 0, True)
    assert origin.signer == "Fakeprint Examples (Example Signer)"
    assert (origin.tool, origin.model) == ("Example Generator 1", "Image Model 2")
    assert anomalies(evidence) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_signed_without_a_list(files: dict[str, Path], suffix: str) -> None:
    evidence = C2paExaminer().examine(item_of(files[f"signed.{suffix}"]))
    claim = credential(evidence)
    assert axes(evidence) == (Binding.MATCH, SignatureState.INTACT, SignerTrust.NOT_CHECKED)
    assert (claim.level, claim.trust_list) == (2, None)
    assert "failure:signingCredential.untrusted" in claim.codes
    assert [(origin.level, origin.signer) for origin in origins(evidence)] == [(2, None)]
    assert "not established" in evidence.summary


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_one_bit_of_the_picture_changed(files: dict[str, Path], trusting: C2paExaminer, suffix: str) -> None:
    evidence = trusting.examine(item_of(files[f"picture-changed.{suffix}"]))
    assert axes(evidence)[:2] == (Binding.MISMATCH, SignatureState.INTACT)
    kind = "bmffHash" if suffix == "avif" else "dataHash"
    assert f"failure:assertion.{kind}.mismatch" in credential(evidence).codes
    assert CHANGED in evidence.summary
    assert credential(evidence).level is None
    assert anomalies(evidence) == ["c2pa_binding_mismatch"]
    assert [(origin.level, origin.signature_ok) for origin in origins(evidence)] == [(None, False)]
    assert "the credential that states this carries no weight" in origins(evidence)[0].notes


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "tiff"])
def test_no_bit_outside_the_store_changes_unnoticed(files: dict[str, Path], trusting: C2paExaminer, suffix: str, tmp_path: Path) -> None:
    whole = item_of(files[f"signed.{suffix}"])
    place = credential(trusting.examine(whole)).location
    assert place is not None
    assert place.offset is not None
    assert place.length is not None
    data = whole.path.read_bytes()
    store = range(place.offset - 16, place.offset + place.length + 4)
    outside = [position for position in range(0, len(data), max(1, len(data) // 400)) if position not in store]
    assert len(outside) > 15
    for position in outside:
        (tmp_path / "x").write_bytes(signed_media.flip(data, position))
        assert credential(trusting.examine(item_of(tmp_path / "x"))).level is None, position


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_bytes_appended(files: dict[str, Path], trusting: C2paExaminer, suffix: str) -> None:
    evidence = trusting.examine(item_of(files[f"bytes-appended.{suffix}"]))
    assert axes(evidence)[:2] == (Binding.MISMATCH, SignatureState.INTACT)
    assert CHANGED in evidence.summary
    assert "9 bytes (zip) follow the end of the picture" in evidence.summary


def test_claim_changed(files: dict[str, Path], trusting: C2paExaminer) -> None:
    evidence = trusting.examine(item_of(files["claim-changed.png"]))
    assert axes(evidence)[:2] == (Binding.MATCH, SignatureState.INVALID)
    assert {"failure:claimSignature.mismatch", "success:signingCredential.trusted"} <= set(credential(evidence).codes)
    assert (credential(evidence).level, anomalies(evidence)) == (None, ["c2pa_signature_invalid"])
    assert CHANGED not in evidence.summary


def test_assertion_changed(files: dict[str, Path], trusting: C2paExaminer) -> None:
    evidence = trusting.examine(item_of(files["assertion-changed.png"]))
    assert axes(evidence)[:2] == (Binding.MATCH, SignatureState.MANIFEST_ALTERED)
    assert (credential(evidence).level, anomalies(evidence)) == (None, ["c2pa_manifest_altered"])
    assert CHANGED not in evidence.summary


def test_expiry_is_no_change(expired: dict[str, Path]) -> None:
    evidence = C2paExaminer(trust.load(expired["root.pem"])).examine(item_of(expired["expired.png"]))
    claim = credential(evidence)
    assert axes(evidence) == (Binding.MATCH, SignatureState.INTACT, SignerTrust.UNDETERMINED)
    assert SignerValidity.EXPIRED in claim.signer_validity
    assert SignerValidity.VALID not in claim.signer_validity
    assert (claim.level, claim.library_state, anomalies(evidence)) == (2, "Invalid", [])
    assert origins(evidence)[0].level == 2
    assert "expired" in evidence.summary
    assert not re.search("changed|altered|damaged|tampered", evidence.summary)


def test_statement_of_an_earlier_generation(files: dict[str, Path], trusting: C2paExaminer) -> None:
    evidence = trusting.examine(item_of(files["two-generations.jpg"]))
    assert (credential(evidence).manifest_count, credential(evidence).level) == (2, 1)
    edited, generated = origins(evidence)
    assert (edited.statement, edited.depth, edited.level) == (OriginStatement.EDITED, 0, 1)
    assert (generated.statement, generated.depth, generated.level) == (OriginStatement.AI_GENERATED, 1, 1)


def test_a_placed_ingredient_does_not_speak_for_the_whole(files: dict[str, Path], trusting: C2paExaminer) -> None:
    claims = origins(trusting.examine(item_of(files["collage.jpg"])))
    assert OriginStatement.AI_GENERATED not in {claim.statement for claim in claims}
    (placed,) = (claim for claim in claims if claim.depth == 1)
    assert placed.statement is OriginStatement.AI_EDITED
    assert any("ingredient placed into this file" in note for note in placed.notes)


def test_an_ingredient_of_an_unknown_signer_is_not_lifted(tmp_path: Path) -> None:
    """A trusted signer who opened a file with home-made credentials does not make their statements trusted."""
    known, stranger = signed_media.Authority.make(), signed_media.Authority.make()
    inner = signed_media.sign(signed_media.picture("jpg"), "image/jpeg", stranger, [signed_media.created("trainedAlgorithmicMedia")])
    outer = signed_media.sign(inner, "image/jpeg", known, [{"action": "c2pa.opened"}], ingredient=inner)
    (tmp_path / "outer.jpg").write_bytes(outer)
    (tmp_path / "root.pem").write_bytes(known.root_pem)
    evidence = C2paExaminer(trust.load(tmp_path / "root.pem")).examine(item_of(tmp_path / "outer.jpg"))
    assert credential(evidence).level == 1
    assert [(claim.level, claim.depth, claim.signer) for claim in origins(evidence)] == [(2, 1, None)]


def test_a_changed_file_that_was_opened_carries_no_weight(files: dict[str, Path], tmp_path: Path) -> None:
    authority = signed_media.Authority.make()
    inner = files["picture-changed.jpg"].read_bytes()
    outer = signed_media.sign(inner, "image/jpeg", authority, [{"action": "c2pa.opened"}], ingredient=inner)
    (tmp_path / "outer.jpg").write_bytes(outer)
    (tmp_path / "root.pem").write_bytes(authority.root_pem)
    evidence = C2paExaminer(trust.load(tmp_path / "root.pem")).examine(item_of(tmp_path / "outer.jpg"))
    assert credential(evidence).level == 1
    assert [(claim.level, claim.depth) for claim in origins(evidence)] == [(None, 1)]


def test_captured(files: dict[str, Path], trusting: C2paExaminer) -> None:
    (origin,) = origins(trusting.examine(item_of(files["captured.jpg"])))
    assert (origin.statement, origin.level) == (OriginStatement.CAPTURED, 1)


def test_remote_only(files: dict[str, Path], trusting: C2paExaminer) -> None:
    evidence = trusting.examine(item_of(files["remote.jpg"]))
    claim = credential(evidence)
    assert evidence.status is EvidenceStatus.NOT_CHECKED
    assert (claim.status, claim.reason) == (FindingStatus.NOT_CHECKED, "remote_manifest_not_fetched")
    assert claim.remote_url == signed_media.REMOTE_URL


def test_unsigned(files: dict[str, Path], trusting: C2paExaminer) -> None:
    for examiner in (trusting, C2paExaminer()):
        evidence = examiner.examine(item_of(files["unsigned.jpg"]))
        assert (evidence.status, credential(evidence).status) == (EvidenceStatus.OK, FindingStatus.ABSENT)
        assert evidence.looked_for
        assert origins(evidence) == []


def test_wrong_name_does_not_matter(files: dict[str, Path], trusting: C2paExaminer) -> None:
    evidence = trusting.examine(item_of(files["jpeg-named.png"]))
    assert axes(evidence) == (Binding.MATCH, SignatureState.INTACT, SignerTrust.TRUSTED)


def test_vendor_assertion_watermark_and_soft_binding(files: dict[str, Path], tmp_path: Path) -> None:
    content = {"label": "c2pa.ai_generated_content", "data": {"ai_generated": True, "model": "flux-pro", "prompt": "a red barn"}}
    data = signed_media.sign(
        signed_media.picture("png"),
        "image/png",
        signed_media.Authority.make(),
        [signed_media.created("digitalCreation"), {"action": "c2pa.watermarked.unbound"}],
        generator="Black Forest Labs API",
        assertions=(content, {"label": "c2pa.soft-binding", "data": {"alg": "com.adobe.trustmark.P", "blocks": []}}),
    )
    (tmp_path / "x.png").write_bytes(data)
    evidence = C2paExaminer().examine(item_of(tmp_path / "x.png"))
    assert credential(evidence).soft_bindings == ("com.adobe.trustmark.P",)
    by_statement = {claim.statement: claim for claim in origins(evidence) if claim.statement is not OriginStatement.INFORMATIONAL}
    generated = by_statement[OriginStatement.AI_GENERATED]
    assert generated.generation is not None
    assert (generated.vendor, generated.model, generated.generation.prompt) == ("Black Forest Labs", "flux-pro", "a red barn")
    assert any("c2pa.watermarked.unbound" in note for claim in origins(evidence) for note in claim.notes)


def test_frozen_list_and_time_stamp_list_do_not_reach_level_1(files: dict[str, Path]) -> None:
    pem = files["trust-list.pem"].read_text()
    digest = "0" * 64

    def examined(*kinds: trust.ListKind) -> Evidence:
        sources = tuple(trust.TrustSource(f"list of {kind}", kind, "2026-01-01", digest, 1, pem) for kind in kinds)
        return C2paExaminer(trust.joined(sources)).examine(item_of(files["signed.png"]))

    frozen = examined(trust.ListKind.FROZEN_SIGNERS)
    assert (credential(frozen).level, credential(frozen).signer_trust) == (2, SignerTrust.TRUSTED)
    assert credential(frozen).trust_list == "list of frozen_signers"
    assert origins(frozen)[0].level == 2
    stamps = examined(trust.ListKind.TIME_STAMPS)
    assert (credential(stamps).level, credential(stamps).signer_trust) == (2, SignerTrust.UNTRUSTED)
    for _ in range(8):
        every = examined(trust.ListKind.TIME_STAMPS, trust.ListKind.FROZEN_SIGNERS, trust.ListKind.SIGNERS)
        assert (credential(every).level, credential(every).trust_list) == (1, "list of signers")
        older = examined(trust.ListKind.TIME_STAMPS, trust.ListKind.FROZEN_SIGNERS)
        assert (credential(older).level, credential(older).trust_list) == (2, "list of frozen_signers")


def test_settings_carry_the_list_into_a_worker(files: dict[str, Path]) -> None:
    found = trust.load(files["trust-list.pem"])
    assert found is not None
    examiner = C2paExaminer.from_settings(Settings(trust_list=found.info(), trust_anchors=found.pem))
    assert credential(examiner.examine(item_of(files["signed.png"]))).level == 1
    assert credential(C2paExaminer.from_settings(Settings()).examine(item_of(files["signed.png"]))).level == 2


class TestWithoutTheLibrary:
    @pytest.fixture(autouse=True)
    def _hide(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "c2pa", None)

    def test_a_store_is_announced(self, files: dict[str, Path]) -> None:
        evidence = C2paExaminer().examine(item_of(files["signed.jpg"]))
        claim = credential(evidence)
        assert (evidence.status, claim.status, claim.reason) == (EvidenceStatus.NOT_CHECKED, FindingStatus.NOT_CHECKED, "extra_missing")
        assert claim.store_bytes
        assert "present but were not read" in evidence.summary

    def test_a_complete_walk_without_a_store_is_absent(self, files: dict[str, Path]) -> None:
        assert credential(C2paExaminer().examine(item_of(files["unsigned.jpg"]))).status is FindingStatus.ABSENT

    def test_a_remote_address_is_still_shown(self, files: dict[str, Path]) -> None:
        claim = credential(C2paExaminer().examine(item_of(files["remote.jpg"])))
        assert (claim.reason, claim.remote_url) == ("remote_manifest_not_fetched", signed_media.REMOTE_URL)

    def test_an_unfinished_walk_establishes_nothing(self, files: dict[str, Path], tmp_path: Path) -> None:
        (tmp_path / "cut.png").write_bytes(files["signed.png"].read_bytes()[:40])
        claim = credential(C2paExaminer().examine(item_of(tmp_path / "cut.png")))
        assert claim.status in (FindingStatus.NOT_CHECKED, FindingStatus.UNREADABLE)


def test_the_library_is_not_called_without_need(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch, trusting: C2paExaminer) -> None:
    def refuse(*_args: object) -> None:
        raise AssertionError("called")

    monkeypatch.setattr("fakeprint.provenance.c2pa_reader.CredentialReader.read", refuse)
    assert credential(trusting.examine(item_of(files["unsigned.jpg"]))).status is FindingStatus.ABSENT
    with pytest.raises(AssertionError, match="called"):
        trusting.examine(item_of(files["remote.jpg"]))


def test_a_damaged_store_is_unreadable(files: dict[str, Path], trusting: C2paExaminer, tmp_path: Path) -> None:
    data = files["signed.jpg"].read_bytes()
    place = data.index(b"c2pa.assertions")
    (tmp_path / "x.jpg").write_bytes(data[: place - 40] + b"\xff" * 60 + data[place + 20 :])
    evidence = trusting.examine(item_of(tmp_path / "x.jpg"))
    assert credential(evidence).status is FindingStatus.UNREADABLE
    assert credential(evidence).notes[0].startswith("_C2pa") or credential(evidence).notes[0].startswith("C2paError")


def test_a_format_without_credentials(tmp_path: Path, trusting: C2paExaminer) -> None:
    (tmp_path / "x.bmp").write_bytes(
        b"BM" + (70).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little") + (40).to_bytes(4, "little") + bytes(52)
    )
    evidence = trusting.examine(item_of(tmp_path / "x.bmp"))
    assert (evidence.status, evidence.reason) == (EvidenceStatus.NOT_APPLICABLE, "format")


def test_words_over_all_files(files: dict[str, Path], expired: dict[str, Path], trusting: C2paExaminer) -> None:
    """The sentence about a changed file appears if and only if the hash does not match; forbidden words never."""
    read = {**files, "expired.png": expired["expired.png"]}
    for name, path in read.items():
        for examiner in (trusting, C2paExaminer()):
            evidence = examiner.examine(item_of(path))
            texts = [evidence.summary, evidence.worth, *(claim.text for claim in evidence.claims if isinstance(claim, AnomalyClaim))]
            assert (CHANGED in evidence.summary) == (credential(evidence).binding is Binding.MISMATCH), name
            assert not any(FORBIDDEN.search(text) for text in texts), name


def test_the_order_of_files_does_not_matter(files: dict[str, Path], trusting: C2paExaminer) -> None:
    names = sorted(files)
    first = {name: trusting.examine(item_of(files[name])) for name in names}
    assert {name: trusting.examine(item_of(files[name])) for name in reversed(names)} == first
