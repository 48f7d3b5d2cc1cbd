"""Faces in successive frames: found where they were found by the full search, with far fewer looks."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from fakeprint.detectors.face_finder import FaceFinder
from fakeprint.detectors.frame_search import EVERYWHERE_EACH, FrameSearch, around
from fakeprint.media.face_boxes import iou
from fakeprint.media.face_tiles import Tile
from fakeprint.media.faces import Face

SIZE = (1280, 720)


class Counting(FaceFinder):
    """The shipped finder, which counts the tiles that it looks at."""

    tiles = 0

    def look(self, rgb: NDArray[np.uint8], tiles: tuple[Tile, ...]) -> tuple[Face, ...]:
        self.tiles += len(tiles)
        return super().look(rgb, tiles)


def moving(clips: SimpleNamespace, number: int) -> NDArray[np.uint8]:
    return clips.frame(*SIZE, [(200 + 12 * number, 300, 130, 1.0)])


def test_a_moving_face_is_followed_with_a_fraction_of_the_tiles(clips: SimpleNamespace) -> None:
    finder = Counting()
    search = FrameSearch(finder)
    found = [search.find(moving(clips, number), number / 8) for number in range(6)]
    near = finder.tiles
    finder.tiles = 0
    for number, faces in enumerate(found):
        (wanted,) = finder.find(moving(clips, number))
        assert iou(np.array(wanted.box), np.array([one.box for one in faces]))[0] > 0.8
    assert near <= 8 + 5 * 2
    assert finder.tiles == 6 * 8


def test_a_lost_face_and_a_new_one_lead_to_a_full_search(clips: SimpleNamespace) -> None:
    search = FrameSearch(finder := Counting())
    here, there = clips.frame(*SIZE, [(100, 100, 130, 1.0)]), clips.frame(*SIZE, [(900, 400, 130, 1.0)])
    assert len(search.find(here, 0.0)) == 1
    finder.tiles = 0
    (found,) = search.find(there, 0.1)
    assert found.box[0] > 850
    assert finder.tiles > 8


@pytest.mark.parametrize("step", [0.01, 2.5])
def test_everywhere_is_searched_again_by_time_and_by_number(clips: SimpleNamespace, step: float) -> None:
    search = FrameSearch(finder := Counting())
    empty, tiles = clips.frame(*SIZE, []), []
    for number in range(EVERYWHERE_EACH + 1):
        finder.tiles = 0
        search.find(empty, number * step)
        tiles.append(finder.tiles)
    assert tiles == ([8] + [1] * (EVERYWHERE_EACH - 1) + [8] if step < 2 else [8] * (EVERYWHERE_EACH + 1))


def test_other_policies_are_followed_to_the_letter(clips: SimpleNamespace) -> None:
    search = FrameSearch(finder := Counting(policy="wide"))
    for number in range(3):
        search.find(moving(clips, number), number / 8)
    assert finder.tiles == 3 * 2


def test_the_square_around_a_face_is_four_times_as_wide() -> None:
    assert around(Face((10.0, 20.0, 50.0, 60.0), 0.9, np.zeros((6, 2), np.float32))) == Tile(-50, -40, 160, 160)
