"""Manifests on disk, read and written as streams: Parquet, with a JSONL twin for small ones and a dataset card beside each."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from pydantic import ValidationError

from fakeprint.core.durable import atomic_file, write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Sample
from fakeprint.datasets.columns import header_of, record_batch, sample_of, schema
from fakeprint.datasets.croissant import croissant
from fakeprint.datasets.dataset_card import dataset_card
from fakeprint.datasets.parquet_file import open_parquet
from fakeprint.datasets.summary import Summary

ROWS_PER_GROUP = 50_000
BATCH = 5_000
TWIN_ROWS = 10_000
"""Parquet manifests of up to this many samples get a JSONL twin."""

CARD_SUFFIX = ".card.md"
CROISSANT_SUFFIX = ".croissant.json"


def write_manifest(path: Path, header: ManifestHeader, samples: Iterable[Sample], *, twin_rows: int = TWIN_ROWS) -> Summary:
    """Write a manifest from a stream of samples, whole or not at all, with its card (``.card.md``, ``.croissant.json``) beside it.

    The suffix chooses ``.parquet`` or ``.jsonl``.  A Parquet manifest of at most ``twin_rows`` samples gets a ``.jsonl`` twin; an older
    twin of a larger one is removed, since it would tell of another set.

    Raises:
        UsageError: no samples, or another suffix.
        AlignmentError, LeakageError: ids are not unique, or a group lies in two splits.
    """
    if path.suffix not in (".parquet", ".jsonl"):
        raise UsageError(f"a manifest is written as .parquet or .jsonl; got {path.name}")
    samples = iter(samples)
    first = next(samples, None)
    if first is None:
        raise UsageError(f"no sample was left to write to {path.name}")
    summary = Summary()
    checked = summary.over(chain([first], samples))
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".jsonl":
        with atomic_file(path) as stream:
            stream.writelines(_lines(header, checked))
    else:
        small = _write_parquet(path, header, checked, twin_rows)
        twin = path.with_suffix(".jsonl")
        if len(small) == summary.samples:
            write_atomic(twin, b"".join(_lines(header, small)))
        else:
            twin.unlink(missing_ok=True)
    write_card(path, header, summary)
    return summary


def write_card(path: Path, header: ManifestHeader, summary: Summary) -> None:
    """Write ``NAME.card.md`` and ``NAME.croissant.json`` beside a manifest that exists."""
    write_atomic(path.with_suffix(CARD_SUFFIX), dataset_card(header, summary, path.name).encode())
    write_atomic(path.with_suffix(CROISSANT_SUFFIX), croissant(header, summary, path).encode())


def _lines(header: ManifestHeader, samples: Iterable[Sample]) -> Iterator[bytes]:
    yield header.model_dump_json().encode() + b"\n"
    for sample in samples:
        yield sample.model_dump_json(exclude_defaults=True).encode() + b"\n"


def _write_parquet(path: Path, header: ManifestHeader, samples: Iterator[Sample], keep: int) -> list[Sample]:
    """Write all samples; return them if there are at most ``keep``, else the first ``keep``."""
    wanted = schema(header)
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept: list[Sample] = []
    with atomic_file(path) as stream, pq.ParquetWriter(stream, wanted, compression="zstd") as writer:
        batches: list[pa.RecordBatch] = []
        while part := list(islice(samples, BATCH)):
            kept.extend(part[: keep - len(kept)])
            batches.append(record_batch(part, wanted))
            if len(batches) * BATCH >= ROWS_PER_GROUP:
                writer.write_table(pa.Table.from_batches(batches, wanted))
                batches = []
        if batches:
            writer.write_table(pa.Table.from_batches(batches, wanted))
    return kept


def read_header(path: Path) -> ManifestHeader:
    """Return the header of a manifest, without its samples.

    Raises:
        UsageError: not a manifest.
    """
    _require_manifest(path)
    if path.suffix == ".parquet":
        with open_parquet(path) as file:
            return header_of(file.schema_arrow.metadata, path.name)
    with path.open("rb") as stream:
        return _header_line(stream.readline(), path)


def read_samples(path: Path) -> Iterator[Sample]:
    """Yield the samples of a manifest in stored order; memory does not grow with their number.

    Raises:
        UsageError: not a manifest, or a row that cannot be read (with its number).
    """
    _require_manifest(path)
    if path.suffix == ".parquet":
        with open_parquet(path) as file:
            header_of(file.schema_arrow.metadata, path.name)
            for batch in file.iter_batches(batch_size=BATCH):
                yield from map(sample_of, batch.to_pylist())
        return
    with path.open("rb") as stream:
        _header_line(stream.readline(), path)
        for number, line in enumerate(stream, start=2):
            if line.strip():
                try:
                    yield Sample.model_validate_json(line)
                except ValidationError as error:
                    raise UsageError(f"{path.name}, line {number}: {error}") from error


def _require_manifest(path: Path) -> None:
    if path.suffix not in (".parquet", ".jsonl"):
        raise UsageError(f"a manifest ends in .parquet or .jsonl; got {path.name}; other tables: fakeprint data import table {path.name}")
    if not path.is_file():
        raise UsageError(f"there is no file {path.name}")


def _header_line(line: bytes, path: Path) -> ManifestHeader:
    try:
        found = json.loads(line)
        if not isinstance(found, dict) or "schema_version" not in found:
            raise UsageError(
                f"{path.name} has no manifest header in its first line; import it with: fakeprint data import table {path.name}"
            )
        return ManifestHeader.model_validate(found)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path.name}: the first line is no manifest header: {error}") from error
