from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from fakeprint.signals.thumbnail import compare_thumbnail


def small(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).resize((width, height)))


def test_own_thumbnail_fits(texture: Callable, saved: Callable) -> None:
    pixels = texture(1, 480, 640)
    assert compare_thumbnail(saved(small(pixels, 160, 120), "JPEG", quality=70), pixels) is None


def test_black_bars_are_cut_off(texture: Callable, saved: Callable) -> None:
    pixels = texture(1, 400, 600)
    barred = np.zeros((120, 160, 3), np.uint8)
    barred[7:114] = small(pixels, 160, 107)
    assert compare_thumbnail(saved(barred, "JPEG", quality=80), pixels) is None


def test_turned_thumbnail_is_accepted(texture: Callable, saved: Callable) -> None:
    pixels = texture(1, 480, 640)
    turned = np.ascontiguousarray(np.rot90(small(pixels, 160, 120)))
    assert compare_thumbnail(saved(turned, "JPEG"), pixels) is None


def test_another_picture(texture: Callable, saved: Callable) -> None:
    found = compare_thumbnail(saved(small(texture(2, 480, 640), 160, 120), "JPEG"), texture(1, 480, 640))
    assert found is not None
    assert found.kind == "exif_thumbnail_content"


def test_another_shape(texture: Callable, saved: Callable) -> None:
    pixels = texture(1, 480, 640)
    found = compare_thumbnail(saved(small(pixels, 160, 120), "JPEG"), pixels[:, :480])
    assert found is not None
    assert found.kind == "exif_thumbnail_shape"


def test_flat_pictures_cannot_be_compared(saved: Callable) -> None:
    flat = np.full((300, 400, 3), 100, np.uint8)
    assert compare_thumbnail(saved(flat[:120, :160], "JPEG"), flat) is None


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"GIF89a" + bytes(40), bytes(300_000)])
def test_broken_thumbnails(data: bytes, texture: Callable) -> None:
    found = compare_thumbnail(data, texture(1))
    assert found is not None
    assert found.kind == "exif_thumbnail_unreadable"


def test_truncations_never_raise(texture: Callable, saved: Callable) -> None:
    data = saved(small(texture(1), 120, 120), "JPEG")
    for end in range(0, len(data), 211):
        compare_thumbnail(data[:end], texture(1))


def test_black_thumbnail(texture: Callable, saved: Callable) -> None:
    compare_thumbnail(saved(np.zeros((120, 160, 3), np.uint8), "JPEG"), texture(1, 480, 640))
