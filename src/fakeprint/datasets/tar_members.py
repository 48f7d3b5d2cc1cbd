"""Regular files of a tar archive, as far as they can be read: hostile and damaged archives included (specs: reliability 7)."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = 512
MEMBER_BYTES = 2 * 10**9
MEMBERS = 1_000_000
NAME_BYTES = 1024
_HEADER_EXTRA = 1 << 20
_REGULAR = frozenset((b"0"[0], 0, b"7"[0]))
_ZERO = bytes(BLOCK)


@dataclass(frozen=True, slots=True)
class TarMember:
    """One regular file; ``offset`` is where its bytes begin."""

    name: str
    data: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class Damage:
    """A place that could not be read, or an entry that is refused.

    ``torn`` says that bytes of the member before or around it are lost, so that its sample is not to be trusted.
    """

    code: str
    offset: int
    torn: bool


@dataclass
class _Pending:
    """What an extended header said of the entry after it."""

    name: str | None = None
    size: int | None = None


def read_members(path: Path) -> Iterator[TarMember | Damage]:
    """Yield the regular files of an uncompressed tar archive in order, and every place where that was not possible.

    After damage the reader goes on at the next block whose header checksum holds.  Links, devices and folders, names that are absolute,
    contain ``..`` or are no UTF-8 or too long are refused, never followed.  Nothing raises for what the file holds.
    """
    with path.open("rb") as stream:
        if path.stat().st_size == 0:
            yield Damage("empty", 0, torn=False)
            return
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield from _walk(data)


def _walk(data: mmap.mmap) -> Iterator[TarMember | Damage]:
    size, at, lost = len(data), 0, False
    pending = _Pending()
    for _ in range(2 * MEMBERS):
        if at + BLOCK > size:
            if not lost:
                yield Damage("truncated" if at < size else "no_end", at, torn=True)  # without its end mark the tail may be missing
            return
        header = data[at : at + BLOCK]
        if header == _ZERO:
            if data[at + BLOCK : at + 2 * BLOCK] == _ZERO or at + BLOCK >= size:
                return
            at += BLOCK  # a single zero block in the middle of things
            continue
        length = _length(header) if _sound(header) else None
        if length is None:
            if not lost:
                yield Damage("bad_header", at, torn=True)
                lost, pending = True, _Pending()
            at = _resume(data, at + BLOCK)
            continue
        lost = False
        start = at + BLOCK
        kind = header[156]
        if pending.size is not None and kind in _REGULAR:
            length = pending.size
        if start + length > size:
            yield Damage("truncated", at, torn=True)
            if kind in _REGULAR and (found := _resume(data, start)) < size:
                at, pending = found, _Pending()  # a lying length hides sound entries
                lost = True
                continue
            return
        at = start + (length + BLOCK - 1) // BLOCK * BLOCK
        if kind in b"xLg" and length > _HEADER_EXTRA:
            yield Damage("long_header", start, torn=False)
        elif kind == b"x"[0]:
            pending = _pax(data[start : start + length])
        elif kind == b"L"[0]:
            pending.name = _text(data[start : start + length].rstrip(b"\0"))
            if pending.name is None:
                pending.name = ""
        elif kind in _REGULAR:
            yield _member(data, header, start, length, pending.name)
            pending = _Pending()
        elif kind not in b"g5":
            yield Damage("not_a_file", start - BLOCK, torn=False)
            pending = _Pending()
        else:
            pending = _Pending()
    yield Damage("too_many_members", at, torn=True)


def _member(data: mmap.mmap, header: bytes, start: int, length: int, long_name: str | None) -> TarMember | Damage:
    name = _name(header) if long_name is None else long_name
    if not name or len(name) > NAME_BYTES:
        return Damage("bad_name", start - BLOCK, torn=False)
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or name[1:2] == ":" or "\0" in name:
        return Damage("unsafe_name", start - BLOCK, torn=False)
    if length > MEMBER_BYTES:
        return Damage("too_large", start - BLOCK, torn=False)
    return TarMember(name.removeprefix("./"), data[start : start + length], start)


def _sound(header: bytes) -> bool:
    """Check the header's sum: of all bytes, with its own eight taken as spaces."""
    stated = _octal(header[148:156])
    return stated is not None and stated == sum(header) - sum(header[148:156]) + 256


def _resume(data: mmap.mmap, at: int) -> int:
    """Return the next block that begins with a sound header, or the end."""
    size = len(data)
    while at + BLOCK <= size:
        header = data[at : at + BLOCK]
        if header[257:262] == b"ustar" and _sound(header):
            return at
        at += BLOCK
    return size


def _length(header: bytes) -> int | None:
    field = header[124:136]
    if field[0] & 0x80:
        value = int.from_bytes(field[1:], "big")
        return value if field[0] == 0x80 and value < 1 << 62 else None
    return _octal(field)


def _octal(field: bytes) -> int | None:
    text = field.strip(b" \0")
    if not text:
        return 0
    try:
        return int(text, 8) if text.isdigit() else None
    except ValueError:
        return None


def _name(header: bytes) -> str:
    name = header[:100].split(b"\0", 1)[0]
    if header[257:263] == b"ustar\0" and header[345]:
        name = header[345:500].split(b"\0", 1)[0] + b"/" + name
    return _text(name) or ""


def _pax(block: bytes) -> _Pending:
    """Read path and size of an extended header: ``LENGTH KEY=VALUE`` lines."""
    pending, at = _Pending(), 0
    while at < len(block):
        space = block.find(b" ", at, at + 12)
        if space < 0 or not block[at:space].isdigit():
            break
        length = int(block[at:space])
        key, _, value = block[space + 1 : at + length - 1].partition(b"=")
        if length <= space - at:
            break
        if key == b"path":
            pending.name = _text(value) or ""
        elif key == b"size" and value.isdigit() and len(value) < 20:
            pending.size = int(value)
        at += length
    return pending


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
