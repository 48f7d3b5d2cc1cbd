"""What surrounds a run: refusals of the file system become messages, SIGTERM becomes an exception."""

import errno
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from fakeprint.core.errors import UsageError

_REFUSALS = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.EISDIR, errno.ENOTDIR
}  # fmt: skip


class Terminated(BaseException):
    """SIGTERM arrived."""


@contextmanager
def output_errors(out: Path | None) -> Iterator[None]:
    """Turn what the file system refuses into a message; anything else is a bug and propagates."""
    try:
        yield
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        raise UsageError(f"cannot write {out or 'to stdout'}: {error.strerror}") from error


@contextmanager
def stop_on_sigterm() -> Iterator[None]:
    """Raise :class:`Terminated` in the block when SIGTERM arrives."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
