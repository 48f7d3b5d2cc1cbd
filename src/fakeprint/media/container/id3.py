"""ID3v2 tags of MP3 and other audio (specs: provenance 2, MP3 row)."""

from dataclasses import replace
from io import BytesIO

from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.flac import walk_flac
from fakeprint.media.container.model import PartKind
from fakeprint.media.container.source import Source
from fakeprint.media.text import printable

_C2PA_TYPES = {b"application/c2pa", b"application/x-c2pa-manifest-store"}
_ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")


def walk_mp3(draft: Draft) -> None:
    """List the frames of the ID3 tag at the start of a file, if there is one."""
    end = 0
    if draft.source.read(0, 3) == b"ID3":
        end = read_id3(draft, 0, "id3", draft.source.size)
    if draft.source.read(end, 4) == b"fLaC":
        draft.sniffed = replace(draft.sniffed, format="flac", mime="audio/flac")
        walk_flac(draft, end)
    else:
        draft.keep_scan("", "mp3/frames", end, max(0, draft.source.size - end))


def read_id3(draft: Draft, start: int, where: str, most: int) -> int:
    """Read the tag at ``start``, which may not reach past ``most``, and return where it ends."""
    header = draft.need(start, 10)
    major, flags, size = header[3], header[5], _synchsafe(header[6:10])
    if header[:3] != b"ID3" or not 2 <= major <= 4 or size is None:
        raise Damage("bad_structure", f"no valid ID3 header at byte {start}")
    end = start + 10 + size
    if end > most:
        draft.note("truncated", "the ID3 tag ends after what holds it")
        end = most
    source, base = draft.source, start + 10
    if flags & 0x80 and major < 4:
        if end - base > draft.limits.metadata_bytes:
            raise Damage("over_limit", "an unsynchronised ID3 tag is too large")
        source = Source(BytesIO(source.read(base, end - base).replace(b"\xff\0", b"\xff")))
        base = 0
    position, stop = base, base + min(source.size, end - start - 10)
    if flags & 0x40 and major > 2:
        extended = source.read(base, 4)
        position += int.from_bytes(extended, "big") + 4 if major == 3 else _synchsafe(extended) or 4
    _Frames(draft, source, major, where, 0 if source is draft.source else start + 10).read(position, stop)
    return end + (10 if flags & 0x10 and major == 4 else 0)


def _synchsafe(data: bytes) -> int | None:
    if any(byte & 0x80 for byte in data):
        return None
    number = 0
    for byte in data:
        number = number << 7 | byte
    return number


class _Frames:
    def __init__(self, draft: Draft, source: Source, major: int, where: str, shift: int) -> None:
        self._draft = draft
        self._source = source
        self._major = major
        self._where = where
        self._shift = shift

    def read(self, position: int, stop: int) -> None:
        id_size, head_size = (3, 6) if self._major == 2 else (4, 10)
        while position + head_size <= stop:
            self._draft.step()
            header = self._source.read(position, head_size)
            name = header[:id_size]
            if not name.strip(b"\0"):
                return
            number = int.from_bytes(header[id_size : 2 * id_size], "big")
            size = _synchsafe(header[4:8]) if self._major == 4 else number
            start = position + head_size
            if size is None or not name.isalnum() or start + size > stop:
                self._draft.note("bad_structure", f"no valid ID3 frame at byte {position + self._shift}")
                return
            flags = header[9] if self._major > 2 else 0
            self._frame(name.decode("ascii"), start, size, flags)
            position = start + size

    def _frame(self, name: str, start: int, size: int, flags: int) -> None:
        kind = PartKind.C2PA if name in {"GEOB", "GEO"} else PartKind.XMP if name == "PRIV" else PartKind.TEXT
        wanted = name[0] == "T" or name in {"COMM", "COM", "PRIV", "GEOB", "GEO"}
        where = f"{self._where}/{name}"
        if not wanted:
            return
        if (self._major == 4 and flags & 0x0C) or (self._major == 3 and flags & 0xC0):
            self._draft.refuse(PartKind.OTHER, name, where, start + self._shift, size, "compressed")
            return
        if size > self._draft.room(kind):
            self._draft.refuse(kind, name, where, start + self._shift, size, "over_limit")
            return
        data = self._source.read(start, size)
        if self._major == 4 and flags & 0x02:
            data = data.replace(b"\xff\0", b"\xff")
        if self._major == 4 and flags & 0x01:
            data = data[4:]
        self._content(name, where, start + self._shift, data)

    def _content(self, name: str, where: str, offset: int, data: bytes) -> None:
        draft = self._draft
        if name == "PRIV":
            owner, _, packet = data.partition(b"\0")
            if owner == b"XMP":
                draft.keep(PartKind.XMP, "", where, offset + len(owner) + 1, len(packet), packet)
        elif name in {"GEOB", "GEO"}:
            self._object(where, offset, data)
        elif name in {"COMM", "COM"}:
            description, text = _split(data[:1], data[4:])
            draft.keep(PartKind.TEXT, description or name, where, offset, len(data), text.encode())
        elif name in {"TXXX", "TXX"}:
            description, text = _split(data[:1], data[1:])
            draft.keep(PartKind.TEXT, description, f"{where}[{printable(description)}]", offset, len(data), text.encode())
        else:
            text = _decoded(data[:1], data[1:])
            draft.keep(PartKind.TEXT, name, where, offset, len(data), text.encode())

    def _object(self, where: str, offset: int, data: bytes) -> None:
        """Keep a C2PA store: encoding, MIME type, file name, description, then the object."""
        mime, _, rest = data[1:].partition(b"\0")
        if mime.lower() not in _C2PA_TYPES:
            return
        wide = data[:1] in {b"\x01", b"\x02"}
        for _ in range(2):
            rest = rest[_terminator(rest, wide) :]
        self._draft.keep_store(where, offset + len(data) - len(rest), len(rest), rest)


def _terminator(data: bytes, wide: bool) -> int:
    """Return the position after the NUL (two of them, aligned, for 16-bit text) that ends a string."""
    if not wide:
        found = data.find(b"\0")
        return len(data) if found < 0 else found + 1
    found = data.find(b"\0\0")
    while found >= 0 and found % 2:
        found = data.find(b"\0\0", found + 1)
    return len(data) if found < 0 else found + 2


def _decoded(code: bytes, data: bytes) -> str:
    encoding = _ENCODINGS[code[0]] if code and code[0] < len(_ENCODINGS) else "latin-1"
    return data.decode(encoding, "replace").rstrip("\0")


def _split(code: bytes, data: bytes) -> tuple[str, str]:
    at = _terminator(data, code in {b"\x01", b"\x02"})
    return _decoded(code, data[:at]), _decoded(code, data[at:])
