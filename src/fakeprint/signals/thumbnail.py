"""Does the small picture inside EXIF show the same as the picture itself?"""

import warnings
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.media.luma import luma

MOST_BYTES = 256 * 1024
MOST_SIDE = 1024
SIDE = 32
"""Both pictures are compared at 32 x 32 grey values."""
LEAST_CORRELATION = 0.6
MOST_STRETCH = 1.06
MIN_CONTRAST = 4.0
_BAR = 24.0
_FLAT = 6.0


@dataclass(frozen=True)
class Difference:
    """One thing that does not fit, ready for a claim."""

    kind: str
    text: str
    sides: tuple[str, ...]


def compare_thumbnail(data: bytes, rgb: NDArray[np.uint8]) -> Difference | None:
    """Compare a JPEG thumbnail with (H, W, 3) uint8 RGB pixels as stored; None where they agree or cannot be compared.

    Black bars that cameras add to reach 160 x 120 are cut off first.  Both are taken in stored orientation, as cameras write them; a
    thumbnail that fits better when turned is accepted as fitting.
    """
    small = _decode(data)
    if small is None:
        return Difference("exif_thumbnail_unreadable", "The thumbnail in EXIF cannot be decoded.", ())
    small = _without_bars(small)
    height, width = rgb.shape[:2]
    shapes = sorted(((small.shape[1] / small.shape[0]), (width / height)))
    turned = sorted(((small.shape[0] / small.shape[1]), (width / height)))
    sides = (f"thumbnail {small.shape[1]} x {small.shape[0]}", f"picture {width} x {height}")
    rounding = 1 + 1.5 / min(small.shape)
    if min(shapes[1] / shapes[0], turned[1] / turned[0]) > MOST_STRETCH * rounding:
        return Difference(
            "exif_thumbnail_shape",
            "The thumbnail in EXIF has another shape than the picture; cropping or an exchanged picture causes this.",
            sides,
        )
    first, second = _small(small), _small(_reduced(rgb))
    if min(first.std(), second.std()) < MIN_CONTRAST:
        return None
    correlation = max(float(np.corrcoef(np.rot90(first, quarter).ravel(), second.ravel())[0, 1]) for quarter in range(4))
    if correlation >= LEAST_CORRELATION:
        return None
    return Difference(
        "exif_thumbnail_content",
        "The thumbnail in EXIF shows something else than the picture; cropping, strong filters or an exchanged picture cause this.",
        (*sides, f"correlation {correlation:.2f}"),
    )


def _decode(data: bytes) -> NDArray[np.uint8] | None:
    """Decode a JPEG of at most 256 KiB and 1,024 pixels a side to grey, (H, W) uint8; None where that is not possible."""
    if len(data) > MOST_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=("JPEG",)) as image:
                if max(image.size) > MOST_SIDE or min(image.size) < 16:
                    return None
                return np.asarray(image.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _without_bars(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut rows and columns from the borders that are evenly black, at most a third on each side."""
    for _ in range(2):
        dark = (grey.max(1) <= _BAR) & (grey.std(1) < _FLAT)
        most = len(dark) // 3
        top = int(np.argmin(dark[:most])) if not dark[:most].all() else most
        bottom = int(np.argmin(dark[::-1][:most])) if not dark[::-1][:most].all() else most
        grey = grey[top : len(dark) - bottom].T
    return grey


def _reduced(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightness of at most about 256 x 256 evenly spaced pixels: enough for a comparison at 32 x 32."""
    rows, columns = (max(1, side // 256) for side in rgb.shape[:2])
    return luma(rgb[::rows, ::columns])


def _small(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    image = Image.fromarray(np.ascontiguousarray(grey)).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(image, np.float32)
