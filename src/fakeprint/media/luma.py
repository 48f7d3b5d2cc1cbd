"""Brightness of RGB pixels (ITU-R BT.601 weights, as JPEG uses them)."""

import numpy as np
from numpy.typing import NDArray


def luma(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightness of (..., 3) uint8 RGB pixels as (...) uint8, rounded, in 8-bit fixed point.

    >>> luma(np.array([[255, 255, 255], [255, 0, 0]], np.uint8)).tolist()
    [255, 77]
    """
    total = rgb[..., 0] * np.uint16(77)
    total += rgb[..., 1] * np.uint16(150)
    total += rgb[..., 2] * np.uint16(29)
    total += np.uint16(128)
    total >>= 8
    return total.astype(np.uint8)


def luma_float(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the brightness of (..., 3) uint8 RGB pixels as (...) float32 in 0 to 255, unrounded."""
    total: NDArray[np.float32] = rgb[..., 0] * np.float32(0.299)
    total += rgb[..., 1] * np.float32(0.587)
    total += rgb[..., 2] * np.float32(0.114)
    return total
