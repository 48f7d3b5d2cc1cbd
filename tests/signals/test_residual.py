import numpy as np
import pytest
from scipy.ndimage import median_filter

from fakeprint.signals.residual import median_of, residual, windows


@pytest.mark.parametrize("count", [1, 3, 5, 7, 9, 11, 25])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_median_network_equals_numpy(count: int, dtype: type) -> None:
    values = (np.random.default_rng(count).random((count, 40, 50)) * 255).astype(dtype)
    assert np.array_equal(median_of(list(values)), np.median(values, 0))


def test_median_network_with_ties() -> None:
    values = np.random.default_rng(0).integers(0, 3, (9, 500)).astype(np.uint8)
    assert np.array_equal(median_of(list(values)), np.median(values, 0))


def test_even_count_is_refused() -> None:
    with pytest.raises(ValueError, match="odd"):
        median_of([np.zeros(3, np.uint8)] * 4)


@pytest.mark.parametrize("size", [3, 5])
def test_windows_make_the_median_filter(size: int) -> None:
    values = np.random.default_rng(1).normal(size=(37, 41)).astype(np.float32)
    edge = size // 2
    assert np.array_equal(median_of(windows(values, size)), median_filter(values, size)[edge:-edge, edge:-edge])


def test_residual_equals_scipy() -> None:
    grey = np.random.default_rng(2).integers(0, 256, (50, 60)).astype(np.uint8)
    expected = grey.astype(int) - median_filter(grey, 3)
    assert np.array_equal(residual(grey), expected[1:-1, 1:-1])
