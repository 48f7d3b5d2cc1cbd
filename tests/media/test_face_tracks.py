"""People that walk, cross, leave and come back, as boxes and small pictures."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakeprint.core.errors import UsageError
from fakeprint.media.face_tracks import DEFAULT, LOOK_SIZE, SCENE_SIZE, FrameFaces, TrackSettings, frame_faces, link, look_of
from fakeprint.media.faces import Face

NO_POINTS = np.zeros((6, 2), np.float32)


def face(x: float, y: float = 100.0, side: float = 80.0, score: float = 0.9) -> Face:
    return Face((x - side / 2, y - side / 2, x + side / 2, y + side / 2), score, NO_POINTS)


def look(person: int, moment: int = 0, noise: float = 25.0) -> np.ndarray:
    """A small picture of a person; two moments of one correlate at about 0.85, two people hardly."""
    base = np.random.default_rng(person).integers(40, 216, (*LOOK_SIZE, 3)).astype(float)
    changed = base + np.random.default_rng((person, moment)).normal(0, noise, base.shape)
    return np.clip(changed, 0, 255).astype(np.uint8)


def scene(number: int) -> np.ndarray:
    return np.random.default_rng(1000 + number).integers(0, 256, (SCENE_SIZE[1], SCENE_SIZE[0], 3)).astype(np.uint8)


def frame(moment: int, people: dict[int, Face], *, step: float = 0.5, shot: int = 0, looks: bool = True) -> FrameFaces:
    seen = tuple(people.values())
    small = tuple(look(person, moment) for person in people) if looks else ()
    return FrameFaces(moment * step, moment, seen, small, scene(shot) if looks else None)


def people_of(frames: list[FrameFaces], truth: list[dict[int, Face]], how: TrackSettings = DEFAULT) -> list[list[int]]:
    """For each track, the person of each of its faces."""
    names = {id(one): person for people in truth for person, one in people.items()}
    return [[names[id(one.face)] for one in track.faces] for track in link(frames, how)]


def test_one_person_through_a_clip() -> None:
    truth = [{1: face(100 + 10 * moment)} for moment in range(16)]
    (track,) = link([frame(moment, people) for moment, people in enumerate(truth)])
    assert track.id == 1
    assert (track.first_s, track.last_s, len(track.faces)) == (0.0, 7.5, 16)
    assert [one.frame for one in track.faces] == [one.index for one in track.faces] == list(range(16))


@pytest.mark.parametrize("step", [0.04, 0.5, 2.0, 40.0])
def test_two_people_side_by_side(step: float) -> None:
    rng = random.Random(1)
    truth = [{1: face(200 + rng.uniform(-8, 8)), 2: face(330 + rng.uniform(-8, 8))} for _ in range(16)]
    found = people_of([frame(moment, people, step=step) for moment, people in enumerate(truth)], truth)
    assert found == [[1] * 16, [2] * 16]


def test_identical_twins_side_by_side_stay_apart_by_their_places() -> None:
    truth = [{1: face(200 + 5 * (moment % 3)), 2: face(310 - 5 * (moment % 2))} for moment in range(16)]
    frames = [FrameFaces(moment * 0.5, moment, tuple(people.values()), (look(7, moment),) * 2) for moment, people in enumerate(truth)]
    assert people_of(frames, truth) == [[1] * 16, [2] * 16]


@pytest.mark.parametrize("step", [0.04, 0.5])
def test_people_who_cross_are_told_apart_by_their_looks(step: float) -> None:
    truth = [{1: face(100 + 25 * moment, 100), 2: face(475 - 25 * moment, 110)} for moment in range(16)]
    found = people_of([frame(moment, people, step=step) for moment, people in enumerate(truth)], truth)
    assert found == [[1] * 16, [2] * 16]


def test_people_who_cross_are_told_apart_by_their_motion_where_looks_are_unknown() -> None:
    truth = [{1: face(100 + 8 * moment, 100), 2: face(420 - 8 * moment, 100)} for moment in range(40)]
    found = people_of([frame(moment, people, step=0.04, looks=False) for moment, people in enumerate(truth)], truth)
    assert found == [[1] * 40, [2] * 40]


def test_a_gap_does_not_end_a_track() -> None:
    truth = [{1: face(200)} if not 5 <= moment < 12 else {} for moment in range(16)]
    (track,) = link([frame(moment, people) for moment, people in enumerate(truth)])
    assert [one.frame for one in track.faces] == [0, 1, 2, 3, 4, 12, 13, 14, 15]


def test_a_cut_to_another_face_in_the_same_place() -> None:
    """Shot and counter-shot: both speakers fill the middle of the picture, and come back."""
    order = [1, 1, 1, 2, 2, 2, 1, 1, 2, 2]
    truth = [{person: face(300)} for person in order]
    frames = [frame(moment, people, shot=next(iter(people))) for moment, people in enumerate(truth)]
    assert people_of(frames, truth) == [[1] * 5, [2] * 5]


def test_a_cut_moves_a_person_who_is_known_by_looks() -> None:
    truth = [{1: face(100 if moment < 8 else 600, side=60 if moment < 8 else 200)} for moment in range(16)]
    frames = [frame(moment, people, shot=moment // 8) for moment, people in enumerate(truth)]
    assert people_of(frames, truth) == [[1] * 16]


def test_a_plain_ground_is_no_cut() -> None:
    """The small picture of the frame holds little but the face, and turns into another one as the face moves."""
    truth = [{1: face(100 + 60 * moment, side=70)} for moment in range(8)]
    frames = []
    for moment, people in enumerate(truth):
        ground = np.full((SCENE_SIZE[1], SCENE_SIZE[0], 3), 90, np.uint8)
        ground[3:5, 2 * moment : 2 * moment + 2] = 180
        frames.append(FrameFaces(moment * 1.0, moment, tuple(people.values()), (look(1, moment, noise=40),), ground))
    assert people_of(frames, truth) == [[1] * 8]


def test_a_cut_between_people_who_look_half_alike_does_not_join_them() -> None:
    mixed = [np.clip(0.6 * look(1, m).astype(float) + 0.4 * look(2, m), 0, 255).astype(np.uint8) for m in range(12)]
    truth = [{1: face(300)} if moment < 6 else {2: face(300)} for moment in range(12)]
    frames = [
        FrameFaces(moment * 0.5, moment, tuple(people.values()), (look(1, moment) if moment < 6 else mixed[moment],), scene(moment // 6))
        for moment, people in enumerate(truth)
    ]
    found = people_of(frames, truth)
    assert all(len(set(track)) == 1 for track in found)


def test_ids_go_by_first_appearance_then_left_to_right() -> None:
    truth = [
        {9: face(500), 8: face(100)},
        {9: face(500), 8: face(100), 3: face(300)},
        {3: face(300), 8: face(100), 1: face(20, 300)},
        {1: face(20, 300), 3: face(300)},
    ]
    assert people_of([frame(moment, people) for moment, people in enumerate(truth)], truth) == [[8, 8, 8], [9, 9], [3, 3, 3], [1, 1]]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_faces_within_a_frame_does_not_matter(seed: int) -> None:
    rng = random.Random(seed)
    frames, shuffled = [], []
    for moment in range(8):
        people = {person: face(rng.uniform(0, 600), rng.uniform(0, 300), rng.uniform(30, 120)) for person in range(rng.randrange(5))}
        one = frame(moment, people)
        order = rng.sample(range(len(one.faces)), len(one.faces))
        frames.append(one)
        shuffled.append(
            FrameFaces(one.time_s, one.index, tuple(one.faces[at] for at in order), tuple(one.looks[at] for at in order), one.scene)
        )
    first, second = link(frames), link(shuffled)
    assert [[id(one.face) for one in track.faces] for track in first] == [[id(one.face) for one in track.faces] for track in second]
    for track in first:
        numbers = [one.frame for one in track.faces]
        assert numbers == sorted(set(numbers)), "two faces of one frame in one track"
    held = [id(one.face) for track in first for one in track.faces]
    assert len(held) == len(set(held))
    assert [track.id for track in first] == list(range(1, len(first) + 1))


def lone(step: float, score: float, frames: int = 16, seen: tuple[int, ...] = (6,)) -> int:
    """How many tracks a second face leaves that shows in a few frames."""
    truth = [{1: face(100), **({2: face(500, score=score)} if moment in seen else {})} for moment in range(frames)]
    return len(link([frame(moment, people, step=step) for moment, people in enumerate(truth)])) - 1


def test_what_shows_once_is_dropped_where_frames_are_dense_and_kept_where_they_are_sparse_and_the_finder_sure() -> None:
    assert lone(0.04, 0.99) == 0
    assert lone(0.6, 0.99) == 0
    assert lone(20.0, 0.95) == 1
    assert lone(20.0, 0.6) == 0
    assert lone(20.0, 0.6, seen=(6, 7)) == 1
    assert lone(0.6, 0.6, seen=(6, 7)) == 1
    assert lone(0.04, 0.99, frames=40, seen=(6, 7, 8)) == 0
    assert lone(0.04, 0.6, frames=40, seen=tuple(range(6, 15))) == 1


def test_a_video_of_one_frame_keeps_its_faces() -> None:
    assert len(link([frame(0, {1: face(100, score=0.5), 2: face(300)})])) == 2
    assert link([]) == ()
    assert link([frame(0, {}), frame(1, {})]) == ()


def test_small_tracks_are_left_out() -> None:
    truth = [{1: face(100, side=30), 2: face(300, side=80)} for _ in range(6)]
    frames = [frame(moment, people) for moment, people in enumerate(truth)]
    assert people_of(frames, truth, TrackSettings(min_side=40)) == [[2] * 6]


def test_a_crowd_is_bounded() -> None:
    rng = random.Random(0)
    frames = [
        FrameFaces(moment * 0.5, moment, tuple(face(rng.uniform(0, 4000), rng.uniform(0, 2000), rng.uniform(20, 90)) for _ in range(200)))
        for moment in range(4)
    ]
    most = max(sum(one.frame == moment for track in link(frames) for one in track.faces) for moment in range(4))
    assert most <= TrackSettings().most_faces


def test_what_flickers_all_over_stays_cheap() -> None:
    rng = random.Random(0)
    frames = [
        FrameFaces(moment * 0.04, moment, tuple(face(rng.uniform(0, 9e5), rng.uniform(0, 9e5)) for _ in range(4))) for moment in range(400)
    ]
    assert link(frames) == ()


def test_odd_times_and_sizes_do_no_harm() -> None:
    truth = [{1: Face((5.0, 5.0, 5.0, 5.0), 0.9, NO_POINTS)} for _ in range(4)]
    frames = [FrameFaces(time_s, None, tuple(people.values())) for time_s, people in zip((0.0, 0.0, -1.0, 0.5), truth, strict=True)]
    assert [len(track.faces) for track in link(frames)] == [4]


def test_looks_come_from_pixels() -> None:
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (200, 300, 3)).astype(np.uint8)
    inside, outside = face(150, 100), face(-500, -500)
    made = frame_faces(rgb, 1.0, 3, (inside, outside))
    assert [one.shape for one in made.looks] == [(12, 12, 3)] * 2
    assert made.scene is not None
    assert made.scene.shape == (9, 16, 3)
    flat = look_of(np.full((50, 50, 3), 7, np.uint8), inside)
    assert flat.min() == flat.max() == 7


def test_refusals() -> None:
    with pytest.raises(ValueError, match="looks"):
        FrameFaces(0.0, 0, (face(1),), (look(1), look(2)))
    for wrong in ({"alike_in_place": 0.9}, {"reach": 0.0}, {"size_change": 0.5}, {"min_frames": 0}, {"alike_anywhere": 1.5}):
        with pytest.raises(UsageError):
            TrackSettings(**wrong)
