"""Cutting out a window."""

from dataclasses import dataclass
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class Crop(Transform):
    """Cut ``width`` x ``height`` pixels at (``left``, ``top``); the window must lie inside the picture."""

    name: ClassVar[str] = "crop"
    left: int
    top: int
    width: int
    height: int

    def __post_init__(self) -> None:
        require(self.left >= 0 and self.top >= 0, f"a crop starts inside the picture; got ({self.left}, {self.top})")
        require(self.width >= 1 and self.height >= 1, f"a crop has at least one pixel; got {self.width} x {self.height}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the window, or raise UsageError if it leaves the picture."""
        height, width = pixels.shape[:2]
        if self.left + self.width > width or self.top + self.height > height:
            raise UsageError(f"a crop of {self.width} x {self.height} at ({self.left}, {self.top}) leaves a picture of {width} x {height}")
        return pixels[self.top : self.top + self.height, self.left : self.left + self.width].copy()
