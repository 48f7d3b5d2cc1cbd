"""Colours as hue with their largest and smallest channel, from which HSV and HLS follow by one line each."""

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""(H, W) float32."""


def split_hue(rgb: NDArray[np.float32]) -> tuple[Plane, Plane, Plane]:
    """Return hue in [0, 6), largest and smallest channel of (H, W, 3) float32 RGB; greys have hue 0."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    high, low = rgb.max(-1), rgb.min(-1)
    span = np.where(high > low, high - low, np.float32(1))
    hue = np.where(high == red, (green - blue) / span, np.where(high == green, (blue - red) / span + 2, (red - green) / span + 4))
    return np.mod(np.where(high > low, hue, 0), 6).astype(np.float32), high, low


def join_hue(hue: Plane, high: Plane, low: Plane) -> NDArray[np.float32]:
    """Return the (H, W, 3) float32 RGB of a hue, taken modulo 6, and of the largest and smallest channel.

    >>> picture = np.random.default_rng(0).random((4, 5, 3), np.float32)
    >>> bool(np.abs(join_hue(*split_hue(picture)) - picture).max() < 1e-5)
    True
    """
    channels = []
    for shift in (5, 3, 1):  # each channel is the same trapezoid of the hue, turned
        turned = np.mod(hue + shift, 6)
        channels.append(high - (high - low) * np.clip(np.minimum(turned, 4 - turned), 0, 1))
    return np.stack(channels, -1).astype(np.float32)
