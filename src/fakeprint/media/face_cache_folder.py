"""The folder in which found faces are kept, as the parent of the workers sees it (specs: dfspot R8, reliability 3).

Workers cannot write files.  What a worker found comes with its answer under the name ``faces/KEY``; the parent hashes the media file
itself and writes ``MEDIA-KEY.json``, so that a worker that was taken over can leave nothing under another file's hash.  It can leave
wrong faces under the hash of a file that it was given.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError

MOST_BYTES = 64 << 20
MOST_ENTRIES = 8
"""Entries about one file that one answer may carry."""

_SENT = "faces/"
_NAME = re.compile(_SENT + "([0-9a-f]{64})")


def entry_path(folder: Path, media_sha256: str, key: str) -> Path:
    """Return where an entry lies."""
    return folder / f"{media_sha256}-{key}.json"


def open_cache(folder: Path) -> None:
    """Make the folder of a cache ready for writing, in the parent.

    Raises:
        UsageError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the face cache {folder}: {error.strerror}") from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise UsageError(f"cannot write to the face cache {folder}")


def sent_name(key: str) -> str:
    """Return the name under which an entry travels in a worker's answer."""
    return _SENT + key


def is_sent(name: str) -> bool:
    """Tell whether a name in a worker's answer is meant for the cache."""
    return name.startswith(_SENT)


def store(folder: Path, media: Path, media_sha256: str | None, kept: Mapping[str, bytes]) -> int:
    """Write a worker's entries about one media file, in the parent; return how many were refused.

    The name of an entry comes from the hash that is taken here; where the worker's differs, the file has changed meanwhile, or the
    worker is not to be trusted, and nothing is written.  So it is with malformed names and entries over the bounds.

    Raises:
        UsageError: the folder cannot be written to.
    """
    names = [(found.group(1), data) for name, data in kept.items() if (found := _NAME.fullmatch(name)) and len(data) <= MOST_BYTES]
    names = names[:MOST_ENTRIES]
    if not names or media_sha256 is None or _sha256(media) != media_sha256:
        return len(kept)
    try:
        for key, data in names:
            write_atomic(entry_path(folder, media_sha256, key), data)
    except OSError as error:
        raise UsageError(f"cannot write to the face cache {folder}: {error.strerror}") from None
    return len(kept) - len(names)


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
