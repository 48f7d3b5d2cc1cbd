"""What the five writers share: one signature and one set of options."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from fakeprint.core.report import Report
from fakeprint.core.run import RunRecord
from fakeprint.core.sanitise import PATH_CHARS, PROMPT_CHARS


@dataclass(frozen=True)
class ReportOptions:
    """How reports are written.

    ``prepared`` says that the reports have been through :func:`fakeprint.reports.prepare` already, as those of a scan have.
    ``colour`` and ``width`` (columns) are for text; None means: as the terminal says, no colour outside one.  ``append`` is for jsonl
    files that a resumed run continues.  After ``html_reports`` files the page counts the rest and names the place of all rows.
    """

    show_gps: bool = False
    show_identifiers: bool = False
    prepared: bool = False
    text_chars: int = PROMPT_CHARS
    path_chars: int = PATH_CHARS
    colour: bool | None = None
    width: int | None = None
    append: bool = False
    html_reports: int = 2000


class ReportWriter(Protocol):
    """Writes reports in the order in which they come, holding no more than one (html: its overview of up to ``html_reports`` lines).

    Use through :func:`fakeprint.reports.open_report`, which redacts and cleans what ``write`` receives.  ``write`` is called for each
    input, then ``close`` once with the closed run record.  The stream stays open and belongs to the caller.
    """

    def __init__(self, stream: BinaryIO, options: ReportOptions, /) -> None: ...

    def write(self, report: Report, pictures: Mapping[str, bytes], /) -> None:
        """Write one report; ``pictures`` holds the bytes of its pictures by sha256, empty where there are none."""
        ...

    def close(self, run: RunRecord, /) -> None:
        """Write what comes after the last report."""
        ...
