"""Still and animated images to arrays, through Pillow alone (specs: reliability 2, 13.21)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Container


@dataclass(frozen=True)
class DecodedImage:
    """The first frame of an image.

    ``rgb`` is (H, W, 3) uint8 in the stored orientation and stored colour values: no orientation, colour management or premultiplication
    is applied, so that bit-exact readers (watermarks, signatures) see what was written.  ``alpha`` is (H, W) uint8 or None.
    ``orientation`` is the EXIF value 1 to 8.  ``mode`` is Pillow's mode before conversion.  ``warnings`` are the decoder's.
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
        raise NotImplementedError

    def house(self) -> NDArray[np.float32]:
        """Return the house form: (3, H, W) float32 RGB in [0, 1] as displayed."""
        raise NotImplementedError


def decode_image(path: Path, container: Container, limits: Limits) -> DecodedImage:
    """Check the header against the limits, then decode the first frame.

    Raises:
        MediaError: refused, truncated or damaged, with its code; stage ``probe`` for header checks, ``decode`` for pixels.
    """
    raise NotImplementedError
