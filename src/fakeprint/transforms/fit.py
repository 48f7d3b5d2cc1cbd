"""Resampling so that the longer side fits a bound."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image

from fakeprint.transforms.resize import KERNELS
from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class Fit(Transform):
    """If the longer side exceeds ``side`` pixels, resample so that it equals it; smaller pictures are left alone.

    >>> Fit(side=768).apply(np.zeros((500, 1000, 3), np.uint8)).shape
    (384, 768, 3)
    """

    name: ClassVar[str] = "fit"
    side: int
    kernel: str = "bilinear"

    def __post_init__(self) -> None:
        require(1 <= self.side <= 65_535, f"the side lies in 1 to 65535; got {self.side}")
        require(self.kernel in KERNELS, f"a resize kernel is one of {', '.join(KERNELS)}; got {self.kernel!r}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the pixels, resampled where needed."""
        height, width = pixels.shape[:2]
        longer = max(height, width)
        if longer <= self.side:
            return pixels.copy()
        size = max(1, round(width * self.side / longer)), max(1, round(height * self.side / longer))
        return np.array(Image.fromarray(pixels).resize(size, KERNELS[self.kernel]))
