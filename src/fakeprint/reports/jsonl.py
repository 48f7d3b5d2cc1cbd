"""One JSON report on each line, flushed as it comes (specs: reliability 9.2)."""

from collections.abc import Mapping
from typing import BinaryIO

from fakeprint.core.report import Report
from fakeprint.core.run import RunRecord
from fakeprint.reports.writer import ReportOptions


class JsonlWriter:
    """Writes lines; the run record is not among them, only its stamp in each line."""

    def __init__(self, stream: BinaryIO, _options: ReportOptions) -> None:
        self._stream = stream

    def write(self, report: Report, _pictures: Mapping[str, bytes]) -> None:
        """Write and flush one line."""
        self._stream.write(report.model_dump_json().encode() + b"\n")
        self._stream.flush()

    def close(self, _run: RunRecord) -> None:
        """Nothing follows the last line."""
