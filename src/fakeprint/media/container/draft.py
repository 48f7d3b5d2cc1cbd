"""The container that a walker is writing down, under the limits of the run."""

from dataclasses import replace

from fakeprint.core.limits import Limits
from fakeprint.media.container.jumbf import jumbf_header
from fakeprint.media.container.model import Container, Part, PartKind, Trailing
from fakeprint.media.container.sniff import Sniffed
from fakeprint.media.container.source import Source

_NOTES = 64
_KEY_CHARS = 256
_BYTES_PER_ELEMENT = 512
_MOST_GROWTH = 64


class Damage(Exception):
    """The walk cannot go on; ``code`` is ``truncated``, ``bad_structure`` or ``over_limit``.  Never leaves the walker."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Draft:
    """Collects parts and notes; a part that is too large or cut off is kept by name with its ``problem`` and without data."""

    def __init__(self, source: Source, limits: Limits, sniffed: Sniffed) -> None:
        self.source = source
        self.limits = limits
        self.sniffed = sniffed
        self.parts: list[Part] = []
        self.notes: list[str] = []
        self.lossless: bool | None = None
        self.end: int | None = None
        self._steps = 0
        most = limits.container_elements
        self._most_steps = most + min(source.size // _BYTES_PER_ELEMENT, _MOST_GROWTH * most)
        self._text_room = limits.text_total_bytes
        self._room = limits.text_total_bytes + limits.c2pa_bytes
        self._caps = {
            PartKind.EXIF: limits.metadata_bytes,
            PartKind.XMP: limits.xmp_bytes,
            PartKind.IPTC: limits.metadata_bytes,
            PartKind.ICC: limits.metadata_bytes,
            PartKind.C2PA: limits.c2pa_bytes,
        }

    def cap(self, kind: PartKind) -> int:
        """Return the largest number of bytes that one part of this kind may hold."""
        return self._caps.get(kind, self.limits.text_chunk_bytes)

    def room(self, kind: PartKind) -> int:
        """Return how many bytes of this kind may still be kept: the cap, or what is left of the file's total."""
        left = min(self._room, self._text_room) if kind is PartKind.TEXT else self._room
        return min(self.cap(kind), left)

    def step(self, count: int = 1) -> None:
        """Count visited elements; stops the walk at ``container_elements`` plus one for every 512 bytes, at most 64 times as many."""
        self._steps += count
        if self._steps > self._most_steps:
            raise Damage("over_limit", f"more than {self._most_steps} elements")

    def need(self, offset: int, length: int) -> bytes:
        """Return exactly ``length`` bytes, or stop the walk as truncated."""
        data = self.source.read(offset, length)
        if len(data) < length:
            raise Damage("truncated", f"the file ends inside an element at byte {offset}")
        return data

    def note(self, code: str, text: str) -> None:
        """Add a ``code: text`` line once."""
        line = f"{code}: {text}"
        if len(self.notes) < _NOTES and line not in self.notes:
            self.notes.append(line)
        elif code in {"truncated", "bad_structure", "over_limit"} and line not in self.notes:
            self.notes[-1] = line

    def keep(self, kind: PartKind, key: str, where: str, offset: int, length: int, data: bytes | None = None) -> None:
        """Add a part, reading its bytes from the source unless ``data`` (inflated or joined) is given."""
        if (length if data is None else len(data)) > self.room(kind):
            self.refuse(kind, key, where, offset, length, "over_limit")
            return
        if data is None:
            data = self.source.read(offset, length)
            if len(data) < length:
                self.refuse(kind, key, where, offset, length, "truncated")
                return
        self._room -= len(data)
        if kind is PartKind.TEXT:
            self._text_room -= len(data)
        self._add(Part(kind, key[:_KEY_CHARS], where[:_KEY_CHARS], offset, length, data))

    def refuse(self, kind: PartKind, key: str, where: str, offset: int, length: int, problem: str) -> None:
        """Add a part that is there but cannot be read, with the reason code."""
        self._add(Part(kind, key[:_KEY_CHARS], where[:_KEY_CHARS], offset, length, None, problem))

    def keep_scan(self, key: str, where: str, offset: int, length: int) -> None:
        """Add compressed picture data by place only."""
        self._add(Part(PartKind.SCAN, key, where, offset, length, b""))

    def keep_exif(self, where: str, offset: int, length: int) -> None:
        r"""Add an EXIF part that starts at its byte-order mark, dropping a leading ``Exif\0\0``."""
        if self.source.read(offset, 6) == b"Exif\0\0":
            offset, length = offset + 6, max(0, length - 6)
        self.keep(PartKind.EXIF, "", where, offset, length)

    def keep_store(self, where: str, offset: int, length: int, data: bytes | None = None, key: str = "") -> None:
        """Add a C2PA manifest store if its JUMBF header says that it is one."""
        head = self.source.read(offset, 64) if data is None else data[:64]
        declared = jumbf_header(head)
        if declared is None:
            self.refuse(PartKind.C2PA, key, where, offset, length, "bad_header")
        elif declared > (length if data is None else len(data)):
            self.refuse(PartKind.C2PA, key, where, offset, length, "truncated")
        elif data is None:
            self.keep(PartKind.C2PA, key, where, offset, declared)
        else:
            self.keep(PartKind.C2PA, key, where, offset, length, data[:declared])

    def drop_outside(self) -> None:
        """Make parts that lie after the declared end unreadable: an element may point there, but it is not part of the file."""
        end = self.end
        if end is not None:
            self.parts = [replace(part, data=None, problem="outside") if part.offset >= end else part for part in self.parts]

    def finish(self, trailing: Trailing | None) -> Container:
        """Return the container."""
        return Container(
            format=self.sniffed.format,
            mime=self.sniffed.mime,
            kind=self.sniffed.kind,
            parts=tuple(sorted(self.parts, key=lambda part: part.offset)),
            trailing=trailing,
            notes=tuple(self.notes),
            lossless=self.lossless,
        )

    def _add(self, part: Part) -> None:
        if len(self.parts) >= self.limits.box_count:
            raise Damage("over_limit", f"more than {self.limits.box_count} parts")
        self.parts.append(part)
