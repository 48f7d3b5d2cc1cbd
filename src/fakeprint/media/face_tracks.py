"""Faces of sampled frames, grouped into persons (specs: dfspot 6, R7).

Frame by frame, the faces are paired with the tracks so far, all pairs weighed at once.  Two faces are one person's the more alike they
are in looks and the nearer they lie; where the scene has changed, looks alone count.  Two faces of one frame are never one person's.
Looks are small pictures and not identities: people who resemble each other can be told apart only while they stay in view.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.errors import UsageError
from fakeprint.media.assignment import assign
from fakeprint.media.faces import Face, crop_square

LOOK_SIZE = (12, 12)
SCENE_SIZE = (16, 9)
"""Width and height of the small pictures by which faces and scenes are compared."""
_LOOK_SCALE = 1.5
_SAME_LEVELS = 8.0
_MOTION_SECONDS = 0.5
_LOOKS = 3


@dataclass(frozen=True, eq=False)
class FrameFaces:
    """The faces of one sampled frame.

    ``looks`` holds one small picture for each face, (12, 12, 3) uint8 RGB, or nothing; ``scene`` is one of the whole frame,
    (9, 16, 3), or None.  :func:`frame_faces` makes both from pixels.
    """

    time_s: float
    index: int | None
    faces: tuple[Face, ...]
    looks: tuple[NDArray[np.uint8], ...] = ()
    scene: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        """Refuse looks that do not belong to the faces."""
        if self.looks and len(self.looks) != len(self.faces):
            raise ValueError(f"{len(self.looks)} looks for {len(self.faces)} faces")


@dataclass(frozen=True, eq=False)
class TrackFace:
    """One face of a track; ``frame`` is the place of its frame among the sampled frames, from 0."""

    frame: int
    time_s: float
    index: int | None
    face: Face


@dataclass(frozen=True, eq=False)
class Track:
    """One person's faces in time order, at least one; ``id`` counts persons from 1 by first appearance, then from left to right."""

    id: int
    faces: tuple[TrackFace, ...]

    @property
    def first_s(self) -> float:
        """When the person is first seen."""
        return self.faces[0].time_s

    @property
    def last_s(self) -> float:
        """When the person is last seen."""
        return self.faces[-1].time_s


@dataclass(frozen=True)
class TrackSettings:
    """What makes a track, and which tracks are kept.

    How alike two looks must be (correlation, -1 to 1) falls from ``alike_anywhere`` for faces that share nothing but their looks to
    ``alike_in_place`` for faces in the same place.  Places compare within ``reach`` face sides, plus ``reach_per_second`` for up to two
    seconds between the frames, and only while the scene is the same: ``same_scene`` is how alike two whole frames then are, at least.
    Faces whose sides differ by more than a factor of ``size_change`` do not lie in the same place.

    A track is kept where its median face is ``min_side`` pixels or more and it is seen in ``min_frames`` frames or more and for
    ``min_seconds``, as far as the video has so many frames.  Where frames lie ``sparse_seconds`` or more apart, a person may be seen
    once; such a track is kept where the finder is sure of it (``sure``).  Only the ``most_faces`` largest faces of a frame are
    followed, against the ``most_tracks`` tracks seen last.
    """

    alike_anywhere: float = 0.8
    alike_in_place: float = 0.25
    same_scene: float = 0.5
    reach: float = 0.75
    reach_per_second: float = 1.0
    size_change: float = 2.0
    min_side: float = 0.0
    min_frames: int = 2
    min_seconds: float = 0.3
    sparse_seconds: float = 1.0
    sure: float = 0.8
    most_faces: int = 32
    most_tracks: int = 64

    def __post_init__(self) -> None:
        """Refuse settings that contradict each other."""
        if not -1 <= self.alike_in_place < self.alike_anywhere <= 1 or self.reach <= 0 or self.reach_per_second < 0:
            raise UsageError("tracks want -1 <= alike_in_place < alike_anywhere <= 1, a reach above 0 and reach_per_second from 0")
        if self.size_change < 1 or min(self.min_frames, self.most_faces, self.most_tracks) < 1:
            raise UsageError("tracks want size_change, min_frames, most_faces and most_tracks of at least 1")


DEFAULT = TrackSettings()


def frame_faces(rgb: NDArray[np.uint8], time_s: float, index: int | None, faces: Sequence[Face]) -> FrameFaces:
    """Return the faces of (H, W, 3) uint8 RGB pixels with their looks and the scene's."""
    scene = _small(Image.fromarray(rgb), SCENE_SIZE)
    return FrameFaces(time_s, index, tuple(faces), tuple(look_of(rgb, face) for face in faces), scene)


def look_of(rgb: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
    """Return one face of (H, W, 3) uint8 RGB pixels as a small picture; what reaches over the picture's edge is left out."""
    left, top, side = crop_square(face, _LOOK_SCALE)
    height, width = rgb.shape[:2]
    left, right = (min(max(edge, 0), width - 1) for edge in (left, left + side))
    top, bottom = (min(max(edge, 0), height - 1) for edge in (top, top + side))
    return _small(Image.fromarray(rgb[top : bottom + 1, left : right + 1]), LOOK_SIZE)


def _small(picture: Image.Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(picture.resize(size, Image.Resampling.BOX, reducing_gap=2.0))


_Look = NDArray[np.float32]
"""A small picture as numbers of mean 0 and length 1, so that a dot product is a correlation."""


def _comparable(small: NDArray[np.uint8]) -> _Look:
    numbers: _Look = small.astype(np.float32).ravel()
    numbers -= numbers.mean()
    length = float(np.linalg.norm(numbers))
    if length > 0:
        numbers /= length
    return numbers


def link(frames: Sequence[FrameFaces], settings: TrackSettings = DEFAULT) -> tuple[Track, ...]:
    """Group the faces of sampled frames, in time order, into persons; the order of faces within a frame does not matter.

    Faces in no track are those of tracks that were not kept.
    """
    followed: list[_Open] = []
    ended: list[_Open] = []
    for number, frame in enumerate(frames):
        _extend(followed, frame, number, settings)
        followed.sort(key=lambda track: -track.faces[-1].frame)
        ended += followed[settings.most_tracks :]
        del followed[settings.most_tracks :]
    spacing = float(np.median(np.diff([frame.time_s for frame in frames]))) if len(frames) > 1 else np.inf
    kept = [track for track in (*followed, *ended) if _keep(track.faces, len(frames), spacing, settings)]
    kept.sort(key=lambda track: (track.faces[0].frame, track.faces[0].face.box))
    return tuple(Track(number, tuple(track.faces)) for number, track in enumerate(kept, start=1))


@dataclass(eq=False)
class _Open:
    """A track that may go on: its faces, how it looked of late, where it was last and how it moved, in pixels per second."""

    faces: list[TrackFace]
    looks: list[_Look]
    scene: "_Scene | None"
    centre: NDArray[np.float64]
    drift: NDArray[np.float64]

    def add(self, one: TrackFace, look: _Look | None, scene: "_Scene | None") -> None:
        """Go on with one more face."""
        passed = one.time_s - self.faces[-1].time_s
        centre = _centre(one.face)
        self.drift = 0.5 * self.drift + 0.5 * (centre - self.centre) / passed if 0 < passed <= _MOTION_SECONDS else np.zeros(2)
        self.centre = centre
        self.faces.append(one)
        self.scene = scene
        if look is not None:
            self.looks = [*self.looks[1 - _LOOKS :], look]


@dataclass(eq=False)
class _Scene:
    """A frame's small picture, plain and comparable."""

    levels: NDArray[np.int16]
    look: _Look


def _extend(tracks: list[_Open], frame: FrameFaces, number: int, settings: TrackSettings) -> None:
    """Pair one frame's faces with the tracks; faces without a partner open tracks of their own."""
    order = sorted(range(len(frame.faces)), key=lambda at: (-frame.faces[at].side, frame.faces[at].box, -frame.faces[at].score))
    order = sorted(order[: settings.most_faces], key=lambda at: frame.faces[at].box)
    if not order:
        return
    scene = None if frame.scene is None else _Scene(frame.scene.astype(np.int16), _comparable(frame.scene))
    ones = [TrackFace(number, frame.time_s, frame.index, frame.faces[at]) for at in order]
    looks = [_comparable(frame.looks[at]) for at in order] if frame.looks else []
    candidates = tuple(tracks)
    credit = settings.alike_anywhere - settings.alike_in_place
    worth = _alike(looks, len(ones), candidates, settings.alike_in_place + credit / 2)
    if candidates:
        worth += credit * _nearness(ones, scene, candidates, settings)
    for place, (one, partner) in enumerate(zip(ones, assign(worth, least=settings.alike_anywhere), strict=True)):
        look = looks[place] if looks else None
        if partner is None:
            tracks.append(_Open([one], [look] if look is not None else [], scene, _centre(one.face), np.zeros(2)))
        else:
            candidates[partner].add(one, look, scene)


def _alike(looks: list[_Look], faces: int, tracks: tuple[_Open, ...], unknown: float) -> NDArray[np.float64]:
    """Return (faces, tracks) correlations with the likest of each track's last looks; ``unknown`` where there are none."""
    alike = np.full((faces, len(tracks)), unknown)
    if looks:
        now = np.stack(looks)
        for column, track in enumerate(tracks):
            if track.looks:
                alike[:, column] = (now @ np.stack(track.looks).T).max(axis=1)
    return alike


def _nearness(ones: list[TrackFace], scene: _Scene | None, tracks: tuple[_Open, ...], settings: TrackSettings) -> NDArray[np.float64]:
    """Return (faces, tracks): 1 for the same place, falling to 0 at the end of the reach, and 0 in another scene."""
    passed = np.array([max(ones[0].time_s - track.faces[-1].time_s, 0.0) for track in tracks])
    expected = np.stack([track.centre for track in tracks])
    expected += np.stack([track.drift for track in tracks]) * np.minimum(passed, _MOTION_SECONDS)[:, None]
    centres = np.stack([_centre(one.face) for one in ones])
    away = np.linalg.norm(centres[:, None] - expected[None], axis=2)
    before = np.array([max(track.faces[-1].face.side, 1e-6) for track in tracks])[None]
    now = np.array([max(one.face.side, 1e-6) for one in ones])[:, None]
    reach = (settings.reach + settings.reach_per_second * np.minimum(passed, 2.0)) * np.sqrt(before * now)
    near: NDArray[np.float64] = np.maximum(0.0, 1.0 - away / reach)
    near[np.maximum(before, now) > settings.size_change * np.minimum(before, now)] = 0.0
    known: dict[int, bool] = {}
    for column, track in enumerate(tracks):
        if scene is not None and track.scene is not None:
            if id(track.scene) not in known:
                known[id(track.scene)] = _same_scene(scene, track.scene, settings)
            if not known[id(track.scene)]:
                near[:, column] = 0.0
    return near


def _same_scene(one: _Scene, other: _Scene, settings: TrackSettings) -> bool:
    """Tell whether two frames are alike; before a plain ground, where a face is all there is, the same levels are enough."""
    return float(one.look @ other.look) >= settings.same_scene or float(np.abs(one.levels - other.levels).mean()) <= _SAME_LEVELS


def _centre(face: Face) -> NDArray[np.float64]:
    left, top, right, bottom = face.box
    return np.array([(left + right) / 2, (top + bottom) / 2])


def _keep(faces: Sequence[TrackFace], frames: int, spacing: float, settings: TrackSettings) -> bool:
    """Tell whether a track is large and lasting enough to be a person."""
    if float(np.median([one.face.side for one in faces])) < settings.min_side:
        return False
    lasting = np.ceil(settings.min_seconds / spacing) if 0 < spacing < settings.min_seconds else 1
    if len(faces) >= min(max(settings.min_frames, lasting), frames):
        return True
    return spacing >= settings.sparse_seconds and max(one.face.score for one in faces) >= settings.sure
