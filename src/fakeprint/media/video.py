"""Video to frames through PyAV, inside a worker (specs: reliability 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Container


@dataclass(frozen=True)
class Frame:
    """One decoded frame: (H, W, 3) uint8 RGB as displayed (rotation applied), true time stamp in seconds, index where known."""

    rgb: NDArray[np.uint8]
    time_s: float
    index: int | None


@dataclass(frozen=True)
class Even:
    """``count`` frames evenly spaced over the whole duration."""

    count: int


@dataclass(frozen=True)
class PerSecond:
    """``rate`` frames per second."""

    rate: float


def sample_frames(path: Path, container: Container, sampling: Even | PerSecond, limits: Limits) -> Iterator[Frame]:
    """Yield the sampled frames in time order, holding one at a time."""
    raise NotImplementedError
