"""The ledger: one line for each key that was tried, appended as the run goes, closed as a table (specs: dflip3k 3.3 i, reliability 9)."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
from pydantic import ValidationError

from fakeprint.collect.folder_lock import lock_folder
from fakeprint.collect.outcome import LedgerRow, Status
from fakeprint.core.durable import atomic_file
from fakeprint.core.errors import MissingExtraError, UsageError

LEDGER = "ledger.jsonl"
TABLE = "ledger.parquet"
_BLOCK_BYTES = 8 << 20
_NUMBERS = frozenset({"http", "attempts", "bytes", "width", "height"})


@dataclass(frozen=True, slots=True)
class Known:
    """What a former run left of one key."""

    status: Status
    path: str | None
    bytes: int | None


class Ledger:
    """The ledger of one folder, open for appending.  The last row of a key counts.  One process at a time."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / LEDGER
        self._folder = folder
        self._lock = lock_folder(folder / "ledger.lock")
        _drop_torn_line(self.path)
        self._stream: BinaryIO = self.path.open("ab", buffering=0)

    def __enter__(self) -> "Ledger":
        """Return the ledger."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the ledger and give the folder free."""
        self._stream.close()
        self._lock.close()

    def append(self, rows: Iterable[LedgerRow], *, durable: bool) -> None:
        """Write rows in one piece."""
        data = b"".join(row.model_dump_json().encode() + b"\n" for row in rows)
        view = memoryview(data)
        while view:
            view = view[self._stream.write(view) :]
        if durable and data:
            os.fsync(self._stream.fileno())

    def known(self) -> dict[str, Known]:
        """Return the last row of every key, in short."""
        return {row.key: Known(row.status, row.path, row.bytes) for row in _lines(self.path)}

    def rows(self) -> Iterator[LedgerRow]:
        """Yield the last row of every key, in the order in which these rows were written."""
        return read_ledger(self._folder)

    def write_table(self) -> Path:
        """Write the last row of every key as Parquet beside the ledger, whole or not at all."""
        try:
            import pyarrow as pa
            import pyarrow.json as pj
            import pyarrow.parquet as pq
        except ImportError as error:
            raise MissingExtraError("pyarrow", "data") from error
        schema = pa.schema([(name, pa.int64() if name in _NUMBERS else pa.string()) for name in LedgerRow.model_fields])
        last = {row.key: number for number, row in enumerate(_lines(self.path))}
        wanted = set(last.values())
        path = self._folder / TABLE
        with atomic_file(path) as stream, pq.ParquetWriter(stream, schema, compression="zstd") as writer:
            if not last:
                writer.write_table(schema.empty_table())
                return path
            parsing = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
            number = 0
            with pj.open_json(self.path, read_options=pj.ReadOptions(block_size=_BLOCK_BYTES), parse_options=parsing) as blocks:
                for block in blocks:
                    bits = np.packbits([number + place in wanted for place in range(block.num_rows)], bitorder="little").tobytes()
                    mask = pa.Array.from_buffers(pa.bool_(), block.num_rows, [None, pa.py_buffer(bits)])
                    writer.write_batch(block.filter(mask))
                    number += block.num_rows
        return path


def read_ledger(folder: Path) -> Iterator[LedgerRow]:
    """Yield the last row of every key of a folder's ledger, without opening it for writing."""
    path = folder / LEDGER
    last = {row.key: number for number, row in enumerate(_lines(path))}
    wanted = set(last.values())
    yield from (row for number, row in enumerate(_lines(path)) if number in wanted)


def _lines(path: Path) -> Iterator[LedgerRow]:
    if not path.exists():
        return
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.endswith(b"\n"):
                return  # a torn last line
            try:
                row = LedgerRow.model_validate_json(line)
            except ValidationError:
                raise UsageError(f"{path.name}, line {number} is damaged; remove that line to have its key fetched again") from None
            yield row


def _drop_torn_line(path: Path) -> None:
    """Cut off a last line without an end, which a kill in the middle of a write may leave."""
    with suppress(FileNotFoundError), path.open("r+b") as stream:
        end = stream.seek(0, os.SEEK_END)
        keep = end
        while keep > 0:
            start = max(0, keep - 65_536)
            stream.seek(start)
            cut = stream.read(keep - start).rfind(b"\n")
            if cut >= 0:
                keep = start + cut + 1
                break
            keep = start
        if keep != end:
            stream.truncate(keep)
