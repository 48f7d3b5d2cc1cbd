"""From Parquet rows to stored bytes and records without their photographs, one row group at a time, resumable (specs: d3-code 2.1)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fakeprint.collect.byte_store import ByteStore
from fakeprint.collect.d3_rows import D3Row, FaultyFile, read_rows, row_groups
from fakeprint.collect.inspector import Inspector, describe
from fakeprint.collect.stored_record import GENERATORS, REAL, SLOTS, StoredImage, StoredRecord
from fakeprint.collect.sync import sync_folder
from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.datasets.prompt_safety import Category, categories_of

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


BLOCKED = "prompt that may not be stored"


@dataclass(frozen=True)
class Ingested:
    """Segments in the order of files and row groups, and files that could not be read this time."""

    segments: tuple[Path, ...]
    faulty: tuple[str, ...]


def ingest(files: Sequence[Path], folder: Path, store: ByteStore, inspector: Inspector, split: str) -> Ingested:
    """Store the generated images of all rows and write one segment of records for each row group.

    A segment that exists is left as it is: its bytes were on the disk before it was written.

    Raises:
        UsageError: a file is no file of D3, or two files have one name.
    """
    if len({path.name for path in files}) != len(files):
        raise UsageError("two Parquet files have the same name")
    folder.mkdir(parents=True, exist_ok=True)
    segments: list[Path] = []
    faulty: list[str] = []
    for path in files:
        try:
            for group in range(row_groups(path)):
                segment = folder / f"{path.stem}-{group:05d}.jsonl"
                if not segment.exists():
                    records = _records(list(read_rows(path, group)), store, inspector, split)
                    sync_folder(store.folder)
                    write_atomic(segment, b"".join(record.model_dump_json().encode() + b"\n" for record in records))
                segments.append(segment)
        except FaultyFile as error:
            faulty.append(str(error))
    return Ingested(tuple(segments), tuple(faulty))


def read_segments(segments: Sequence[Path]) -> Iterator[StoredRecord]:
    """Yield the records of segments."""
    for segment in segments:
        with segment.open("rb") as stream:
            yield from (StoredRecord.model_validate_json(line) for line in stream)


def _records(rows: list[D3Row], store: ByteStore, inspector: Inspector, split: str) -> Iterator[StoredRecord]:
    """Yield one record for each row; of rows whose prompt may not be stored, last, nothing but the id (specs: dflip3k 6.2)."""
    blocked = [row for row in rows if _blocked(row)]
    rows = [row for row in rows if row not in blocked]
    digests = [[store.add(fake.data) if fake else None for fake in row.fakes] for row in rows]
    unique = list(dict.fromkeys(digest for row in digests for digest in row if digest))
    found = dict(zip(unique, inspector.inspect_all(store.path_of(digest) for digest in unique), strict=True))
    for row, row_digests in zip(rows, digests, strict=True):
        images: dict[str, StoredImage | None] = {REAL: None}
        missing = {REAL: "not fetched"}
        for number in range(GENERATORS):
            slot, fake, digest = f"gen_{number}", row.fakes[number], row_digests[number]
            inspected = found[digest] if digest else None
            if fake is None or digest is None or inspected is None:
                images[slot], missing[slot] = None, "the row holds no bytes"
            elif inspected.facts is None:
                images[slot], missing[slot] = None, describe(inspected.error)
            else:
                images[slot] = StoredImage(sha256=digest, suffix=fake.suffix, facts=inspected.facts, model=fake.model, steps=fake.steps)
        yield StoredRecord(
            id=row.id,
            split=split,
            caption=row.caption,
            positive_prompt=row.positive_prompt,
            negative_prompt=row.negative_prompt,
            url=row.url,
            images=images,
            missing=missing,
        )
    for row in blocked:
        yield StoredRecord(id=row.id, split=split, images=dict.fromkeys(SLOTS), missing=dict.fromkeys(SLOTS, BLOCKED))


def _blocked(row: D3Row) -> bool:
    return any(Category.MINOR_SEXUAL in categories_of(text) for text in (row.caption, row.positive_prompt) if text)


def usable_id(text: str) -> bool:
    """Say whether an id can name members of a shard: letters, digits, ``-`` and ``_`` only.

    >>> usable_id("1275001022128"), usable_id("../x")
    (True, False)
    """
    return _ID.fullmatch(text) is not None
