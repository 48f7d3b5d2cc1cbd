"""The geometry of a video's timeline: time to the right, score upwards."""

from dataclasses import dataclass

from fakeprint.core.evidence import ScoreUnit, TimePoint
from fakeprint.reports.facts import number_text, time_text

WIDTH, HEIGHT = 720, 150
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 12, 26


@dataclass(frozen=True)
class Mark:
    """One sampled frame at (x, y); y is None where the frame has no score."""

    x: float
    y: float | None
    text: str


@dataclass(frozen=True)
class Timeline:
    """Marks, the line through the scored ones, and labelled ticks ``(position, text)`` of both axes."""

    marks: tuple[Mark, ...]
    line: str
    times: tuple[tuple[float, str], ...]
    scores: tuple[tuple[float, str], ...]


def timeline_of(points: tuple[TimePoint, ...], duration_s: float | None, unit: ScoreUnit | None) -> Timeline:
    """Lay out a timeline; probabilities keep the axis 0 to 1, other scores span what occurs.

    >>> layout = timeline_of((TimePoint(time_s=0, score=0.0), TimePoint(time_s=2, score=1.0)), 2.0, ScoreUnit.PROBABILITY)
    >>> layout.line, layout.times[-1]
    ('44.0,124.0 710.0,12.0', (710.0, '0:02.00'))
    """
    points = tuple(sorted(points, key=lambda point: point.time_s))
    end = max([duration_s or 0.0, *(point.time_s for point in points)]) or 1.0
    scores = [point.score for point in points if point.score is not None]
    low, high = (0.0, 1.0) if unit in (ScoreUnit.PROBABILITY, None) and all(0 <= one <= 1 for one in scores) else _span(scores)

    def across(time_s: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * max(0.0, time_s) / end, 1)

    def up(score: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (score - low) / (high - low), 1)

    marks = tuple(Mark(across(one.time_s), None if one.score is None else up(one.score), _words(one)) for one in points)
    return Timeline(
        marks=marks,
        line=" ".join(f"{mark.x},{mark.y}" for mark in marks if mark.y is not None),
        times=tuple((across(end * step / 4), time_text(end * step / 4)) for step in range(5)),
        scores=tuple((up(value), number_text(value)) for value in (low, (low + high) / 2, high)) if scores else (),
    )


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
