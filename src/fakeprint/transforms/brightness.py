"""Brightness and contrast about black."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class Brightness(Transform):
    """``value * (1 + contrast) + 255 * brightness``, rounded and clipped; both lie in -1 to 1.

    >>> Brightness(brightness=0.1, contrast=0.2).apply(np.full((1, 1, 3), 100, np.uint8))[0, 0, 0].item()
    146
    """

    name: ClassVar[str] = "brightness"
    brightness: float = 0.0
    contrast: float = 0.0

    def __post_init__(self) -> None:
        extremes = self.brightness, self.contrast
        require(max(map(abs, extremes)) <= 1, f"brightness and contrast lie in -1 to 1; got {self.brightness} and {self.contrast}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the changed pixels."""
        values = pixels.astype(np.float32) * np.float32(1 + self.contrast) + np.float32(255 * self.brightness)
        changed: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
        return changed
