"""Reports to annotated copies: for each image and video with faces, a copy that shows what the report says, where and when.

``Report -> media/annotate/plan -> sandboxed worker (fakeprint.annotate_worker) -> parts -> one new file``

Copies are never written over anything, and never recompute a score.  ``annotations.jsonl`` beside them has a line for each input.
"""

import os
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from fakeprint.core.errors import ErrorInfo
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.record import SCHEMA_VERSION, Record
from fakeprint.core.report import Report
from fakeprint.core.sanitise import base_name, cap, plain
from fakeprint.media.annotate.copied import Copied
from fakeprint.media.annotate.plan import Plan, Style, plan_of
from fakeprint.media.part_file import PartFile
from fakeprint.media.workers import Outcome, Task, WorkerPool

LISTING = "annotations.jsonl"
_HEADLINE_CHARS = 160
_NAME_CHARS = 120
_BYTES_AT_LEAST = 64 << 20
_BYTES_A_SECOND = 32 << 20
_SLOWEST = 6.0
"""A copy may take this many times the duration of the video, or the limit ``video_seconds`` where that is longer."""


class Annotation(Record):
    """What became of one input: ``copied``, or why there is no copy.

    ``output`` is the file name within the folder.  ``faces`` is False where no face was drawn; such a copy says so.
    """

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    run: str
    index: int
    input: str
    status: Literal["copied", "not_applicable", "failed"]
    reason: str | None = None
    error: ErrorInfo | None = None
    output: str | None = None
    bytes: int | None = None
    frames: int | None = None
    faces: bool | None = None
    audio: str | None = None
    encoder: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Annotating:
    """How copies are made; ``models`` are names to show, by examiner, and ``suffix`` comes between stem and ending."""

    folder: Path
    style: Style = Style.OWN
    threshold: float = 0.3
    models: Mapping[str, str] | None = None
    suffix: str = ".annotated"
    first_dot: bool = False
    """Whether the stem ends at the first dot of the name, as in the original, or at the last one."""


@dataclass(frozen=True)
class _Waiting:
    report: Report
    reason: str | None = None
    future: "Future[Outcome] | None" = None
    file: PartFile | None = None


class Annotator:
    """Makes copies in its own workers while a scan goes on.  Use as a context manager; ``submit`` reports in order, then ``finish``.

    ``done`` receives the annotations in order.  Leaving the block early drops what is unfinished.

    Raises:
        OSError: from all methods, where the folder cannot be written to.
    """

    def __init__(self, how: Annotating, limits: Limits, *, jobs: int = 0) -> None:
        self.done: list[Annotation] = []
        self._how, self._limits = how, limits
        self._jobs = jobs or os.cpu_count() or 1
        self._waiting: deque[_Waiting] = deque()
        how.folder.mkdir(parents=True, exist_ok=True)
        setup = {"limits": limits.model_dump(mode="json")}
        self._pool = WorkerPool("fakeprint.annotate_worker:AnnotateWorker", setup, limits, self._jobs)

    def __enter__(self) -> "Annotator":
        """Return the annotator; workers start with the first copy."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the workers; what is unfinished leaves no file."""
        self._pool.close()
        for one in self._waiting:
            if one.file is not None:
                one.file.discard()

    def submit(self, path: Path, report: Report) -> None:
        """Begin the copy of one file, waiting while too many are under way."""
        self._waiting.append(self._begun(path, report))
        while len(self._waiting) > 2 * self._jobs:
            self._take()

    def finish(self) -> None:
        """Wait for all copies."""
        while self._waiting:
            self._take()

    def _begun(self, path: Path, report: Report) -> _Waiting:
        media = report.media
        if media is None or media.kind is MediaKind.OTHER:
            return _Waiting(report, "no_media")
        plan = self._plan(report)
        if plan is None:
            return _Waiting(report, "no_face_detector_ran")
        if media.kind is MediaKind.IMAGE and not plan.paths:
            return _Waiting(report, "no_face")
        file = PartFile(self._how.folder, most=_most_bytes(media, self._limits))
        seconds = max(self._limits.video_seconds, _SLOWEST * (media.duration_s or 0.0))
        payload = {"path": os.fsencode(path).decode("latin-1")}
        task = Task(report.index, payload, seconds, (plan.model_dump_json().encode(),), file)
        return _Waiting(report, None, self._pool.submit(task), file)

    def _plan(self, report: Report) -> Plan | None:
        how = self._how
        headline = report.verdict.manipulated.text if report.verdict is not None else ""
        return plan_of(
            report.evidence,
            style=how.style,
            headline=cap(plain(headline), _HEADLINE_CHARS),
            threshold=how.threshold,
            names=how.models,
        )

    def _take(self) -> None:
        """Wait for the oldest input and say what became of it."""
        one = self._waiting[0]
        outcome = one.future.result() if one.future is not None else None
        self._waiting.popleft()
        if outcome is None or one.file is None:
            self._tell(one.report, status="not_applicable", reason=one.reason)
            return
        try:
            if one.file.problem is not None:
                raise one.file.problem
            if outcome.reply is None:
                self._tell(one.report, status="failed", error=outcome.error)
            else:
                self._put(one.report, one.file, Copied.model_validate_json(outcome.reply))
        finally:
            one.file.discard()

    def _put(self, report: Report, file: PartFile, copied: Copied) -> None:
        path = file.put(f"{self._stem(report)}.{copied.ending}")
        told = copied.model_dump(include={"frames", "faces", "audio", "encoder", "notes"})
        self._tell(report, status="copied", output=path.name, bytes=file.bytes, **told)

    def _stem(self, report: Report) -> str:
        name = base_name(report.input)
        stem = name.partition(".")[0] if self._how.first_dot else name.rpartition(".")[0]
        return cap_name(stem or name) + self._how.suffix

    def _tell(self, report: Report, **fields: object) -> None:
        annotation = Annotation.model_validate({"run": report.run.id, "index": report.index, "input": report.input, **fields})
        with (self._how.folder / LISTING).open("ab") as stream:
            stream.write(annotation.model_dump_json().encode() + b"\n")
        self.done.append(annotation)


def cap_name(name: str) -> str:
    r"""Return a name that any file system takes: no separators, at most 120 characters of text.

    >>> cap_name("a/b\\c:d"), cap_name(".hidden"), len(cap_name("x" * 500))
    ('a_b_c_d', '_hidden', 120)
    """
    kept = "".join("_" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name)
    kept = "_" + kept[1:] if kept.startswith((".", "-")) else kept
    while len(kept.encode()) > _NAME_CHARS:
        kept = kept[:-1]
    return kept


def _most_bytes(media: Media, limits: Limits) -> int:
    return min(limits.video_bytes, _BYTES_AT_LEAST + round(_BYTES_A_SECOND * (media.duration_s or 0.0)) + 8 * media.bytes)
