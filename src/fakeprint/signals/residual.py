"""Fine noise: what remains of the brightness after a median filter."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", np.uint8, np.float32)


def median_of(planes: Sequence[NDArray[T]]) -> NDArray[T]:
    """Return the element-wise median of an odd number of arrays of one shape, by a network of minima and maxima.

    Keeps just over half of the values, throws away the smallest and the largest, takes in the next one, until one is left.

    >>> median_of([np.array([3, 1], np.uint8), np.array([9, 9], np.uint8), np.array([5, 2], np.uint8)]).tolist()
    [5, 2]
    """
    if len(planes) % 2 == 0:
        raise ValueError(f"the median of {len(planes)} arrays is not one of them; give an odd number")
    first = len(planes) // 2 + 2
    active, waiting = [plane.copy() for plane in planes[:first]], list(planes[first:])
    spare = np.empty_like(active[0])  # everything happens in place: fresh arrays cost more than the comparisons

    def order(low: int, high: int) -> None:
        nonlocal spare
        np.minimum(active[low], active[high], out=spare)
        np.maximum(active[low], active[high], out=active[high])
        active[low], spare = spare, active[low]

    while len(active) > 1:
        count = len(active)
        for i in range(count // 2):
            order(i, count - 1 - i)
        for i in range(1, (count + 1) // 2):
            order(0, i)
        for i in range(count // 2, count - 1):
            order(i, count - 1)
        dropped = active.pop()
        active.pop(0)
        if waiting:
            np.copyto(dropped, waiting.pop(0))
            active.append(dropped)
    return active[0]


def windows(values: NDArray[T], size: int) -> list[NDArray[T]]:
    """Return the ``size * size`` shifted views whose element-wise median is the median filter; (H - size + 1, W - size + 1, ...) each."""
    height, width = values.shape[0] - size + 1, values.shape[1] - size + 1
    return [values[row : row + height, column : column + width] for row in range(size) for column in range(size)]


def residual(grey: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return grey minus its 3x3 median for (H + 2, W + 2, ...) uint8 grey: (H, W, ...) int16, the border consumed."""
    inner = grey[1:-1, 1:-1].astype(np.int16)
    inner -= median_of(windows(grey, 3))
    return inner
