"""WebP round trip."""

from dataclasses import dataclass
from io import BytesIO
from typing import ClassVar

import numpy as np
from PIL import Image

from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class Webp(Transform):
    """Encode as lossy WebP (``quality`` 1 to 100, encoder effort 2) and decode again."""

    name: ClassVar[str] = "webp"
    quality: int

    def __post_init__(self) -> None:
        require(1 <= self.quality <= 100, f"WebP quality lies in 1 to 100; got {self.quality}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the decoded pixels."""
        buffer = BytesIO()
        Image.fromarray(pixels).save(buffer, "WEBP", quality=self.quality, method=2)
        return np.array(Image.open(buffer).convert("RGB"))
