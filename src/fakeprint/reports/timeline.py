"""The geometry of a video's timeline: time to the right, score upwards, one line for each face that was followed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fakeprint.core.evidence import ScoreUnit, TimePoint, TrackScore
from fakeprint.core.time_text import time_text
from fakeprint.reports.facts import number_text

WIDTH, HEIGHT = 720, 150
LEFT, RIGHT, TOP, BOTTOM = 44, 26, 12, 26
MOST_LINES = 12
MOST_MARKS = 400
KINDS = 6
"""Kinds of line, each with a colour, a dash and a mark of its own; they repeat beyond, and lines carry numbers besides."""
_SIZE = 3.4


@dataclass(frozen=True)
class Mark:
    """One point at (x, y); y is None where the frame has no score.

    ``path`` draws it in the shape of its line, ``target`` is the id of the frame's picture where the page has one.
    """

    x: float
    y: float | None
    text: str
    path: str = ""
    target: str | None = None


@dataclass(frozen=True)
class Line:
    """The points of one track, or of a timeline without tracks; ``kind`` is its look, ``number`` and ``end`` its label and where."""

    kind: int
    number: int | None
    points: str
    marks: tuple[Mark, ...]
    end: tuple[float, float]


@dataclass(frozen=True)
class Timeline:
    """Lines, frames without a score, labelled ticks ``(position, text)`` of both axes, and how many points were left out."""

    lines: tuple[Line, ...]
    unscored: tuple[Mark, ...]
    times: tuple[tuple[float, str], ...]
    scores: tuple[tuple[float, str], ...]
    left_out: int
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def kind_of(tracks: Sequence[TrackScore]) -> dict[int, int]:
    """Return the kind of line of each track that is drawn: the highest scores, at most :data:`MOST_LINES`, in the order of tracks."""
    drawn = sorted(sorted(tracks, key=lambda one: (not one.decides, -one.score))[:MOST_LINES], key=lambda one: one.track)
    return {one.track: place % KINDS for place, one in enumerate(drawn)}


def timeline_of(
    points: Sequence[TimePoint],
    duration_s: float | None,
    unit: ScoreUnit | None,
    tracks: Sequence[TrackScore] = (),
    pictures: Mapping[float, str] | None = None,
) -> Timeline:
    """Lay out a timeline; probabilities keep the axis 0 to 1, other scores span what occurs.

    ``pictures`` are the ids of the frames' pictures by time.

    >>> layout = timeline_of((TimePoint(time_s=0, score=0.0), TimePoint(time_s=2, score=1.0)), 2.0, ScoreUnit.PROBABILITY)
    >>> layout.lines[0].points, layout.times[-1]
    ('44.0,124.0 694.0,12.0', (694.0, '0:02.00'))
    """
    points = sorted(points, key=lambda point: point.time_s)
    pictures = pictures or {}
    end = max([duration_s or 0.0, *(point.time_s for point in points)]) or 1.0
    scores = [point.score for point in points if point.score is not None]
    low, high = (0.0, 1.0) if unit in (ScoreUnit.PROBABILITY, None) and all(0 <= one <= 1 for one in scores) else _span(scores)
    kinds: dict[int | None, int] = dict(kind_of(tracks).items()) if tracks else {None: 0}

    def across(time_s: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * max(0.0, time_s) / end, 1)

    def up(score: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (score - low) / (high - low), 1)

    def mark(point: TimePoint, kind: int) -> Mark:
        x, y = across(point.time_s), None if point.score is None else up(point.score)
        return Mark(x, y, _words(point), "" if y is None else _shape(kind, x, y), pictures.get(point.time_s))

    drawn = _thinned([point for point in points if point.track in kinds or point.score is None], pictures)
    lines = []
    for track, kind in kinds.items():
        marks = tuple(mark(point, kind) for point in drawn if point.score is not None and (not tracks or point.track == track))
        if marks:
            line = " ".join(f"{one.x},{one.y}" for one in marks)
            lines.append(Line(kind, track, line, marks, (marks[-1].x + 6, (marks[-1].y or 0.0) + 4)))
    return Timeline(
        lines=tuple(lines),
        unscored=tuple(mark(point, 0) for point in drawn if point.score is None),
        times=tuple((across(end * step / 4), time_text(end * step / 4)) for step in range(5)),
        scores=tuple((up(value), number_text(value)) for value in (low, (low + high) / 2, high)) if scores else (),
        left_out=len(points) - len(drawn),
    )


def swatch(kind: int) -> str:
    """Return the path of a line's mark in the middle of a legend entry 30 wide and 12 high."""
    return _shape(kind, 15.0, 6.0)


def _thinned(points: list[TimePoint], pictures: Mapping[float, str]) -> list[TimePoint]:
    """Return as many points as a page can hold, spread evenly; those with a picture stay."""
    step = -(-len(points) // MOST_MARKS)
    times = sorted({point.time_s for point in points})
    kept = {*times[::step], *pictures} if step > 1 else set(times)
    return [point for point in points if point.time_s in kept]


def _shape(kind: int, x: float, y: float) -> str:
    """Return the path of a mark: disc, square, triangle, diamond, cross, bar."""
    s = _SIZE
    return (
        f"M{x - s:.1f} {y}a{s} {s} 0 1 0 {2 * s} 0a{s} {s} 0 1 0 {-2 * s} 0Z",
        f"M{x - s:.1f} {y - s:.1f}h{2 * s}v{2 * s}h{-2 * s}Z",
        f"M{x} {y - s - 1:.1f}l{s + 1} {2 * s}h{-2 * s - 2}Z",
        f"M{x} {y - s - 1:.1f}l{s + 1} {s + 1}l{-s - 1} {s + 1}l{-s - 1} {-s - 1}Z",
        f"M{x - s:.1f} {y - 1:.1f}h{s - 1}v{1 - s}h2v{s - 1}h{s - 1}v2h{1 - s}v{s - 1}h-2v{1 - s}h{1 - s}Z",
        f"M{x - 1.5:.1f} {y - s - 1:.1f}h3v{2 * s + 2}h-3Z",
    )[kind]


def _span(scores: list[float]) -> tuple[float, float]:
    low, high = min(scores), max(scores)
    return (low, high) if high > low else (low - 1, high + 1)


def _words(point: TimePoint) -> str:
    parts = [time_text(point.time_s)]
    if point.frame is not None:
        parts.append(f"frame {point.frame}")
    if point.score is not None:
        parts.append(number_text(point.score))
    return ", ".join([*parts, point.label or ""]).removesuffix(", ")
