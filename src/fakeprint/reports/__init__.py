r"""Reports to text, json, jsonl, csv and html: one file and one line in the table for each format.

>>> from io import BytesIO
>>> from fakeprint.core.record import Record
>>> from fakeprint.core.run import close_run, start_run
>>> run, page = start_run("scan", Record()), BytesIO()
>>> with open_report("json", page, run) as sink:
...     sink.close(close_run(run, "complete", {"ok": 0}))
>>> page.getvalue()[:40]
b'{"schema_version":"1.0","reports":[\n],"r'
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from pydantic_core import PydanticSerializationError

from fakeprint.core.durable import atomic_file
from fakeprint.core.errors import UsageError
from fakeprint.core.redact import may_be_sensitive, redact
from fakeprint.core.registry import Registry
from fakeprint.core.report import Report
from fakeprint.core.run import RunRecord
from fakeprint.core.sanitise import cap, escape_surrogates, map_text
from fakeprint.reports.writer import ReportOptions, ReportWriter

__all__ = ["FORMATS", "TABLE", "ReportOptions", "ReportSink", "ReportWriter", "open_report"]

TABLE: dict[str, str] = {
    "text": "fakeprint.reports.text:TextWriter",
    "json": "fakeprint.reports.json:JsonWriter",
    "jsonl": "fakeprint.reports.jsonl:JsonlWriter",
    "csv": "fakeprint.reports.csv:CsvWriter",
    "html": "fakeprint.reports.html:HtmlWriter",
}
FORMATS = Registry[type[ReportWriter]]("reports", TABLE)

_PATHS = frozenset({"input"})


class ReportSink:
    """Takes the reports of a run one by one; see :func:`open_report`."""

    def __init__(self, writer: ReportWriter, options: ReportOptions) -> None:
        self._writer = writer
        self._options = options
        self.closed = False

    def write(self, report: Report, pictures: Mapping[str, bytes] | None = None) -> None:
        """Write one report, redacted, with its texts capped and valid UTF-8."""
        self._writer.write(report if self._options.prepared else prepare(report, self._options)[0], pictures or {})

    def close(self, run: RunRecord) -> None:
        """Write what follows the last report; ``run`` is the closed run record."""
        self._writer.close(map_text(run, escape_surrogates))
        self.closed = True


@contextmanager
def open_report(name: str, target: Path | BinaryIO, run: RunRecord, options: ReportOptions | None = None) -> Iterator[ReportSink]:
    """Open a report of format ``name`` for writing.  Positions and identifiers are left out unless ``options`` ask for them.

    A file appears under its name only when the block ends without an error; a jsonl file grows row by row instead and keeps what it
    has.  A stream is written as it is and stays open.  ``run`` ends the report where the block does not call :meth:`ReportSink.close`.

    Raises:
        UnknownNameError: no such format.
        UsageError: ``append`` with another format than jsonl, or onto a file whose last line is torn.
    """
    options = options or ReportOptions()
    kind = FORMATS.load(name)
    if options.append and name != "jsonl":
        raise UsageError(f"only jsonl can be appended to, not {name}")
    with _opened(name, target, options.append) as stream:
        sink = ReportSink(kind(stream, options), options)
        yield sink
        if not sink.closed:
            sink.close(run)


def prepare(report: Report, options: ReportOptions) -> tuple[Report, str]:
    """Return the report as every writer may see it, and the same as JSON: redacted, texts capped and valid UTF-8.

    Most reports hold nothing to change, which one serialisation shows.  The input's path is never cut.
    """
    try:
        text = report.model_dump_json()
    except PydanticSerializationError:  # lone surrogates
        report = map_text(report, escape_surrogates)
        text = report.model_dump_json()
    if may_be_sensitive(text):
        report = redact(report, show_gps=options.show_gps, show_identifiers=options.show_identifiers)
        text = report.model_dump_json()
    if max(map(len, text.replace('\\"', "..").split('"'))) > options.text_chars:
        report = map_text(report, partial(cap, chars=options.text_chars), _PATHS)
        text = report.model_dump_json()
    return report, text


@contextmanager
def _opened(name: str, target: Path | BinaryIO, append: bool) -> Iterator[BinaryIO]:
    if not isinstance(target, Path):
        yield target
        target.flush()
    elif name != "jsonl":
        with atomic_file(target) as stream:
            yield stream
    else:
        if append and _is_torn(target):
            raise UsageError(f"{target} ends in the middle of a line; remove that line before appending")
        with target.open("ab" if append else "wb") as stream:
            yield stream


def _is_torn(path: Path) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) != b"\n"
