"""Scores of faces to scores of people, on tracks made by hand."""

import numpy as np
import pytest

from fakeprint.detectors.kept_frames import KeptFrames
from fakeprint.detectors.several_faces import pooled
from fakeprint.detectors.track_scores import score_video
from fakeprint.detectors.video_faces import VideoFaces
from fakeprint.media.face_tracks import FrameFaces, Track, TrackFace
from fakeprint.media.faces import Face


def video(*tracks: dict[int, float], frames: int = 6) -> tuple[VideoFaces, dict[tuple[int, int], float]]:
    """A video whose track n is seen in the frames that ``tracks[n]`` names, with these logits; NaN stands for a face that is not usable."""
    faces: list[list[Face]] = [[] for _ in range(frames)]
    logits, made = {}, []
    for number, seen in enumerate(tracks, start=1):
        members = []
        for frame, logit in seen.items():
            one = Face((100.0 * number, 10.0, 100.0 * number + 80, 90.0), 0.9, np.zeros((6, 2), np.float32))
            if not np.isnan(logit):
                logits[frame, len(faces[frame])] = logit
            faces[frame].append(one)
            members.append(TrackFace(frame, frame / 2, frame * 15, one))
        made.append(Track(number, tuple(members)))
    found = tuple(FrameFaces(number / 2, number * 15, tuple(ones)) for number, ones in enumerate(faces))
    return VideoFaces(found, tuple(made), {}, KeptFrames()), logits


def scored(*tracks: dict[int, float], frames: int = 6, how: str = "logit_mean", pool: str = "mean_odds"):
    read, logits = video(*tracks, frames=frames)
    return score_video(read, logits, how=how, pool=pool)


def test_people_are_never_mixed_and_the_highest_leads() -> None:
    found = scored({0: -2.0, 1: -1.0, 2: -3.0}, {0: 3.0, 2: 4.0, 5: 2.0})
    assert [(one.track, one.faces, one.score, one.first_s, one.last_s) for one in found.tracks] == [
        (1, 3, -2.0, 0.0, 1.0),
        (2, 3, 3.0, 0.0, 2.5),
    ]
    assert found.highest is found.tracks[1]
    assert found.logit == pytest.approx(pooled([-2.0, 3.0]))
    assert scored({0: -2.0, 1: -1.0}, {0: 3.0, 2: 4.0}, pool="max").logit == 3.5


def test_the_timeline_has_a_point_for_each_face_and_one_for_each_frame_without() -> None:
    found = scored({0: -2.0, 1: -1.0}, {0: 3.0, 4: 4.0})
    assert [(one.time_s, one.track, one.score) for one in found.timeline] == [
        (0.0, 1, -2.0), (0.0, 2, 3.0), (0.5, 1, -1.0), (1.0, None, None), (1.5, None, None), (2.0, 2, 4.0), (2.5, None, None),
    ]  # fmt: skip
    assert found.timeline[0].box == (100.0, 10.0, 180.0, 90.0)
    assert found.timeline[0].frame == 0
    assert {one.label for one in found.timeline if one.score is None} == {"no usable face"}


@pytest.mark.parametrize(("how", "score"), [("logit_mean", 2.0), ("median", 1.0), ("top_k_mean:k=2", 3.0), ("vote", np.log(3.5 / 0.5))])
def test_aggregation_by_name(how: str, score: float) -> None:
    assert scored({0: 0.0 + 1e-9, 1: 1.0, 2: 5.0}, how=how, frames=3).tracks[0].score == pytest.approx(score, abs=1e-6)


@pytest.mark.parametrize(("frames", "seen", "decides"), [(1, 1, True), (3, 1, True), (4, 1, False), (4, 2, True), (16, 1, False)])
def test_a_face_read_once_in_a_longer_video_is_listed_and_does_not_decide(frames: int, seen: int, decides: bool) -> None:
    found = scored(dict.fromkeys(range(seen), 5.0), frames=frames)
    assert [one.decides for one in found.tracks] == [decides]
    assert (found.logit, found.highest is not None) == (5.0 if decides else None, decides)


def test_a_track_that_does_not_decide_changes_nothing() -> None:
    with_it, without = scored({0: 1.0, 1: 1.0}, {3: 9.0}), scored({0: 1.0, 1: 1.0})
    assert with_it.logit == without.logit == 1.0
    assert len(with_it.tracks) == 2


def test_faces_that_are_too_small_for_a_detector_have_no_score() -> None:
    found = scored({0: 1.0, 1: float("nan"), 2: 3.0}, {0: float("nan"), 1: float("nan")})
    assert [(one.track, one.faces, one.score) for one in found.tracks] == [(1, 2, 2.0)]
    assert found.timeline[1].label == "no usable face"
