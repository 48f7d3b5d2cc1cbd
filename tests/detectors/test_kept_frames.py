"""Pictures kept while a video is read: bounded, spread over it, small."""

from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from fakeprint.detectors.kept_frames import LONG_SIDE, MOST, MOST_FACES, KeptFrames
from fakeprint.media.faces import Face


def face(left: float) -> Face:
    return Face((left, 10.0, left + 40, 50.0), 0.9, np.zeros((6, 2), np.float32))


@pytest.mark.parametrize("count", [1, MOST, MOST + 1, 500])
def test_as_many_as_a_report_shows_spread_over_the_video(count: int) -> None:
    kept = KeptFrames()
    for number in range(count):
        kept.add(number, number / 10, np.zeros((90, 160, 3), np.uint8), [])
    numbers = list(kept.frames)
    assert min(count, MOST // 2) <= len(numbers) <= MOST
    assert numbers[0] == 0
    gaps = {after - before for before, after in pairwise(numbers)}
    assert len(gaps) <= 1
    assert count - numbers[-1] <= max([1, *gaps])


def test_pictures_are_small_and_say_when() -> None:
    kept = KeptFrames()
    rgb = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), dtype=np.uint8)
    kept.add(7, 3.2, rgb, [face(50.0 * place) for place in range(20)])
    frame = kept.frames[7]
    assert len(frame.faces) == MOST_FACES
    file, data = frame.picture()
    assert (file.time_s, file.role, file.title) == (3.2, "frame", "Frame at 0:03.20")
    assert Image.open(BytesIO(data)).size == (LONG_SIDE, 225)
    file, data = frame.face(2, 5)
    assert (file.name, file.role, file.time_s) == ("face-5.jpg", "thumbnail", 3.2)
    assert Image.open(BytesIO(data)).size == (112, 112)
