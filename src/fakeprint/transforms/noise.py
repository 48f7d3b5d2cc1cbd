"""Gaussian noise."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class Noise(Transform):
    """Add independent Gaussian noise of ``sigma`` grey levels (0 to 64) to every value, drawn from ``seed``."""

    name: ClassVar[str] = "noise"
    sigma: float
    seed: int = 0

    def __post_init__(self) -> None:
        require(0 <= self.sigma <= 64, f"sigma lies in 0 to 64 grey levels; got {self.sigma}")
        require(0 <= self.seed < 2**63, f"a seed lies in 0 to 2^63 - 1; got {self.seed}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the noisy pixels."""
        drawn = np.random.default_rng(self.seed).standard_normal(pixels.shape, np.float32)
        return np.clip(np.rint(pixels + np.float32(self.sigma) * drawn), 0, 255).astype(np.uint8)
