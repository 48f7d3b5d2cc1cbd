"""Matroska and WebM: EBML elements down to the tags (specs: provenance 2, Matroska row)."""

from collections.abc import Iterator
from typing import NamedTuple

from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.model import PartKind
from fakeprint.media.text import printable

_EBML, _SEGMENT, _VOID = 0x1A45DFA3, 0x18538067, 0xEC
_SEEK_HEAD, _INFO, _TAGS, _CLUSTER = 0x114D9B74, 0x1549A966, 0x1254C367, 0x1F43B675
_SEEK, _SEEK_ID, _SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
_TAG, _SIMPLE_TAG, _NAME, _STRING, _BINARY = 0x7373, 0x67C8, 0x45A3, 0x4487, 0x4485
_INFO_TEXTS = {0x7BA9: "Title", 0x4D80: "MuxingApp", 0x5741: "WritingApp"}


class _Element(NamedTuple):
    """An element: where its payload starts and ends; ``end`` is None where the size is unknown (live streams)."""

    id: int
    start: int
    end: int | None


def walk_matroska(draft: Draft) -> None:
    """Walk all segments; clusters are stepped over."""
    position, size = 0, draft.source.size
    while position < size:
        element = _element(draft, position)
        if element is None or element.id not in {_EBML, _SEGMENT, _VOID}:
            draft.end = position
            return
        if element.id == _SEGMENT:
            end = size if element.end is None else min(element.end, size)
            _Segment(draft, element.start).read(end)
        if element.end is None:
            return
        if element.end > size:
            raise Damage("truncated", f"the element at byte {position} is cut off")
        position = element.end


def _element(draft: Draft, position: int) -> _Element | None:
    draft.step()
    head = draft.source.read(position, 12)
    if not head or not head[0]:
        return None
    id_size = 9 - head[0].bit_length()
    if id_size > 4 or len(head) <= id_size or not head[id_size]:
        return None
    size_size = 9 - head[id_size].bit_length()
    start = id_size + size_size
    if len(head) < start:
        return None
    size = int.from_bytes(head[id_size:start], "big") & ((1 << 7 * size_size) - 1)
    unknown = size == (1 << 7 * size_size) - 1
    return _Element(int.from_bytes(head[:id_size], "big"), position + start, None if unknown else position + start + size)


def _children(draft: Draft, start: int, end: int, depth: int) -> Iterator[_Element]:
    if depth > draft.limits.box_depth:
        raise Damage("over_limit", f"elements nested deeper than {draft.limits.box_depth}")
    position = start
    while position < end:
        element = _element(draft, position)
        if element is None or element.end is None or element.end > end:
            draft.note("bad_structure", f"an element at byte {position} does not fit into the element around it")
            return
        yield element
        position = element.end


class _Segment:
    def __init__(self, draft: Draft, start: int) -> None:
        self._draft = draft
        self._start = start
        self._tags_read: set[int] = set()

    def read(self, end: int) -> None:
        """Walk the segment's children; an unknown-size cluster is entered, so that its blocks are stepped over one by one."""
        draft, position = self._draft, self._start
        while position < end:
            element = _element(draft, position)
            if element is None:
                raise Damage("bad_structure", f"no valid element at byte {position}")
            if element.end is not None and element.end > end:
                raise Damage("truncated", f"the element at byte {position} is cut off")
            if element.id == _SEEK_HEAD and element.end is not None:
                self._seek(element.start, element.end)
            elif element.id == _INFO and element.end is not None:
                self._info(element.start, element.end)
            elif element.id == _TAGS:
                self._tags(element)
            position = element.start if element.end is None else element.end

    def _seek(self, start: int, end: int) -> None:
        """Read the tags that the index points to now, so that they are found even in files with very many blocks."""
        for seek in _children(self._draft, start, end, 1):
            target = place = 0
            for field in _children(self._draft, seek.start, seek.end or 0, 2) if seek.id == _SEEK else ():
                value = int.from_bytes(self._draft.source.read(field.start, min((field.end or 0) - field.start, 8)), "big")
                target = value if field.id == _SEEK_ID else target
                place = value if field.id == _SEEK_POSITION else place
            if target == _TAGS:
                found = _element(self._draft, self._start + place)
                if found is not None and found.id == _TAGS:
                    self._tags(found)

    def _info(self, start: int, end: int) -> None:
        name = self._draft.sniffed.format
        for field in _children(self._draft, start, end, 1):
            if field.id in _INFO_TEXTS and field.end is not None:
                key = _INFO_TEXTS[field.id]
                self._draft.keep(PartKind.TEXT, key, f"{name}/Info/{key}", field.start, field.end - field.start)

    def _tags(self, tags: _Element) -> None:
        if tags.start in self._tags_read or tags.end is None or tags.end > self._draft.source.size:
            return
        self._tags_read.add(tags.start)
        for tag in _children(self._draft, tags.start, tags.end, 1):
            if tag.id == _TAG:
                self._simple_tags(tag.start, tag.end or 0, 2)

    def _simple_tags(self, start: int, end: int, depth: int) -> None:
        for simple in _children(self._draft, start, end, depth):
            if simple.id == _SIMPLE_TAG:
                self._simple_tag(simple.start, simple.end or 0, depth + 1)

    def _simple_tag(self, start: int, end: int, depth: int) -> None:
        draft, key, value = self._draft, "", None
        for field in _children(draft, start, end, depth):
            length = (field.end or 0) - field.start
            if field.id == _NAME:
                key = draft.source.read(field.start, min(length, 256)).decode("utf-8", "replace").rstrip("\0")
            elif field.id in {_STRING, _BINARY}:
                value = field
            elif field.id == _SIMPLE_TAG:
                self._simple_tag(field.start, field.end or 0, depth + 1)
        if value is not None:
            where = f"{draft.sniffed.format}/Tags/SimpleTag[{printable(key)}]"
            draft.keep(PartKind.TEXT, key, where, value.start, (value.end or 0) - value.start)
