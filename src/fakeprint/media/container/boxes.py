"""Boxes of the ISO base media format: headers only (specs: provenance 2, BMFF row)."""

from collections.abc import Iterator
from typing import NamedTuple

from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.text import printable

_NAMES = b"ftyp|moov|mdat|free|skip|wide|udta|meta|moof|mfra|uuid|sidx|ssix|styp|prft|emsg|pdin|jumb|jxlc|jxlp|jxll|Exif|xml |brob|jbrd"
KNOWN = frozenset(_NAMES.split(b"|"))


class Box(NamedTuple):
    """A box: its four-character ``name``, where it, its payload and its end lie."""

    name: bytes
    at: int
    start: int
    end: int

    @property
    def length(self) -> int:
        """Payload bytes."""
        return self.end - self.start

    @property
    def label(self) -> str:
        """The name for readers, bytes above 127 as Latin-1: ``©too``."""
        return printable(self.name.decode("latin-1"))


def read_box(draft: Draft, position: int, end: int) -> Box | None:
    """Return the box at ``position`` inside ``end``, or None where no box header can be read.

    A box whose declared size runs past ``end`` is returned with that size, for the caller to judge.
    """
    draft.step()
    header = draft.source.read(position, min(16, end - position))
    if len(header) < 8:
        return None
    size, start = int.from_bytes(header[:4], "big"), position + 8
    if size == 1:
        if len(header) < 16:
            return None
        size, start = int.from_bytes(header[8:16], "big"), position + 16
    elif size == 0:
        size = end - position
    return Box(header[4:8], position, start, position + size) if position + size >= start else None


def is_foreign(draft: Draft, box: Box | None) -> bool:
    """Whether what stands at the top level is no box but data appended to the file."""
    if box is None or box.name in KNOWN:
        return box is None
    open_ended = not draft.source.read(box.at, 4).strip(b"\0")
    return open_ended or box.end > draft.source.size or not all(32 <= byte < 127 for byte in box.name)


def inner_boxes(draft: Draft, start: int, end: int, depth: int) -> Iterator[Box]:
    """Yield the boxes that fill ``start`` to ``end``; notes a box that does not fit and stops there."""
    if depth > draft.limits.box_depth:
        raise Damage("over_limit", f"boxes nested deeper than {draft.limits.box_depth}")
    position = start
    while position + 8 <= end:
        box = read_box(draft, position, end)
        if box is None or box.end > end:
            if draft.source.read(position, min(8, end - position)).strip(b"\0"):
                draft.note("bad_structure", f"a box at byte {position} does not fit into the box around it")
            return
        yield box
        position = box.end
