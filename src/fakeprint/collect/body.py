"""The body of a response on its way to disk: counted, hashed, its beginning kept, large ones spilled."""

import zlib
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from fakeprint.collect.outcome import Refusal, Status
from fakeprint.media.container.sniff import SNIFF_BYTES

SPILL_BYTES = 1 << 20


class Body:
    """Takes the pieces of one body; ``store`` writes what is still in memory to ``part``.

    Raises:
        Refusal: on a piece that makes the body longer than ``most`` bytes, or that cannot be inflated.
    """

    def __init__(self, part: Path, most: int, encoding: str | None = None) -> None:
        self.part = part
        self.size = 0
        self._most = most
        self._digest = sha256()
        self._pieces: list[bytes] = []
        self._held = 0
        self._file: BinaryIO | None = None
        self._head = b""
        self._inflate = _inflater(encoding)

    def write(self, piece: bytes) -> None:
        """Take one piece as sent."""
        if self._inflate is None:
            self._take(piece)
            return
        try:
            self._take(self._inflate.decompress(piece, self._most - self.size + 1))
        except zlib.error as error:
            raise Refusal(Status.CORRUPT, f"the compressed body is damaged: {error}") from error

    def _take(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._most:
            raise Refusal(Status.TOO_LARGE, f"more than {self._most} bytes")
        self._digest.update(piece)
        self._pieces.append(piece)
        self._held += len(piece)
        if len(self._head) < SNIFF_BYTES:
            self._head += piece[: SNIFF_BYTES - len(self._head)]
        if self._held > SPILL_BYTES:
            self._spill()

    @property
    def head(self) -> bytes:
        """The first bytes, enough to name the format."""
        return self._head

    @property
    def sha256(self) -> str:
        """Hash of everything taken so far."""
        return self._digest.hexdigest()

    def store(self) -> None:
        """Write everything to ``part`` and close it."""
        self._spill()
        if self._file is not None:
            self._file.close()
            self._file = None

    def drop(self) -> None:
        """Remove what was written."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.part.unlink(missing_ok=True)

    def _spill(self) -> None:
        if self._file is None:
            self._file = open(self.part, "wb", buffering=0)  # noqa: SIM115 (closed by store or drop)
        data = b"".join(self._pieces) if len(self._pieces) != 1 else self._pieces[0]
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self._pieces.clear()
        self._held = 0


def _inflater(encoding: str | None) -> "zlib._Decompress | None":
    """Servers may compress although they were asked not to."""
    name = (encoding or "identity").strip().lower()
    if name in ("identity", ""):
        return None
    if name in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(47)
    raise Refusal(Status.BAD_RESPONSE, f"encoded as {name[:20]} although not asked for")
