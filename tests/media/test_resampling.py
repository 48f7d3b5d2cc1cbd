import numpy as np
import pytest
from PIL import Image

from fakeprint.media.resampling import estimate_resampling


def picture(seed: int, side: int = 400) -> np.ndarray:
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    frequency[0, 0] = 1
    plane = np.fft.irfft2((rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)) / frequency**1.4, (side, side))
    grey = 125 + 40 * plane / plane.std() + rng.normal(0, 2, (side, side))
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def resized(grey: np.ndarray, factor: float, how: Image.Resampling) -> np.ndarray:
    side = round(len(grey) * factor)
    out = np.asarray(Image.fromarray(grey).resize((side, side), how))[:400, :400]
    return out[..., None].repeat(3, -1)


def test_native_pictures_pass() -> None:
    assert not any(estimate_resampling(resized(picture(seed), 1, Image.Resampling.NEAREST)).evident for seed in range(20))


@pytest.mark.parametrize("factor", [1.1, 1.25, 1.5, 1.75])
@pytest.mark.parametrize("how", [Image.Resampling.BILINEAR, Image.Resampling.BICUBIC])
def test_enlargements_are_found(factor: float, how: Image.Resampling) -> None:
    found = [estimate_resampling(resized(picture(seed), factor, how)) for seed in range(5)]
    assert sum(one.evident for one in found) >= 4
    period = (1 / factor) % 1
    assert np.median([one.frequency for one in found]) in (
        pytest.approx(min(period, 1 - period), abs=0.02),
        pytest.approx(min(2 * period % 1, -2 * period % 1), abs=0.02),
    )


def test_grid_of_eight_is_not_resampling() -> None:
    grey = picture(1).astype(int)
    grey[:, ::8] += 30
    assert not estimate_resampling(np.clip(grey, 0, 255).astype(np.uint8)[..., None].repeat(3, -1)).evident


@pytest.mark.parametrize("shape", [(1, 1), (127, 900)])
def test_too_small(shape: tuple[int, int]) -> None:
    assert estimate_resampling(np.zeros((*shape, 3), np.uint8)) is None


def test_flat() -> None:
    assert estimate_resampling(np.full((300, 300, 3), 50, np.uint8)) is None
