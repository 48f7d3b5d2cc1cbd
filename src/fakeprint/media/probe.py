"""From a path to a file's identity and header facts, telling as much as could be established (specs: reliability 2, 13.5, 13.11)."""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from fakeprint.core.errors import ErrorCode, ErrorInfo, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media, MediaKind
from fakeprint.media.container.model import Container
from fakeprint.media.container.walk import walk
from fakeprint.media.image_header import read_header
from fakeprint.media.video_file import read_facts


@dataclass(frozen=True)
class Opened:
    """What could be established about one file.

    ``media`` and ``container`` are None only where the bytes could not be read at all.  ``error`` says why the file cannot be
    examined in full: with media of kind ``other`` it is refused or not recognised; with another kind its pixels are out of reach while
    its metadata is not.
    """

    media: Media | None
    container: Container | None
    error: ErrorInfo | None


def open_media(path: Path, limits: Limits) -> Opened:
    """Read one file's identity, walk its container, check its header.  Never raises for what a file is or holds."""
    try:
        with _regular_file(path, limits) as stream:
            container = walk(stream, limits)
            stream.seek(0)
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
    except MediaError as error:
        return Opened(None, None, error.info())
    except OSError as error:
        return Opened(None, None, _unreadable(error).info())
    media = Media(sha256=sha256, kind=container.kind, mime=container.mime, bytes=size, notes=_notes(container))
    try:
        return Opened(_with_facts(media, path, container, limits), container, None)
    except MediaError as error:
        return Opened(media, container, error.info())


def _regular_file(path: Path, limits: Limits) -> BufferedReader:
    """Open a regular file of an allowed size; pipes and devices are refused without waiting for them."""
    try:
        _check_kind(os.stat(path))
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0))
    except ValueError as error:
        raise MediaError(ErrorCode.E_PATH, f"not a usable path: {error}", Stage.OPEN) from error
    except OSError as error:
        raise _unreadable(error) from error
    stream = os.fdopen(descriptor, "rb")
    try:
        found = os.fstat(descriptor)
        _check_kind(found)
        most = max(limits.image_bytes, limits.video_bytes)
        if found.st_size == 0:
            raise MediaError(ErrorCode.E_EMPTY, "the file is empty", Stage.OPEN)
        if found.st_size > most:
            raise MediaError(ErrorCode.E_TOO_LARGE, f"{found.st_size} bytes; the limit is {most}", Stage.OPEN)
    except MediaError:
        stream.close()
        raise
    return stream


def _check_kind(found: os.stat_result) -> None:
    if stat.S_ISREG(found.st_mode):
        return
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    raise MediaError(ErrorCode.E_NOT_A_FILE, f"{kinds.get(stat.S_IFMT(found.st_mode), 'something')}, not a file", Stage.OPEN)


def _unreadable(error: OSError) -> MediaError:
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return MediaError(ErrorCode.E_NOT_FOUND, "no such file", Stage.OPEN)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return MediaError(ErrorCode.E_PERMISSION, "no permission to read", Stage.OPEN)
    if error.errno in {errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL}:
        return MediaError(ErrorCode.E_PATH, f"not a usable path: {error.strerror}", Stage.OPEN)
    return MediaError(ErrorCode.E_READ, f"cannot be read: {error.strerror}", Stage.OPEN)


def _notes(container: Container) -> tuple[str, ...]:
    trailing = container.trailing
    if trailing is None:
        return container.notes
    return (
        *container.notes,
        f"trailing: {trailing.length} bytes after the end of the {container.format} data, looking like {trailing.sniffed}",
    )


def _with_facts(media: Media, path: Path, container: Container, limits: Limits) -> Media:
    if container.format == "unknown":
        raise MediaError(ErrorCode.E_FORMAT_UNKNOWN, "the content is of no format that is recognised", Stage.PROBE)
    if container.kind is MediaKind.OTHER:
        reason = next((note.partition(": ")[2] for note in container.notes if note.startswith("refused:")), "it is neither image nor video")
        raise MediaError(ErrorCode.E_FORMAT_REFUSED, f"recognised as {container.format} ({container.mime}); {reason}", Stage.PROBE)
    if container.kind is MediaKind.IMAGE:
        header = read_header(path, container, limits)
        width, height = header.displayed
        more = (f"frames: more than {limits.image_frames}; not counted further",) if header.more_frames else ()
        count = None if header.more_frames else header.frame_count
        return media.model_copy(update={"width": width, "height": height, "frame_count": count, "notes": media.notes + more})
    facts = read_facts(path, container, limits)
    width, height = facts.displayed
    return media.model_copy(
        update={
            "width": width,
            "height": height,
            "duration_s": facts.duration_s,
            "fps": facts.fps,
            "frame_count": facts.frame_count,
            "codec": facts.codec,
            "rotation": facts.rotation,
        }
    )
