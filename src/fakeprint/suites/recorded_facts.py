"""Container facts as a table records them; they may describe the originals of files that were re-encoded since (specs: evaluation 11)."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from fakeprint.core.errors import UsageError
from fakeprint.core.prediction import FormatFacts
from fakeprint.core.sample import Sample

_CONTAINER = ("container", "codec", "format")
_QUALITY = ("jpeg_quality", "quality")
_BYTES = ("bytes", "size")
_LOSSLESS = frozenset({"png", "bmp", "gif", "tiff"})


def recorded_in_table(path: Path) -> dict[str, FormatFacts]:
    """Return the facts in the columns of a CSV file by sample id (the path, where there is no id); empty where it records none.

    Columns: ``container`` (or ``codec``, ``format``), ``jpeg_quality`` (``quality``), ``subsampling``, ``width``, ``height``, ``bytes``
    (``size``).

    Raises:
        UsageError: a number that is none.
    """
    found: dict[str, FormatFacts] = {}
    with path.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        if not set(rows.fieldnames or ()) & set(_CONTAINER):
            return {}
        for number, row in enumerate(rows, start=1):
            try:
                found[row.get("id") or row["path"]] = _facts(row)
            except (KeyError, ValueError) as error:
                raise UsageError(f"{path.name}, row {number}: the recorded facts cannot be read: {error}") from error
    return found


def _facts(row: Mapping[str, str]) -> FormatFacts:
    container = _first(row, _CONTAINER).lower().removeprefix("image/")
    return FormatFacts(
        container="jpeg" if container == "jpg" else container,
        lossless=container in _LOSSLESS if container else None,
        quality=_number(_first(row, _QUALITY)),
        subsampling=row.get("subsampling") or None,
        width=_number(row.get("width", "")),
        height=_number(row.get("height", "")),
        bytes=_number(_first(row, _BYTES)),
    )


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _number(text: str) -> int | None:
    return int(float(text)) if text else None


def recorded_in_samples(samples: Iterable[Sample]) -> dict[str, FormatFacts]:
    """Return what the manifest itself says about the files: kind, size in bytes and pixels; samples that were not probed are absent."""
    return {
        one.id: FormatFacts(
            container=one.media.mime.removeprefix("image/"), width=one.media.width, height=one.media.height, bytes=one.media.bytes
        )
        for one in samples
        if one.media is not None
    }
