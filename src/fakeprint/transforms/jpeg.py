"""JPEG round trip."""

from dataclasses import dataclass
from io import BytesIO
from typing import ClassVar

import numpy as np
from PIL import Image

from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class Jpeg(Transform):
    """Encode as JPEG and decode again.

    ``quality`` 1 to 100 (Pillow's scale); ``subsampling`` 444, 422 or 420.

    >>> Jpeg(quality=60).apply(np.zeros((9, 7, 3), np.uint8)).shape
    (9, 7, 3)
    """

    name: ClassVar[str] = "jpeg"
    quality: int
    subsampling: int = 420

    def __post_init__(self) -> None:
        require(1 <= self.quality <= 100, f"JPEG quality lies in 1 to 100; got {self.quality}")
        require(self.subsampling in (444, 422, 420), f"JPEG subsampling is 444, 422 or 420; got {self.subsampling}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the decoded pixels."""
        buffer = BytesIO()
        mode = {444: "4:4:4", 422: "4:2:2", 420: "4:2:0"}[self.subsampling]
        Image.fromarray(pixels).save(buffer, "JPEG", quality=self.quality, subsampling=mode)
        return np.array(Image.open(buffer))
