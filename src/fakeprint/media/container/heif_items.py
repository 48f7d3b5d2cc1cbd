"""Metadata items of HEIF and AVIF: ``iinf`` names them, ``iloc`` says where they lie (specs: provenance 2)."""

from dataclasses import dataclass

from fakeprint.media.container.boxes import Box, inner_boxes
from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.model import PartKind

_XMP_TYPE = b"application/rdf+xml"
_EXTENTS = 64


@dataclass(frozen=True)
class _Extents:
    """Where one item lies: method 0 from the start of the file, 1 inside ``idat``."""

    method: int
    pieces: tuple[tuple[int, int], ...]


def read_items(draft: Draft, meta: Box) -> None:
    """Keep the EXIF and XMP items of a HEIF ``meta`` box."""
    wanted: dict[int, PartKind] = {}
    extents: dict[int, _Extents] = {}
    data_start = meta.end
    for box in inner_boxes(draft, meta.start + 4, meta.end, 1):
        if box.name == b"iinf":
            wanted = _named(draft, box)
        elif box.name == b"iloc":
            extents = _Locations(draft, box).read()
        elif box.name == b"idat":
            data_start = box.start
        elif box.name == b"uuid":
            continue
    for identifier, kind in wanted.items():
        where = f"{draft.sniffed.format}/meta/item[{'Exif' if kind is PartKind.EXIF else 'XMP'}]"
        found = extents.get(identifier)
        if found is None or found.method > 1 or not found.pieces:
            draft.refuse(kind, "", where, meta.at, 0, "bad_structure")
        else:
            _keep(draft, kind, where, found, data_start if found.method else 0)


def _named(draft: Draft, box: Box) -> dict[int, PartKind]:
    wanted: dict[int, PartKind] = {}
    version = draft.need(box.start, 1)[0]
    for entry in inner_boxes(draft, box.start + (8 if version else 6), box.end, 2):
        head = draft.source.read(entry.start, min(entry.length, 256))
        if entry.name != b"infe" or len(head) < 12 or head[0] < 2:
            continue
        width = 2 if head[0] == 2 else 4
        identifier = int.from_bytes(head[4 : 4 + width], "big")
        type_ = head[6 + width : 10 + width]
        if type_ == b"Exif":
            wanted[identifier] = PartKind.EXIF
        elif type_ == b"mime" and head[10 + width :].split(b"\0")[1:2] == [_XMP_TYPE]:
            wanted[identifier] = PartKind.XMP
    return wanted


class _Locations:
    """Reader of ``iloc``, whose number sizes are declared in its head."""

    def __init__(self, draft: Draft, box: Box) -> None:
        if box.length > draft.limits.metadata_bytes:
            raise Damage("over_limit", "the item location box is too large")
        self._draft = draft
        self._data = draft.need(box.start, box.length)
        self._at = 4

    def _take(self, size: int) -> int:
        self._at += size
        return int.from_bytes(self._data[self._at - size : self._at], "big")

    def read(self) -> dict[int, _Extents]:
        version = self._data[0] if self._data else 3
        if version > 2:
            raise Damage("bad_structure", "an item location box of unknown version")
        sizes = self._take(2)
        offset, length, base, index = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15 if version else 0
        count = self._take(4 if version == 2 else 2)
        found: dict[int, _Extents] = {}
        for _ in range(count):
            self._draft.step()
            identifier = self._take(4 if version == 2 else 2)
            method = self._take(2) & 15 if version else 0
            self._at += 2
            start = self._take(base)
            number = self._take(2)
            if number > _EXTENTS or self._at > len(self._data):
                break
            pieces = []
            for _ in range(number):
                self._at += index
                piece = start + self._take(offset)
                pieces.append((piece, self._take(length)))
            found[identifier] = _Extents(method, tuple(pieces))
        if self._at > len(self._data):
            self._draft.note("bad_structure", "the item location box is cut off")
        return found


def _keep(draft: Draft, kind: PartKind, where: str, extents: _Extents, base: int) -> None:
    total = sum(length for _, length in extents.pieces)
    first = base + extents.pieces[0][0]
    if total > draft.room(kind):
        draft.refuse(kind, "", where, first, total, "over_limit")
        return
    data = b"".join(draft.source.read(base + start, length) for start, length in extents.pieces)
    if len(data) < total:
        draft.refuse(kind, "", where, first, total, "truncated")
    elif kind is PartKind.XMP:
        draft.keep(kind, "", where, first, total, data)
    else:
        skip = 4 + int.from_bytes(data[:4], "big")
        if skip > len(data):
            draft.refuse(kind, "", where, first, total, "bad_structure")
        else:
            draft.keep(kind, "", where, first + skip, total - skip, data[skip:].removeprefix(b"Exif\0\0"))
