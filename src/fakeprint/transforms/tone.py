"""Brightness, contrast and colour cast."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class Tone(Transform):
    """``(value - 128) * contrast + 128``, times ``gain``, plus a shift per channel in grey levels; rounded and clipped.

    >>> Tone(gain=0.5).apply(np.full((1, 1, 3), 100, np.uint8)).tolist()
    [[[50, 50, 50]]]
    """

    name: ClassVar[str] = "tone"
    gain: float = 1.0
    contrast: float = 1.0
    red: float = 0.0
    green: float = 0.0
    blue: float = 0.0

    def __post_init__(self) -> None:
        require(0 < self.gain <= 4 and 0 < self.contrast <= 4, f"gain and contrast lie in 0 to 4; got {self.gain} and {self.contrast}")
        require(max(map(abs, (self.red, self.green, self.blue))) <= 128, "colour shifts lie in -128 to 128 grey levels")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the changed pixels."""
        shift = np.array((self.red, self.green, self.blue), np.float32)
        values = ((pixels.astype(np.float32) - 128) * np.float32(self.contrast) + 128) * np.float32(self.gain) + shift
        changed: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
        return changed
