"""One process at a time in one folder."""

from pathlib import Path
from typing import BinaryIO

from fakeprint.core.errors import UsageError


def lock_folder(path: Path) -> BinaryIO:
    """Hold the lock file ``path`` until the returned stream is closed or the process ends, where the platform can.

    Raises:
        UsageError: another process holds it.
    """
    stream = path.open("ab")
    try:
        import fcntl
    except ImportError:
        return stream
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        stream.close()
        raise UsageError(f"another process is writing into {path.parent}; wait for it or choose another folder") from None
    return stream
