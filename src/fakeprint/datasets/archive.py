"""Files inside zip, tar and Parquet files: listed without unpacking, and read by the path ``ARCHIVE!/MEMBER`` of a sample."""

import os
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fakeprint.core.errors import ErrorCode, MediaError, Stage, UsageError
from fakeprint.core.limits import Limits
from fakeprint.datasets.parquet_file import UnreadableParquet, open_parquet

INSIDE = "!/"
TEXT_BYTES = 1 << 16
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz")
_UNREADABLE = (OSError, zipfile.BadZipFile, tarfile.TarError, NotImplementedError, RuntimeError, ValueError, EOFError, UnreadableParquet)


@dataclass(frozen=True)
class Member:
    """One file in an archive: its name as written there, its size in bytes, and the content of a short ``.txt`` file in a tar."""

    name: str
    size: int
    text: str | None = None


def is_archive(path: Path) -> bool:
    """Return whether the name of a file is that of a zip or tar archive."""
    return path.name.lower().endswith((".zip", *TAR_SUFFIXES))


def members(path: Path) -> Iterator[Member]:
    """Yield the regular files of a zip or tar archive in stored order; nothing is unpacked.

    Raises:
        UsageError: the archive cannot be read.
    """
    try:
        if path.name.lower().endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                yield from (Member(one.filename, one.file_size) for one in archive.infolist() if not one.is_dir())
        else:
            with tarfile.open(path, "r:*") as archive:
                while (one := archive.next()) is not None:
                    archive.members = []  # type: ignore[attr-defined]  # else every member stays in memory
                    if one.isreg():
                        yield Member(one.name, one.size, _short_text(archive, one))
    except (OSError, zipfile.BadZipFile, tarfile.TarError, NotImplementedError, ValueError, EOFError) as error:
        raise UsageError(f"{path.name} cannot be read as an archive: {error}") from error


def _short_text(archive: tarfile.TarFile, one: tarfile.TarInfo) -> str | None:
    if not one.name.endswith(".txt") or one.size > TEXT_BYTES:
        return None
    stream = archive.extractfile(one)
    return stream.read(TEXT_BYTES).decode("utf-8", "backslashreplace") if stream is not None else None


def split_path(root: Path, path: str) -> tuple[str, str]:
    """Return archive and member that a sample's path names; the member is empty for a plain file, whatever signs its name holds."""
    outer, mark, inner = path.partition(INSIDE)
    return (path, "") if mark and (root / path).is_file() else (outer, inner)


def read_bytes(root: Path, path: str, limit: int | None = None) -> bytes:
    """Return the bytes of a sample's file, whether it lies in a folder, a zip, a tar or a cell of a Parquet file.

    Members of a tar are searched from its start; read many of them with a shard reader instead.

    Raises:
        MediaError: not there, outside the root, or more than ``limit`` bytes (default: the limit for images).
    """
    limit = Limits().image_bytes if limit is None else limit
    outer, inner = split_path(root, path)
    place = root / outer
    if not place.resolve().is_relative_to(root.resolve()):
        raise MediaError(ErrorCode.E_PATH, f"{outer} leads out of the folder of the manifest", Stage.OPEN)
    try:
        if not inner:
            mode = os.stat(place).st_mode
            if not stat.S_ISREG(mode):
                raise MediaError(ErrorCode.E_NOT_A_FILE, f"{outer} is no file", Stage.OPEN)
            with place.open("rb") as stream:
                data = stream.read(limit + 1)
        elif outer.lower().endswith(".zip"):
            with zipfile.ZipFile(place) as zipped, zipped.open(inner) as member:
                data = member.read(limit + 1)
        elif outer.lower().endswith(TAR_SUFFIXES):
            data = _tar_bytes(place, inner, limit)
        else:
            data = _cell(place, inner)
    except FileNotFoundError as error:
        raise MediaError(ErrorCode.E_NOT_FOUND, f"there is no file {outer}", Stage.OPEN) from error
    except KeyError as error:
        raise MediaError(ErrorCode.E_NOT_FOUND, f"{outer} has no member {inner}", Stage.OPEN) from error
    except _UNREADABLE as error:
        raise MediaError(ErrorCode.E_READ, f"{path} cannot be read: {error}", Stage.OPEN) from error
    if len(data) > limit:
        raise MediaError(ErrorCode.E_TOO_LARGE, f"{path} is larger than {limit:,} bytes", Stage.OPEN)
    return data


def _tar_bytes(place: Path, inner: str, limit: int) -> bytes:
    with tarfile.open(place, "r:*") as archive:
        while (one := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]
            if one.name == inner and one.isreg():
                stream = archive.extractfile(one)
                return stream.read(limit + 1) if stream is not None else b""
    raise KeyError(inner)


def _cell(place: Path, inner: str) -> bytes:
    """Return the bytes in ``ROW/COLUMN`` of a Parquet file: a binary cell, or a struct with a field ``bytes``."""
    row, _, column = inner.partition("/")
    if not place.is_file():
        raise FileNotFoundError(place)
    with open_parquet(place) as file:
        at = int(row)
        for group in range(file.num_row_groups):
            size = file.metadata.row_group(group).num_rows
            if at < size:
                cell = file.read_row_group(group, columns=[column])[column][at].as_py()
                data = cell.get("bytes") if isinstance(cell, dict) else cell
                if not isinstance(data, bytes):
                    raise KeyError(inner)
                return data
            at -= size
    raise KeyError(inner)
