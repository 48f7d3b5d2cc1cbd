"""The product: one row for one input, the same on disk, over REST and in the page."""

from enum import StrEnum
from typing import Literal

from fakeprint.core.errors import ErrorInfo
from fakeprint.core.evidence import Evidence, EvidenceFile
from fakeprint.core.media import Media
from fakeprint.core.record import SCHEMA_VERSION, Record
from fakeprint.core.run import RunRecord, RunStamp
from fakeprint.core.verdict import Verdict


class ReportStatus(StrEnum):
    """``error`` means that the input could not be examined in full; what was found before stays in the row."""

    OK = "ok"
    ERROR = "error"


class Report(Record):
    r"""One input's row: identity, evidence, verdict, or the reason why there is none.

    ``input`` is the path as given, with undecodable bytes as ``\xNN``; ``index`` is its position in the listing, from 0.
    ``preview`` holds a thumbnail of an image or some frames of a video, only when the run was asked for pictures.
    """

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    index: int
    input: str
    status: ReportStatus
    error: ErrorInfo | None = None
    media: Media | None = None
    verdict: Verdict | None = None
    evidence: tuple[Evidence, ...] = ()
    preview: tuple[EvidenceFile, ...] = ()
    run: RunStamp


class ReportSet(Record):
    """A whole run in one JSON document (``--format json``)."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    run: RunRecord
    reports: tuple[Report, ...]
