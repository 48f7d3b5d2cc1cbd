"""Random access to an untrusted stream through a small buffer, so that a 20 GB video costs a few reads."""

from io import SEEK_END
from typing import BinaryIO

WHOLE = 1 << 22
WINDOW = 1 << 14


class Source:
    """A stream of known ``size``: whole in memory up to 4 MiB, else read in windows.

    >>> from io import BytesIO
    >>> source = Source(BytesIO(b"abcdef"))
    >>> source.size, source.read(4, 10), source.read(-1, 2)
    (6, b'ef', b'')
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._base = 0
        self._data = b""
        self.size = stream.seek(0, SEEK_END)
        self._whole = self.size <= WHOLE
        if self._whole:
            stream.seek(0)
            self._data = stream.read(self.size)
            self.size = len(self._data)

    def read(self, offset: int, length: int) -> bytes:
        """Return up to ``length`` bytes from ``offset``; fewer at the end, none outside the stream."""
        if offset < 0 or length <= 0 or offset >= self.size:
            return b""
        start = offset - self._base
        if self._whole or (start >= 0 and start + length <= len(self._data)):
            return self._data[start : start + length]
        if length > WINDOW:
            return self._fetch(offset, length)
        self._base, self._data = offset, self._fetch(offset, WINDOW)
        return self._data[:length]

    def window(self, offset: int, length: int = 1 << 20) -> tuple[bytes, int]:
        """Return a run of bytes that holds ``offset`` and the position of its first byte, for searching without copies."""
        if self._whole:
            return self._data, 0
        if not self._base <= offset < self._base + len(self._data) - 16:
            self._base, self._data = offset, self._fetch(offset, length)
        return self._data, self._base

    def _fetch(self, offset: int, length: int) -> bytes:
        self._stream.seek(offset)
        wanted = min(length, self.size - offset)
        data = self._stream.read(wanted)
        if len(data) < wanted:
            self.size = offset + len(data)
        return data
