"""Acceptance test 14: every written fixture is identified with its tool and its recovered fields; photographs give no claim."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PIL import Image

import generated_media
import metadata_fuzz
import metadata_writers as write
from fakeprint.core.evidence import AnomalyClaim, Evidence, EvidenceStatus, FindingStatus, OriginClaim, OriginStatement
from fakeprint.core.limits import Limits
from fakeprint.core.registry import Registry
from fakeprint.media.examiner import Examiner
from fakeprint.media.item import MediaItem
from fakeprint.provenance import TABLE
from fakeprint.provenance.generator_metadata import GeneratorMetadataExaminer

NAMES = ("generator-metadata", "stealth-png", "iptc", "aigc-label", "closed-watermarks")
FORBIDDEN = re.compile(r"\b(real|fake|authentic|verified|proof|tampered|guaranteed)\b|picture altered", re.IGNORECASE)
MIB = 1 << 20

Make = Callable[..., MediaItem]


@pytest.fixture(scope="module")
def examiners() -> dict[str, Examiner]:
    registry: Registry[type[Examiner]] = Registry("provenance", TABLE)
    return {name: registry.load(name)() for name in NAMES}


def present(evidence: Evidence) -> list[OriginClaim]:
    return [claim for claim in evidence.claims if isinstance(claim, OriginClaim) and claim.status is FindingStatus.PRESENT]


def test_all_fixtures_are_identified(generated: list[generated_media.Fixture], examiners: dict[str, Examiner], open_item: Make) -> None:
    assert len(generated) >= 40
    assert len({fixture.name for fixture in generated}) == len(generated)
    wrong = []
    for fixture in generated:
        found = present(examiners[fixture.examiner].examine(open_item(fixture.path)))
        if len(found) != 1:
            wrong.append(f"{fixture.name}: {len(found)} claims")
            continue
        claim = found[0]
        got = (claim.tool, claim.statement, claim.level)
        if got != (fixture.tool, fixture.statement, fixture.level):
            wrong.append(f"{fixture.name}: {got}")
        if claim.location is None or claim.location.path.split("/")[0] != open_item(fixture.path).container.format:
            wrong.append(f"{fixture.name}: location {claim.location}")
        for name, value in fixture.fields.items():
            recovered = getattr(claim.generation, name, None)
            if recovered != value:
                wrong.append(f"{fixture.name}: {name} {recovered!r} is not {value!r}")
    assert not wrong


def test_user_visible_text_is_careful(generated: list[generated_media.Fixture], examiners: dict[str, Examiner], open_item: Make) -> None:
    for fixture in generated:
        item = open_item(fixture.path)
        for examiner in examiners.values():
            evidence = examiner.examine(item)
            notes = [note for claim in evidence.claims if isinstance(claim, OriginClaim) for note in claim.notes]
            for text in (evidence.summary, evidence.worth, *notes):
                assert not FORBIDDEN.search(text), text
            assert evidence == examiner.examine(item)
            assert Evidence.model_validate_json(evidence.model_dump_json()) == evidence


def test_summary_names_what_was_recorded(png_item: Make) -> None:
    evidence = GeneratorMetadataExaminer().examine(png_item({"parameters": generated_media.A1111_TEXT}))
    assert evidence.summary == (
        "The file's metadata says that AUTOMATIC1111 made it (prompt, seed and 11 settings recorded). "
        "Such text is trivially added or removed."
    )
    assert "midjourney" in evidence.looked_for
    assert "automatic1111" not in evidence.looked_for


def test_a_photograph_with_camera_data_gives_no_claim(examiners: dict[str, Examiner], file_item: Make) -> None:
    stamp = datetime(2026, 5, 1, tzinfo=UTC).strftime("%Y:%m:%d %H:%M:%S").encode()
    tags = {0x010F: b"NIKON CORPORATION", 0x0110: b"NIKON Z 6", 0x0131: b"Ver.03.40", 0x013B: b"A. Person", 0x0132: stamp}
    camera = write.exif(tags | {0x010E: b"Seed: 5 apples, Steps: none"}, write.user_comment("CREATED BY CAMERA", "ascii"))
    xmp = write.xmp('xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="Adobe Photoshop Lightroom 13.0 (Macintosh)"')
    item = file_item(write.jpeg(exif=camera, xmp=xmp, iptc=write.data_set(2, 110, "A. Person/Agency")))
    for examiner in examiners.values():
        assert not present(examiner.examine(item)), examiner.name


@pytest.mark.parametrize(
    "texts",
    [
        {"Description": "a cat on a roof --v 5.2"},
        {"Description": "Job ID: not-a-uuid"},
        {"prompt": '{"1": {"kind": "KSampler"}}'},
        {"prompt": "write a poem"},
        {"Comment": "Created with GIMP", "Software": "GIMP 2.10"},
        {"Source": "scanner", "Software": "Stable diffusionist 1.0"},
        {"hf-job-id": "  "},
        {"workflow": '{"nodes": [], "links": []}'},
    ],
)
def test_texts_that_fail_an_acceptance_test_give_nothing(texts: dict[str, str], png_item: Make) -> None:
    evidence = GeneratorMetadataExaminer().examine(png_item(texts))
    assert evidence.status is EvidenceStatus.OK
    assert not evidence.claims
    assert "often remove" in evidence.summary


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"parameters": "hello"}, "not_recognised"),
        ({"parameters": '{"a": 1}'}, "not_recognised"),
        ({"parameters": '{"sui_image_params": '}, "bad_json"),
        ({"prompt": '{"1": {"class_type": "KSampler", '}, "bad_json"),
        ({"invokeai_metadata": "[]"}, "bad_json"),
        ({"invokeai_metadata": "{}"}, "not_recognised"),
        ({"sd-metadata": '{"image": 3}'}, "not_recognised"),
        ({"Dream": "a cat -s 50 -S 1"}, "not_recognised"),
        ({"Software": "NovelAI", "Comment": "{"}, "bad_json"),
    ],
)
def test_damaged_texts_are_unreadable(texts: dict[str, str], reason: str, png_item: Make) -> None:
    evidence = GeneratorMetadataExaminer().examine(png_item(texts))
    claims = [claim for claim in evidence.claims if isinstance(claim, OriginClaim) and claim.status is FindingStatus.UNREADABLE]
    assert claims
    assert claims[0].reason == reason
    assert claims[0].statement is None
    assert claims[0].location
    assert "could not be read" in evidence.summary


def test_a_text_over_the_limit_is_unreadable(png_item: Make) -> None:
    limits = Limits(text_chunk_bytes=100)
    evidence = GeneratorMetadataExaminer().examine(png_item({"parameters": "x" * 200}, limits))
    claims = [claim for claim in evidence.claims if isinstance(claim, OriginClaim)]
    assert [(claim.status, claim.reason) for claim in claims] == [(FindingStatus.UNREADABLE, "over_limit")]


def test_absence_is_not_claimed_where_the_file_is_cut_off(file_item: Make) -> None:
    evidence = GeneratorMetadataExaminer().examine(file_item(write.png([])[:80]))
    assert evidence.looked_for == ()
    assert not evidence.claims


def test_formats_without_metadata_are_not_applicable(file_item: Make, examiners: dict[str, Examiner]) -> None:
    item = file_item(write.saved(write.picture(), "BMP"))
    for name in ("generator-metadata", "iptc", "aigc-label", "stealth-png"):
        assert examiners[name].examine(item).status is EvidenceStatus.NOT_APPLICABLE


def test_two_tools_that_claim_one_file_are_a_finding(png_item: Make) -> None:
    texts = {"parameters": generated_media.A1111_TEXT, "Description": generated_media.MIDJOURNEY}
    evidence = GeneratorMetadataExaminer().examine(png_item(texts))
    assert [claim.sides for claim in evidence.claims if isinstance(claim, AnomalyClaim)] == [("AUTOMATIC1111", "Midjourney")]


def test_a_backend_beside_its_front_end_is_no_conflict(png_item: Make) -> None:
    evidence = GeneratorMetadataExaminer().examine(png_item({"parameters": generated_media.SWARM, "prompt": generated_media.COMFY}))
    assert {claim.tool for claim in present(evidence)} == {"SwarmUI", "ComfyUI"}
    assert not [claim for claim in evidence.claims if isinstance(claim, AnomalyClaim)]


def test_claims_after_the_end_of_the_file_are_not_its_own(file_item: Make) -> None:
    data = write.png([]) + write.text("parameters", generated_media.A1111_TEXT)
    assert not GeneratorMetadataExaminer().examine(file_item(data)).claims


def test_prompts_are_capped(png_item: Make) -> None:
    text = "x" * 50_000 + "\nNegative prompt: " + "y" * 50_000 + "\n" + generated_media.SETTINGS + "m"
    (claim,) = present(GeneratorMetadataExaminer().examine(png_item({"parameters": text})))
    assert claim.generation
    assert claim.generation.prompt == "x" * 10_000
    assert claim.generation.negative_prompt == "y" * 10_000
    assert len(claim.generation.raw or "") == 10_000


def test_pillow_sees_the_same_texts(generated: list[generated_media.Fixture], open_item: Make) -> None:
    """The writers are checked against an independent reader; Pillow sees texts after the picture only once it is loaded."""
    for fixture in generated:
        if fixture.name.startswith(("a1111", "invokeai", "novelai")) and fixture.path.suffix == ".png":
            with Image.open(fixture.path) as image:
                image.load()
                keys = set(image.text)  # type: ignore[attr-defined]
            assert keys == {text.key for text in open_item(fixture.path).texts}, fixture.name


def test_seeded_damage_escapes_no_parser() -> None:
    outcome = metadata_fuzz.measure(metadata_fuzz.items(2500, seed=1))
    assert not outcome.escaped, outcome.escaped[0]
    assert outcome.slowest() < metadata_fuzz.LIMIT_S


HOSTILE = {
    "deep array": "[" * MIB,
    "deep object": '{"class_type":' * (MIB // 14),
    "closed depth": '{"class_type":' + "[" * 900 + "]" * 900 + "}",
    "lines": "\n" * MIB,
    "settings lines": "Steps: 1, Seed: 2, Sampler: x\n" * (MIB // 30),
    "commas": "Steps: 1, Seed: 2, Sampler: x" + "," * (MIB - 40),
    "quotes": "Steps: 1, Seed: 2, Sampler: " + '"' * (MIB - 40),
    "hashes": "Steps: 1, Seed: 2, Sampler: " + "Hashes: {" * (MIB // 10),
    "spaces": "Steps: 1, Seed: 2, Sampler: " + " " * (MIB - 40) + "x",
    "loras": "<lora:" * 170_000 + "\nSteps: 1, Seed: 2, Sampler: x",
    "job ids": "Job ID: " * (MIB // 8),
    "flags": "--a " * (MIB // 4 - 20) + f"Job ID: {generated_media.UUID}",
    "dream": '"' + "[a" * 400_000 + '" -s 1 -S 2' + " -s 1" * 40_000,
    "signature": "Signature: " + "A" * (MIB - 40),
    "nodes": "{" + ",".join(f'"{number}":{{"class_type":"a"}}' for number in range(36_000)) + "}",
    "links": '{"1":{"class_type":"k","inputs":{"steps":1,"cfg":1,"sampler_name":"e","positive":["1",0],'
    + ",".join(f'"a{number}":["{number % 99}",0]' for number in range(60_000))
    + "}}}",
    "cycle": '{"1":{"class_type":"k","inputs":{"steps":["1",0],"cfg":["1",0],"seed":["1",0],"sampler_name":["1",0],"positive":["1",0],'
    '"negative":["1",0],"model":["1",0],"latent_image":["1",0]}}}',
    "aigc": "AIGC{" * (MIB // 5),
    "names": "Midjourney " * (MIB // 11),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_less_than_fifty_milliseconds(name: str) -> None:
    keys = ("parameters", "prompt", "Comment", "Description", "Dream", "invokeai_metadata", "Software", "AIGC")
    data = HOSTILE[name][:MIB].encode()
    items = [metadata_fuzz.item_of(metadata_fuzz.part(metadata_fuzz.PartKind.TEXT, key, data)) for key in keys]
    exif = write.exif(dict.fromkeys(metadata_fuzz.TAGS[:-1], data), {write.USER_COMMENT: data})
    items.append(metadata_fuzz.item_of(metadata_fuzz.part(metadata_fuzz.PartKind.EXIF, "", exif)))
    outcome = metadata_fuzz.measure(iter(items))
    assert not outcome.escaped, outcome.escaped[0]
    worst = {parser: round(max(times), 3) for parser, times in outcome.seconds.items() if max(times) >= metadata_fuzz.LIMIT_S}
    assert not worst


def test_editing_alone_is_only_possible_generation(png_item: Make) -> None:
    (claim,) = present(GeneratorMetadataExaminer().examine(png_item({"prompt": '{"1": {"class_type": "ImageScale", "inputs": {}}}'})))
    assert claim.statement is OriginStatement.AI_POSSIBLE
