"""Rows of D3's Parquet files with the bytes of their images (specs: d3-code 1.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fakeprint.collect.stored_record import GENERATORS
from fakeprint.core.errors import FakeprintError, UsageError
from fakeprint.datasets.parquet_file import UnreadableParquet, open_parquet

_NEEDED = ("id", "url", *(f"image_gen{n}" for n in range(GENERATORS)))
_TEXTS = (
    "original_prompt",
    "positive_prompt",
    "negative_prompt",
    *(f"{name}_gen{n}" for n in range(GENERATORS) for name in ("model", "filepath")),
)


class FaultyFile(FakeprintError):
    """A Parquet file cannot be read; it is listed and read again by the next run."""


@dataclass(frozen=True)
class D3Fake:
    """One generated image: encoded bytes, and what the row says of it."""

    data: bytes
    model: str | None
    steps: int | None
    suffix: str


@dataclass(frozen=True)
class D3Row:
    """One row; ``fakes`` has four entries, None where the row holds no bytes."""

    id: str
    url: str | None
    caption: str | None
    positive_prompt: str | None
    negative_prompt: str | None
    fakes: tuple[D3Fake | None, ...]


def row_groups(path: Path) -> int:
    """Return how many row groups a file has.

    Raises:
        FaultyFile: it is no readable Parquet file.
        UsageError: it lacks a column.
    """
    try:
        with open_parquet(path) as file:
            missing = [name for name in _NEEDED if name not in file.schema_arrow.names]
            if missing:
                raise UsageError(f"{path.name} is no file of D3: it has no column {', '.join(missing)}")
            return int(file.metadata.num_row_groups)
    except UnreadableParquet as error:
        raise FaultyFile(str(error)) from error


def read_rows(path: Path, group: int) -> Iterator[D3Row]:
    """Yield the rows of one row group.

    Raises:
        FaultyFile: the group cannot be read.
    """
    try:
        with open_parquet(path) as file:
            names = set(file.schema_arrow.names)
            steps = (f"num_inference_steps_gen{n}" for n in range(GENERATORS))
            columns = [name for name in (*_NEEDED, *_TEXTS, *steps) if name in names]
            for batch in file.iter_batches(batch_size=64, row_groups=[group], columns=columns):
                yield from map(_row, batch.to_pylist())
    except UnreadableParquet as error:
        raise FaultyFile(f"row group {group}: {error}") from error


def _row(row: Mapping[str, object]) -> D3Row:
    return D3Row(
        id=str(row["id"]),
        url=_text(row.get("url")),
        caption=_text(row.get("original_prompt")),
        positive_prompt=_text(row.get("positive_prompt")),
        negative_prompt=_text(row.get("negative_prompt")),
        fakes=tuple(_fake(row, number) for number in range(GENERATORS)),
    )


def _fake(row: Mapping[str, object], number: int) -> D3Fake | None:
    image = row.get(f"image_gen{number}")
    data = image.get("bytes") if isinstance(image, dict) else image
    if not isinstance(data, bytes) or not data:
        return None
    name = _text(row.get(f"filepath_gen{number}")) or ""
    steps = row.get(f"num_inference_steps_gen{number}")
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    model = _text(row.get(f"model_gen{number}"))
    return D3Fake(data, model, steps if isinstance(steps, int) else None, suffix if suffix.isalnum() and len(suffix) <= 5 else "")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
