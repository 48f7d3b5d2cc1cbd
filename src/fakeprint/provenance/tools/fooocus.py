"""Fooocus: its own JSON scheme, or the text layout of AUTOMATIC1111 under its own name (specs: provenance 5)."""

from pydantic import JsonValue

from fakeprint.core.evidence import OriginClaim
from fakeprint.core.generation import Generation, Lora
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import PartKind
from fakeprint.media.exif import MAKER_NOTE, SOFTWARE
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools import automatic1111
from fakeprint.provenance.tools.carriers import Carried, exif_text, keyed, user_comment
from fakeprint.provenance.tools.claims import first_claim, present
from fakeprint.provenance.tools.json_text import load_object, looks_like_object
from fakeprint.provenance.tools.values import MAX_LORAS, generation_of, to_lora, to_size

PARSER = "fooocus"
TOOL = "Fooocus"
_SCHEMES = ("fooocus", "a1111")


def read(text: str, limits: Limits) -> Generation | None:
    """Read one text of the scheme ``fooocus``, or None if it holds no ``base_model``.

    Raises:
        Unreadable: it names ``base_model`` and is malformed.
    """
    if not looks_like_object(text) or '"base_model"' not in text:
        return None
    fields = load_object(text)
    if "base_model" not in fields or not {"sampler", "guidance_scale", "base_model_hash", "sharpness", "metadata_scheme"} & fields.keys():
        return None
    width, height = to_size(fields.get("resolution"))
    return generation_of(
        limits,
        text,
        _loras(fields.get("loras")),
        tool=TOOL,
        tool_version=fields.get("version"),
        prompt=fields.get("prompt"),
        negative_prompt=fields.get("negative_prompt"),
        seed=fields.get("seed"),
        steps=fields.get("steps"),
        sampler=fields.get("sampler"),
        scheduler=fields.get("scheduler"),
        cfg=fields.get("guidance_scale"),
        width=width,
        height=height,
        model=fields.get("base_model"),
        model_hash=fields.get("base_model_hash"),
    )


def parse(item: MediaItem) -> OriginClaim:
    """Read PNG ``parameters`` with ``fooocus_scheme``, or EXIF UserComment with Software and MakerNote."""
    comment = user_comment(item)
    named = _named_by_exif(item) or any(one.text.strip() in _SCHEMES for one in keyed(item, "fooocus_scheme"))

    def accept(carried: Carried) -> OriginClaim | None:
        generation = read(carried.text, item.limits)
        if generation is None and named and not looks_like_object(carried.text):
            generation = automatic1111.read(carried.text, item.limits)
        if generation is None:
            return None
        return present(PARSER, carried, tool=TOOL, generation=generation.model_copy(update={"tool": TOOL}))

    candidates = (*keyed(item, "parameters"), *((comment,) if comment else ()))
    return first_claim(PARSER, item, candidates, accept, kinds=(PartKind.TEXT, PartKind.EXIF))


def _named_by_exif(item: MediaItem) -> bool:
    software, scheme = exif_text(item, SOFTWARE), exif_text(item, MAKER_NOTE)
    return software is not None and software.text.startswith(TOOL) and scheme is not None and scheme.text.strip() in _SCHEMES


def _loras(rows: JsonValue) -> tuple[Lora | None, ...]:
    return tuple(to_lora(*row[:3]) for row in (rows[:MAX_LORAS] if isinstance(rows, list) else ()) if isinstance(row, list) and row)
