"""JPEG headers: frame, subsampling, quantisation tables, and the quality of the last save (specs: evaluation 10).

The tables tell of the last save only.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fakeprint.media.container.model import Container, PartKind

# fmt: off
_LUMA = (
    16, 11, 10, 16,  24,  40,  51,  61,  12, 12, 14, 19,  26,  58,  60,  55,
    14, 13, 16, 24,  40,  57,  69,  56,  14, 17, 22, 29,  51,  87,  80,  62,
    18, 22, 37, 56,  68, 109, 103,  77,  24, 35, 55, 64,  81, 104, 113,  92,
    49, 64, 78, 87, 103, 121, 120, 101,  72, 92, 95, 98, 112, 100, 103,  99,
)
_CHROMA = (
    17, 18, 24, 47, 99, 99, 99, 99,  18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,  47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,  99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,  99, 99, 99, 99, 99, 99, 99, 99,
)
_ZIGZAG = (
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
)
# fmt: on
MAX_TABLES = 64
"""Table definitions read per file; four can be in force, a file that defines more is odd."""


@dataclass(frozen=True)
class Quality:
    """An IJG quality, 1 to 100; ``exact`` when the table equals the standard one scaled to it, else it is the nearest."""

    value: int
    exact: bool


@dataclass(frozen=True)
class JpegHeader:
    """What the frame header and the tables of a JPEG file say.

    ``process`` is ``baseline, extended, progressive, lossless`` or ``other``; ``subsampling`` is ``4:4:4, 4:2:2, 4:2:0, 4:4:0, 4:1:1,
    grey`` or the sampling factors as written, such as ``2x2,1x2,1x2``.  ``luma`` and ``chroma`` are the tables in force in natural
    order, (64,) int32, None where undefined; ``definitions`` counts table definitions.
    """

    width: int
    height: int
    components: int
    precision: int
    process: str
    subsampling: str
    luma: NDArray[np.int32] | None
    chroma: NDArray[np.int32] | None
    definitions: int
    problems: tuple[str, ...]

    @property
    def quality(self) -> Quality | None:
        """The quality of the last save, from the luminance table."""
        return None if self.luma is None else estimate_quality(self.luma)

    @property
    def chroma_quality(self) -> Quality | None:
        """The same from the chrominance table."""
        return None if self.chroma is None else estimate_quality(self.chroma, chroma=True)


def standard_table(quality: int, *, chroma: bool = False) -> NDArray[np.int32]:
    """Return the IJG table of a quality from 1 to 100 in natural order, (64,) int32 in 1 to 255.

    >>> standard_table(50)[:4].tolist(), standard_table(90)[:4].tolist()
    ([16, 11, 10, 16], [3, 2, 2, 3])
    """
    if not 1 <= quality <= 100:
        raise ValueError(f"JPEG quality must be 1 to 100, not {quality}")
    table: NDArray[np.int32] = _standard_tables(chroma)[quality - 1].copy()
    return table


@cache
def _standard_tables(chroma: bool) -> NDArray[np.int32]:
    quality = np.arange(1, 101)
    scale = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    base = np.array(_CHROMA if chroma else _LUMA)
    tables: NDArray[np.int32] = np.clip((base * scale[:, None] + 50) // 100, 1, 255).astype(np.int32)
    return tables


def estimate_quality(table: NDArray[np.int32], *, chroma: bool = False) -> Quality:
    """Return the quality whose standard table is nearest to a (64,) table in natural order by sum of absolute differences.

    >>> estimate_quality(standard_table(87))
    Quality(value=87, exact=True)
    """
    distance = np.abs(_standard_tables(chroma) - np.asarray(table, np.int32).reshape(64)).sum(1)
    best = int(distance.argmin())
    return Quality(best + 1, bool(distance[best] == 0))


def read_jpeg_header(container: Container) -> JpegHeader | None:
    """Read the first frame header and the tables of a walked JPEG file; None where there is no usable frame header."""
    if container.format != "jpeg":
        return None
    frame = next((part for part in container.of_kind(PartKind.FRAME) if part.data is not None), None)
    if frame is None or frame.data is None:
        return None
    data = frame.data
    count = data[5] if len(data) >= 6 else 0
    if count == 0 or len(data) < 6 + 3 * count:
        return None
    parts = [(data[i + 1] >> 4, data[i + 1] & 15, data[i + 2]) for i in range(6, 6 + 3 * count, 3)]
    tables, definitions, problems = _read_tables([part.data for part in container.of_kind(PartKind.QUANTISATION)])
    chroma = tables.get(parts[1][2]) if count >= 3 else None
    return JpegHeader(
        width=int.from_bytes(data[3:5]),
        height=int.from_bytes(data[1:3]),
        components=count,
        precision=data[0],
        process=_PROCESS.get(frame.key, "other"),
        subsampling=_subsampling([(h, v) for h, v, _ in parts]),
        luma=tables.get(parts[0][2]),
        chroma=chroma,
        definitions=definitions,
        problems=problems,
    )


_PROCESS = {"SOF0": "baseline", "SOF1": "extended", "SOF2": "progressive", "SOF3": "lossless"}
_SUBSAMPLING = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1", (4, 2): "4:1:0"}


def _subsampling(factors: list[tuple[int, int]]) -> str:
    written = ",".join(f"{h}x{v}" for h, v in factors[:4])
    if len(factors) == 1:
        return "grey"
    if len(factors) != 3 or factors[1] != factors[2] or 0 in factors[0] + factors[1]:
        return written
    (luma_h, luma_v), (chroma_h, chroma_v) = factors[0], factors[1]
    if luma_h % chroma_h or luma_v % chroma_v:
        return written
    return _SUBSAMPLING.get((luma_h // chroma_h, luma_v // chroma_v), written)


def _read_tables(payloads: list[bytes | None]) -> tuple[dict[int, NDArray[np.int32]], int, tuple[str, ...]]:
    """Return the tables by id (a later definition replaces an earlier one), the number of definitions, and what was malformed."""
    tables: dict[int, NDArray[np.int32]] = {}
    count, problems = 0, []
    for payload in payloads:
        at = 0
        while payload is not None and at < len(payload) and count < MAX_TABLES:
            wide, key = payload[at] >> 4, payload[at] & 15
            size = 128 if wide else 64
            if wide > 1 or key > 3 or at + 1 + size > len(payload):
                problems.append("bad_table")
                break
            table = np.zeros(64, np.int32)
            table[list(_ZIGZAG)] = np.frombuffer(payload, ">u2" if wide else "u1", 64, at + 1)
            if (table == 0).any():
                problems.append("zero_step")
            tables[key] = table
            count += 1
            at += 1 + size
    return tables, count, tuple(dict.fromkeys(problems))
