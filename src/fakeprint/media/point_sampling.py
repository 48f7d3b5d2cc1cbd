"""Resizing that reads four neighbouring pixels and averages no more, as OpenCV's ``INTER_LINEAR`` does.

Pillow's own bilinear filter averages over all pixels that fall into one when it shrinks, which removes the fine detail that
networks trained on point-sampled crops learned from.
"""

import numpy as np
from numpy.typing import NDArray


def sample_bilinear(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 pixels resized to (height, width, 3) by interpolating at the centres of the new pixels, rounded.

    >>> sample_bilinear(np.array([[[0] * 3, [100] * 3]], np.uint8), 4, 1)[0, :, 0].tolist()
    [0, 25, 75, 100]
    """
    rows = _between(height, pixels.shape[0], 0, pixels.astype(np.float32))
    found: NDArray[np.uint8] = np.rint(_between(width, pixels.shape[1], 1, rows)).astype(np.uint8)
    return found


def _between(new: int, old: int, axis: int, values: NDArray[np.float32]) -> NDArray[np.float32]:
    if new == old:
        return values
    at = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    low = at.astype(np.intp)
    share = (at - low).astype(np.float32).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
    first, second = values.take(low, axis), values.take(np.minimum(low + 1, old - 1), axis)
    mixed: NDArray[np.float32] = first + (second - first) * share
    return mixed
