"""Drawing on RGB and on video planes gives the same picture, and never leaves it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fakeprint.media.annotate.canvas import ColourCode, RgbCanvas, YuvCanvas, outline, to_yuv
from fakeprint.media.annotate.lettering import Line, Patch, bare_text, panel

BT601 = ColourCode(0.299, 0.114, full=False)
BT709 = ColourCode(0.2126, 0.0722, full=True)


def planes(width: int, height: int, value: int = 128) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    half = (height // 2, width // 2)
    return np.full((height, width), value, np.uint8), np.full(half, 128, np.uint8), np.full(half, 128, np.uint8)


@pytest.mark.parametrize(
    ("rgb", "code", "expected"),
    [
        ((255, 0, 0), BT601, (81, 90, 240)),
        ((0, 255, 0), BT601, (145, 54, 34)),
        ((0, 0, 255), BT601, (41, 240, 110)),
        ((255, 0, 0), BT709, (54, 99, 255)),
        ((255, 255, 255), BT709, (255, 128, 128)),
    ],
)
def test_colours_are_those_of_the_standards(rgb: tuple[int, int, int], code: ColourCode, expected: tuple[int, int, int]) -> None:
    assert to_yuv(np.array(rgb, np.uint8), code).tolist() == list(expected)


def test_a_patch_lies_where_it_is_put() -> None:
    patch = Patch(np.full((4, 6, 4), 255, np.uint8))
    rgb, yuv = np.zeros((20, 30, 3), np.uint8), planes(30, 20, 16)
    RgbCanvas(rgb).paint(patch, 10, 8)
    YuvCanvas(yuv, BT601, 30, 20).paint(patch, 10, 8)
    inside = np.zeros((20, 30), bool)
    inside[8:12, 10:16] = True
    assert (rgb.all(axis=2) == inside).all()
    assert ((yuv[0] == 235) == inside).all()


@pytest.mark.parametrize("place", [(-3, -3), (28, 18), (-100, 5), (5, 100), (-1, 7)])
def test_what_lies_outside_is_cut_off(place: tuple[int, int]) -> None:
    patch = Patch(np.full((9, 7, 4), 255, np.uint8))
    rgb, yuv = np.zeros((20, 30, 3), np.uint8), planes(30, 20, 16)
    RgbCanvas(rgb).paint(patch, *place)
    YuvCanvas(yuv, BT601, 30, 20).paint(patch, *place)
    x, y = place
    expected = np.zeros((20, 30), bool)
    expected[max(0, y) : max(0, y + 9), max(0, x) : max(0, x + 7)] = True
    assert (rgb.any(axis=2) == expected).all()
    assert abs(int((yuv[0] > 16).sum()) - int(expected.sum())) <= 20


def test_opacity_mixes() -> None:
    rgb, alpha = np.full((4, 4, 3), 100, np.uint8), np.zeros((4, 4), np.uint8)
    RgbCanvas(rgb, alpha).fill((0, 0, 2, 4), (200, 100, 0), 0.5)
    assert np.abs(rgb[0, 0].astype(int) - [150, 100, 50]).max() <= 1
    assert alpha.tolist() == [[128, 128, 0, 0]] * 4
    assert rgb[0, 3].tolist() == [100, 100, 100]


def test_transparent_letters_leave_colour_alone() -> None:
    patch = np.zeros((4, 4, 4), np.uint8)
    patch[:2, :2] = (255, 0, 0, 255)
    yuv = planes(4, 4)
    YuvCanvas(yuv, BT601, 4, 4).paint(Patch(patch), 0, 0)
    assert (yuv[2][0, 0], yuv[2][1, 1]) == (240, 128)


def test_an_outline_is_hollow() -> None:
    rgb = np.zeros((40, 40, 3), np.uint8)
    outline(RgbCanvas(rgb), (10.0, 10.0, 30.0, 30.0), (255, 255, 255), 2)
    assert rgb[10, 20].any()
    assert rgb[29, 20].any() or rgb[30, 20].any()
    assert not rgb[20, 20].any()
    assert not rgb[5, 20].any()


def test_boxes_far_outside_are_no_error() -> None:
    for canvas in (RgbCanvas(np.zeros((8, 8, 3), np.uint8)), YuvCanvas(planes(8, 8), BT601, 8, 8)):
        outline(canvas, (-1e9, -1e9, 1e9, 1e9), (1, 2, 3), 4)
        outline(canvas, (50.0, 50.0, 40.0, 40.0), (1, 2, 3), 4)


def test_letters_are_drawn_and_cut_to_length() -> None:
    patch = panel((Line("x" * 10_000),), 12)
    assert patch.width < 12 * 310
    assert patch.rgba[..., :3].max() > 200
    letters, baseline = bare_text("Ay", 22, (255, 0, 0), 1)
    assert 0 < baseline <= letters.height
