"""A 64-bit hash of what a picture shows: near-duplicates differ in few bits (specs: dflip3k 2.1, reliability 7)."""

from math import cos, pi

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE, _KEPT = 32, 8
_COSINES = np.array([[cos(pi * (2 * at + 1) * wave / (2 * _SIDE)) for at in range(_SIDE)] for wave in range(_KEPT)])


def perceptual_hash(picture: Image.Image | NDArray[np.uint8]) -> int:
    """Return the DCT hash of a picture: a Pillow image, or (H, W, 3) uint8 RGB or (H, W) uint8 grey pixels as displayed.

    The picture is reduced to 32x32 grey values (Lanczos); bit 63 - (8 * row + column) says whether that one of the 8x8 lowest
    frequencies (DCT-II, constant included) exceeds their median.  Written as 16 hexadecimal digits, it equals the ``phash`` of the
    ImageHash library.

    >>> f"{perceptual_hash(np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)):016x}"[:4]
    'aa14'
    """
    return hash_of_grey(small_grey(picture))


def small_grey(picture: Image.Image | NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the picture reduced to (32, 32) grey values in [0, 255]."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    return np.asarray(image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), dtype=np.float64)


def hash_of_grey(grey: NDArray[np.float64]) -> int:
    """Return the hash of what :func:`small_grey` returned."""
    low = (_COSINES @ grey @ _COSINES.T).ravel()
    ordered = sorted(low.tolist())
    middle = (ordered[31] + ordered[32]) / 2
    return int.from_bytes(np.packbits(low > middle).tobytes(), "big")


def distance(one: int, other: int) -> int:
    """Return in how many of 64 bits two hashes differ.

    >>> distance(0b1011, 0b0001)
    2
    """
    return (one ^ other).bit_count()
