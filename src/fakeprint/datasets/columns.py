"""The columns of a manifest on disk: what is filtered by stands in a column of its own, the rest of a sample in one JSON column."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from fakeprint.core.errors import MissingExtraError, UsageError
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Sample

if TYPE_CHECKING:
    import pyarrow as pa

FLAT = (
    "id",
    "path",
    "label",
    "split",
    "group",
    "source",
    "generator",
    "family",
    "generator_version",
    "licence",
    "sha256",
    "phash",
    "url",
    "pair",
    "mask",
)
"""Fields of a sample that are text columns."""

DERIVED = "checkpoint_hash"
"""Copy of ``generation.model_hash``, there for filters only."""

NESTED = "record"
"""JSON of every field that has no column; fields at their default are left out."""

COLUMNS = (*FLAT, DERIVED, NESTED)
HEADER_KEY = b"fakeprint"
_FLAT_SET = set(FLAT)


def schema(header: ManifestHeader) -> "pa.Schema":
    """Return the Arrow schema, all columns text, with the header in its metadata."""
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingExtraError("pyarrow", "data") from error
    fields = [pa.field(name, pa.string(), nullable=name not in FLAT[:6]) for name in COLUMNS]
    return pa.schema(fields, metadata={HEADER_KEY: header.model_dump_json().encode()})


def record_batch(samples: Iterable[Sample], wanted: "pa.Schema") -> "pa.RecordBatch":
    """Return samples as one batch of those columns."""
    import pyarrow as pa

    rows = [_row(sample) for sample in samples]
    return pa.record_batch([pa.array(column, pa.string()) for column in zip(*rows, strict=True)], schema=wanted)


def _row(sample: Sample) -> tuple[str | None, ...]:
    generation = sample.generation
    nested = sample.model_dump_json(exclude=_FLAT_SET, exclude_defaults=True)
    flat = (getattr(sample, name) for name in FLAT)
    return (*flat, generation.model_hash if generation else None, nested)


def sample_of(row: Mapping[str, object]) -> Sample:
    """Return the sample of one stored row.

    Raises:
        UsageError: the row is not one that :func:`record_batch` wrote.
    """
    nested = row.get(NESTED)
    try:
        inner = json.loads(nested) if isinstance(nested, str) else {}
        values = {name: row[name] for name in FLAT if row.get(name) is not None}
        return Sample.model_validate({**inner, **values})
    except (ValidationError, ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"sample {row.get('id')!r} of the manifest cannot be read: {error}") from error


def header_of(metadata: Mapping[bytes, bytes] | None, name: str) -> ManifestHeader:
    """Return the header that a Parquet file carries, or refuse a file that is no manifest."""
    if not metadata or HEADER_KEY not in metadata:
        raise UsageError(f"{name} is a Parquet file without a manifest header; import it with: fakeprint data import table {name}")
    try:
        return ManifestHeader.model_validate_json(metadata[HEADER_KEY])
    except ValidationError as error:
        raise UsageError(f"{name}: unreadable manifest header: {error}") from error
