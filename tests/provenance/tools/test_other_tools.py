"""Field by field: the parsers whose fixtures hold one or two shapes."""

import json
from collections.abc import Callable

import pytest

import generated_media as media
import metadata_writers as write
from fakeprint.core.evidence import FindingStatus, Location, OriginClaim, OriginStatement
from fakeprint.core.generation import Generation, Lora
from fakeprint.core.limits import Limits
from fakeprint.core.registry import Registry
from fakeprint.media.item import MediaItem
from fakeprint.provenance.generator_metadata import ToolParser
from fakeprint.provenance.tools import TABLE, fooocus, invokeai, midjourney, novelai, swarmui
from fakeprint.provenance.tools.carriers import Carried
from fakeprint.provenance.tools.json_text import Unreadable

Make = Callable[..., MediaItem]


def parse(name: str, item: MediaItem) -> OriginClaim:
    registry: Registry[ToolParser] = Registry("tools", TABLE)
    return registry.load(name)(item)


def some(one: Generation | None) -> dict[str, object]:
    assert one is not None
    return one.model_dump(exclude={"raw"}, exclude_none=True)


def test_every_listed_parser_answers_and_names_itself(png_item: Make) -> None:
    item = png_item({})
    for name in TABLE:
        claim = parse(name, item)
        assert claim.parser == name
        assert claim.status is (FindingStatus.NOT_APPLICABLE if name == "samsung-editor" else FindingStatus.ABSENT)


def test_a_format_that_cannot_carry_is_not_applicable(file_item: Make) -> None:
    item = file_item(write.saved(write.picture(), "GIF"))
    for name in ("grok", "flux", "automatic1111", "comfyui", "invokeai"):
        assert (parse(name, item).status, parse(name, item).reason) == (FindingStatus.NOT_APPLICABLE, "format")


def test_swarmui() -> None:
    assert some(swarmui.read(media.SWARM, Limits())) == media.FIELDS_512 | {
        "tool": "SwarmUI", "tool_version": "0.9.4", "model": "OfficialStableDiffusion/sd_xl", "model_hash": "0xab",
        "loras": (Lora(name="paint", weight=0.8).model_dump(exclude_none=True),),
    }  # fmt: skip
    assert swarmui.read('{"other": "sui_image_params"}', Limits()) is None
    with pytest.raises(Unreadable):
        swarmui.read('{"sui_image_params": 3}', Limits())


def test_fooocus() -> None:
    assert some(fooocus.read(media.FOOOCUS, Limits())) == media.FIELDS_512 | {
        "tool": "Fooocus", "tool_version": "Fooocus v2.5.5", "model": "juggernautXL", "model_hash": "d91d", "sampler": "dpmpp_2m",
        "scheduler": "karras", "loras": (Lora(name="paint", weight=0.8, model_hash="aabb").model_dump(),),
    }  # fmt: skip
    assert fooocus.read('{"base_model": "x"}', Limits()) is None


def test_the_scheme_decides_between_fooocus_and_automatic1111(png_item: Make) -> None:
    text = media.A1111 + "Version: unknown"
    assert parse("fooocus", png_item({"parameters": text})).status is FindingStatus.ABSENT
    assert parse("fooocus", png_item({"parameters": text, "fooocus_scheme": "a1111"})).tool == "Fooocus"


def test_invokeai_in_three_generations() -> None:
    shared = media.FIELDS_512 | {"tool": "InvokeAI"}
    assert some(invokeai.read_metadata(media.INVOKE, Limits())) == shared | {
        "tool_version": "5.0.0", "scheduler": "euler", "model": "juggernaut", "model_hash": "blake3:ab",
        "loras": (Lora(name="paint", weight=0.8).model_dump(exclude_none=True),),
    }  # fmt: skip
    assert some(invokeai.read_sd_metadata(media.SD_METADATA, Limits())) == shared | {
        "tool_version": "2.3.0", "sampler": "k_lms", "model": "stable-diffusion-1.5", "model_hash": "cc61", "loras": (),
    }  # fmt: skip
    assert some(invokeai.read_dream(media.DREAM, Limits())) == shared | {"sampler": "k_lms", "loras": ()}
    assert some(invokeai.read_dream('"say \\"hi\\"" -s50 -S7', Limits())) == {
        "tool": "InvokeAI", "prompt": 'say "hi"', "steps": 50, "seed": 7, "loras": (),
    }  # fmt: skip


def test_invokeai_names_of_older_models() -> None:
    text = json.dumps({"seed": 1, "model": {"model_name": "old"}, "loras": [{"lora": {"model_name": "l"}, "weight": 1}, 3]})
    one = invokeai.read_metadata(text, Limits())
    assert (one.model, one.loras) == ("old", (Lora(name="l", weight=1.0),))


def test_the_newest_readable_text_of_invokeai_wins(png_item: Make) -> None:
    both = png_item({"Dream": media.DREAM, "sd-metadata": media.SD_METADATA})
    claim = parse("invokeai", both)
    assert claim.generation
    assert claim.generation.tool_version == "2.3.0"
    assert parse("invokeai", png_item({"Dream": media.DREAM, "sd-metadata": "{"})).status is FindingStatus.PRESENT


def test_midjourney() -> None:
    assert some(midjourney.read(media.MIDJOURNEY, Limits())) == {
        "tool": "Midjourney", "prompt": media.ACCENTED, "seed": 99, "model": "6.1", "job_id": media.UUID, "loras": (),
    }  # fmt: skip
    one = midjourney.read(f"two-word a -- b --no people --niji 6 --tile Job ID: {media.UUID}", Limits())
    assert one is not None
    assert (one.prompt, one.negative_prompt, one.model) == ("two-word a -- b", "people", "niji 6")


def test_midjourney_in_xmp_needs_both_fields(file_item: Make) -> None:
    guid = f'{media.EXT_NS} iptcExt:DigImageGUID="{media.UUID}"'
    assert parse("midjourney", file_item(write.jpeg(xmp=write.xmp(guid)))).status is FindingStatus.ABSENT
    captured = f'{guid} iptcExt:DigitalSourceType="{media.SOURCE}digitalCapture"'
    assert parse("midjourney", file_item(write.jpeg(xmp=write.xmp(captured)))).status is FindingStatus.ABSENT


@pytest.mark.parametrize(
    ("description", "artist"),
    [
        ("Signature: " + "A" * 64, "A. Person"),
        ("Signature: " + "A" * 63, media.UUID),
        ("A" * 64, media.UUID),
        ("Signature: " + "A" * 64, ""),
    ],
)
def test_grok_needs_both_fields(description: str, artist: str, exif_item: Make) -> None:
    assert parse("grok", exif_item({0x010E: description.encode(), 0x013B: artist.encode()})).status is FindingStatus.ABSENT


def test_flux_needs_its_first_token(exif_item: Make) -> None:
    assert parse("flux", exif_item({0x0131: b"not AI generated;txt2img;flux"})).status is FindingStatus.ABSENT
    claim = parse("flux", exif_item({0x0131: b"AI generated;img2img;flux", 0x010F: b"Black Forest Labs"}))
    assert (claim.tool, claim.vendor, claim.notes) == ("FLUX", "Black Forest Labs", ("Declared mode: img2img.",))


def test_novelai_needs_its_name() -> None:
    comment = Carried(media.NOVEL, Location(path="png/tEXt[Comment]"))
    assert novelai.read(novelai.Fields(comment, software="Other"), Limits()) is None
    found = novelai.read(novelai.Fields(comment, software="NovelAI", source=media.NOVEL_SOURCE), Limits())
    assert found is not None
    assert some(found.generation) == media.NOVEL_FIELDS | {
        "tool": "NovelAI", "sampler": "k_euler", "scheduler": "karras", "width": 512, "height": 768, "loras": (),
    }  # fmt: skip
    assert list(found.comment) == list(media.NOVEL_SETTINGS)


@pytest.mark.parametrize(
    ("tail", "status", "reason"),
    [
        (b'PhotoEditor_Re_Edit_Data{"genAIType": 0}', FindingStatus.ABSENT, None),
        (b'PhotoEditor_Re_Edit_Data{"genAIType": ', FindingStatus.UNREADABLE, "bad_json"),
        (b"PhotoEditor_Re_Edit_Data none", FindingStatus.UNREADABLE, "not_recognised"),
        (b'other {"genAIType": 1}', FindingStatus.ABSENT, None),
    ],
)
def test_samsung_editor(tail: bytes, status: FindingStatus, reason: str | None, file_item: Make) -> None:
    claim = parse("samsung-editor", file_item(write.jpeg(trailing=tail)))
    assert (claim.status, claim.reason) == (status, reason)


def test_other_texts_behind_the_end_are_never_read(file_item: Make) -> None:
    tail = b"PhotoEditor_Re_Edit_Data" + json.dumps({"genAIType": 3, "parameters": media.A1111_TEXT}).encode()
    claim = parse("samsung-editor", file_item(write.jpeg(trailing=tail)))
    assert (claim.statement, claim.level) == (OriginStatement.AI_EDITED, 6)
    assert parse("automatic1111", file_item(write.jpeg(trailing=tail))).status is FindingStatus.ABSENT


@pytest.mark.parametrize("software", [b"LumaFusion 4.2", b"Ideogrammatic", b"Adobe Photoshop 25.1", b"reve.company", b"Dalle"])
def test_similar_names_are_no_hint(software: bytes, exif_item: Make) -> None:
    assert parse("named-software", exif_item({0x0131: software})).status is FindingStatus.ABSENT
