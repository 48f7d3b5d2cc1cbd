"""FLV script tags: ``onMetaData`` in AMF0 (specs: provenance 2, FLV row)."""

from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.model import PartKind
from fakeprint.media.text import printable

_SCRIPT = 18
_FIXED = {0: 8, 1: 1, 5: 0, 6: 0, 7: 2, 11: 10, 13: 0}
_STRING, _OBJECT, _ARRAY, _LIST, _LONG_STRING, _XML = 2, 3, 8, 10, 12, 15


def walk_flv(draft: Draft) -> None:
    """Step over all tags to the end and read the texts of ``onMetaData``."""
    position = int.from_bytes(draft.need(5, 4), "big")
    if position < 9:
        raise Damage("bad_structure", "an impossible header length")
    while position + 4 < draft.source.size:
        draft.step()
        header = draft.need(position + 4, 11)
        length = int.from_bytes(header[1:4], "big")
        start = position + 15
        if header[0] & 0x1F not in {8, 9, _SCRIPT}:
            raise Damage("bad_structure", f"no valid tag at byte {position + 4}")
        if start + length > draft.source.size:
            raise Damage("truncated", f"the tag at byte {position + 4} is cut off")
        if header[0] == _SCRIPT:
            _script(draft, start, length)
        position = start + length


def _script(draft: Draft, offset: int, length: int) -> None:
    where = "flv/onMetaData"
    if length > draft.cap(PartKind.TEXT):
        draft.refuse(PartKind.TEXT, "", where, offset, length, "over_limit")
        return
    data = draft.source.read(offset, length)
    if data[:1] != b"\x02" or data[3:13] != b"onMetaData":
        return
    reader = _Amf(draft, data)
    position = 13
    if data[position : position + 1] == b"\x08":
        position += 5
    elif data[position : position + 1] == b"\x03":
        position += 1
    else:
        draft.refuse(PartKind.TEXT, "", where, offset, length, "bad_structure")
        return
    while (pair := reader.key(position)) is not None:
        key, start = pair
        end = reader.skip(start, 1)
        if end is None:
            draft.refuse(PartKind.TEXT, key, f"{where}[{printable(key)}]", offset + start, 0, "truncated")
            return
        width = {_STRING: 3, _LONG_STRING: 5}.get(data[start])
        if width is not None:
            draft.keep(PartKind.TEXT, key, f"{where}[{printable(key)}]", offset + start + width, end - start - width)
        position = end


class _Amf:
    """Finds the ends of AMF0 values."""

    def __init__(self, draft: Draft, data: bytes) -> None:
        self._draft = draft
        self._data = data

    def _number(self, position: int, size: int) -> int:
        return int.from_bytes(self._data[position : position + size], "big")

    def key(self, position: int) -> tuple[str, int] | None:
        """Return a property's name and where its value starts; None at the end of the object."""
        self._draft.step()
        length = self._number(position, 2)
        start = position + 2 + length
        if start >= len(self._data) or (not length and self._data[start] == 9):
            return None
        return self._data[position + 2 : start][:256].decode("utf-8", "replace"), start

    def skip(self, position: int, depth: int) -> int | None:
        """Return the end of the value at ``position``, None if it is cut off or unknown."""
        if position >= len(self._data) or depth > self._draft.limits.box_depth:
            return None
        kind = self._data[position]
        position += 1
        if kind in _FIXED:
            end: int | None = position + _FIXED[kind]
        elif kind == _STRING:
            end = position + 2 + self._number(position, 2)
        elif kind in {_LONG_STRING, _XML}:
            end = position + 4 + self._number(position, 4)
        elif kind in {_OBJECT, _ARRAY}:
            end = self._skip_object(position + (4 if kind == _ARRAY else 0), depth)
        elif kind == _LIST:
            end = self._skip_list(position, depth)
        else:
            end = None
        return end if end is not None and end <= len(self._data) else None

    def _skip_object(self, position: int, depth: int) -> int | None:
        place: int | None = position
        while place is not None:
            pair = self.key(place)
            if pair is None:
                return place + 3
            place = self.skip(pair[1], depth + 1)
        return None

    def _skip_list(self, position: int, depth: int) -> int | None:
        count = self._number(position, 4)
        place: int | None = position + 4
        numbers = self._data[position + 4 : position + 4 + 9 * count : 9]
        if len(numbers) == count and not any(numbers):
            return position + 4 + 9 * count
        for _ in range(count):
            if place is None:
                break
            self._draft.step()
            place = self.skip(place, depth + 1)
        return place
