"""Noise as of a sensor at high sensitivity: the hue trembles, lightness gains grains."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fakeprint.transforms.hue import join_hue, split_hue
from fakeprint.transforms.transform import Pixels, Transform, require


@dataclass(frozen=True)
class IsoNoise(Transform):
    """Gaussian noise of ``360 * colour * intensity`` degrees on the hue, Poisson noise on the lightness (HLS), drawn from ``seed``.

    The Poisson rate is ``255 * intensity`` times the lightness's standard deviation; a pixel gains ``count / 255`` of what it
    lacks to white (albumentations' ISONoise).  ``colour`` and ``intensity`` lie in 0 to 1.
    """

    name: ClassVar[str] = "iso-noise"
    colour: float = 0.05
    intensity: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        require(
            0 <= self.colour <= 1 and 0 <= self.intensity <= 1, f"colour and intensity lie in 0 to 1; got {self.colour}, {self.intensity}"
        )
        require(0 <= self.seed < 2**63, f"a seed lies in 0 to 2^63 - 1; got {self.seed}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the noisy pixels.

        >>> IsoNoise(seed=3).apply(np.zeros((4, 4, 3), np.uint8)).any()
        np.False_
        """
        rng = np.random.default_rng(self.seed)
        hue, high, low = split_hue(pixels.astype(np.float32) / np.float32(255))
        light = (high + low) / 2
        room = 1 - np.abs(2 * light - 1)
        saturation = (high - low) / np.where(room > 0, room, np.float32(1))
        grains = rng.poisson(float(light.std()) * self.intensity * 255, light.shape).astype(np.float32)
        hue = hue + rng.normal(0.0, 6 * self.colour * self.intensity, hue.shape).astype(np.float32)
        lit = np.clip(light + grains / np.float32(255) * (1 - light), 0, 1).astype(np.float32)
        half = ((1 - np.abs(2 * lit - 1)) * saturation / 2).astype(np.float32)
        noisy = join_hue(hue, lit + half, lit - half)
        changed: Pixels = np.clip(np.rint(noisy * 255), 0, 255).astype(np.uint8)
        return changed
