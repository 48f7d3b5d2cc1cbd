"""Free text that names a generating service: weak hints, listed and never scored (specs: provenance 1 level 6, 5)."""

import re
from typing import NamedTuple

from fakeprint.core.evidence import OriginClaim, OriginStatement
from fakeprint.media.container.model import PartKind
from fakeprint.media.exif import MAKE, MODEL, SOFTWARE
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import Carried, exif_text, keyed
from fakeprint.provenance.tools.claims import HINT, nothing, present

PARSER = "named-software"
_NOTE = "A free text names this service; it does not say what the service did."
_MAX_TEXT = 1000
_MAX_VALUES = 16


class _Exact(NamedTuple):
    """A value that a service is known to write into one field."""

    field: str
    value: str
    tool: str


_EXACT = (
    _Exact("Make", "Ideogram AI", "Ideogram"),
    _Exact("Software", "reve.com", "Reve"),
    _Exact("CreatorTool", "reve.com", "Reve"),
    _Exact("Source", "Luma AI", "Luma"),
)

_NAMES = (
    "AUTOMATIC1111", "Adobe Firefly", "Bing Image Creator", "Black Forest Labs", "ComfyUI", "Craiyon", "DALL-E", "DALL·E", "Draw Things",
    "DreamStudio", "Fooocus", "Ideogram", "InvokeAI", "Leonardo.Ai", "Midjourney", "NightCafe", "NovelAI", "Stable Diffusion", "StarryAI",
    "SwarmUI",
)  # fmt: skip
"""Names that mean nothing else; services named by an ordinary word are left out."""

_NAMED = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, _NAMES)) + r")(?!\w)", re.IGNORECASE)
_CANONICAL = {name.casefold(): name for name in _NAMES}


def parse(item: MediaItem) -> OriginClaim:
    """Look at Software, Make, Model, CreatorTool and Source, first for exact values, then for names."""
    fields = list(_fields(item))
    for name, carried in fields:
        for known in _EXACT:
            if name == known.field and carried.text.strip().casefold() == known.value.casefold():
                return present(PARSER, carried, tool=known.tool, vendor=known.value, level=HINT)
    for _, carried in fields:
        match = _NAMED.search(carried.text[:_MAX_TEXT])
        if match:
            tool = _CANONICAL[match[1].casefold()]
            return present(PARSER, carried, tool=tool, statement=OriginStatement.AI_POSSIBLE, level=HINT, notes=(_NOTE,))
    return nothing(PARSER, item, PartKind.TEXT, PartKind.EXIF, PartKind.XMP)


def _fields(item: MediaItem) -> list[tuple[str, Carried]]:
    found = [(name, exif_text(item, tag)) for name, tag in (("Software", SOFTWARE), ("Make", MAKE), ("Model", MODEL))]
    fields = [(name, carried) for name, carried in found if carried]
    fields += [
        ("CreatorTool", Carried(text, packet.location)) for packet in item.xmp for text in packet.values("CreatorTool")[:_MAX_VALUES]
    ]
    fields += [("Software", carried) for carried in keyed(item, "software", "creator tool", "encoder")]
    fields += [("Source", carried) for carried in keyed(item, "source")]
    return fields[:_MAX_VALUES]
