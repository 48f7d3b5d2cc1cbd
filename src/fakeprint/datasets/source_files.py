"""Files of a data set, opened with bounds and with refusals that say what to do."""

import csv
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from fakeprint.core.errors import UsageError
from fakeprint.core.limits import GIB

JSON_BYTES = 4 * GIB
_LFS = b"version https://git-lfs.github.com/spec/"
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".jfif"})
VIDEO_SUFFIXES = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".flv"})
MEDIA_SUFFIXES = IMAGE_SUFFIXES | VIDEO_SUFFIXES
PICKLE_SUFFIXES = frozenset({".pkl", ".pickle", ".npy", ".pt", ".pth"})


def require_file(path: Path) -> Path:
    """Return ``path`` if it is a file, else refuse."""
    if not path.is_file():
        raise UsageError(f"there is no file {path.name}")
    return path


def require_content(path: Path) -> None:
    """Refuse a file that is missing, a pickle, or a git-LFS pointer in place of the content (specs: dflip3k 2.2, 3.1)."""
    require_file(path)
    if path.suffix.lower() in PICKLE_SUFFIXES:
        raise UsageError(f"{path.name} is a pickle, which can run code; convert it to JSON where you trust it")
    with path.open("rb") as stream:
        if stream.read(len(_LFS)) == _LFS:
            raise UsageError(f"{path.name} is a git-LFS pointer, not the data; run: git lfs pull --include {path.name}")


def read_json(path: Path) -> object:
    """Return the content of a JSON file (UTF-8) of at most 4 GiB; non-finite numbers are refused."""
    require_content(path)
    if path.stat().st_size > JSON_BYTES:
        raise UsageError(f"{path.name} is larger than {JSON_BYTES >> 30} GiB")
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path.name} is not JSON: {error}") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"the number {name} is not JSON")


def json_object(path: Path) -> dict[str, object]:
    """Return the object at the top of a JSON file."""
    found = read_json(path)
    if not isinstance(found, dict):
        raise UsageError(f"{path.name} holds no object at its top")
    return found


def json_rows(path: Path) -> list[object]:
    """Return the list at the top of a JSON file."""
    found = read_json(path)
    if not isinstance(found, list):
        raise UsageError(f"{path.name} holds no list at its top")
    return found


def csv_rows(path: Path, required: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file with a header line; cells that are missing or one space are empty text (specs: dflip3k 2.2)."""
    require_content(path)
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with path.open(newline="", encoding="utf-8-sig", errors="backslashreplace") as stream:
        reader = csv.DictReader(stream)
        missing = set(required) - set(reader.fieldnames or ())
        if missing:
            raise UsageError(f"{path.name} has no column {', '.join(sorted(missing))}")
        try:
            for row in reader:
                yield {name: (value or "").strip() for name, value in row.items() if name is not None and not isinstance(value, list)}
        except csv.Error as error:
            raise UsageError(f"{path.name}, line {reader.line_num}: {error}") from error


def text_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text file without their ends; empty ones are left out."""
    require_content(path)
    with path.open(encoding="utf-8-sig", errors="backslashreplace") as stream:
        for line in stream:
            if line.strip():
                yield line.rstrip("\r\n")


def media_files(root: Path, suffixes: frozenset[str] = MEDIA_SUFFIXES) -> Iterator[PurePosixPath]:
    """Yield paths of media files below a folder, relative to it, sorted; hidden names are left out, links to folders not followed."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = PurePosixPath(Path(folder).relative_to(root).as_posix())
        for name in sorted(names):
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in suffixes:
                yield inside / name


def subfolder(root: Path, *names: str) -> Path | None:
    """Return the first of those folders below ``root`` that exists."""
    return next((root / name for name in names if (root / name).is_dir()), None)


def require_folder(path: Path) -> Path:
    """Return ``path`` if it is a folder, else refuse."""
    if not path.is_dir():
        raise UsageError(f"there is no folder {path.name}")
    return path


def whole(value: object) -> int | None:
    """Return an integer written as number or text, else None.

    >>> whole("20"), whole(" 7 "), whole(2.0), whole("2.5"), whole(True), whole("9" * 5000)
    (20, 7, 2, None, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and len(value) < 40:
        try:
            return int(value)
        except ValueError:
            return None
    return None


def number(value: object) -> float | None:
    """Return a finite number written as number or text, else None.

    >>> number("7.5"), number(3), number("inf"), number("x"), number(10**400)
    (7.5, 3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def text(value: object) -> str | None:
    """Return text that says something: not empty, not a single space; numbers as written.

    >>> text(" "), text(""), text("a"), text(3), text(None)
    (None, None, 'a', '3', None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = str(value) if not isinstance(value, int) or abs(value) < 10**40 else None
    return found if found and found.strip() else None
