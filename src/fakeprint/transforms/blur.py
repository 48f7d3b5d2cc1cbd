"""Gaussian blur."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class Blur(Transform):
    """Separable Gaussian of ``sigma`` pixels (0.1 to 10), cut at 4 sigma, edges repeated, rounded to the nearest value."""

    name: ClassVar[str] = "blur"
    sigma: float

    def __post_init__(self) -> None:
        require(0.1 <= self.sigma <= 10, f"sigma lies in 0.1 to 10 pixels; got {self.sigma}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the blurred pixels."""
        radius = int(np.ceil(4 * self.sigma))
        offsets = np.arange(-radius, radius + 1, dtype=np.float32)
        kernel = np.exp(-0.5 * (offsets / np.float32(self.sigma)) ** 2)
        kernel /= kernel.sum()
        values = pixels.astype(np.float32)
        for axis in (0, 1):
            pad = [(0, 0)] * 3
            pad[axis] = (radius, radius)
            padded = np.pad(values, pad, mode="edge")
            length = values.shape[axis]
            values = np.sum([weight * padded.take(range(i, i + length), axis) for i, weight in enumerate(kernel)], axis=0, dtype=np.float32)
        return np.clip(np.rint(values), 0, 255).astype(np.uint8)
