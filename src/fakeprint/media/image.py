"""Still and animated images to arrays, through Pillow alone (specs: reliability 2, 13.21)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Container
from fakeprint.media.image_header import decoder_errors, opened_image


@dataclass(frozen=True)
class DecodedImage:
    """The first frame of an image.

    ``rgb`` is (H, W, 3) uint8 in the stored orientation and stored colour values: no orientation, colour management or premultiplication
    is applied, so that bit-exact readers (watermarks, signatures) see what was written.  ``alpha`` is (H, W) uint8 or None.
    ``orientation`` is the EXIF value 1 to 8.  ``mode`` is Pillow's mode before conversion.  ``warnings`` are the decoder's.
    ``bit_depth`` is bits per sample as stored; ``frame_count`` is counted up to the limit, and a warning says so beyond it.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    orientation: int
    mode: str
    bit_depth: int
    frame_count: int
    warnings: tuple[str, ...]

    def upright(self) -> NDArray[np.uint8]:
        """Return (H, W, 3) uint8 RGB as displayed."""
        return np.ascontiguousarray(turned(self.rgb, self.orientation))

    def house(self) -> NDArray[np.float32]:
        """Return the house form: (3, H, W) float32 RGB in [0, 1] as displayed."""
        planes = turned(self.rgb, self.orientation).transpose(2, 0, 1)
        return np.divide(planes, np.float32(255), dtype=np.float32, order="C")


def decode_image(path: Path, container: Container, limits: Limits) -> DecodedImage:
    """Check the header against the limits, then decode the first frame.

    Raises:
        MediaError: refused, truncated or damaged, with its code; stage ``probe`` for header checks, ``decode`` for pixels.
    """
    with opened_image(path, container, limits) as (image, header, caught), decoder_errors(Stage.DECODE, container):
        image.load()
        rgb, alpha, remarks = _arrays(image)
    if image.format == "TIFF" and header.orientation != 1:
        rgb = np.ascontiguousarray(turned(rgb, _INVERSE[header.orientation]))  # Pillow has turned it upright
        alpha = None if alpha is None else np.ascontiguousarray(turned(alpha, _INVERSE[header.orientation]))
    if header.more_frames:
        remarks = (*remarks, f"more than {limits.image_frames} frames; only the first one is decoded")
    told = dict.fromkeys(str(one.message)[:200] for one in caught)
    return DecodedImage(rgb, alpha, header.orientation, header.mode, header.bit_depth, header.frame_count, (*list(told)[:16], *remarks))


def turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Return a view of (H, W) or (H, W, C) pixels turned from stored to displayed, by EXIF orientation 1 to 8.

    >>> turned(np.array([[1, 2], [3, 4]], np.uint8), 6).tolist()
    [[3, 1], [4, 2]]
    """
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    return pixels


_INVERSE = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}


def _arrays(image: Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None, tuple[str, ...]]:
    """Bring any Pillow mode to 8-bit RGB and a separate alpha channel (treatments: docs/media.md)."""
    mode = image.mode
    if mode.startswith("I;16"):
        return _grey((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)), None, ()
    if mode in {"I", "F"}:
        grey, remark = _stretched(np.asarray(image, dtype=np.float64))
        return _grey(grey), None, (remark,)
    if mode == "La":
        image = image.convert("LA")
    if mode in {"RGBa", "LA", "La", "PA"} or (mode in {"1", "L", "P", "RGB"} and "transparency" in image.info):
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        alpha = np.asarray(image.getchannel("A"))
        return np.asarray(image.convert("RGB")), alpha, ()
    if mode in {"1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "HSV"}:
        return np.asarray(image if mode == "RGB" else image.convert("RGB")), None, ()
    raise MediaError(ErrorCode.E_FORMAT_REFUSED, f"colour mode {mode} is not converted", Stage.DECODE)


def _grey(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(plane[:, :, None], 3, axis=2)


def _stretched(values: NDArray[np.float64]) -> tuple[NDArray[np.uint8], str]:
    """Samples of 32 bits have no agreed white: [0, 1] is taken as it is, anything else is stretched from its least to its greatest."""
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        return np.round(values * 255).astype(np.uint8), "32-bit samples in [0, 1] scaled to 8 bits"
    scale = 255 / (high - low) if high > low else 0.0
    return np.round((values - low) * scale).astype(np.uint8), "32-bit samples stretched from their least to their greatest value"
