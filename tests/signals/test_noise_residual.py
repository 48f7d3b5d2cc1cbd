from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import median_filter

from fakeprint.core.evidence import EvidenceStatus
from fakeprint.media.luma import luma
from fakeprint.signals.noise_residual import NoiseResidualExaminer, noise_levels, noise_map


def test_levels_equal_a_plain_loop(texture: Callable[..., np.ndarray]) -> None:
    rgb = texture(1, 200, 310)
    levels = noise_levels(rgb, 24, 8)
    side = -(-310 // 24)
    noise = np.abs(luma(rgb).astype(int) - median_filter(luma(rgb), 3))
    for row in range(levels.shape[0]):
        for column in range(levels.shape[1]):
            top, left = row * side + (side - 8) // 2, column * side + (side - 8) // 2
            assert levels[row, column] == pytest.approx(noise[top : top + 8, left : left + 8].mean(), abs=1e-4)


@pytest.mark.parametrize("shape", [(64, 64), (64, 5000), (5000, 64), (65, 1031), (2000, 3000)])
def test_any_shape(shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    picture = noise_map(rgb)
    assert picture.ndim == 2
    assert max(picture.shape) <= 600


def test_map_is_brighter_where_noise_was_added(texture: Callable[..., np.ndarray]) -> None:
    rgb = texture(2, 256, 256, noise=0.5).astype(float)
    rgb[64:128, 64:128] += np.random.default_rng(0).normal(0, 15, (64, 64, 3))
    levels = noise_levels(np.clip(rgb, 0, 255).astype(np.uint8), 32, 6)
    assert levels[8:16, 8:16].mean() > 1.5 * levels[20:, 20:].mean()


def test_picture_only_when_wanted(item_of: Callable, texture: Callable, saved: Callable) -> None:
    data = saved(texture(3), "PNG")
    with_picture, without = item_of(data), item_of(data, pictures=False)
    first, second = NoiseResidualExaminer().examine(with_picture), NoiseResidualExaminer().examine(without)
    assert (second.status, second.reason, second.files, second.claims) == (EvidenceStatus.NOT_CHECKED, "disabled", (), ())
    assert without.attachments == {}
    (file,) = first.files
    assert file.role == "map"
    assert Image.open(BytesIO(with_picture.attachments[file.sha256])).format == "PNG"


def test_too_small(item_of: Callable, saved: Callable) -> None:
    evidence = NoiseResidualExaminer().examine(item_of(saved(np.zeros((63, 90, 3), np.uint8), "PNG")))
    assert (evidence.status, evidence.reason) == (EvidenceStatus.NOT_APPLICABLE, "too_small")
