"""JPEG XL: boxes around a codestream, or the bare codestream, which holds no metadata (specs: provenance 2, JPEG XL row)."""

from fakeprint.media.container.boxes import Box, is_foreign, read_box
from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.jumbf import jumbf_header
from fakeprint.media.container.model import PartKind

_BROTLI_KINDS = {b"Exif": PartKind.EXIF, b"xml ": PartKind.XMP}


def walk_jxl(draft: Draft) -> None:
    """List the boxes of a JPEG XL file.  Brotli-packed metadata is named and left unread (problem ``compressed_brotli``)."""
    if draft.source.read(0, 2) == b"\xff\x0a":
        draft.keep_scan("", "jxl/codestream", 0, draft.source.size)
        return
    position, size, count = 0, draft.source.size, 0
    while position < size:
        box = read_box(draft, position, size)
        count += 1
        if box is None or is_foreign(draft, box):
            draft.end = position
            return
        if box.end > size:
            raise Damage("truncated", f"the box {box.label} at byte {position} is cut off")
        if count > draft.limits.box_count:
            raise Damage("over_limit", f"more than {draft.limits.box_count} top-level boxes")
        _box(draft, box)
        position = box.end


def _box(draft: Draft, box: Box) -> None:
    where = f"jxl/{box.label.strip()}"
    if box.name == b"Exif":
        skip = 4 + int.from_bytes(draft.source.read(box.start, min(4, box.length)), "big")
        if skip > box.length:
            draft.refuse(PartKind.EXIF, "", where, box.start, box.length, "bad_structure")
        else:
            draft.keep_exif(where, box.start + skip, box.length - skip)
    elif box.name == b"xml ":
        draft.keep(PartKind.XMP, "", where, box.start, box.length)
    elif box.name == b"brob":
        inner = draft.source.read(box.start, min(4, box.length))
        draft.refuse(_BROTLI_KINDS.get(inner, PartKind.OTHER), "", where, box.start, box.length, "compressed_brotli")
    elif box.name == b"jumb":
        if jumbf_header(draft.source.read(box.at, 64)) is not None:
            draft.keep_store(where, box.at, box.end - box.at)
        else:
            draft.keep(PartKind.OTHER, "JUMBF", where, box.at, box.end - box.at)
    elif box.name in {b"jxlc", b"jxlp"}:
        draft.keep_scan(box.name.decode("ascii"), where, box.start, box.length)
