"""A change of colour and detail that leaves the content alone: what sets the two copies of a self-blended face apart."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from fakeprint.core.errors import UsageError

Pixels = NDArray[np.uint8]
KERNELS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "area": Image.Resampling.BOX,
}
DETAILS = ("none", "rescale", "sharpen", "blur")


@dataclass(frozen=True)
class FaceChange:
    """Colour, then detail, then compression.

    ``red``, ``green``, ``blue`` and ``brightness`` are shifts in grey levels; ``contrast`` and ``saturation`` factors; ``hue`` a turn in
    degrees.  ``detail`` is ``none``, ``rescale`` (down to ``amount`` of the side with ``kernel`` and back), ``sharpen`` (unsharp mask of
    radius 2 and strength ``amount``) or ``blur`` (Gaussian of ``amount`` pixels).  ``quality`` is that of a JPEG round trip, 0 for none.
    """

    red: float = 0.0
    green: float = 0.0
    blue: float = 0.0
    hue: float = 0.0
    saturation: float = 1.0
    brightness: float = 0.0
    contrast: float = 1.0
    detail: str = "none"
    amount: float = 0.0
    kernel: str = "bilinear"
    quality: int = 0

    def __post_init__(self) -> None:
        shifts = (self.red, self.green, self.blue, self.brightness)
        if not all(abs(one) <= 128 for one in shifts) or not all(0 <= one <= 4 for one in (self.saturation, self.contrast)):
            raise UsageError("colour shifts lie in -128 to 128 grey levels, saturation and contrast in 0 to 4")
        if self.detail not in DETAILS or self.kernel not in KERNELS:
            raise UsageError(f"detail is one of {', '.join(DETAILS)}, kernel one of {', '.join(KERNELS)}")
        if not 0 <= self.amount <= 16 or (self.detail == "rescale" and not 0.05 <= self.amount <= 1):
            raise UsageError(f"amount lies in 0 to 16, of rescale in 0.05 to 1; got {self.amount}")
        if not 0 <= self.quality <= 100:
            raise UsageError(f"JPEG quality lies in 0 (none) to 100; got {self.quality}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the changed copy of (H, W, 3) uint8 RGB."""
        image = self._detailed(Image.fromarray(self._coloured(pixels)))
        if self.quality:
            buffer = BytesIO()
            image.save(buffer, "JPEG", quality=self.quality)
            image = Image.open(buffer)
        return np.array(image)

    def _coloured(self, pixels: Pixels) -> Pixels:
        matrix, shift = self._colour_matrix()
        values = pixels.reshape(-1, 3).astype(np.float32) @ matrix.T + shift
        changed: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8).reshape(pixels.shape)
        return changed

    def _colour_matrix(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return matrix (3, 3) and shift (3,) of the colour change: hue and saturation turn and scale the chroma plane."""
        to_chroma = np.array(((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312)))
        turn = np.deg2rad(self.hue)
        around = self.saturation * np.array(((np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))))
        middle = np.eye(3)
        middle[1:, 1:] = around
        matrix = self.contrast * np.linalg.inv(to_chroma) @ middle @ to_chroma
        shift = 128 * (1 - self.contrast) + self.brightness + np.array((self.red, self.green, self.blue))
        return matrix.astype(np.float32), shift.astype(np.float32)

    def _detailed(self, image: Image.Image) -> Image.Image:
        if self.detail == "rescale":
            small = max(1, round(image.width * self.amount)), max(1, round(image.height * self.amount))
            return image.resize(small, KERNELS[self.kernel]).resize(image.size, Image.Resampling.BICUBIC)
        if self.detail == "sharpen":
            return image.filter(ImageFilter.UnsharpMask(2, round(100 * self.amount), 0))
        return image.filter(ImageFilter.GaussianBlur(self.amount)) if self.detail == "blur" else image
