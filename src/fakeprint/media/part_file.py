"""A file that a sandboxed worker makes and the parent writes: parts come over the worker's pipe, none is held in memory.

The worker may go back to what it has written, as video containers need for their headers; it can neither leave a hole nor go over the
bound.  Nothing stands under the final name before :meth:`PartFile.put`.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from fakeprint.core.durable import put_in_place


class PartFile:
    """The parent's end: a :class:`~fakeprint.media.worker_slot.Sink` into a hidden file of ``folder``, of at most ``most`` bytes.

    ``problem`` is what the file system refused, None while all went well.  Call :meth:`put` or :meth:`discard` in the end.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> file = PartFile(folder, most=8)
    >>> file.restart()
    >>> file.write(0, b"....") and file.write(4, b"tail") and file.write(0, b"head")
    True
    >>> file.write(6, b"more"), file.write(9, b"")
    (False, False)
    >>> file.put("whole.bin").read_bytes(), [path.name for path in folder.iterdir()]
    (b'headtail', ['whole.bin'])
    """

    def __init__(self, folder: Path, *, most: int) -> None:
        self.problem: OSError | None = None
        self.bytes = 0
        self._most = most
        self._path = folder / f".fakeprint-{uuid4().hex}.tmp.{os.getpid()}"
        self._stream: BinaryIO | None = None

    def restart(self) -> None:
        """Begin with an empty file."""
        self.bytes = 0
        try:
            if self._stream is None:
                self._stream = self._path.open("xb", buffering=0)
            self._stream.truncate(0)
        except OSError as error:
            self.problem = error

    def write(self, offset: int, data: bytes) -> bool:
        """Write one part; False if it would leave a hole, go over the bound, or cannot be written."""
        if self._stream is None or self.problem is not None or not 0 <= offset <= self.bytes or offset + len(data) > self._most:
            return False
        try:
            self._stream.seek(offset)
            view = memoryview(data)
            while view:
                view = view[self._stream.write(view) :]
        except OSError as error:
            self.problem = error
            return False
        self.bytes = max(self.bytes, offset + len(data))
        return True

    def put(self, name: str) -> Path:
        """Sync the file and give it a name in its folder, with ``-2``, ``-3`` ... where that name is taken.

        Raises:
            OSError: the file system refuses.
        """
        if self._stream is None:
            raise ValueError("nothing was written")
        os.fsync(self._stream.fileno())
        self._stream.close()
        path = _free(self._path.parent, name)
        put_in_place(self._path, path)
        return path

    def discard(self) -> None:
        """Drop what was written; without effect after :meth:`put`."""
        if self._stream is not None:
            self._stream.close()
        with suppress(FileNotFoundError):
            self._path.unlink()


def _free(folder: Path, name: str) -> Path:
    stem, dot, ending = name.rpartition(".")
    path, number = folder / name, 1
    while os.path.lexists(path):
        number += 1
        path = folder / (f"{stem}-{number}{dot}{ending}" if dot else f"{name}-{number}")
    return path
