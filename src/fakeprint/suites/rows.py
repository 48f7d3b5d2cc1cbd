"""Stored predictions: JSONL that grows row by row and can be resumed; CSV and Parquet of other programs."""

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from fakeprint.core.errors import MissingExtraError, UsageError
from fakeprint.core.evidence import ScoreUnit
from fakeprint.core.prediction import Prediction

SUFFIXES = (".jsonl", ".csv", ".parquet")


def read_predictions(path: Path, *, unit: ScoreUnit | None = None) -> tuple[Prediction, ...]:
    """Read rows of scores.

    A row needs ``sample_id`` and ``score`` (or ``status`` and ``reason``).  Where a row does not say so itself, the condition is
    ``clean``, the examiner the file's name, the unit ``unit``.  Any column that a prediction does not have is an error, and so is a
    row that cannot be read: rows are never skipped.

    Raises:
        UsageError: no such file, unknown suffix, no unit, an unreadable row (with its number), or no rows.
    """
    found = []
    for number, row in enumerate(_rows(path), start=1):
        values = {name: value for name, value in row.items() if value not in ("", None)}
        defaults = {"condition": "clean", "examiner": path.stem, "unit": unit, "status": "ok"}
        try:
            found.append(Prediction.model_validate({**{name: value for name, value in defaults.items() if value}, **values}))
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(map(str, problem["loc"]))
            advice = "; say what the scores are with --unit" if where == "unit" and unit is None else ""
            raise UsageError(f"{path.name}, row {number}: {where} {problem['msg']}{advice}") from error
    if not found:
        raise UsageError(f"{path.name} holds no rows")
    return tuple(found)


def _rows(path: Path) -> Iterable[Mapping[str, object]]:
    try:
        if path.suffix == ".csv":
            with path.open(newline="", encoding="utf-8") as stream:
                return [{str(key): value for key, value in row.items()} for row in csv.DictReader(stream)]
        if path.suffix == ".jsonl":
            return list(_json_lines(path))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path.name} is not a text table: {error}") from error
    if path.suffix == ".parquet":
        return _parquet(path)
    raise UsageError(f"scores are read from {', '.join(SUFFIXES)}; got {path.name}")


def _json_lines(path: Path) -> Iterator[Mapping[str, object]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path.name}, line {number}: not JSON ({error})") from error
        if not isinstance(row, dict):
            raise UsageError(f"{path.name}, line {number}: not an object")
        yield row


def _parquet(path: Path) -> list[Mapping[str, object]]:
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise MissingExtraError("pyarrow", "data") from error
    return list(pq.read_table(path).to_pylist())


class PredictionFile:
    """A JSONL file of predictions that is written sample by sample and can be taken up again.

    All rows of a sample are written together; a sample whose rows are not all there is measured again.
    """

    def __init__(self, path: Path, conditions: tuple[str, ...], *, resume: bool) -> None:
        self.path = path
        kept = _whole_samples(path, conditions) if resume and path.exists() else {}
        self.rows = [row for rows in kept.values() for row in rows]
        self.done = frozenset(kept)
        temporary = path.with_name(path.name + ".tmp")
        temporary.write_text("".join(f"{_line(row)}\n" for row in self.rows), encoding="utf-8")
        os.replace(temporary, path)

    def add(self, rows: Iterable[Prediction]) -> None:
        """Append the rows of one sample."""
        new = list(rows)
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write("".join(f"{_line(row)}\n" for row in new))
        self.rows += new


def _line(row: Prediction) -> str:
    return row.model_dump_json(exclude_defaults=True)


def _whole_samples(path: Path, conditions: tuple[str, ...]) -> dict[str, list[Prediction]]:
    """Return the rows of samples that have every condition; a torn last line is dropped."""
    found: dict[str, list[Prediction]] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            row = Prediction.model_validate_json(line)
        except ValidationError as error:
            raise UsageError(f"{path.name}, line {number} is no prediction; move the file away or leave out --resume") from error
        found.setdefault(row.sample_id, []).append(row)
    return {name: rows for name, rows in found.items() if {row.condition for row in rows} == set(conditions)}
