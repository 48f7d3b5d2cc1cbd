"""Bytes after the end that a format declares, and second readings of the same bytes (specs: provenance 2)."""

from fakeprint.media.container.draft import Draft
from fakeprint.media.container.model import Trailing
from fakeprint.media.container.sniff import SNIFF_BYTES, sniff
from fakeprint.media.container.source import Source

_SAMSUNG_EDITOR = b"PhotoEditor_Re_Edit_Data"
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 22 + 65_535


def find_trailing(draft: Draft) -> Trailing | None:
    """Name the bytes after ``draft.end``, if there are any."""
    source, end = draft.source, draft.end
    if end is None or end >= source.size:
        return None
    return Trailing(end, source.size - end, _name(source, end, draft.limits.metadata_bytes))


def _name(source: Source, offset: int, search_bytes: int) -> str:
    size = source.size - offset
    head, tail = source.read(offset, SNIFF_BYTES), source.read(max(offset, source.size - SNIFF_BYTES), SNIFF_BYTES)
    searched = source.read(offset, min(size, search_bytes))
    if _SAMSUNG_EDITOR in searched or _SAMSUNG_EDITOR in tail:
        return "samsung-editor"
    if tail.endswith(b"SEFT"):
        return "samsung"
    if not head.strip(b"\0") and not tail.strip(b"\0"):
        return "zeros"
    return sniff(head).format


def note_second_reading(draft: Draft) -> None:
    """Note headers by which another program would take the file for something else."""
    source, own = draft.source, draft.sniffed.format
    if own != "pdf" and not draft.sniffed.refused and b"%PDF-" in source.read(0, 1024):
        draft.note("second_reading", "pdf: a PDF header stands in the first 1,024 bytes")
    if own != "zip" and not draft.sniffed.refused and _ends_as_zip(source):
        draft.note("second_reading", "zip: the file ends with a ZIP directory")


def _ends_as_zip(source: Source) -> bool:
    start = max(0, source.size - _ZIP_TAIL)
    tail = source.read(start, _ZIP_TAIL)
    at = tail.rfind(_ZIP_END)
    return at >= 0 and at + 22 <= len(tail) and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail)
