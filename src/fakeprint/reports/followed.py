"""The people of a video on the page: a row for each followed face, and the frames that its points in the timeline lead to."""

from collections.abc import Sequence
from dataclasses import dataclass

from fakeprint.core.evidence import Evidence, TimePoint, TrackScore
from fakeprint.core.media import Media
from fakeprint.core.time_text import time_text
from fakeprint.reports.facts import number_text
from fakeprint.reports.pictures import Picture
from fakeprint.reports.timeline import kind_of

MOST_ROWS = 50


@dataclass(frozen=True)
class Row:
    """One track; ``kind`` is the look of its line, None where no line is drawn, ``picture`` its face."""

    track: TrackScore
    kind: int | None
    picture: Picture | None


@dataclass(frozen=True)
class Boxed:
    """A face in a frame: its box in pixels of the displayed picture, and the look of its track's line."""

    number: int
    kind: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Shown:
    """One frame with its faces; ``mark`` is its id on the page."""

    mark: str
    picture: Picture
    boxes: tuple[Boxed, ...]
    caption: str


@dataclass(frozen=True)
class Followed:
    """Everything that a page shows of the people in a video, and the pictures that are left for other places."""

    rows: tuple[Row, ...]
    more: int
    frames: tuple[Shown, ...]
    width: int
    height: int
    others: tuple[Picture, ...]

    @property
    def targets(self) -> dict[float, str]:
        """Ids of frames by time."""
        return {one.picture.file.time_s: one.mark for one in self.frames if one.picture.file.time_s is not None}

    @property
    def line(self) -> float:
        """The height of a line of text over a frame, in its pixels."""
        return round(max(self.width, self.height) / 16, 1)


def followed(evidence: Evidence, pictures: Sequence[Picture], media: Media | None, anchor: str) -> Followed:
    """Sort the pictures of an evidence into faces of tracks, frames of the timeline, and the rest."""
    kinds = kind_of(evidence.tracks)
    placed = [one for one in pictures if one.file.time_s is not None and one.uri is not None and evidence.timeline]
    faces = {one.file.name.rsplit(".", 1)[0]: one for one in placed if one.file.role == "thumbnail"}
    points: dict[float, list[TimePoint]] = {}
    for point in evidence.timeline:
        points.setdefault(point.time_s, []).append(point)
    frames: list[Shown] = []
    for one in placed:
        seen = points.get(one.file.time_s or 0.0, [])
        if one.file.role == "frame" and seen:
            boxes = tuple(boxed for point in seen if (boxed := _boxed(point, kinds)) is not None)
            frames.append(Shown(f"{anchor}-f{len(frames) + 1}", one, boxes, _caption(seen)))
    ordered = sorted(evidence.tracks, key=lambda one: (not one.decides, -one.score, one.track))
    used = {id(one.picture) for one in frames} | {id(one) for one in faces.values()}
    return Followed(
        rows=tuple(Row(one, kinds.get(one.track), faces.get(f"face-{one.track}")) for one in ordered[:MOST_ROWS]),
        more=max(0, len(ordered) - MOST_ROWS),
        frames=tuple(frames),
        width=(media.width if media else None) or 1,
        height=(media.height if media else None) or 1,
        others=tuple(one for one in pictures if id(one) not in used),
    )


def _boxed(point: TimePoint, kinds: dict[int, int]) -> Boxed | None:
    if point.box is None or point.track is None or point.track not in kinds:
        return None
    left, top, right, bottom = point.box
    return Boxed(
        point.track, kinds[point.track], round(left, 1), round(top, 1), round(max(right - left, 0), 1), round(max(bottom - top, 0), 1)
    )


def _caption(points: Sequence[TimePoint]) -> str:
    scores = ", ".join(f"{one.label or 'score'}: {number_text(one.score)}" for one in points if one.score is not None)
    return f"{time_text(points[0].time_s)} {scores or 'no score'}"
