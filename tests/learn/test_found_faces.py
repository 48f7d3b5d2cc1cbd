"""Faces of training pictures: found once, kept, never guessed."""

import numpy as np
import pytest

from fakeprint.core.sample import Label, Sample, Split
from fakeprint.learn import found_faces
from fakeprint.learn.found_faces import find_faces, usable
from fakeprint.learn.pixels import PixelStore
from fakeprint.media.faces import Face

KEYPOINTS = np.array(((30, 40), (66, 40), (48, 58), (48, 74), (12, 46), (84, 46)), np.float32)
FACE = Face((8.0, 16.0, 88.0, 96.0), 0.9, KEYPOINTS)


@pytest.fixture
def searched(monkeypatch):
    """The pictures that were searched; a face is in those that are not black."""
    seen = []

    def find(_, rgb):
        seen.append(rgb)
        return (Face((0.0, 0.0, 9.0, 9.0), 0.99, KEYPOINTS / 10), FACE) if rgb.any() else ()

    monkeypatch.setattr(found_faces.FaceFinder, "find", find)
    return seen


def test_the_largest_face_is_kept_and_none_is_guessed(searched, tmp_path):
    samples = [Sample(id=name, path=name, label=Label.AUTHENTIC, split=Split.TRAIN, group=name, source="s") for name in ("face", "black")]
    pixels = np.zeros(2 * 100 * 100 * 3, np.uint8)
    pixels[:30000] = 90
    store = PixelStore(pixels, {"face": (0, 100, 100), "black": (30000, 100, 100)}, {})
    found = find_faces(samples, store, tmp_path)
    assert set(found) == {"face"}
    assert found["face"].box == FACE.box
    np.testing.assert_array_equal(found["face"].keypoints, KEYPOINTS)
    again = find_faces(samples, store, tmp_path)
    assert (len(searched), set(again)) == (2, {"face"})


def test_small_faces_and_faces_beyond_the_edge_are_not_usable():
    assert usable(FACE, 100, 100)
    assert not usable(FACE, 40, 100)
    assert not usable(Face(FACE.box, 0.9, KEYPOINTS - 100), 100, 100)
    assert not usable(Face(FACE.box, 0.9, KEYPOINTS / 4), 100, 100)
