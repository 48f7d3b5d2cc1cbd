"""Filter and count manifests of millions of samples through DuckDB, without reading them into memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fakeprint.core.errors import MissingExtraError, UsageError
from fakeprint.core.registry import unknown_name
from fakeprint.core.sample import Sample
from fakeprint.datasets.columns import COLUMNS, sample_of
from fakeprint.datasets.store import BATCH, read_header

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Query:
    """Which samples: a column equals one of some values, for every column named; and an SQL condition over the columns.

    The nested fields are reached through the JSON column, for example ``record->>'$.generation.prompt' ilike '%cat%'``.

    >>> Query({"split": ("train", "val")}).clause()
    ('"split" in (?, ?)', ['train', 'val'])
    """

    equals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sql: str | None = None

    def clause(self) -> tuple[str, list[str]]:
        """Return the SQL condition and its parameters; ``true`` where nothing is asked."""
        parts, values = [], []
        for name, wanted in self.equals.items():
            if name not in COLUMNS:
                raise unknown_name("column", name, COLUMNS)
            parts.append(f'"{name}" in ({", ".join("?" for _ in wanted)})')
            values += list(wanted)
        if self.sql:
            parts.append(f"({self.sql})")
        return " and ".join(parts) or "true", values


def count(path: Path, query: Query | None = None) -> int:
    """Return how many samples of a Parquet manifest match."""
    clause, values = (query or Query()).clause()
    with _open(path) as connection:
        rows = _run(connection, f"select count(*) from samples where {clause}", values).fetchall()  # noqa: S608
    return int(rows[0][0])


def counts_by(path: Path, columns: Sequence[str], query: Query | None = None) -> dict[tuple[str | None, ...], int]:
    """Return the number of matching samples for each combination of values in those columns, most frequent first."""
    for name in columns:
        if name not in COLUMNS:
            raise unknown_name("column", name, COLUMNS)
    clause, values = (query or Query()).clause()
    names = ", ".join(f'"{name}"' for name in columns)
    statement = f"select {names}, count(*) as n from samples where {clause} group by {names} order by n desc, {names}"  # noqa: S608
    with _open(path) as connection:
        return {tuple(row[:-1]): int(row[-1]) for row in _run(connection, statement, values).fetchall()}


def select(path: Path, query: Query | None = None) -> Iterator[Sample]:
    """Yield the matching samples of a Parquet manifest in stored order, a few thousand in memory at a time."""
    clause, values = (query or Query()).clause()
    with _open(path) as connection:
        yield from _samples(_run(connection, f"select * from samples where {clause}", values))  # noqa: S608


def draw(path: Path, size: int, seed: int, query: Query | None = None, *, per: str | None = None) -> Iterator[Sample]:
    """Yield ``size`` matching samples (of each value of the column ``per`` where given), or all if there are fewer, in stored order.

    The choice depends on seed and ids only, not on order or file: a sample is taken where the hash of seed and id is among the smallest.
    """
    if size < 1:
        raise UsageError(f"a sample has at least one member; got {size}")
    if per is not None and per not in COLUMNS:
        raise unknown_name("column", per, COLUMNS)
    clause, values = (query or Query()).clause()
    part = f'partition by "{per}" ' if per else ""
    ranked = f"select id, row_number() over ({part}order by sha256('{int(seed)}' || chr(0) || id)) as place from samples where {clause}"  # noqa: S608
    with _open(path) as connection:
        _run(connection, f"create temp table chosen as select id from ({ranked}) where place <= {int(size)}", values)  # noqa: S608
        yield from _samples(_run(connection, "select * from samples where id in (select id from chosen)", []))


def _samples(found: "duckdb.DuckDBPyConnection") -> Iterator[Sample]:
    names = [column[0] for column in found.description or ()]
    while rows := found.fetchmany(BATCH):
        yield from (sample_of(dict(zip(names, row, strict=True))) for row in rows)


def _open(path: Path) -> "duckdb.DuckDBPyConnection":
    """Open a database in memory that can read this file and nothing else."""
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtraError("duckdb", "data") from error
    if path.suffix != ".parquet":
        raise UsageError(f"only Parquet manifests are queried; write one with: fakeprint data merge {path.name} --out NAME.parquet")
    read_header(path)
    name = str(path.resolve()).replace("'", "''")
    connection = duckdb.connect(":memory:")
    connection.execute(f"set allowed_paths=['{name}']")
    connection.execute("set memory_limit='2GB'")
    connection.execute("set enable_external_access=false")
    connection.execute("set lock_configuration=true")
    connection.execute(f"create view samples as select * from read_parquet('{name}')")  # noqa: S608
    return connection


def _run(connection: "duckdb.DuckDBPyConnection", statement: str, values: Sequence[str]) -> "duckdb.DuckDBPyConnection":
    import duckdb

    try:
        return connection.execute(statement, list(values))
    except duckdb.Error as error:
        raise UsageError(f"the condition cannot be evaluated: {str(error).splitlines()[0]}") from error
