"""One function that finds where metadata lies in a file of any known format (specs: provenance 2)."""

from importlib import import_module
from typing import BinaryIO

from fakeprint.core.limits import Limits
from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.model import Container, PartKind
from fakeprint.media.container.sniff import SNIFF_BYTES, sniff
from fakeprint.media.container.source import Source
from fakeprint.media.container.trailing import find_trailing, note_second_reading

_WALKERS = {
    "jpeg": "jpeg:walk_jpeg",
    "png": "png:walk_png",
    "webp": "riff:walk_riff",
    "avi": "riff:walk_riff",
    "wav": "riff:walk_riff",
    "gif": "gif:walk_gif",
    "bmp": "bmp:walk_bmp",
    "tiff": "tiff:walk_tiff",
    "mp4": "bmff:walk_bmff",
    "mov": "bmff:walk_bmff",
    "m4a": "bmff:walk_bmff",
    "avif": "bmff:walk_bmff",
    "heic": "bmff:walk_bmff",
    "jxl": "jxl:walk_jxl",
    "matroska": "matroska:walk_matroska",
    "webm": "matroska:walk_matroska",
    "flv": "flv:walk_flv",
    "mp3": "id3:walk_mp3",
    "flac": "flac:walk_flac",
    "svg": "svg:walk_svg",
    "pdf": "pdf:walk_pdf",
}


def walk(stream: BinaryIO, limits: Limits) -> Container:
    """List the parts of a file by content: metadata, tables, picture data by place only.  Never raises on malformed data.

    The stream must be seekable.  Picture and sound data is stepped over, not read; nothing is decoded except bounded text inflation.
    Metadata after the declared end is never a part: see ``trailing``.
    """
    source = Source(stream)
    sniffed = sniff(source.read(0, SNIFF_BYTES))
    draft = Draft(source, limits, sniffed)
    if sniffed.refused:
        draft.note("refused", sniffed.reason)
    target = _WALKERS.get(sniffed.format)
    if target is not None:
        module, _, name = target.partition(":")
        try:
            getattr(import_module(f"fakeprint.media.container.{module}"), name)(draft)
        except Damage as damage:
            draft.note(damage.code, str(damage))
    draft.drop_outside()
    stores = [part for part in draft.parts if part.kind is PartKind.C2PA and part.key in {"", "manifest"}]
    if len(stores) > 1:
        draft.note("duplicate_c2pa", f"{len(stores)} C2PA manifest stores where one is allowed")
    note_second_reading(draft)
    return draft.finish(find_trailing(draft))
