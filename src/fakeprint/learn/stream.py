"""An endless, repeatable stream of training crops: element i depends on the seed and on i alone.

So a run resumes exactly by going on at i, whatever the number of workers or processes was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset, Sampler

from fakeprint.core.sample import Sample
from fakeprint.learn.pixels import PixelStore
from fakeprint.transforms.law import Law
from fakeprint.transforms.transform import Pixels

Crop = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Delivery:
    """What happens to a picture on its way to the network, alike for both classes.

    An unaligned window at native resolution, large enough that ``crop`` pixels are left after any resizing the law draws; the
    law; a ``crop`` x ``crop`` window of the result; mirrored and turned by quarters at random.  Results smaller than ``crop`` are
    mirrored at their edges up to size, or with ``shrink`` kept as small squares.
    """

    law: Law
    crop: int
    window: int
    shrink: bool = False

    def apply(self, pixels: Pixels, rng: np.random.Generator) -> Pixels:
        """Return (crop, crop, 3) uint8 RGB, or smaller with ``shrink``."""
        delivered, _ = self.law.apply(random_window(unaligned(pixels, rng), self.window, rng), rng)
        size = min(self.crop, *delivered.shape[:2]) if self.shrink else self.crop
        cut = random_window(delivered, size, rng)
        missing = [size - side for side in cut.shape[:2]]
        if any(missing):
            cut = np.pad(cut, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")
        if rng.random() < 0.5:
            cut = cut[:, ::-1]
        return np.ascontiguousarray(np.rot90(cut, int(rng.integers(4))))


def unaligned(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Cut 1 to 7 pixels from the left and the top, so that no compression grid starts at 0."""
    top, left = (int(value) for value in rng.integers(1, 8, 2))
    height, width = pixels.shape[:2]
    return pixels[min(top, height - 1) :, min(left, width - 1) :]


def random_window(pixels: Pixels, size: int, rng: np.random.Generator) -> Pixels:
    """Cut a window of at most ``size`` x ``size`` at a random place."""
    height, width = pixels.shape[:2]
    tall, wide = min(height, size), min(width, size)
    top, left = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
    return pixels[top : top + tall, left : left + wide]


class Way(Protocol):
    """A random delivery of a picture to the network."""

    def apply(self, pixels: Pixels, rng: np.random.Generator) -> Pixels:
        """Return uint8 RGB of the network's input size."""
        ...


class CropStream(Dataset[Crop]):
    """Maps a stream position to ``(image (3, S, S) float32 in [0, 1], label float32)``."""

    def __init__(
        self,
        samples: Sequence[Sample],
        weights: NDArray[np.float64],
        store: PixelStore,
        way: Way,
        seed: int,
    ) -> None:
        self.samples, self.store, self.way, self.seed = samples, store, way, seed
        self.cumulated = np.cumsum(weights)

    def __getitem__(self, position: int) -> Crop:
        rng = np.random.default_rng([self.seed, position])
        at = min(int(np.searchsorted(self.cumulated, rng.random() * self.cumulated[-1], side="right")), len(self.samples) - 1)
        cut = self.way.apply(self.store.get(self.samples[at].id), rng)
        return to_tensor(cut), torch.tensor(self.samples[at].label.positive)


class Positions(Sampler[int]):
    """Stream positions from ``start`` up to ``stop``, those of one process out of ``processes``.

    ``together`` neighbouring positions, for example the two members of a pair, go to one process.

    >>> list(Positions(0, 8, rank=1, processes=2)), list(Positions(0, 8, rank=1, processes=2, together=2))
    ([1, 3, 5, 7], [2, 3, 6, 7])
    """

    def __init__(self, start: int, stop: int, rank: int = 0, processes: int = 1, together: int = 1) -> None:
        self.positions = [one for one in range(start, stop) if one // together % processes == rank]

    def __iter__(self) -> Iterator[int]:
        return iter(self.positions)

    def __len__(self) -> int:
        return len(self.positions)


def to_tensor(pixels: Pixels) -> torch.Tensor:
    """Return the house form: (3, H, W) float32 in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))).float().div_(255.0)
