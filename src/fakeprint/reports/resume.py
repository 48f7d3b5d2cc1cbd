"""Continuing an interrupted JSONL file of reports (specs: reliability 9).

A file being written holds whole rows in input order, and perhaps a torn last line.  Resuming keeps the rows that are ``ok``, redoes
the rest and puts everything back in input order at the end.  Rows are moved as bytes; memory holds only their places.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from fakeprint.core.durable import atomic_file


@dataclass(frozen=True)
class DoneRow:
    """What identifies a row that need not be redone."""

    input: str
    bytes: int
    sha256: str

    def still_holds(self, shown: str, path: Path) -> bool:
        """Return whether ``path`` is the same input with the same content."""
        if shown != self.input:
            return False
        try:
            if path.stat().st_size != self.bytes:
                return False
            with path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == self.sha256
        except OSError:
            return False


def keep_done_rows(path: Path) -> dict[int, DoneRow]:
    """Rewrite a results file so that only whole rows of status ``ok`` remain, and return them by index."""
    done: dict[int, DoneRow] = {}
    with atomic_file(path) as kept:
        for line in _lines(path):
            row = _parse(line)
            if row is not None and row.status == "ok" and row.media is not None and row.index not in done:
                done[row.index] = DoneRow(row.input, row.media.bytes, row.media.sha256)
                kept.write(line)
    return done


def put_in_order(path: Path, count: int) -> None:
    """Rewrite a finished results file in the order of ``index``, keeping the last row of each index below ``count``."""
    places: dict[int, tuple[int, int]] = {}
    offset = 0
    for line in _lines(path):
        row = _parse(line)
        if row is not None and row.index < count:
            places[row.index] = (offset, len(line))
        offset += len(line)
    in_order = list(places) == sorted(places) and sum(size for _, size in places.values()) == offset
    if in_order:
        return
    with path.open("rb") as rows, atomic_file(path) as ordered:
        for index in sorted(places):
            start, size = places[index]
            rows.seek(start)
            ordered.write(rows.read(size))


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from stream


class _Media(BaseModel):
    bytes: int
    sha256: str


class _Row(BaseModel):
    """The few fields of a row that resuming needs; the others are not parsed into records."""

    index: int
    input: str
    status: str
    media: _Media | None = None


def _parse(line: bytes) -> _Row | None:
    """Return the row, or None for a torn line."""
    if not line.endswith(b"\n"):
        return None
    try:
        return _Row.model_validate_json(line)
    except ValidationError:
        return None
