"""Colour transforms against the standard library's, and what they must leave alone."""

import colorsys

import numpy as np
import pytest

from fakeprint.core.errors import UsageError
from fakeprint.transforms.brightness import Brightness
from fakeprint.transforms.downscale import Downscale
from fakeprint.transforms.hsv import Hsv
from fakeprint.transforms.iso_noise import IsoNoise


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (12, 9, 3), np.uint8)


@pytest.mark.parametrize("shift", [(0, 0, 0), (10, 30, 20), (-10, -30, -20), (90, 255, 0), (-90, -255, 255)])
def test_hsv_is_that_of_the_standard_library(pixels, shift):
    def expected(value):
        hue, saturation, brightness = colorsys.rgb_to_hsv(*(value / 255))
        limited = [min(max(one, 0), 1) for one in (saturation + shift[1] / 255, brightness + shift[2] / 255)]
        return 255 * np.array(colorsys.hsv_to_rgb((hue + shift[0] / 180) % 1, *limited))

    wanted = np.array([[expected(value) for value in row] for row in pixels])
    found = Hsv(*map(float, shift)).apply(pixels)
    assert np.abs(found - wanted).max() <= 0.51


def test_sensor_noise_keeps_greys_grey_and_grows_with_intensity(pixels):
    grey = np.repeat(pixels[..., :1], 3, -1)
    noisy = IsoNoise(seed=1).apply(grey)
    assert (noisy == noisy[..., :1]).all()
    assert (noisy >= grey).all(), "grains add light"
    weak, strong = (np.abs(IsoNoise(colour=0.05, intensity=one, seed=1).apply(pixels) - pixels.astype(float)).mean() for one in (0.1, 0.5))
    assert 0 < weak < strong
    assert IsoNoise(intensity=0.0).apply(pixels).tolist() == pixels.tolist()


def test_brightness_is_linear_and_clipped(pixels):
    found = Brightness(brightness=-0.2, contrast=0.2).apply(pixels)
    np.testing.assert_array_equal(found, np.clip(np.rint(pixels * 1.2 - 51.0 + 1e-9), 0, 255))


def test_halving_with_nearest_leaves_cells_of_one_colour(pixels):
    even = pixels[:12, :8]
    found = Downscale(factor=0.5, kernel="nearest").apply(even)
    cells = found.reshape(6, 2, 4, 2, 3)
    assert (cells == cells[:, :1, :, :1]).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Hsv(hue=91.0),
        lambda: Hsv(value=256.0),
        lambda: Brightness(contrast=1.1),
        lambda: IsoNoise(intensity=1.1),
        lambda: IsoNoise(seed=-1),
        lambda: Downscale(factor=1.1),
        lambda: Downscale(factor=0.5, kernel="cubist"),
    ],
)
def test_parameters_are_refused(make):
    with pytest.raises(UsageError):
        make()
