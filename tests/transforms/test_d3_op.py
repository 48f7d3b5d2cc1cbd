"""The operations do what the published description says, on every size, and their draw follows the law."""

from collections import Counter
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from fakeprint.core.errors import UsageError
from fakeprint.transforms.d3_op import LAWS, D3Op, draw_ops
from fakeprint.transforms.replay import replay


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


@pytest.mark.parametrize(
    ("op", "value", "shape"),
    [
        ("blur", 2.0, (60, 80)),
        ("ratio", 2.0, (49, 97)),
        ("pixelise", 0.3, (60, 80)),
        ("rotate", 90.0, (80, 60)),
        ("rotate", 180.0, (60, 80)),
        ("pad", 0.25, (90, 120)),
        ("square", 176.0, (176, 176)),
        ("crop", 64.0, (64, 64)),
        ("crop", 512.0, (512, 512)),
        ("scale", 1.25, (75, 100)),
        ("skew", 1.0, (60, 80)),
    ],
)
def test_sizes(op, value, shape, pixels):
    assert D3Op(op, value).apply(pixels).shape[:2] == shape


def test_pixels_of_the_exact_operations(pixels):
    np.testing.assert_array_equal(D3Op("flip").apply(pixels), pixels[:, ::-1])
    np.testing.assert_array_equal(D3Op("rotate", 180.0).apply(pixels), pixels[::-1, ::-1])
    np.testing.assert_array_equal(D3Op("opacity", 1.0).apply(pixels), pixels)
    np.testing.assert_array_equal(D3Op("skew", 0.0).apply(pixels), pixels)
    grey = D3Op("grey").apply(pixels)
    assert (grey == grey[..., :1]).all()
    padded = D3Op("pad", 0.25).apply(pixels)
    np.testing.assert_array_equal(padded[15:75, 20:100], pixels)
    assert padded.sum() == pixels.sum()
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=55, subsampling="4:2:0")
    np.testing.assert_array_equal(D3Op("jpeg", 55.0).apply(pixels), np.array(Image.open(buffer)))


def test_a_turned_picture_shows_no_border():
    white = np.full((60, 80, 3), 255, np.uint8)
    for degrees in (93.0, 120.0, 135.0, 200.0, 269.0):
        inner = D3Op("rotate", degrees).apply(white)[1:-1, 1:-1]
        assert inner.size
        assert (inner == 255).all()


def test_stripes_are_rows_as_wide_as_asked(pixels):
    dark = np.minimum(pixels, 250)
    white = (D3Op("stripes", 0.2).apply(dark) == 255).all(axis=(1, 2))
    assert white.mean() == pytest.approx(0.2, abs=0.05)
    assert white[28:33].all()
    assert not white[5:26].any()


def test_shuffled_pixels_are_the_same_pixels(pixels):
    shuffled = D3Op("shuffle", 0.35, seed=4).apply(pixels)
    assert sorted(map(tuple, shuffled.reshape(-1, 3))) == sorted(map(tuple, pixels.reshape(-1, 3)))
    assert 0.3 < (shuffled != pixels).any(axis=-1).mean() < 0.36


def test_the_draw_follows_the_law_and_replays(pixels):
    drawn = [draw_ops(3, f"{number}/real", 2) for number in range(3000)]
    assert drawn[:50] == [draw_ops(3, f"{number}/real", 2) for number in range(50)]
    order = list(LAWS)
    assert all(order.index(one.op) < order.index(other.op) for one, other in drawn)
    counts = Counter(one.op for pair in drawn for one in pair)
    assert all(counts[op] / 3000 == pytest.approx(2 / 19, abs=0.025) for op in LAWS)
    assert {one.value for pair in drawn for one in pair if one.op == "jpeg"} == {40.0, 55.0, 70.0, 85.0, 100.0}
    assert len({one.value for pair in drawn for one in pair if one.op == "blur"}) > 100
    for ops in drawn[:20]:
        found = pixels
        for one in ops:
            found = one.apply(found)
        np.testing.assert_array_equal(replay(pixels, [one.step() for one in ops]), found)


@pytest.mark.parametrize("op", LAWS)
@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 400, 3), (3, 2, 3)])
def test_every_size_survives(op, shape):
    for value in (LAWS[op].least, LAWS[op].greatest):
        found = D3Op(op, value).apply(np.zeros(shape, np.uint8))
        assert found.dtype == np.uint8
        assert min(found.shape[:2]) >= 1


@pytest.mark.parametrize("make", [lambda: D3Op("emoji"), lambda: D3Op("jpeg", 20.0), lambda: D3Op("flip", seed=-1)])
def test_nonsense_is_refused(make):
    with pytest.raises(UsageError):
        make()
