"""Parquet files that somebody else may have written: the one place where they are opened, with bounds.

They are parsed by pyarrow in this process.  Bounds keep a hostile file from asking for boundless memory or depth; they are no sandbox
against an error in that parser (docs: datasets, "Files from others").
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fakeprint.core.errors import MissingExtraError, UsageError
from fakeprint.core.limits import GIB, MIB

if TYPE_CHECKING:
    import pyarrow.parquet as pq

FOOTER_BYTES = 256 * MIB
STRING_BYTES = 64 * MIB
CONTAINERS = 10_000_000
DEPTH = 32
GROUP_BYTES = 8 * GIB
_BATCH = 1024


class UnreadableParquet(UsageError):
    """The file is damaged, over a bound, or no Parquet file."""


@contextmanager
def open_parquet(path: Path) -> Iterator["pq.ParquetFile"]:
    """Open a Parquet file; what goes wrong while it is read within the block is an error of the same kind.

    Refused are a footer over 256 MiB, a row group that says it holds over 8 GiB, and schemas deeper than 32.

    Raises:
        UnreadableParquet: as above.
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtraError("pyarrow", "data") from error
    try:
        _check_footer(path)
        bounds = {"thrift_string_size_limit": STRING_BYTES, "thrift_container_size_limit": CONTAINERS, "schema_depth_limit": DEPTH}
        with pq.ParquetFile(path, **bounds) as file:
            groups = (file.metadata.row_group(number).total_byte_size for number in range(file.num_row_groups))
            if max(groups, default=0) > GROUP_BYTES:
                raise UnreadableParquet(f"{path.name} has a row group of more than {GROUP_BYTES >> 30} GiB")
            yield file
    except (pa.ArrowException, OSError, ValueError) as error:
        said = str(error).splitlines()
        raise UnreadableParquet(f"{path.name} is not a readable Parquet file: {said[0][:200] if said else error!r}") from error


def _check_footer(path: Path) -> None:
    """Refuse a file whose footer says that it is larger than any that is written."""
    with path.open("rb") as stream:
        stream.seek(0, 2)
        if stream.tell() >= 8:
            stream.seek(-8, 2)
            if int.from_bytes(stream.read(4), "little") > FOOTER_BYTES:
                raise UnreadableParquet(f"{path.name} has a footer of more than {FOOTER_BYTES >> 20} MiB")


def parquet_rows(path: Path, wanted: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield the rows of a Parquet file with those of the wanted columns that it has, a thousand in memory at a time."""
    with open_parquet(path) as file:
        there = [name for name in wanted if name in file.schema_arrow.names]
        for batch in file.iter_batches(batch_size=_BATCH, columns=there):
            yield from batch.to_pylist()
