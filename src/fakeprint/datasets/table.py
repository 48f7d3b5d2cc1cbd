"""Manifests as tables: CSV, JSONL and Parquet."""

import csv
import json
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from pydantic import ValidationError

from fakeprint.core.durable import atomic_file
from fakeprint.core.errors import RecordError, UsageError
from fakeprint.core.limits import GIB
from fakeprint.core.manifest import Manifest, ManifestHeader
from fakeprint.core.sample import Label, Sample
from fakeprint.datasets.columns import record_batch, schema
from fakeprint.datasets.parquet_file import open_parquet

LABEL_WORDS = {
    "authentic": Label.AUTHENTIC,
    "real": Label.AUTHENTIC,
    "0": Label.AUTHENTIC,
    "synthetic": Label.SYNTHETIC,
    "fake": Label.SYNTHETIC,
    "1": Label.SYNTHETIC,
    "manipulated": Label.MANIPULATED,
}
"""How public tables write labels.  ``1`` and ``fake`` mean what ``positive`` says (default synthetic)."""

TABLE_BYTES = 4 * GIB
SUFFIXES = (".csv", ".jsonl", ".parquet")


def read_table(path: Path, *, where: Mapping[str, str] | None = None, positive: Label = Label.SYNTHETIC) -> Manifest:
    """Read a table of samples.

    JSONL and Parquet that :func:`write_table` wrote come back unchanged.  Any other table needs the columns ``path``, ``label``,
    ``split``, and is filled up: ``id`` and ``group`` default to the path, ``source`` to the table's name; columns that a sample
    does not know are used by ``where`` (column equals value) and then dropped.

    Raises:
        UsageError: unknown suffix, missing column, unreadable row (with its number).
        AlignmentError, LeakageError: see :class:`~fakeprint.core.manifest.Manifest`.
    """
    rows = _rows(path)
    first = next(rows, None)
    if first is None:
        raise UsageError(f"{path.name} holds no rows")
    header = ManifestHeader(name=path.stem)
    if "schema_version" in first:
        header, kept = _header(first, path), list(rows)
    else:
        kept = [first, *rows]
    samples = []
    for number, row in enumerate(kept, start=1):
        if all(str(row.get(column, "")) == value for column, value in (where or {}).items()):
            try:
                samples.append(_sample(row, path.stem, positive))
            except (ValidationError, RecordError, UsageError) as error:
                raise UsageError(f"{path.name}, row {number}: {error}") from error
    if not samples:
        raise UsageError(f"no row of {path.name} matches {dict(where or {})}")
    return Manifest(header=header, samples=tuple(samples))


def write_table(manifest: Manifest, path: Path) -> None:
    """Write JSONL (header line, then one sample a line) or Parquet (the same as columns), whole or not at all."""
    if path.suffix == ".jsonl":
        lines = chain([manifest.header.model_dump_json()], (one.model_dump_json(exclude_defaults=True) for one in manifest.samples))
        with atomic_file(path) as stream:
            stream.writelines(f"{line}\n".encode() for line in lines)
    elif path.suffix == ".parquet":
        _write_parquet(manifest, path)
    else:
        raise UsageError(f"a manifest is written as .jsonl or .parquet; got {path.name}")


def _rows(path: Path) -> "chain[dict[str, object]]":
    try:
        return _stored_rows(path)
    except (ValueError, csv.Error, RecursionError) as error:
        raise UsageError(f"{path.name} cannot be read as a table: {error}") from error


def _stored_rows(path: Path) -> "chain[dict[str, object]]":
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as stream:
            return chain([{str(key): value for key, value in row.items()} for row in csv.DictReader(stream)])
    if path.suffix == ".jsonl":
        return chain(_json_lines(path))
    if path.suffix == ".parquet":
        return chain(_read_parquet(path))
    raise UsageError(f"a table of samples ends in {', '.join(SUFFIXES)}; got {path.name}")


def _json_lines(path: Path) -> list[dict[str, object]]:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{path.name}, line {number}: not JSON ({error})") from error
            if not isinstance(row, dict):
                raise UsageError(f"{path.name}, line {number}: not an object")
            rows.append(row)
    return rows


def _header(row: dict[str, object], path: Path) -> ManifestHeader:
    try:
        return ManifestHeader.model_validate(row)
    except ValidationError as error:
        raise UsageError(f"{path.name}: unreadable header: {error}") from error


def _sample(row: Mapping[str, object], source: str, positive: Label) -> Sample:
    missing = [column for column in ("path", "label", "split") if not row.get(column)]
    if missing:
        raise UsageError(f"the column{'s' if len(missing) > 1 else ''} {', '.join(missing)} must be filled")
    word = str(row["label"]).lower()
    if word not in LABEL_WORDS:
        raise UsageError(f"unknown label {word!r}; known are {', '.join(LABEL_WORDS)}")
    label = positive if word in ("fake", "1") else LABEL_WORDS[word]
    known: dict[str, object] = {name: value for name, value in row.items() if name in Sample.model_fields and value not in ("", None)}
    defaults = {"id": row["path"], "group": row["path"], "source": source}
    values = defaults | known | {"label": label}
    if label is Label.AUTHENTIC:
        values = {name: value for name, value in values.items() if name not in ("generator", "family", "generator_version")}
    return Sample.model_validate(values)


def _write_parquet(manifest: Manifest, path: Path) -> None:
    wanted = schema(manifest.header)
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_batches([record_batch(manifest.samples, wanted)])
    with atomic_file(path) as stream:
        pq.write_table(table, stream, compression="zstd")


def _read_parquet(path: Path) -> Iterable[dict[str, object]]:
    with open_parquet(path) as file:
        if sum(file.metadata.row_group(number).total_byte_size for number in range(file.num_row_groups)) > TABLE_BYTES:
            raise UsageError(f"{path.name} holds more than {TABLE_BYTES >> 30} GiB; tables are read whole")
        table = file.read()
    metadata = table.schema.metadata or {}
    rows: list[dict[str, object]] = [json.loads(metadata[b"fakeprint"])] if b"fakeprint" in metadata else []
    for row in table.to_pylist():
        record = row.pop("record", None)
        rows.append({**row, **(json.loads(record) if record else {})})
    return rows
