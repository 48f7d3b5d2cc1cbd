from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import median_filter
from scipy.signal import get_window

from fakeprint.core.evidence import EvidenceStatus, ScoreUnit
from fakeprint.media.luma import luma
from fakeprint.signals.spectral_peaks import SpectralPeaksExaminer, spectral_z, tile_corners


def reference_z(rgb: np.ndarray) -> float:
    """The formula, written plainly with SciPy on the full spectrum of every tile."""
    grey = luma(rgb)
    noise = grey.astype(float) - median_filter(grey, 3, mode="nearest")
    window = np.outer(get_window("hann", 256), get_window("hann", 256))
    powers = []
    for top in range(0, grey.shape[0] - 255, 128):
        for left in range(0, grey.shape[1] - 255, 128):
            tile = noise[top : top + 256, left : left + 256]
            powers.append(np.abs(np.fft.fftshift(np.fft.fft2((tile - tile.mean()) * window))) ** 2)
    spectrum = np.log(np.mean(powers, 0) + 1e-6)
    flat = spectrum - median_filter(spectrum, 5, mode="wrap")
    scale = 1.4826 * np.median(np.abs(flat - np.median(flat)))
    values = [flat[i * 32, j * 32] for i in range(8) for j in range(8) if (i, j) != (4, 4)]
    return max(values) / scale


@pytest.mark.parametrize(("height", "width"), [(256, 256), (256, 400), (400, 300)])
def test_equals_the_plain_formula(texture: Callable[..., np.ndarray], height: int, width: int) -> None:
    rgb = texture(1, height, width)
    assert spectral_z(rgb) == pytest.approx(reference_z(rgb), rel=2e-3)


def test_grid_of_eight_stands_out(texture: Callable[..., np.ndarray]) -> None:
    plain = texture(2, 384, 384)
    grid = plain.astype(int)
    grid[::8, ::8] += 25
    assert spectral_z(np.clip(grid, 0, 255).astype(np.uint8)) > 8 > 5 > spectral_z(plain)


def test_flat_picture_has_no_score() -> None:
    assert spectral_z(np.full((256, 300, 3), 90, np.uint8)) is None


@pytest.mark.parametrize(("height", "width"), [(256, 256), (400, 512), (512, 512), (1000, 300), (256, 60_000), (4000, 3000), (7000, 7000)])
def test_tiles_are_bounded_spread_and_inside(height: int, width: int) -> None:
    corners = tile_corners(height, width)
    assert 1 <= len(corners) <= 16
    assert len(set(corners)) == len(corners)
    assert all(0 <= top <= height - 256 and 0 <= left <= width - 256 for top, left in corners)
    assert max(top for top, _ in corners) > height - 256 - 128
    assert max(left for _, left in corners) > width - 256 - 128


def test_lossless_file_gets_an_uncalibrated_z(item_of: Callable, texture: Callable, saved: Callable) -> None:
    evidence = SpectralPeaksExaminer().examine(item_of(saved(texture(3), "PNG")))
    assert evidence.status is EvidenceStatus.OK
    assert evidence.score is not None
    assert (evidence.score.unit, evidence.score.calibrated) == (ScoreUnit.Z, False)


@pytest.mark.parametrize(
    ("kind", "options", "side", "reason"),
    [
        ("JPEG", {"quality": 85}, 320, "jpeg_quality"),
        ("WEBP", {"quality": 95}, 320, "lossy"),
        ("PNG", {}, 255, "too_small"),
    ],
)
def test_refusals(item_of: Callable, texture: Callable, saved: Callable, kind: str, options: dict, side: int, reason: str) -> None:
    evidence = SpectralPeaksExaminer().examine(item_of(saved(texture(4, 320, side), kind, **options)))
    assert (evidence.status, evidence.reason) == (EvidenceStatus.NOT_APPLICABLE, reason)
    assert evidence.score is None


def test_quality_90_is_accepted(item_of: Callable, texture: Callable, saved: Callable) -> None:
    assert SpectralPeaksExaminer().examine(item_of(saved(texture(4), "JPEG", quality=90))).status is EvidenceStatus.OK


def test_hidden_history_is_refused(item_of: Callable, texture: Callable, saved: Callable) -> None:
    from io import BytesIO

    from PIL import Image

    compressed = Image.open(BytesIO(saved(texture(5), "JPEG", quality=75)))
    assert SpectralPeaksExaminer().examine(item_of(saved(np.asarray(compressed), "PNG"))).reason == "jpeg_quality"
    enlarged = Image.fromarray(texture(6)).resize((480, 480), Image.Resampling.BILINEAR)
    assert SpectralPeaksExaminer().examine(item_of(saved(np.asarray(enlarged), "PNG"))).reason == "resized"


def test_flat_file_has_a_reason(item_of: Callable, saved: Callable) -> None:
    evidence = SpectralPeaksExaminer().examine(item_of(saved(np.full((300, 300, 3), 7, np.uint8), "PNG")))
    assert (evidence.status, evidence.reason) == (EvidenceStatus.NOT_APPLICABLE, "no_texture")
