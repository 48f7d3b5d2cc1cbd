"""The part of a scan that runs in the sandbox: one path in, one finished row out."""

import os
from pathlib import Path

from pydantic import JsonValue

from fakeprint.core.limits import Limits
from fakeprint.core.record import Record
from fakeprint.core.report import Report, ReportStatus
from fakeprint.core.run import RunStamp
from fakeprint.examiners import load_examiners
from fakeprint.judge.judge import judge
from fakeprint.media.examiner import Settings
from fakeprint.reports import ReportOptions, prepare


class Setup(Record):
    """What a worker is told once.  ``examiners`` are names, in the order in which evidence is reported."""

    run: RunStamp
    limits: Limits
    examiners: tuple[str, ...]
    settings: Settings
    pictures: bool
    show_gps: bool
    show_identifiers: bool


class Target(Record):
    """What a worker is told for each file; ``path`` holds the path's bytes as Latin-1, so that any name fits into JSON."""

    index: int
    shown: str
    path: str


def target_of(index: int, shown: str, path: Path) -> dict[str, JsonValue]:
    r"""Return the JSON that names one file.

    >>> target_of(0, "caf\\xe9", Path("caf\udce9"))["path"]
    'café'
    """
    return {"index": index, "shown": shown, "path": os.fsencode(path).decode("latin-1")}


class ScanWorker:
    """Constructed once in each worker, then called with one target per file."""

    def __init__(self, setup: JsonValue) -> None:
        from fakeprint.examine import examine  # loads decoders, which the parent must not

        self._examine = examine
        self._setup = Setup.model_validate(setup)
        self._examiners = load_examiners(self._setup.examiners, self._setup.settings)

    def __call__(self, payload: JsonValue) -> tuple[bytes, dict[str, bytes]]:
        """Return the file's report, redacted, as JSON, its pictures by sha256, and what the face cache should keep."""
        target, setup = Target.model_validate(payload), self._setup
        path = Path(os.fsdecode(target.path.encode("latin-1")))
        examined = self._examine(path, self._examiners, setup.limits, pictures=setup.pictures)
        judged = bool(examined.media and examined.evidence)
        report = Report(
            index=target.index,
            input=target.shown,
            status=ReportStatus.OK if examined.error is None else ReportStatus.ERROR,
            error=examined.error,
            media=examined.media,
            verdict=judge(examined.media, examined.evidence, decode_error=examined.error) if judged and examined.media else None,
            evidence=examined.evidence,
            preview=examined.preview,
            run=setup.run,
        )
        options = ReportOptions(show_gps=setup.show_gps, show_identifiers=setup.show_identifiers)
        return prepare(report, options)[1].encode(), {**examined.pictures, **examined.kept}
