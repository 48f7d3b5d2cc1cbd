"""What is to be drawn: taken from a report's evidence as it stands, nothing is computed anew."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from fakeprint.core.evidence import DetectionClaim, Evidence, EvidenceStatus, Route, TimePoint
from fakeprint.core.media import Sha256
from fakeprint.core.record import Record

Box = tuple[float, float, float, float]
_SAME_PLACE = 1.0
"""Two detectors mean one face if no side of its box differs by more pixels than this."""


class Style(StrEnum):
    """``own``: tracks, raw logits, plain words.  ``dfspot``: the picture of DFSpot, counters included (specs: dfspot 11)."""

    OWN = "own"
    DFSPOT = "dfspot"


class SeenFace(Record):
    """One face on one frame that was looked at: ``scores`` holds each model's raw logit, in the order of ``Plan.models``.

    None stands for a model that did not read this face.  ``box`` is ``xyxy`` in displayed source pixels.
    """

    time_s: float
    box: Box
    scores: tuple[float | None, ...]


class FacePath(Record):
    """One person's face through a video, in time order; in an image it has one entry."""

    name: str
    faces: tuple[SeenFace, ...]


class Plan(Record):
    """Everything that is drawn onto one copy.

    ``models`` are the names shown for the face detectors.  ``looked_at`` are the times of the frames they read, ascending.  ``headline``
    is the judge's answer for the whole file.  ``threshold`` is for the compatible style alone, a probability.
    """

    media_sha256: Sha256
    style: Style = Style.OWN
    models: tuple[str, ...]
    headline: str = ""
    threshold: float = 0.3
    looked_at: tuple[float, ...] = ()
    paths: tuple[FacePath, ...] = ()


def face_evidence(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the evidence of detectors that looked for faces, whether they found any or not."""
    return tuple(one for one in evidence if _of_faces(one))


def plan_of(
    evidence: Sequence[Evidence],
    *,
    style: Style = Style.OWN,
    headline: str = "",
    threshold: float = 0.3,
    names: Mapping[str, str] | None = None,
) -> Plan | None:
    """Return the plan for a file with this evidence; None where no detector looked for faces.

    ``names`` are the names to show, by examiner.
    """
    found = face_evidence(evidence)
    if not found:
        return None
    paths = _joined(found)
    return Plan(
        media_sha256=found[0].media_sha256,
        style=style,
        models=tuple((names or {}).get(one.examiner, one.examiner) for one in found),
        headline=headline,
        threshold=threshold,
        looked_at=tuple(sorted({point.time_s for one in found for point in one.timeline})),
        paths=paths,
    )


def _of_faces(one: Evidence) -> bool:
    routes = {claim.route for claim in one.claims if isinstance(claim, DetectionClaim)}
    boxed = any(point.box is not None for point in one.timeline) or any(region.label == "face" for region in one.regions)
    return boxed or Route.FACE in routes or one.reason == "no_face"


class _Path:
    """A path while it is put together: boxes and scores by time, scores by the number of the model."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.boxes: dict[float, Box] = {}
        self.scores: dict[float, dict[int, float | None]] = {}

    def fits(self, points: Mapping[float, tuple[Box, float | None]]) -> bool:
        """Whether the points are the same face: they meet somewhere, and nowhere at another place."""
        shared = self.boxes.keys() & points.keys()
        return bool(shared) and all(_near(self.boxes[time], points[time][0]) for time in shared)

    def add(self, model: int, points: Mapping[float, tuple[Box, float | None]]) -> None:
        for time, (box, score) in points.items():
            self.boxes.setdefault(time, box)
            self.scores.setdefault(time, {})[model] = score

    def finished(self, models: int) -> FacePath:
        return FacePath(
            name=self.name,
            faces=tuple(
                SeenFace(time_s=time, box=box, scores=tuple(self.scores[time].get(model) for model in range(models)))
                for time, box in sorted(self.boxes.items())
            ),
        )


def _joined(found: Sequence[Evidence]) -> tuple[FacePath, ...]:
    """Join the tracks of several detectors by number and place; a detector with other tracks keeps its own."""
    paths: dict[int, list[_Path]] = {}
    counted = [one for one in found if one.status is EvidenceStatus.OK]
    rare = {track.track for one in counted for track in one.tracks if not track.decides}
    rare -= {track.track for one in counted for track in one.tracks if track.decides}
    for model, one in enumerate(found):
        for track, points in _tracks(one).items():
            group = paths.setdefault(track, [])
            path = next((path for path in group if path.fits(points)), None)
            if path is None:
                name = f"Face {track}, in too few frames to count" if track in rare else f"Face {track}"
                path = _Path(f"{name}, {one.examiner}" if group else name)
                group.append(path)
            path.add(model, points)
    return tuple(path.finished(len(found)) for track in sorted(paths) for path in paths[track])


def _tracks(one: Evidence) -> dict[int, dict[float, tuple[Box, float | None]]]:
    tracks: dict[int, dict[float, tuple[Box, float | None]]] = {}
    if not one.timeline:
        return {number: {0.0: (region.box, region.score)} for number, region in enumerate(one.regions, 1)}
    for point in one.timeline:
        if point.box is not None:
            tracks.setdefault(_number(point), {})[point.time_s] = (point.box, point.score)
    return tracks


def _number(point: TimePoint) -> int:
    return point.track if point.track is not None else 0


def _near(one: Box, other: Box) -> bool:
    return all(abs(a - b) <= _SAME_PLACE for a, b in zip(one, other, strict=True))
