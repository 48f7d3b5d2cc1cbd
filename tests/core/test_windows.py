import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakeprint.core.card import MapSpec, WindowSpec
from fakeprint.core.windows import map_boxes, window_boxes


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(96, 400), st.integers(32, 400), st.integers(1, 40))
def test_windows_lie_inside_have_one_shape_and_are_bounded(width, height, size, stride, most):
    boxes = window_boxes(width, height, WindowSpec(size=size, stride=stride, max_windows=most))
    if min(width, height) < 96:
        assert boxes == ()
        return
    assert 1 <= len(boxes) <= most
    assert len(set(boxes)) == len(boxes)
    assert {(right - left, bottom - top) for left, top, right, bottom in boxes} == {(min(width, size), min(height, size))}
    assert all(left >= 0 and top >= 0 and right <= width and bottom <= height for left, top, right, bottom in boxes)


@pytest.mark.parametrize(("width", "height"), [(1000, 700), (320, 2000), (641, 641)])
def test_windows_cover_the_picture_unless_thinned(width, height):
    boxes = window_boxes(width, height, WindowSpec(size=320, stride=320, max_windows=1000))
    covered = {(x, y) for left, top, right, bottom in boxes for x in range(left, right, 1) for y in (top, bottom - 1)}
    assert {x for x, _ in covered} == set(range(width))
    starts = sorted({left for left, *_ in boxes})
    assert starts[0] == 0
    assert starts[-1] == max(0, width - 320)
    assert all(b - a <= 320 for a, b in itertools.pairwise(starts))


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(32, 256), st.integers(4, 60))
def test_the_map_is_read_on_an_even_grid_within_its_bound(width, height, size, most):
    spec = WindowSpec(size=256, stride=192, max_windows=4, map=MapSpec(size=size, max_windows=most))
    boxes = map_boxes(width, height, spec)
    if min(width, height) < 96:
        assert boxes == ()
        return
    assert 1 <= len(boxes) <= most
    columns, rows = {left for left, *_ in boxes}, {top for _, top, *_ in boxes}
    assert len(boxes) == len(columns) * len(rows)
    assert all(0 <= left < right <= width and 0 <= top < bottom <= height for left, top, right, bottom in boxes)
    assert max(left for left in columns) == max(0, width - (boxes[0][2] - boxes[0][0])), "reaches the border"


def test_without_a_map_of_its_own_the_judged_windows_are_shown():
    spec = WindowSpec(size=256, stride=192, max_windows=4)
    assert map_boxes(900, 700, spec) == window_boxes(900, 700, spec)
