r"""Media to reports: the main verb.

``inputs -> sandboxed workers (fakeprint.scan_worker) -> Report``, one row per input, in input order, failures included.

>>> import tempfile, pathlib
>>> folder = pathlib.Path(tempfile.mkdtemp())
>>> _ = (folder / "picture.jpg").write_bytes(b"\x01\x02\x03")
>>> for report in scan([folder]):
...     print(report.status.value, report.error.code.value)
error E_FORMAT_UNKNOWN
"""

import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fakeprint.core.aggregation import parse_aggregation
from fakeprint.core.card import FaceSearchSpec
from fakeprint.core.errors import UsageError
from fakeprint.core.limits import Limits
from fakeprint.core.record import Record
from fakeprint.core.report import Report, ReportStatus
from fakeprint.core.run import RunRecord, start_run
from fakeprint.detectors.artifact import load_artifact
from fakeprint.examiners import choose_examiners
from fakeprint.media.examiner import Settings
from fakeprint.media.face_cache_folder import is_sent, open_cache, store
from fakeprint.media.frame_source import parse_frames
from fakeprint.media.inputs import Input, find_inputs
from fakeprint.media.time_limit import seconds_for
from fakeprint.media.workers import Task, WorkerPool
from fakeprint.scan_worker import Setup, target_of

NO_SETTINGS = Settings()
log = logging.getLogger(__name__)


class ScanConfig(Record):
    """Everything that decides what a scan finds; its hash stands in every row.

    ``only`` and ``skip`` name examiners.  ``pictures`` asks for thumbnails and maps.  ``models`` names the artifacts of the settings'
    model folders with the digest of their weights; :func:`open_run` fills it in, and ``frames``, ``aggregate`` and ``face_finder``
    (with its digest) likewise.
    """

    limits: Limits = Limits()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    frames: str = NO_SETTINGS.frames
    aggregate: str = NO_SETTINGS.aggregate
    face_finder: str = NO_SETTINGS.face_finder
    pictures: bool = False
    show_gps: bool = False
    show_identifiers: bool = False


DEFAULT = ScanConfig()


@dataclass(frozen=True)
class Scanned:
    """One report, redacted as the configuration says, and the pictures that belong to it by sha256."""

    report: Report
    pictures: dict[str, bytes]


def scan(
    paths: Iterable[str | os.PathLike[str]], config: ScanConfig = DEFAULT, settings: Settings = NO_SETTINGS, *, jobs: int = 0
) -> Iterator[Report]:
    """Examine files and folders and yield one report per file, in order.

    ``jobs`` is the number of worker processes; 0 means one for each processor.
    Never raises for a single file: what cannot be read is a report with status ``error`` and a reason.  Raises
    :class:`~fakeprint.core.errors.UsageError` for a configuration that cannot be carried out.
    """
    run = open_run(config, settings)
    for scanned in scan_inputs(enumerate(find_inputs(paths)), config, settings, run, jobs=jobs):
        yield scanned.report


def open_run(config: ScanConfig, settings: Settings) -> RunRecord:
    """Check the settings and open the run record of a scan.

    Raises:
        UsageError, ArtifactError: the settings cannot be carried out; no worker has started.
    """
    artifacts = [load_artifact(folder) for folder in settings.models]
    parse_frames(settings.frames)
    parse_aggregation(settings.aggregate)
    finder = load_artifact(settings.face_finder)
    if not isinstance(finder.card.input.crop, FaceSearchSpec):
        raise UsageError(f"{finder.card.name} looks at {finder.card.input.crop.type}; --face-finder wants an artifact that finds faces")
    if settings.face_cache is not None:
        open_cache(Path(settings.face_cache))
    found = {
        "models": tuple(f"{one.card.name}@{one.weights_sha256}" for one in artifacts),
        "frames": settings.frames,
        "aggregate": settings.aggregate,
        "face_finder": f"{finder.card.name}@{finder.weights_sha256}",
    }
    return start_run("scan", config.model_copy(update=found), limits=config.limits, trust_list=settings.trust_list)


def scan_inputs(
    inputs: Iterable[tuple[int, Input]], config: ScanConfig, settings: Settings, run: RunRecord, *, jobs: int = 0
) -> Iterator[Scanned]:
    """Examine numbered inputs; memory does not grow with their number."""
    setup = Setup(
        run=run.stamp(),
        limits=config.limits,
        examiners=choose_examiners(config.only, config.skip),
        settings=settings,
        pictures=config.pictures,
        show_gps=config.show_gps,
        show_identifiers=config.show_identifiers,
    )
    waiting: dict[int, Input] = {}

    def tasks() -> Iterator[Task]:
        for index, given in inputs:
            waiting[index] = given
            yield Task(index, target_of(index, given.shown, given.path), seconds_for(given.path, config.limits))

    count = jobs or os.cpu_count() or 1
    with WorkerPool("fakeprint.scan_worker:ScanWorker", setup.model_dump(mode="json"), config.limits, count) as pool:
        for outcome in pool.run(tasks()):
            given = waiting.pop(outcome.index)
            if outcome.reply is not None:
                report = Report.model_validate_json(outcome.reply)
                _keep(settings, given, report, {name: data for name, data in outcome.blobs.items() if is_sent(name)})
                yield Scanned(report, {name: data for name, data in outcome.blobs.items() if not is_sent(name)})
            else:
                lost = Report(index=outcome.index, input=given.shown, status=ReportStatus.ERROR, error=outcome.error, run=run.stamp())
                yield Scanned(lost, {})


def _keep(settings: Settings, given: Input, report: Report, kept: dict[str, bytes]) -> None:
    """Write what a worker found into the face cache, if there is one."""
    if settings.face_cache is None or not kept:
        return
    refused = store(Path(settings.face_cache), given.path, report.media.sha256 if report.media else None, kept)
    if refused:
        log.warning("%s: %d of %d entries for the face cache were not written", given.shown, refused, len(kept))
