"""Resampling by a factor."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image

from fakeprint.transforms.transform import Pixels, Transform, require

KERNELS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "area": Image.Resampling.BOX,
}


@dataclass(frozen=True)
class Resize(Transform):
    """Resample both axes by ``factor`` (0.05 to 8); sizes are rounded and at least 1.

    >>> Resize(factor=0.6, kernel="area").apply(np.zeros((10, 20, 3), np.uint8)).shape
    (6, 12, 3)
    """

    name: ClassVar[str] = "resize"
    factor: float
    kernel: str = "bilinear"

    def __post_init__(self) -> None:
        require(0.05 <= self.factor <= 8, f"a resize factor lies in 0.05 to 8; got {self.factor}")
        require(self.kernel in KERNELS, f"a resize kernel is one of {', '.join(KERNELS)}; got {self.kernel!r}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the resampled pixels."""
        height, width = pixels.shape[:2]
        size = max(1, round(width * self.factor)), max(1, round(height * self.factor))
        return np.array(Image.fromarray(pixels).resize(size, KERNELS[self.kernel]))
