"""The lists that DFSpot writes, ``predictions.csv`` and ``img_predictions.json``, from our reports (specs: dfspot 10, 11).

The words of the original, ``real`` and ``fake``, are labels of these files and of nothing else.  What could not be scored has no label.
"""

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from fakeprint.core.aggregation import aggregate, sigmoid
from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.evidence import Evidence, TimePoint
from fakeprint.core.media import MediaKind
from fakeprint.core.record import SCHEMA_VERSION, Record
from fakeprint.core.report import Report, ReportStatus
from fakeprint.core.sanitise import csv_cell
from fakeprint.core.score_ensemble import COMPATIBLE_THRESHOLD, ensemble

VIDEO_ENDINGS = (".mp4", ".avi", ".mkv", ".wmv")
IMAGE_ENDINGS = (".png", ".jpg", ".jpeg")
VIDEOS = "predictions"
IMAGES = "img_predictions"
_LEGACY = ("", "video_path", "prediction")
_BEFORE = ("score", "label_threshold")
_AFTER = ("n_frames", "n_faces", "n_tracks", "status", "weights_set", "reason", "models_absent", "run")

Label = Literal["real", "fake"]
Status = Literal["ok", "failed", "not_applicable"]
Models = Sequence[tuple[str, str]]
"""Members of the ensemble: the examiner that runs each, and the name to show."""


class Terms(Record):
    """How scores become labels.

    ``faces``: ``best`` takes the largest face of each frame, ``all`` every face of every frame, ``track`` the track that scores highest.
    ``aggregate`` makes one logit of them.  ``strict`` keeps the original's boundary for images: four decimals, and above.
    """

    threshold: float = COMPATIBLE_THRESHOLD
    faces: Literal["best", "track", "all"] = "best"
    aggregate: str = "logit_mean"
    weights_set: str = ""
    strict: bool = False


DEFAULT_TERMS = Terms()


class Prediction(Record):
    """One line of the lists: ``score`` is the mean of the members that ran, a probability; ``models`` holds each member's, by name."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    path: str
    kind: MediaKind
    status: Status
    reason: str | None = None
    prediction: Label | None = None
    score: float | None = None
    label_threshold: float
    models: dict[str, float | None]
    models_absent: tuple[str, ...] = ()
    n_frames: int = 0
    n_faces: int = 0
    n_tracks: int = 0
    weights_set: str = ""
    run: str


def predict(report: Report, terms: Terms, models: Models, *, absent: Sequence[str] = ()) -> Prediction:
    """Return the line of one report; a member that did not read this file is absent from its mean, and named."""
    by_examiner = {one.examiner: one for one in report.evidence}
    found = {shown: by_examiner.get(examiner) for examiner, shown in models}
    scores = {shown: _score(one, terms) for shown, one in found.items()}
    result = ensemble(scores)
    kind = kind_of(report) or MediaKind.OTHER
    status, reason = _status(report, list(found.values()), result.score)
    points = max((_points(one) for one in found.values() if one is not None), key=len, default=[])
    tracks = max((len(one.tracks) for one in found.values() if one is not None), default=0)
    looked_at = {point.time_s for one in found.values() if one is not None for point in one.timeline}
    return Prediction(
        path=report.input,
        kind=kind,
        status=status,
        reason=reason,
        prediction=label(result.score, terms, kind) if status == "ok" and result.score is not None else None,
        score=result.score,
        label_threshold=terms.threshold,
        models=scores,
        models_absent=(*absent, *(result.absent if result.score is not None else ())),
        n_frames=1 if kind is MediaKind.IMAGE else len(looked_at),
        n_faces=len(points),
        n_tracks=tracks,
        weights_set=terms.weights_set,
        run=report.run.id,
    )


def kind_of(report: Report) -> MediaKind | None:
    """Return which list a report belongs to: by its content, by its ending where that cannot be read, None for neither."""
    if report.media is not None and report.media.kind is not MediaKind.OTHER:
        return report.media.kind
    ending = Path(report.input).suffix.lower()
    return MediaKind.VIDEO if ending in VIDEO_ENDINGS else MediaKind.IMAGE if ending in IMAGE_ENDINGS else None


def label(score: float, terms: Terms, kind: MediaKind) -> Label:
    """Return the label of a score.

    >>> label(0.3, Terms(), MediaKind.VIDEO), label(0.30009, Terms(strict=True), MediaKind.IMAGE), label(0.30009, Terms(), MediaKind.IMAGE)
    ('fake', 'real', 'fake')
    """
    if terms.strict and kind is MediaKind.IMAGE:
        return "real" if math.floor(score * 10_000) / 10_000 <= terms.threshold else "fake"
    return "fake" if score >= terms.threshold else "real"


def _status(
    report: Report, found: Sequence[Evidence | None], score: float | None
) -> tuple[Literal["ok", "failed", "not_applicable"], str | None]:
    if report.status is ReportStatus.ERROR:
        return "failed", report.error.code.value if report.error is not None else "unreadable"
    if score is not None:
        return "ok", None
    reasons = [one.reason for one in found if one is not None and one.reason]
    return "not_applicable", reasons[0] if reasons else "no_model_ran"


def _score(one: Evidence | None, terms: Terms) -> float | None:
    """Return one member's probability: frames to one logit, then the logistic function."""
    if one is None:
        return None
    if one.timeline and terms.faces == "track":
        logits = [track.score for track in one.tracks if track.decides] or [track.score for track in one.tracks]
        return sigmoid(max(logits)) if logits else None
    points = _points(one)
    if terms.faces == "all" or not points:
        logits = [point.score for point in points if point.score is not None]
    else:
        frames: dict[float, TimePoint] = {}
        for point in points:
            if point.time_s not in frames or _area(point) > _area(frames[point.time_s]):
                frames[point.time_s] = point
        logits = [point.score for point in frames.values() if point.score is not None]
    return sigmoid(aggregate(terms.aggregate, logits)) if logits else None


def _points(one: Evidence) -> list[TimePoint]:
    """Return the faces that a detector read, those of an image as at second 0."""
    if one.timeline:
        return [point for point in one.timeline if point.score is not None and point.box is not None]
    return [TimePoint(time_s=0.0, score=region.score, box=region.box) for region in one.regions if region.score is not None]


def _area(point: TimePoint) -> float:
    left, top, right, bottom = point.box or (0.0, 0.0, 0.0, 0.0)
    return (right - left) * (bottom - top)


@dataclass(frozen=True)
class LegacyLists:
    """Where the lists go and what they hold.

    Without ``strict`` in ``terms`` they are richer than the original's: more columns in ``predictions``, whose ``form`` may be csv, json
    or jsonl, and ``img_predictions.full.json`` beside ``img_predictions.json``.  ``appending`` adds to an existing ``predictions.csv``
    without a header, as the original does where it annotates; otherwise a list of that name stops the run unless ``force``.
    ``models`` are the members; empty: all face detectors that ran.
    """

    folder: Path
    terms: Terms = DEFAULT_TERMS
    form: Literal["csv", "json", "jsonl"] = "csv"
    models: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
    appending: bool = False
    force: bool = False
    videos_folder: Path | None = None
    """Where ``predictions.csv`` goes if not to ``folder``: the original puts it into the working directory unless it annotates."""

    def check(self) -> None:
        """Refuse before anything is read what could not be written in the end.

        Raises:
            UsageError: a list of that name is there and would be lost.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.terms.strict or self.force:
            return
        lists = [self._videos, self.folder / f"{IMAGES}.json", self.folder / f"{IMAGES}.full.json"]
        there = [path.name for path in lists if path.exists() and not (path == self._videos and self._appends)]
        if there:
            raise UsageError(f"{self.folder} holds {' and '.join(there)} already; name another folder, or use --force to overwrite")
        if self._appends and self._videos.exists():
            header = self._videos.read_bytes().partition(b"\n")[0] + b"\n"
            if header != _csv([], self._columns):
                raise UsageError(f"{self._videos} has other columns than this run would write; name another folder")

    def write(self, predictions: Sequence[Prediction]) -> tuple[Path, ...]:
        """Write the lists of what was scanned: one of videos, one of images, none for a kind that was not there."""
        videos = [one for one in predictions if one.kind is not MediaKind.IMAGE]
        images = [one for one in predictions if one.kind is MediaKind.IMAGE]
        written = []
        if videos:
            before = self._videos.read_bytes() if self._appends and self._videos.exists() else b""
            write_atomic(self._videos, before + self._of_videos(videos, header=not before))
            written.append(self._videos)
        if images:
            flat = {one.path: one.prediction for one in images if one.prediction is not None}
            written.append(self.folder / f"{IMAGES}.json")
            write_atomic(written[-1], json.dumps(flat).encode())
            if not self.terms.strict:
                written.append(self.folder / f"{IMAGES}.full.json")
                write_atomic(written[-1], _json(images))
        return tuple(written)

    @property
    def _videos(self) -> Path:
        return (self.videos_folder or self.folder) / f"{VIDEOS}.{'csv' if self.terms.strict else self.form}"

    @property
    def _appends(self) -> bool:
        return self.appending and self._videos.suffix == ".csv"

    @property
    def _columns(self) -> tuple[str, ...]:
        return (*_LEGACY, *_BEFORE, *(shown for _, shown in self.models), *_AFTER)

    def _of_videos(self, videos: Sequence[Prediction], *, header: bool) -> bytes:
        if self.terms.strict:
            rows = [[str(number), one.path, one.prediction] for number, one in enumerate(scored(videos))]
            return _csv(rows, _LEGACY if header else None)
        if self.form == "jsonl":
            return b"".join(one.model_dump_json().encode() + b"\n" for one in videos)
        if self.form == "json":
            return _json(videos)
        shown = [name for _, name in self.models] or sorted({name for one in videos for name in one.models})
        columns = (*_LEGACY, *_BEFORE, *shown, *_AFTER)
        return _csv([_rich_row(number, one, shown) for number, one in enumerate(videos)], columns if header else None)


def scored(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Return those that have a label: the original's lists have no place for others."""
    return [one for one in predictions if one.prediction is not None]


Cell = str | int | float | None


def _rich_row(number: int, one: Prediction, shown: Sequence[str]) -> list[Cell]:
    return [
        *(number, csv_cell(one.path), one.prediction, one.score, one.label_threshold),
        *(one.models.get(name) for name in shown),
        *(one.n_frames, one.n_faces, one.n_tracks, one.status, one.weights_set, one.reason, ";".join(one.models_absent), one.run),
    ]


def _csv(rows: Sequence[Sequence[Cell]], header: Sequence[str] | None) -> bytes:
    """Return rows as the original's library writes them: quotes only where needed, line feeds."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    if header is not None:
        writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()


def _json(predictions: Sequence[Prediction]) -> bytes:
    rows: list[JsonValue] = [one.model_dump(mode="json") for one in predictions]
    return json.dumps(rows, indent=1).encode() + b"\n"
