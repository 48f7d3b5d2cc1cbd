"""Shifts of hue, saturation and value."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fakeprint.transforms.hue import join_hue, split_hue
from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class Hsv(Transform):
    """Add ``hue`` (in half degrees, -90 to 90), ``saturation`` and ``value`` (in 1/255, -255 to 255); clipped.

    Units are those of 8-bit HSV in OpenCV and albumentations.

    >>> Hsv(hue=60).apply(np.array([[[200, 0, 0]]], np.uint8)).tolist()
    [[[0, 200, 0]]]
    """

    name: ClassVar[str] = "hsv"
    hue: float = 0.0
    saturation: float = 0.0
    value: float = 0.0

    def __post_init__(self) -> None:
        require(abs(self.hue) <= 90, f"a hue shift lies in -90 to 90 half degrees; got {self.hue}")
        require(max(abs(self.saturation), abs(self.value)) <= 255, "shifts of saturation and value lie in -255 to 255")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the changed pixels."""
        hue, high, low = split_hue(pixels.astype(np.float32) / np.float32(255))
        saturation = np.where(high > 0, (high - low) / np.where(high > 0, high, np.float32(1)), 0)
        saturation = np.clip(saturation + np.float32(self.saturation / 255), 0, 1)
        value = np.clip(high + np.float32(self.value / 255), 0, 1)
        turned = join_hue(hue + np.float32(self.hue / 30), value, value * (1 - saturation))
        changed: Pixels = np.rint(turned * 255).astype(np.uint8)
        return changed
