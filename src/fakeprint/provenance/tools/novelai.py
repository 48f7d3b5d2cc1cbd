"""NovelAI: four PNG texts or EXIF tags, one of them JSON that the vendor may have signed (specs: provenance 5 and 5.1)."""

from dataclasses import dataclass
from typing import NamedTuple

from pydantic import JsonValue

from fakeprint.core.errors import MediaError
from fakeprint.core.evidence import OriginClaim
from fakeprint.core.generation import Generation
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import PartKind
from fakeprint.media.exif import IMAGE_DESCRIPTION, SOFTWARE
from fakeprint.media.item import MediaItem
from fakeprint.provenance.novelai_signature import VENDOR_KEY, SignatureCheck, check_signature
from fakeprint.provenance.tools.carriers import Carried, exif_text, keyed, user_comment
from fakeprint.provenance.tools.claims import DECLARATION, nothing, present, unreadable
from fakeprint.provenance.tools.json_text import Unreadable, load_json, load_object, looks_like_object
from fakeprint.provenance.tools.values import generation_of

PARSER = "novelai"
TOOL = "NovelAI"
_SIGNED = 3
_MAX_COMMENTS = 16


@dataclass(frozen=True)
class Fields:
    """The fields by their PNG names; ``comment`` is the JSON text and where it stands."""

    comment: Carried
    software: str = ""
    source: str = ""
    description: str = ""


class Read(NamedTuple):
    """What was read, and the comment object with its keys in stored order, over which a signature is made."""

    generation: Generation
    comment: dict[str, JsonValue]


def read(fields: Fields, limits: Limits) -> Read | None:
    """Read the fields, or None if neither Software nor Source names NovelAI.

    Raises:
        Unreadable: they do, and Comment is no JSON object.
    """
    named = fields.software.startswith(TOOL) or fields.source.startswith(TOOL)
    text = fields.comment.text
    if not named and not (looks_like_object(text) and f'"{TOOL}' in text):
        return None
    comment = load_object(text)
    source, description = fields.source, fields.description
    inner = comment.get("Comment")
    if inner is not None:
        named = named or _text(comment.get("Software")).startswith(TOOL)
        source, description = _text(comment.get("Source")) or source, _text(comment.get("Description")) or description
        comment = _as_object(inner)
    if not named:
        return None
    model, model_hash = _split_source(source)
    generation = generation_of(
        limits,
        text,
        tool=TOOL,
        prompt=description or comment.get("prompt"),
        negative_prompt=comment.get("uc"),
        seed=comment.get("seed"),
        steps=comment.get("steps"),
        sampler=comment.get("sampler"),
        scheduler=comment.get("noise_schedule"),
        cfg=comment.get("scale"),
        width=comment.get("width"),
        height=comment.get("height"),
        model=model,
        model_hash=model_hash,
    )
    return Read(generation, comment)


def parse(item: MediaItem, public_key: str = VENDOR_KEY) -> OriginClaim:
    """Read the PNG texts or the EXIF tags, and check the signature against the pixels where there is one."""
    trouble: OriginClaim | None = None
    for fields in _candidates(item):
        try:
            found = read(fields, item.limits)
        except Unreadable as error:
            trouble = trouble or unreadable(PARSER, error.reason, fields.comment.location)
            continue
        if found is not None:
            return claim_of(item, found, fields.comment, public_key)
    return trouble or nothing(PARSER, item, PartKind.TEXT, PartKind.EXIF)


def claim_of(item: MediaItem, found: Read, carried: Carried, public_key: str, parser: str = PARSER) -> OriginClaim:
    """Make the claim, level 3 if the vendor's signature matches these pixels, else level 4."""
    check = _check(item, found.comment, public_key)
    level = _SIGNED if check.ok else DECLARATION
    notes = (check.text,) if check.text else ()
    return present(parser, carried, tool=TOOL, vendor=TOOL, generation=found.generation, level=level, signature_ok=check.ok, notes=notes)


def _check(item: MediaItem, comment: dict[str, JsonValue], public_key: str) -> SignatureCheck:
    if "signed_hash" not in comment:
        return SignatureCheck(None, "")
    try:
        rgb = item.image.rgb
    except MediaError as error:
        return SignatureCheck(None, f"A signature is present and was not checked: the pixels could not be decoded ({error.code}).")
    return check_signature(comment, rgb, public_key)


def _candidates(item: MediaItem) -> list[Fields]:
    def first(key: str) -> str:
        return next((carried.text for carried in keyed(item, key)), "")

    texts = (first("software"), first("source"), first("description"))
    found = [Fields(carried, *texts) for carried in keyed(item, "comment")[:_MAX_COMMENTS]]
    comment = user_comment(item)
    if comment and looks_like_object(comment.text):
        source, description = exif_text(item, SOFTWARE), exif_text(item, IMAGE_DESCRIPTION)
        found.append(Fields(comment, "", source.text if source else "", description.text if description else ""))
    return found


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _as_object(value: JsonValue) -> dict[str, JsonValue]:
    if isinstance(value, str):
        value = load_json(value)
    if not isinstance(value, dict):
        raise Unreadable("bad_json")
    return value


def _split_source(source: str) -> tuple[str | None, str | None]:
    """Split ``NovelAI Diffusion V4.5 4BDE2A90`` into name and hash.

    >>> _split_source("NovelAI Diffusion V4.5 4BDE2A90"), _split_source("NovelAI")
    (('NovelAI Diffusion V4.5', '4BDE2A90'), ('NovelAI', None))
    """
    name, _, last = source.strip().rpartition(" ")
    if name and len(last) == 8 and all(char in "0123456789abcdefABCDEF" for char in last):
        return name, last
    return source.strip() or None, None
