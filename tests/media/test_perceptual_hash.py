import numpy as np
import pytest
from PIL import Image
from scipy.fft import dctn

from fakeprint.media.perceptual_hash import distance, perceptual_hash


def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    found = []
    for side in (40, 64, 130, 300):
        coarse = rng.integers(0, 256, (6, 7, 3), dtype=np.uint8)
        found.append(np.asarray(Image.fromarray(coarse).resize((side + 17, side), Image.Resampling.BICUBIC)))
    return found


def reference(pixels: np.ndarray) -> int:
    grey = np.asarray(Image.fromarray(pixels).convert("L").resize((32, 32), Image.Resampling.LANCZOS), np.float64)
    low = dctn(grey, type=2)[:8, :8]
    # SciPy's DCT-II is not orthonormal by default and scales all coefficients alike, so the order is the same
    return int("".join("1" if bit else "0" for bit in (low > np.median(low)).ravel()), 2)


@pytest.mark.parametrize("number", range(4))
def test_equals_scipy_and_imagehash(number: int) -> None:
    pixels = pictures()[number]
    assert perceptual_hash(pixels) == reference(pixels)
    library = pytest.importorskip("imagehash")
    assert f"{perceptual_hash(pixels):016x}" == str(library.phash(Image.fromarray(pixels)))


def test_small_changes_move_few_bits_and_other_pictures_many() -> None:
    for pixels in pictures():
        half = np.asarray(Image.fromarray(pixels).resize((pixels.shape[1] // 2, pixels.shape[0] // 2)))
        assert distance(perceptual_hash(pixels), perceptual_hash(half)) <= 4
    first, *others = map(perceptual_hash, pictures())
    assert all(distance(first, other) > 12 for other in others)
