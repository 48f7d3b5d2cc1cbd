"""Where faces are shown, and which score, at any time."""

import pytest

from fakeprint.media.annotate.moment import Moments
from fakeprint.media.annotate.plan import FacePath, Plan, SeenFace


def seen(time_s: float, left: float, score: float) -> SeenFace:
    return SeenFace(time_s=time_s, box=(left, 0.0, left + 10, 10.0), scores=(score,))


def moments(*faces: SeenFace, looked_at: tuple[float, ...] | None = None) -> Moments:
    times = looked_at or tuple(face.time_s for face in faces)
    return Moments(Plan(media_sha256="0" * 64, models=("m",), looked_at=times, paths=(FacePath(name="Face 1", faces=faces),)))


@pytest.mark.parametrize(
    ("time_s", "left", "score", "since", "looked_at"),
    [
        (1.0, 0.0, 1.0, None, True),
        (1.000001, 0.0, 1.0, None, True),
        (0.999999, 0.0, 1.0, None, True),
        (1.25, 5.0, 1.0, 1.0, False),
        (2.0, 20.0, 2.0, None, True),
        (2.5, 15.0, 2.0, 2.0, False),
        (3.0, 10.0, 3.0, None, True),
    ],
)
def test_boxes_move_and_scores_are_held(time_s: float, left: float, score: float, since: float | None, looked_at: bool) -> None:
    moment = moments(seen(1.0, 0, 1.0), seen(2.0, 20, 2.0), seen(3.0, 10, 3.0)).at(time_s)
    (face,) = moment.faces
    assert face.box == pytest.approx((left, 0.0, left + 10, 10.0), abs=1e-4)
    assert (face.scores, face.since, moment.looked_at) == ((score,), since, looked_at)


@pytest.mark.parametrize("time_s", [-1.0, 0.0, 0.99, 3.01, 99.0])
def test_nothing_is_shown_outside_a_track(time_s: float) -> None:
    assert not moments(seen(1.0, 0, 1.0), seen(3.0, 10, 3.0)).at(time_s).faces


def test_nothing_is_shown_across_a_frame_that_did_not_show_the_face() -> None:
    gap = moments(seen(1.0, 0, 1.0), seen(3.0, 10, 3.0), looked_at=(1.0, 2.0, 3.0))
    assert [bool(gap.at(time).faces) for time in (1.0, 1.5, 2.0, 2.5, 3.0)] == [True, False, False, False, True]
    assert gap.at(2.0).looked_at


def test_an_image_is_one_moment() -> None:
    whole = moments(seen(0.0, 4, 1.0), looked_at=()).whole()
    assert whole.looked_at
    assert whole.faces[0].since is None


def test_scaling() -> None:
    moment = moments(seen(1.0, 2, 1.0)).at(1.0)
    assert moment.scaled(1.0, 1.0) is moment
    assert moment.scaled(2.0, 0.5).faces[0].box == (4.0, 0.0, 24.0, 5.0)
