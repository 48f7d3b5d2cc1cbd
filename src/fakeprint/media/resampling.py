"""Signs of enlargement: interpolation leaves a periodic strength of the second derivative.

Finds most enlargements by 1.1 to 3 except those whose period falls on the 8-pixel grid of JPEG and of image generators (2, 4, 4/3 ...);
reductions leave too little to be found.  An estimate that serves as a gate, not evidence; ``benchmarks/signals.py`` measures it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fakeprint.media.luma import luma

MIN_SIDE = 128
WINDOW = 1024
"""Pixels per side that are looked at, in the middle of the image."""
EVIDENT = 14.0
"""A peak this many times the median of its spectrum counts as evident; 1 in 100 of 240 photographs of 320 px reaches it."""
_CEILING = 24
_SMOOTH = 15
_LOWEST = 0.06
_GRID_BINS = 2.2


@dataclass(frozen=True)
class Resampling:
    """The strongest period found: peak over the median of the spectrum, its frequency in cycles per pixel, and the gate."""

    peak: float
    frequency: float
    evident: bool


def estimate_resampling(rgb: NDArray[np.uint8]) -> Resampling | None:
    """Look for interpolation in (H, W, 3) uint8 RGB pixels along both axes; None where a side is below 128 px or nothing varies.

    >>> estimate_resampling(np.zeros((64, 300, 3), np.uint8)) is None
    True
    """
    height, width = rgb.shape[:2]
    if min(height, width) < MIN_SIDE:
        return None
    top, left = max(0, (height - WINDOW) // 2), max(0, (width - WINDOW) // 2)
    grey = luma(rgb[top : top + WINDOW, left : left + WINDOW]).astype(np.int16)
    peaks = [found for found in (_peak(grey), _peak(np.ascontiguousarray(grey.T))) if found is not None]
    if not peaks:
        return None
    peak, frequency = max(peaks)
    return Resampling(peak, frequency, peak >= EVIDENT)


def _peak(grey: NDArray[np.int16]) -> tuple[float, float] | None:
    """Return the strongest peak along the columns of (H, W) int16 pixels and its frequency."""
    bend = grey[:, 1:-1] * np.int16(2)
    bend -= grey[:, :-2]
    bend -= grey[:, 2:]
    np.abs(bend, out=bend)
    np.minimum(bend, _CEILING, out=bend)
    strength = np.log(bend.mean(0) + 0.05)
    smooth = np.convolve(np.pad(strength, _SMOOTH // 2, mode="reflect"), np.full(_SMOOTH, 1 / _SMOOTH), "valid")
    count = len(strength)
    spectrum = np.abs(np.fft.rfft((strength - smooth) * np.hanning(count)))
    frequency = np.arange(len(spectrum)) / count
    usable = frequency >= _LOWEST
    for step in range(1, 5):
        usable &= np.abs(frequency - step / 8) >= _GRID_BINS / count
    median = float(np.median(spectrum[usable]))
    if median <= 1e-9:
        return None
    best = int(np.where(usable, spectrum, 0).argmax())
    return float(spectrum[best]) / median, float(frequency[best])
