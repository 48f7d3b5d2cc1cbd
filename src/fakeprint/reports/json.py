"""One JSON document for a whole run: a :class:`~fakeprint.core.report.ReportSet`, written as it grows."""

from collections.abc import Mapping
from typing import BinaryIO

from fakeprint.core.record import SCHEMA_VERSION
from fakeprint.core.report import Report
from fakeprint.core.run import RunRecord
from fakeprint.reports.writer import ReportOptions


class JsonWriter:
    """Writes the reports as an array, one on each line, and the closed run record after them."""

    def __init__(self, stream: BinaryIO, _options: ReportOptions) -> None:
        self._stream = stream
        self._lead = b"\n"
        stream.write(f'{{"schema_version":"{SCHEMA_VERSION}","reports":['.encode())

    def write(self, report: Report, _pictures: Mapping[str, bytes]) -> None:
        """Write one element of the array."""
        self._stream.write(self._lead + report.model_dump_json().encode())
        self._lead = b",\n"

    def close(self, run: RunRecord) -> None:
        """End the document."""
        self._stream.write(b'\n],"run":' + run.model_dump_json().encode() + b"}\n")
