"""TIFF directories, classic and big (specs: provenance 2, TIFF row)."""

import struct
from dataclasses import replace
from typing import Literal, NamedTuple

from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.model import PartKind
from fakeprint.media.container.photoshop import read_resources
from fakeprint.media.container.tiff_writer import Entry, write_tiff

TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_XMP, _IPTC, _PHOTOSHOP, _ICC, _C2PA, _DNG = 0x02BC, 33723, 34377, 34675, 0xCD41, 0xC612
_SPECIAL = {_XMP, _IPTC, _PHOTOSHOP, _ICC, _C2PA}
_TEXTS = {270: "ImageDescription", 305: "Software", 315: "Artist"}
_LINKS = {0x8769, 0x8825, 0xA005}
_PAGES = 0x014A
_DATA_PLACES = {273, 279, 324, 325, 513, 514}
_COMPRESSION = 259
_LOSSLESS = {1: True, 2: True, 3: True, 4: True, 5: True, 6: False, 7: False, 8: True, 32773: True, 32946: True, 34925: True, 50000: True}


class _Field(NamedTuple):
    """One directory entry: where its value lies, and its length in bytes."""

    tag: int
    type: int
    number: int
    offset: int
    length: int


class _Layout:
    """Number sizes of classic and big TIFF."""

    def __init__(self, head: bytes) -> None:
        self.order: Literal["big", "little"] = "big" if head[:2] == b"MM" else "little"
        self.big = head[2:4] in {b"+\0", b"\0+"}
        self.word, self.count_size, self.entry_size = (8, 8, 20) if self.big else (4, 2, 12)
        self.first = 8 if self.big else 4
        self.entry = struct.Struct((">" if self.order == "big" else "<") + ("HHQQ" if self.big else "HHII"))

    def number(self, data: bytes) -> int:
        return int.from_bytes(data, self.order)


def walk_tiff(draft: Draft) -> None:
    """Follow all pages and their sub-directories; the first page's tags become an EXIF part of their own."""
    layout = _Layout(draft.need(0, 16 if draft.source.read(2, 2) in {b"+\0", b"\0+"} else 8))
    walk = _Walk(draft, layout)
    offset = layout.number(draft.need(layout.first, layout.word))
    pages = 0
    while offset:
        pages += 1
        if pages > draft.limits.tiff_pages:
            raise Damage("over_limit", f"more than {draft.limits.tiff_pages} pages")
        fields, offset = walk.directory(offset)
        walk.page(fields, first=pages == 1)
    if not pages:
        raise Damage("bad_structure", "no directory")


class _Walk:
    def __init__(self, draft: Draft, layout: _Layout) -> None:
        self.draft = draft
        self.layout = layout
        self._visited: set[int] = set()
        self._sub_ifds = 0
        self._room = min(draft.limits.metadata_bytes, draft.source.size)

    def directory(self, offset: int) -> tuple[list[_Field], int]:
        """Return the entries of one directory and the offset of the next."""
        draft, layout = self.draft, self.layout
        if offset in self._visited:
            raise Damage("bad_structure", f"the directories form a cycle at byte {offset}")
        self._visited.add(offset)
        count = layout.number(draft.need(offset, layout.count_size))
        draft.step(1 + count)
        start = offset + layout.count_size
        data = draft.need(start, count * layout.entry_size)
        fields = []
        for index, (tag, type_, number, place) in enumerate(layout.entry.iter_unpack(data)):
            length = TYPE_SIZES.get(type_, 0) * number
            inline = start + index * layout.entry_size + 4 + layout.word
            fields.append(_Field(tag, type_, number, inline if length <= layout.word else place, length))
        following = draft.source.read(start + len(data), layout.word)
        return fields, layout.number(following)

    def page(self, fields: list[_Field], *, first: bool) -> None:
        """Take the metadata of one page, and what hangs below it."""
        self._metadata(fields, "tiff/IFD0" if first else "tiff/page")
        if first:
            self._first_page(fields)
        for field in fields:
            if field.tag == _PAGES:
                for offset in self._numbers(field, self.draft.limits.tiff_sub_ifds):
                    self._metadata(self._below(offset), "tiff/SubIFD")

    def _below(self, offset: int) -> list[_Field]:
        self._sub_ifds += 1
        if self._sub_ifds > self.draft.limits.tiff_sub_ifds:
            raise Damage("over_limit", f"more than {self.draft.limits.tiff_sub_ifds} sub-directories")
        return self.directory(offset)[0]

    def _metadata(self, fields: list[_Field], where: str) -> None:
        draft = self.draft
        for field in fields:
            if field.tag == _XMP:
                draft.keep(PartKind.XMP, "", f"{where}[700]", field.offset, field.length)
            elif field.tag == _IPTC:
                draft.keep(PartKind.IPTC, "", f"{where}[33723]", field.offset, field.length)
            elif field.tag == _ICC:
                draft.keep(PartKind.ICC, "", f"{where}[34675]", field.offset, field.length)
            elif field.tag == _C2PA:
                draft.keep_store(f"{where}[52545]", field.offset, field.length)
            elif field.tag == _PHOTOSHOP and field.length <= draft.room(PartKind.IPTC):
                read_resources(draft, f"{where}[34377]", field.offset, draft.source.read(field.offset, field.length))

    def _first_page(self, fields: list[_Field]) -> None:
        draft, tags = self.draft, {field.tag: field for field in fields}
        for tag, key in _TEXTS.items():
            if tag in tags:
                draft.keep(PartKind.TEXT, key, f"tiff/IFD0[{tag}]", tags[tag].offset, tags[tag].length)
        compression = self._first_number(tags.get(_COMPRESSION))
        draft.lossless = _LOSSLESS.get(1 if compression is None else compression)
        if _DNG in tags:
            draft.sniffed = replace(draft.sniffed, mime="image/x-adobe-dng")
            draft.lossless = None
        self._scan(tags)
        below: dict[int, list[_Field]] = {}
        for tag in sorted(_LINKS & tags.keys()):
            below[tag] = self._linked(tags[tag])
        for inner in below.get(0x8769, []):
            if inner.tag == 0xA005 and 0xA005 not in below:
                below[0xA005] = self._linked(inner)
        data = write_tiff(self.layout.order == "big", self._entries(fields), {tag: self._entries(inner) for tag, inner in below.items()})
        draft.keep(PartKind.EXIF, "", "tiff/IFD0", 0, draft.source.size, data)

    def _linked(self, field: _Field) -> list[_Field]:
        """Return a linked directory; a broken one is noted and does not stop the walk."""
        try:
            return self._below(self._first_number(field) or 0)
        except Damage as damage:
            self.draft.note(damage.code, str(damage))
            return []

    def _entries(self, fields: list[_Field]) -> list[Entry]:
        entries = []
        for field in fields[: self.draft.limits.box_count]:
            if field.tag in _SPECIAL | _LINKS | _DATA_PLACES | {_PAGES} or field.type > 13:
                continue
            if not 0 < field.length <= min(self._room, self.draft.limits.text_chunk_bytes):
                continue
            raw = self.draft.source.read(field.offset, field.length)
            if len(raw) == field.length:
                self._room -= field.length
                entries.append(Entry(field.tag, field.type, field.number, raw))
        return entries

    def _numbers(self, field: _Field, most: int) -> list[int]:
        size = TYPE_SIZES.get(field.type, 0)
        if not size or field.number > most:
            raise Damage("over_limit", f"tag {field.tag} lists {field.number} values")
        raw = self.draft.need(field.offset, field.length) if field.length else b""
        return [self.layout.number(raw[at : at + size]) for at in range(0, len(raw), size)]

    def _first_number(self, field: _Field | None) -> int | None:
        if field is None or not field.length:
            return None
        return self.layout.number(self.draft.source.read(field.offset, TYPE_SIZES.get(field.type, 0)))

    def _scan(self, tags: dict[int, _Field]) -> None:
        """List the first page's strips or tiles as one stretch of picture data."""
        for place, size in ((273, 279), (324, 325)):
            if place in tags and size in tags and 0 < tags[place].number == tags[size].number <= 4096:
                starts, lengths = self._numbers(tags[place], 4096), self._numbers(tags[size], 4096)
                end = max(start + length for start, length in zip(starts, lengths, strict=True))
                self.draft.keep_scan("", "tiff/strips", min(starts), end - min(starts))
                if end > self.draft.source.size:
                    self.draft.note("truncated", "the picture data ends after the file does")
