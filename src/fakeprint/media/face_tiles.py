"""Where a face detector with a small input looks in a large picture (specs: dfspot 6)."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Policy = Literal["whole", "pyramid", "wide", "compat720"]
MOST_TILES = 64
"""Tiles of one picture; where a pyramid would hold more, its finest tiles, and with them the smallest faces, grow."""
_BORDER = 0.3
"""Width of the black border around a picture seen from afar, in parts of its sides."""
_LARGEST = 0.5
"""Size of a face, in parts of a tile, beyond which it is left to a coarser level."""
_OVERLAP = 1 / 3
"""Part of a tile that its neighbour repeats; a face up to that wide lies whole in one of them."""


@dataclass(frozen=True)
class Tile:
    """A part of a picture to look at: left, top, width and height in pixels.  It may reach over the picture's edges, into black."""

    left: int
    top: int
    width: int
    height: int


def tiles_of(width: int, height: int, policy: Policy, *, size: int = 256, min_face: float = 64.0) -> tuple[Tile, ...]:
    """Return the tiles of a picture in the order in which they are looked at.

    ``whole``: the picture as it is.  ``pyramid``: the picture from afar, with a black border, which faces that fill it need; the
    picture as it is; then grids of overlapping squares, each level at most three times finer than the one before, until a face of
    ``min_face`` pixels is a tenth of a tile or the tile reaches the detector's ``size``.  Every pixel lies in every level.
    ``wide``: squares of the shorter side, up to three along the longer.  ``compat720``: the squares of the DFSpot family, at most
    720 pixels wide, which leave gaps in large pictures.

    >>> tiles_of(640, 480, "compat720")
    (Tile(left=0, top=0, width=480, height=480), Tile(left=80, top=0, width=480, height=480), Tile(left=160, top=0, width=480, height=480))
    >>> [len(tiles_of(w, h, "pyramid")) for w, h in ((320, 320), (1280, 720), (1920, 1080), (4000, 3000))]
    [2, 8, 14, 59]
    """
    if policy == "compat720":
        return _compatible(width, height)
    if policy == "wide":
        return _wide(width, height)
    whole = Tile(0, 0, width, height)
    if policy == "whole":
        return (whole,)
    border = (round(_BORDER * width), round(_BORDER * height))
    tiles = [Tile(-border[0], -border[1], width + 2 * border[0], height + 2 * border[1]), whole]
    finest = max(float(size), 10 * min_face)
    while len(tiles) + len(levels := _levels(width, height, finest)) > MOST_TILES:
        finest *= 1.1
    return (*tiles, *levels)


def _levels(width: int, height: int, finest: float) -> list[Tile]:
    whole = max(width, height)
    steps = math.ceil(math.log(max(whole / finest, 1.0)) / math.log(3) - 1e-9)
    sides = [math.ceil(whole * (finest / whole) ** (step / steps) - 1e-6) for step in range(1, steps + 1)]
    return [
        Tile(left, top, min(side, width), min(side, height))
        for side in sides
        if side < whole
        for top in _starts(height, side)
        for left in _starts(width, side)
    ]


def _starts(length: int, side: int) -> list[int]:
    """Return evenly spaced starts, first at 0 and last at the end, of windows that overlap by a third at least."""
    if length <= side:
        return [0]
    count = math.ceil((length - side) / (side * (1 - _OVERLAP))) + 1
    return [round(part * (length - side) / (count - 1)) for part in range(count)]


def _wide(width: int, height: int) -> tuple[Tile, ...]:
    side, longer = min(width, height), max(width, height)
    count = min(3, math.ceil(longer / side))
    starts = [round(part * (longer - side) / (count - 1)) for part in range(count)] if count > 1 else [0]
    return tuple(Tile(start, 0, side, side) if width >= height else Tile(0, start, side, side) for start in starts)


def _compatible(width: int, height: int) -> tuple[Tile, ...]:
    side = min(width, height, 720)
    steps = ((width - side) // 2, (height - side) // 2)
    across, down = ((length - side) // step + 1 if step else 1 for length, step in zip((width, height), steps, strict=True))
    most = 9
    return tuple(Tile(x * steps[0], y * steps[1], side, side) for y in range(min(down, most)) for x in range(min(across, most)))


def letterbox(rgb: NDArray[np.uint8], tile: Tile, size: int) -> tuple[NDArray[np.uint8], float]:
    """Return the tile of (H, W, 3) pixels as (size, size, 3), and source pixels per input pixel.

    The tile is scaled by one factor, with antialiasing, so that it just fits; it starts at the top left and the rest is black.
    """
    scale = max(tile.width, tile.height) / size
    left, top = max(0, tile.left), max(0, tile.top)
    part = rgb[top : max(0, tile.top + tile.height), left : max(0, tile.left + tile.width)]
    if part.shape == (size, size, 3) and scale == 1.0:
        return part, scale
    shape = (max(1, round(part.shape[1] / scale)), max(1, round(part.shape[0] / scale)))
    small = Image.fromarray(part).resize(shape, Image.Resampling.BILINEAR, reducing_gap=2.0)
    x, y = (min(round(offset / scale), size - length) for offset, length in zip((left - tile.left, top - tile.top), shape, strict=True))
    canvas = np.zeros((size, size, 3), np.uint8)
    canvas[y : y + shape[1], x : x + shape[0]] = np.asarray(small)
    return canvas, scale


def to_source(rows: NDArray[np.float32], tile: Tile, scale: float) -> NDArray[np.float32]:
    """Return detections of a letterboxed tile in source pixels."""
    moved = rows.copy()
    moved[:, :16] = rows[:, :16] * scale + np.tile(np.array([tile.left, tile.top], np.float32), 8)
    return moved


def belongs(rows: NDArray[np.float32], tile: Tile, coarser: bool, width: int, height: int) -> NDArray[np.bool_]:
    """Tell which detections of a tile, in source pixels, are its own to report.

    Not one that reaches over an edge of the tile that is not an edge of the picture: that face is cut here, and lies whole in a
    neighbour or in a coarser level.  Not one over half the tile, where a ``coarser`` level sees it too: parts of a large face
    pass for faces.  Not one whose centre is outside the picture: it was read into the black.
    """
    right, bottom = tile.left + tile.width, tile.top + tile.height
    cut = (
        (tile.left > 0) & (rows[:, 0] < tile.left)
        | (tile.top > 0) & (rows[:, 1] < tile.top)
        | (right < width) & (rows[:, 2] > right)
        | (bottom < height) & (rows[:, 3] > bottom)
    )
    sides = np.maximum(rows[:, 2] - rows[:, 0], rows[:, 3] - rows[:, 1])
    large = coarser & (sides > _LARGEST * max(tile.width, tile.height))
    x, y = (rows[:, 0] + rows[:, 2]) / 2, (rows[:, 1] + rows[:, 3]) / 2
    return np.asarray(~cut & ~large & (x >= 0) & (x < width) & (y >= 0) & (y < height))
