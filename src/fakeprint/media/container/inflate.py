"""Zlib streams under a byte counter: a bomb stops at the limit, not at the end of memory (specs: provenance 2)."""

import zlib

_STEP = 1 << 16


class InflateError(Exception):
    """The stream is damaged or too large; ``problem`` is ``bad_zlib``, ``truncated`` or ``over_limit``."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def inflate(data: bytes, limit: int, *, wbits: int = zlib.MAX_WBITS) -> bytes:
    """Return the inflated data of one zlib stream, at most ``limit`` bytes; ``wbits`` of 31 reads gzip, as in :mod:`zlib`.

    >>> inflate(zlib.compress(b"abc"), 3)
    b'abc'

    Raises:
        InflateError: damaged, cut off, or larger than ``limit``.
    """
    stream = zlib.decompressobj(wbits)
    pieces: list[bytes] = []
    held = 0
    try:
        while not stream.eof:
            piece = stream.decompress(data, min(_STEP, limit - held + 1))
            data = stream.unconsumed_tail
            held += len(piece)
            if held > limit:
                raise InflateError("over_limit")
            if not piece and not data and not stream.eof:
                raise InflateError("truncated")
            pieces.append(piece)
    except zlib.error as error:
        raise InflateError("bad_zlib") from error
    return b"".join(pieces)
