"""Which keys and addresses a metadata file asks for (specs: dflip3k 2.2, 2.5, 3.2)."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fakeprint.core.errors import UsageError
from fakeprint.datasets.parquet_file import open_parquet
from fakeprint.datasets.source_files import require_content

KEY_COLUMNS = ("key", "path", "image_path", "file_name", "id", "image_id")
"""Columns that may name a row, the first present one counts."""
_PROMPTS = ("Prompt", "prompt", "p", "caption", "original_prompt")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row: its key, where it was published (or None), and its prompt if it has one (for the safety filter only)."""

    key: str
    url: str | None
    prompt: str | None = None


def read_wanted(path: Path) -> Iterator[Wanted]:
    """Yield the rows of a metadata file, judged by its content.

    JSON: ``{key: {"url": ...}}``, ``{key: url}`` or a list of objects.  JSONL, CSV and Parquet: a column of :data:`KEY_COLUMNS` and
    ``url``.  A manifest (JSONL or Parquet) is read by ``path`` and ``url``.

    Raises:
        UsageError: the file is a pointer of git-LFS, of no known form, or a row is unreadable.
    """
    require_content(path)
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"PAR1"):
        rows = _parquet(path)
    elif path.suffix.lower() == ".csv":
        rows = _csv(path)
    elif path.suffix.lower() in (".jsonl", ".ndjson"):
        rows = _json_lines(path)
    elif head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        rows = _json(path)
    else:
        raise UsageError(f"{path.name} is no metadata file: expected JSON, JSONL, CSV or Parquet with keys and a 'url'")
    return rows


def _json(path: Path) -> Iterator[Wanted]:
    try:
        with path.open(encoding="utf-8-sig") as stream:
            data = json.load(stream)
    except (ValueError, RecursionError) as error:
        second_line = isinstance(error, json.JSONDecodeError) and error.msg == "Extra data"
        if second_line:
            yield from _json_lines(path)
            return
        raise UsageError(f"{path.name} is not JSON: {error}") from None
    if isinstance(data, list):
        yield from (_of_row(row, f"{path.name}, row {number}") for number, row in enumerate(data, start=1))
    elif isinstance(data, dict):
        for key, row in data.items():
            if isinstance(row, str):
                yield Wanted(key, row)
            elif isinstance(row, dict):
                yield Wanted(key, _text(row.get("url")), _prompt(row))
            else:
                raise UsageError(f"{path.name}: the entry {key!r} is neither an object nor an address")


def _json_lines(path: Path) -> Iterator[Wanted]:
    with path.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise UsageError(f"{path.name}, line {number}: not JSON ({error})") from None
            if number == 1 and isinstance(row, dict) and "schema_version" in row and "url" not in row:
                continue
            yield _of_row(row, f"{path.name}, line {number}")


def _csv(path: Path) -> Iterator[Wanted]:
    csv.field_size_limit(min(sys.maxsize, 10_000_000))
    with path.open(newline="", encoding="utf-8-sig") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            yield _of_row(row, f"{path.name}, line {number}")


def _parquet(path: Path) -> Iterator[Wanted]:
    with open_parquet(path) as file:
        names = file.schema_arrow.names
        key = next((name for name in KEY_COLUMNS if name in names), None)
        if key is None or "url" not in names:
            raise UsageError(f"{path.name} needs a column 'url' and one of {', '.join(KEY_COLUMNS)}")
        prompt = next((name for name in _PROMPTS if name in names), None)
        columns = [key, "url", *([prompt] if prompt else [])]
        for batch in file.iter_batches(batch_size=8192, columns=columns):
            for row in batch.to_pylist():
                yield Wanted(str(row[key]), _text(row["url"]), _text(row[prompt]) if prompt else None)


def _of_row(row: object, where: str) -> Wanted:
    if not isinstance(row, dict):
        raise UsageError(f"{where}: not an object")
    key = next((row[name] for name in KEY_COLUMNS if row.get(name) not in (None, "")), None)
    if key is None:
        raise UsageError(f"{where}: none of the columns {', '.join(KEY_COLUMNS)} is filled")
    return Wanted(str(key), _text(row.get("url")), _prompt(row))


def _prompt(row: Mapping[str, object]) -> str | None:
    found = next((_text(row[name]) for name in _PROMPTS if name in row), None)
    generation = row.get("generation")
    return _text(generation.get("prompt")) if found is None and isinstance(generation, dict) else found


def _text(value: object) -> str | None:
    """Return a text, or None for what means absent: null, blank, a single space, ``None``."""
    text = value.strip() if isinstance(value, str) else ""
    return text if text and text != "None" else None
