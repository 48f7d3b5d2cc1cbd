"""Detail lost by shrinking and enlarging again."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image

from fakeprint.media.point_sampling import sample_bilinear
from fakeprint.transforms.resize import KERNELS
from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class Downscale(Transform):
    """Shrink by ``factor`` (0.05 to 1) and enlarge to the former size.

    ``kernel`` is one of those of ``resize``, or ``point`` for bilinear interpolation without averaging (OpenCV's).

    >>> Downscale(factor=0.5, kernel="nearest").apply(np.zeros((9, 20, 3), np.uint8)).shape
    (9, 20, 3)
    """

    name: ClassVar[str] = "downscale"
    factor: float
    kernel: str = "bilinear"

    def __post_init__(self) -> None:
        require(0.05 <= self.factor <= 1, f"a downscale factor lies in 0.05 to 1; got {self.factor}")
        require(self.kernel in (*KERNELS, "point"), f"a downscale kernel is one of {', '.join(KERNELS)}, point; got {self.kernel!r}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return pixels of the same size."""
        height, width = pixels.shape[:2]
        small = max(1, round(width * self.factor)), max(1, round(height * self.factor))
        if self.kernel == "point":
            return sample_bilinear(sample_bilinear(pixels, *small), width, height)
        kernel = KERNELS[self.kernel]
        return np.array(Image.fromarray(pixels).resize(small, kernel).resize((width, height), kernel))
