"""Bilinear interpolation at pixel centres, against the formula written out."""

import numpy as np
import pytest

from fakeprint.media.point_sampling import sample_bilinear


def reference(pixels, width, height):
    def places(new, old):
        at = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
        low = np.minimum(np.floor(at).astype(int), max(old - 2, 0))
        return low, np.minimum(low + 1, old - 1), at - low

    y0, y1, fy = places(height, pixels.shape[0])
    x0, x1, fx = places(width, pixels.shape[1])
    values = pixels.astype(float)
    fx, fy = fx[None, :, None], fy[:, None, None]
    top = values[y0][:, x0] * (1 - fx) + values[y0][:, x1] * fx
    low = values[y1][:, x0] * (1 - fx) + values[y1][:, x1] * fx
    return top * (1 - fy) + low * fy


@pytest.mark.parametrize("size", [(7, 5), (40, 31), (12, 9), (3, 50), (1, 1), (224, 224)])
def test_it_is_the_formula(size):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    assert np.abs(sample_bilinear(pixels, *size) - reference(pixels, *size)).max() <= 0.501


def test_the_same_size_is_a_copy():
    pixels = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    found = sample_bilinear(pixels, 12, 9)
    assert found.tolist() == pixels.tolist()
    assert not np.shares_memory(found, pixels)
