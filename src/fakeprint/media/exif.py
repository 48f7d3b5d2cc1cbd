"""EXIF: tags of a TIFF structure, with bounds (specs: provenance 2)."""

import struct
from dataclasses import dataclass

from fakeprint.core.evidence import Location
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Part
from fakeprint.media.text import decode_text

USER_COMMENT = 0x9286
IMAGE_DESCRIPTION = 0x010E
MAKE = 0x010F
MODEL = 0x0110
SOFTWARE = 0x0131
ARTIST = 0x013B
DOCUMENT_NAME = 0x010D
MAKER_NOTE = 0x927C

TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_CODES = {1: "B", 3: "H", 4: "I", 5: "I", 6: "b", 8: "h", 9: "i", 10: "i", 11: "f", 12: "d", 13: "I"}
_SUB_IFDS = {0x8769: "exif", 0x8825: "gps", 0xA005: "interop"}
_THUMBNAIL_OFFSET, _THUMBNAIL_LENGTH = 0x0201, 0x0202
_NUMBERS = 4096

Value = str | int | float | tuple[int | float, ...] | bytes


@dataclass(frozen=True)
class ExifTag:
    """One tag: ``ifd`` is ``ifd0, exif, gps, interop`` or ``ifd1``; ``raw`` are the value bytes in the file's byte order.

    ``value`` is text for ASCII, a number for a single numeric value, a tuple of numbers for several (rationals as float, NaN where the
    denominator is 0), else bytes; so are more than 4,096 numbers.
    """

    ifd: str
    tag: int
    type: int
    raw: bytes
    value: Value


@dataclass(frozen=True)
class Exif:
    """All tags of one EXIF block in file order, the embedded thumbnail, and what was malformed."""

    big_endian: bool
    tags: tuple[ExifTag, ...]
    thumbnail: bytes | None
    problems: tuple[str, ...]
    location: Location

    def find(self, tag: int, *ifds: str) -> ExifTag | None:
        """Return the first tag of that number, looking only in ``ifds`` if given."""
        return next((one for one in self.tags if one.tag == tag and (not ifds or one.ifd in ifds)), None)

    def text(self, tag: int, *ifds: str) -> str | None:
        """Return a tag as text (UTF-8 or Latin-1, NULs stripped), whatever its declared type."""
        found = self.find(tag, *ifds)
        return None if found is None else decode_text(found.raw)

    def user_comment(self) -> str | None:
        """Return UserComment decoded by its 8-byte code, or as a bare string where no code is written."""
        found = self.find(USER_COMMENT)
        return None if found is None else _coded_text(found.raw, self.big_endian)


def read_exif(part: Part, limits: Limits) -> Exif:
    """Read the tags of an EXIF part.  Never raises on malformed data; see ``problems``."""
    if part.data is None:
        return Exif(False, (), None, (part.problem or "unreadable",), part.location())
    data = part.data.removeprefix(b"Exif\0\0")
    if data[:4] not in {b"II*\0", b"MM\0*"} or len(data) < 8:
        return Exif(False, (), None, ("bad_header",), part.location())
    reader = _Reader(data, data[:2] == b"MM", limits)
    reader.read()
    return Exif(reader.big_endian, tuple(reader.tags), reader.thumbnail, tuple(reader.problems), part.location())


class _Reader:
    """Walks the directories of one block; every offset is visited once, tags and value bytes are counted."""

    def __init__(self, data: bytes, big_endian: bool, limits: Limits) -> None:
        self.data = data
        self.big_endian = big_endian
        self.order = ">" if big_endian else "<"
        self.tags: list[ExifTag] = []
        self.problems: list[str] = []
        self.thumbnail: bytes | None = None
        self._entry = struct.Struct(f"{self.order}HHI4s")
        self._visited: set[int] = set()
        self._tag_room = limits.box_count
        self._value_room = len(data) + (1 << 16)

    def read(self) -> None:
        following = self._directory("ifd0", self._number(self.data[4:8]))
        for tag, ifd in _SUB_IFDS.items():
            for found in [one for one in self.tags if one.tag == tag][:1]:
                self._directory(ifd, self._number(found.raw[:4]))
        if following:
            self._directory("ifd1", following)
            self._read_thumbnail()

    def _number(self, data: bytes) -> int:
        return int.from_bytes(data, "big" if self.big_endian else "little")

    def _problem(self, text: str) -> None:
        if text not in self.problems and len(self.problems) < 16:
            self.problems.append(text)

    def _directory(self, ifd: str, offset: int) -> int:
        """Read one directory and return the offset of the next, 0 where there is none."""
        data = self.data
        if offset in self._visited:
            self._problem("cycle")
            return 0
        self._visited.add(offset)
        if not 8 <= offset <= len(data) - 2:
            self._problem("bad_offset")
            return 0
        count = self._number(data[offset : offset + 2])
        end = offset + 2 + 12 * count
        if end > len(data):
            self._problem("truncated")
            count = (len(data) - offset - 2) // 12
        if count > self._tag_room:
            self._problem("over_limit")
            count = self._tag_room
        self._tag_room -= count
        entries = data[offset + 2 : offset + 2 + 12 * count]
        for tag, type_, number, inline in self._entry.iter_unpack(entries):
            self._tag(ifd, tag, type_, number, inline)
        return self._number(data[end : end + 4]) if end + 4 <= len(data) else 0

    def _tag(self, ifd: str, tag: int, type_: int, count: int, inline: bytes) -> None:
        unit = TYPE_SIZES.get(type_)
        if unit is None:
            self._problem("bad_type")
            return
        size = unit * count
        if size <= 4:
            raw = inline[:size]
        else:
            start = self._number(inline)
            if size > self._value_room:
                self._problem("over_limit" if start + size <= len(self.data) else "truncated")
                return
            raw = self.data[start : start + size]
            if len(raw) < size:
                self._problem("truncated")
                return
            self._value_room -= size
        self.tags.append(ExifTag(ifd, tag, type_, raw, self._value(type_, raw, count)))

    def _value(self, type_: int, raw: bytes, count: int) -> Value:
        if type_ == 2:
            return decode_text(raw)
        code = _CODES.get(type_)
        if code is None or count > _NUMBERS or (type_ in {1, 6} and count > 4):
            return raw
        numbers: tuple[int | float, ...] = struct.unpack(f"{self.order}{len(raw) // struct.calcsize(code)}{code}", raw)
        if type_ in {5, 10}:
            numbers = tuple(top / bottom if bottom else float("nan") for top, bottom in zip(numbers[::2], numbers[1::2], strict=True))
        return numbers[0] if len(numbers) == 1 else numbers

    def _read_thumbnail(self) -> None:
        found = {one.tag: one for one in self.tags if one.ifd == "ifd1" and one.tag in {_THUMBNAIL_OFFSET, _THUMBNAIL_LENGTH}}
        if len(found) == 2:
            start = self._number(found[_THUMBNAIL_OFFSET].raw)
            length = self._number(found[_THUMBNAIL_LENGTH].raw)
            if length and start + length <= len(self.data):
                self.thumbnail = self.data[start : start + length]
            elif length:
                self._problem("thumbnail_truncated")


def _coded_text(raw: bytes, big_endian: bool) -> str:
    code, rest = raw[:8], raw[8:]
    if code == b"UNICODE\0":
        return _utf16(rest, big_endian)
    if code == b"JIS\0\0\0\0\0":
        try:
            return rest.rstrip(b"\0").decode("iso2022_jp")
        except UnicodeDecodeError:
            return decode_text(rest)
    if code in {b"ASCII\0\0\0", bytes(8)}:
        return decode_text(rest)
    return decode_text(raw)


def _utf16(data: bytes, big_endian: bool) -> str:
    """Decode by byte-order mark, else as big-endian unless little-endian reads plainly better."""
    data = data[: len(data) & ~1]
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="replace").rstrip("\0")
    plain_big, plain_little = data[0::2].count(0), data[1::2].count(0)
    if plain_big == plain_little:
        order = "utf-16-be" if big_endian or _decodes(data, "utf-16-be") else "utf-16-le"
    else:
        order = "utf-16-be" if plain_big > plain_little else "utf-16-le"
    return data.decode(order, errors="replace").rstrip("\0")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
