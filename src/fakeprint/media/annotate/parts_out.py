"""What an encoder writes to: a file without a disk, whose bytes leave the worker as they come."""

from collections.abc import Callable


class PartsOut:
    """Enough of a file for PyAV: ``emit(offset, data)`` receives every write.  Can go back, cannot read."""

    def __init__(self, emit: Callable[[int, bytes], None]) -> None:
        self._emit = emit
        self._at = 0
        self._end = 0
        self._open = True

    def write(self, data: bytes) -> int:
        """Send bytes for the present place; after :meth:`abandon` they go nowhere."""
        if self._open:
            self._emit(self._at, bytes(data))
        self._at += len(data)
        self._end = max(self._end, self._at)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, as files do."""
        self._at = (0, self._at, self._end)[whence] + offset
        return self._at

    def tell(self) -> int:
        """Return the present place."""
        return self._at

    def abandon(self) -> None:
        """Send nothing more: another attempt begins at the start."""
        self._open = False
