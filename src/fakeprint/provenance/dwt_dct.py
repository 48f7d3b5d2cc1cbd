"""The open ``dwtDct`` watermark: known messages, decoder and reference encoder, in NumPy (specs: provenance 7).

The mark sits in the blue-difference channel.  One Haar step gives its low band; the band is cut into 4x4 blocks (8x8 pixels); block
``i`` carries bit ``i mod n`` in the phase of its largest coefficient.  Writers differ in number format and channel order, hence four
carriers.  No DCT is involved, despite the name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

STEP = 36.0
"""Quantisation step: |v| mod STEP is 9 for a 0 and 27 for a 1."""
CELL = 8
"""Pixels per block side."""
MIN_PIXELS = 65_536
"""Smaller images are never marked by the writers."""
MIN_BLOCKS_PER_BIT = 4
FEW_ONES, MANY_ONES = 0.1, 0.9
MAX_BLOCKS = 16_384
"""Blocks that a decode reads at most, evenly spread (1 MP, 120 votes for each bit of the longest message); bounds the time."""
SAMPLED_BLOCKS = 256
"""Blocks that the pre-test reads."""
SKIMMED_BLOCKS, SKIMMED_SHARE = 576, 0.85
"""Blocks that vote on every message before all blocks do, and the share of the needed matches that is asked of them."""
SLIGHT, MARKED = 0.15, 0.28
"""Concentration of the sampled phases from which one carrier, and from which all four are decoded."""


class Carrier(Enum):
    """Number format and channel order that the writer used: ``(float, swapped)``."""

    UINT8_BGR = (False, False)
    UINT8_RGB = (False, True)
    FLOAT_BGR = (True, False)
    FLOAT_RGB = (True, True)


@dataclass(frozen=True)
class Message:
    """One known message: its bits as text of 0 and 1, the matches needed to accept it, and the software that writes it."""

    key: str
    bits: str
    needed: int
    tool: str
    model: str | None

    def array(self) -> NDArray[np.bool_]:
        """Return the bits, (n,) bool."""
        return np.array([bit == "1" for bit in self.bits])


def _ascii(text: str) -> str:
    return "".join(f"{byte:08b}" for byte in text.encode("ascii"))


MESSAGES: tuple[Message, ...] = (
    Message("sd1", _ascii("StableDiffusionV1"), 102, "Stable Diffusion 1.x", "Stable Diffusion 1.x"),
    Message("sd2", _ascii("SDV2"), 30, "Stable Diffusion 2.x", "Stable Diffusion 2.x"),
    Message("sdxl", "101100111110110010010000011110111011000110011110", 41, "Stable Diffusion XL (diffusers)", "Stable Diffusion XL"),
    Message("flux", "1010101111111010000111100111001111010100101110", 40, "FLUX", "FLUX"),
    Message("invokeai", _ascii("InvokeAI"), 52, "InvokeAI", None),
)


@dataclass(frozen=True)
class Decoded:
    """A message that was found: matching bits out of ``len(message.bits)``, the carrier, and the blocks that were read."""

    message: Message
    carrier: Carrier
    matches: int
    blocks: int


def decode(rgb: NDArray[np.uint8], *, pretest: bool = True) -> Decoded | None:
    """Return the known message in (H, W, 3) uint8 RGB pixels as stored, or None.

    Of several that pass, the one with the largest share of matching bits.  With ``pretest`` the four carriers are first tried on
    256 blocks, and a carrier whose phases show no concentration there is not decoded; then 576 blocks must come near some message.
    That loses about 1 of 100 marks that a full search finds.

    >>> picture = np.random.default_rng(0).integers(60, 190, (256, 256, 3)).astype(np.uint8)
    >>> decode(picture) is None
    True
    >>> decode(encode(picture, MESSAGES[2], Carrier.UINT8_BGR)).message.key
    'sdxl'
    """
    if rgb.shape[0] * rgb.shape[1] < MIN_PIXELS or min(rgb.shape[:2]) < CELL:
        return None
    carriers = _promising(rgb) if pretest else tuple(Carrier)
    if not carriers or (pretest and not _search(rgb, SKIMMED_BLOCKS, carriers, SKIMMED_SHARE)):
        return None
    found = _search(rgb, MAX_BLOCKS, carriers)
    return max(found, key=lambda hit: hit.matches / len(hit.message.bits), default=None)


def _search(rgb: NDArray[np.uint8], blocks: int, carriers: Iterable[Carrier], share: float = 1.0) -> list[Decoded]:
    cells, index = _cells(rgb, blocks)
    return [hit for carrier in carriers for hit in _accepted(peaks(cells, carrier), index, carrier, share)]


def _promising(rgb: NDArray[np.uint8]) -> tuple[Carrier, ...]:
    """Return the carriers that are worth decoding; clear marks are now and then legible in another carrier than their own."""
    sample, _ = _cells(rgb, SAMPLED_BLOCKS)
    values = {carrier: concentration(peaks(sample, carrier)) for carrier in Carrier}
    least = -1.0 if max(values.values()) >= MARKED else SLIGHT
    return tuple(carrier for carrier, value in values.items() if value >= least)


def concentration(peaks: NDArray[np.float32]) -> float:
    """Return how strongly the phases of (K,) peak coefficients gather where a mark puts them: -1 to 1.

    The mean of -cos(2 pi |v| / 18), since both bit values sit at 9 modulo 18.
    """
    return float(-np.cos(np.abs(peaks) * np.float32(4 * np.pi / STEP)).mean())


def _cells(rgb: NDArray[np.uint8], most: int) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Return up to ``most`` evenly spread 8x8 blocks as (8, 8, 3, K) uint8 and their raster indices.

    Whole 8x8 blocks are what the writer's cut at 4 pixels, Haar step and dropping of partial 4x4 blocks leave.
    """
    rows, columns = rgb.shape[0] // CELL, rgb.shape[1] // CELL
    total = rows * columns
    index = np.arange(total)
    if total > most:  # multiples of the golden ratio: even in both directions and over every message's bits
        index = (np.arange(most) * 0.6180339887498949 % 1 * total).astype(np.intp)
    grid = rgb[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL, 3).swapaxes(1, 2)
    cells = grid[index // columns, index % columns]
    return np.ascontiguousarray(cells.reshape(len(index), CELL * CELL * 3).T).reshape(CELL, CELL, 3, -1), index


def low_band(cells: NDArray[np.uint8], carrier: Carrier) -> NDArray[np.float32]:
    """Return the Haar low band of the U channel of (8, 8, 3, K) uint8 RGB cells: (16, K) float32, flat index first."""
    as_float, swapped = carrier.value
    red, green, blue = (cells[:, :, channel] for channel in ((2, 1, 0) if swapped else (0, 1, 2)))
    if as_float:
        sums = _sum_2x2(red, np.uint16), _sum_2x2(green, np.uint16), _sum_2x2(blue, np.uint16)
        total = _blue_difference(*sums, offset=4 * 0.5)
    else:
        total = _sum_2x2(np.rint(_blue_difference(red, green, blue, offset=128.0)), np.float32)  # within 16 to 240: nothing to clip
    total *= np.float32(0.5)
    return total.reshape(16, -1)


def _blue_difference(red: NDArray[Any], green: NDArray[Any], blue: NDArray[Any], offset: float) -> NDArray[np.float32]:
    result: NDArray[np.float32] = blue * np.float32(0.492 * (1 - 0.114))
    result -= red * np.float32(0.492 * 0.299)
    result -= green * np.float32(0.492 * 0.587)
    result += np.float32(offset)
    return result


def _sum_2x2(plane: NDArray[Any], dtype: type[np.uint16] | type[np.float32]) -> NDArray[Any]:
    rows = np.add(plane[0::2], plane[1::2], dtype=dtype)
    total: NDArray[Any] = np.add(rows[:, 0::2], rows[:, 1::2])
    return total


def peaks(cells: NDArray[np.uint8], carrier: Carrier) -> NDArray[np.float32]:
    """Return of each cell the signed coefficient of largest magnitude among flat indices 1 to 15: (K,) float32."""
    band = low_band(cells, carrier)[1:]
    largest: NDArray[np.float32] = np.take_along_axis(band, np.abs(band).argmax(0)[None], 0)[0]
    return largest


def _accepted(values: NDArray[np.float32], index: NDArray[np.intp], carrier: Carrier, share: float) -> list[Decoded]:
    """Return the messages of whose needed bits at least ``share`` agree with the votes of the blocks."""
    votes = np.fmod(np.abs(values), np.float32(STEP)) > STEP / 2
    found = []
    for message in MESSAGES:
        expected = message.array()
        n = len(expected)
        if len(values) < MIN_BLOCKS_PER_BIT * n * share:
            continue
        bits = np.bincount(index % n, votes, n) / np.maximum(np.bincount(index % n, minlength=n), 1) > 127 / 255
        matches = int((bits == expected).sum())
        if FEW_ONES <= bits.mean() <= MANY_ONES and matches >= int(message.needed * share):
            found.append(Decoded(message, carrier, matches, len(values)))
    return found


def encode(rgb: NDArray[np.uint8], message: Message, carrier: Carrier) -> NDArray[np.uint8]:
    """Mark (H, W, 3) uint8 RGB pixels as the public writers do, their quirks included; for fixtures and benchmarks.

    The detail bands are exchanged on the way back; a uint8 writer truncates U and rounds the colours, a float writer's output is
    clamped and rounded here.
    """
    as_float, swapped = carrier.value
    order = rgb[..., ::-1] if swapped else rgb
    red, green, blue = (order[..., channel].astype(np.float32) for channel in range(3))
    offset = np.float32(0.5 if as_float else 128)
    luma = red * np.float32(0.299) + green * np.float32(0.587) + blue * np.float32(0.114)
    u = (blue - luma) * np.float32(0.492) + offset
    v = (red - luma) * np.float32(0.877) + offset
    if not as_float:
        luma, u, v = (np.clip(np.rint(plane), 0, 255) for plane in (luma, u, v))
    height, width = rgb.shape[0] // 4 * 4, rgb.shape[1] // 4 * 4
    u[:height, :width] = _mark(u[:height, :width], message.array())
    if not as_float:
        u = np.trunc(u)
    u, v = u - offset, v - offset
    marked = np.stack([luma + np.float32(1.14) * v, luma - np.float32(0.395) * u - np.float32(0.581) * v, luma + np.float32(2.032) * u], -1)
    result = np.rint(np.clip(marked, 0, 255)).astype(np.uint8)
    return np.ascontiguousarray(result[..., ::-1]) if swapped else result


def _mark(u: NDArray[np.float32], bits: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Write the bits into the low band of one plane whose sides are multiples of 4; return the plane after the inverse Haar step."""
    a, b, c, d = u[0::2, 0::2], u[0::2, 1::2], u[1::2, 0::2], u[1::2, 1::2]
    low, across, down, diagonal = (a + b + c + d) / 2, (a + b - c - d) / 2, (a - b + c - d) / 2, (a - b - c + d) / 2
    rows, columns = low.shape[0] // 4, low.shape[1] // 4
    blocks = low[: rows * 4, : columns * 4].reshape(rows, 4, columns, 4).swapaxes(1, 2).reshape(-1, 16)
    place = np.abs(blocks[:, 1:]).argmax(1) + 1
    every = np.arange(len(blocks))
    value = blocks[every, place]
    carried = bits[every % len(bits)]
    blocks[every, place] = np.where(value >= 0, 1, -1) * (np.floor(np.abs(value) / STEP) + 0.25 + 0.5 * carried) * STEP
    low[: rows * 4, : columns * 4] = blocks.reshape(rows, columns, 4, 4).swapaxes(1, 2).reshape(rows * 4, columns * 4)
    across, down = down, across  # as the reference writer does
    back = np.empty_like(u)
    back[0::2, 0::2] = (low + across + down + diagonal) / 2
    back[0::2, 1::2] = (low + across - down - diagonal) / 2
    back[1::2, 0::2] = (low - across + down - diagonal) / 2
    back[1::2, 1::2] = (low - across - down + diagonal) / 2
    return back
