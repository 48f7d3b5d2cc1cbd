"""The delivery tiers are those of the public definition."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from fakeprint.core.errors import UnknownNameError
from fakeprint.transforms.tiers import TIERS, deliver


@pytest.mark.parametrize(("tier", "side", "quality"), [("web", 768, 60), ("hard", 512, 40)])
@pytest.mark.parametrize("shape", [(900, 1201, 3), (300, 200, 3), (2000, 3, 3)])
def test_web_and_hard_equal_the_definition(tier, side, quality, shape):
    pixels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    image = Image.fromarray(pixels)
    if max(image.size) > side:
        scale = side / max(image.size)
        image = image.resize(tuple(max(1, round(length * scale)) for length in image.size), Image.Resampling.BILINEAR)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    np.testing.assert_array_equal(deliver(pixels, tier), np.array(Image.open(buffer)))


def test_clean_changes_nothing():
    pixels = np.random.default_rng(1).integers(0, 256, (20, 20, 3), np.uint8)
    np.testing.assert_array_equal(deliver(pixels, "clean"), pixels)


@pytest.mark.parametrize("tier", TIERS)
def test_every_tier_takes_one_pixel(tier):
    assert deliver(np.zeros((1, 1, 3), np.uint8), tier).shape == (1, 1, 3)


def test_unknown_tiers_are_refused():
    with pytest.raises(UnknownNameError, match="clean, web, hard"):
        deliver(np.zeros((4, 4, 3), np.uint8), "print")
