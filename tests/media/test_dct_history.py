from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from scipy.fft import dctn

from fakeprint.media.dct_history import MODES, _coefficients, find_earlier_save
from fakeprint.media.luma import luma_float


def picture(seed: int, side: int = 320) -> np.ndarray:
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    frequency[0, 0] = 1
    plane = np.fft.irfft2((rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)) / frequency**1.5, (side, side))
    grey = 125 + 40 * plane / plane.std() + rng.normal(0, 1.5, (side, side))
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)[..., None].repeat(3, -1)


def save(pixels: np.ndarray, quality: int) -> tuple[np.ndarray, np.ndarray]:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    image = Image.open(BytesIO(buffer.getvalue()))
    return np.asarray(image.convert("RGB")), np.array(image.quantization[0], np.int32)


def test_coefficients_equal_scipy() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (8 * 16 + 4, 8 * 16 + 4, 3), dtype=np.uint8)
    found = _coefficients(rgb, 4)
    assert found is not None
    first = dctn(luma_float(rgb)[4:12, 4:12], norm="ortho")
    assert np.allclose(found[0], [first[mode] for mode in MODES], atol=1e-3)


@pytest.mark.parametrize("last", [98, 90, 80])
@pytest.mark.parametrize("earlier", [50, 65, 75])
def test_two_saves_are_found(earlier: int, last: int) -> None:
    for seed in range(3):
        found = find_earlier_save(*save(save(picture(seed), earlier)[0], last))
        assert found is not None
        assert found.evident
        assert abs(found.quality - earlier) <= 3


@pytest.mark.parametrize("quality", [98, 92, 85, 75, 60])
def test_one_save_is_not(quality: int) -> None:
    for seed in range(3):
        found = find_earlier_save(*save(picture(seed), quality))
        assert found is not None
        assert not found.evident


def test_lossless_pixels() -> None:
    fresh, used = find_earlier_save(picture(1), None), find_earlier_save(save(picture(1), 80)[0], None)
    assert fresh is not None
    assert used is not None
    assert not fresh.evident
    assert used.evident
    assert abs(used.quality - 80) <= 2


def test_moved_grid_leaves_no_trace() -> None:
    found = find_earlier_save(save(picture(1), 70)[0][3:, 5:], None)
    assert found is not None
    assert not found.evident


@pytest.mark.parametrize("shape", [(1, 1), (100, 100), (8, 2000), (12, 5000)])
def test_few_blocks(shape: tuple[int, int]) -> None:
    found = find_earlier_save(np.zeros((*shape, 3), np.uint8), None)
    assert found is None or not found.evident


def test_odd_tables_are_survived() -> None:
    for value in (0, 1, 65_535):
        found = find_earlier_save(picture(2), np.full(64, value, np.int32))
        assert found is not None
        assert np.isfinite(found.gain)
