"""One self-contained page: no network, strict content policy, readable without JavaScript (specs: reliability 8, 12, REL-22)."""

import json
import os
import re
import shutil
import weakref
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from jinja2 import Environment
from pydantic import JsonValue

from fakeprint.core.evidence import (
    AnomalyClaim,
    AttributionClaim,
    Claim,
    CredentialClaim,
    DetectionClaim,
    Evidence,
    FactClaim,
    MeasureClaim,
    OriginClaim,
    Question,
    ScoreUnit,
)
from fakeprint.core.report import Report
from fakeprint.core.run import RunRecord
from fakeprint.core.sanitise import base_name, cap, map_text, plain
from fakeprint.core.verdict import Answer, Level
from fakeprint.reports import facts, wording
from fakeprint.reports.followed import followed
from fakeprint.reports.order import headline, outcome_of, strongest_level
from fakeprint.reports.page import asset, environment, policy
from fakeprint.reports.pictures import pictures_of, preview_uri
from fakeprint.reports.timeline import swatch, timeline_of
from fakeprint.reports.writer import ReportOptions

_IN_MEMORY = 32 << 20
_FOLDERS = re.compile(r"""(?<![\w/<])/(?:[^\s/'"<>]{1,255}/)+(?=[^\s/'"])|\b[A-Za-z]:\\(?:[^\s\\'"]{1,255}\\)*""")
MOST_CLAIMS = 200


@dataclass(frozen=True)
class Line:
    """One file in the page's overview; ``levels`` are those of the three questions, empty where there is no verdict."""

    number: int
    name: str
    level: Level | None
    text: str
    levels: tuple[Level, ...]
    generator: str


class HtmlWriter:
    """Keeps the overview in memory and the articles in a temporary file until the run is over."""

    def __init__(self, stream: BinaryIO, options: ReportOptions) -> None:
        self._stream = stream
        self._options = options
        self._lines: list[Line] = []
        self._counts: Counter[Level | None] = Counter()
        self._articles = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        weakref.finalize(self, self._articles.close)

    def write(self, report: Report, pictures: Mapping[str, bytes]) -> None:
        """Add one article, or only count it when the page is full."""
        level, text = headline(report)
        self._counts[level] += 1
        if len(self._lines) >= self._options.html_reports:
            return
        report = shareable(report, self._options.path_chars)
        level, text = headline(report)
        answers = (report.verdict.synthetic, report.verdict.manipulated, report.verdict.generator) if report.verdict else ()
        name = report.verdict.generator.name if report.verdict else None
        line = Line(len(self._lines) + 1, report.input, level, text, tuple(answer.level for answer in answers), name or "")
        self._lines.append(line)
        self._articles.write(_environment().get_template("file.html.j2").render(_article(report, line, pictures)).encode())

    def close(self, run: RunRecord) -> None:
        """Write head, overview, articles and the record of the run."""
        run = map_text(run, lambda text: plain(text, lines=True))
        style, script = asset("page.css"), asset("copy.js", "page.js")
        page = _environment().get_template("page.html.j2")
        shell = page.render(
            style=style,
            script=script,
            policy=policy(style, script, pictures="data:"),
            lines=self._lines,
            counts=[(level, self._counts[level]) for level in (*Level, None) if self._counts[level]],
            total=sum(self._counts.values()),
            run=run,
            config=json.dumps(_without_folders(dict(run.config)), indent=2, ensure_ascii=False),
            single=len(self._lines) == 1,
        )
        before, after = shell.split("<!--articles-->")
        self._stream.write(before.encode())
        self._articles.seek(0)
        if len(self._lines) == 1:
            self._stream.write(self._articles.read().replace(b'data-row="1">', b'data-row="1" open>', 1))
        shutil.copyfileobj(cast(BinaryIO, self._articles), self._stream, 1 << 20)
        self._stream.write(after.encode())
        self._articles.close()


def shareable(report: Report, path_chars: int) -> Report:
    """Return the report as a page may show it: base name instead of path, no control or bidirectional characters."""
    name = base_name(report.input)
    places = sorted({report.input, os.path.abspath(report.input)} - {name}, key=len, reverse=True)

    def change(text: str) -> str:
        for place in places:
            text = text.replace(place, name)
        return plain(text, lines=True)

    report = map_text(report, change)
    if report.error is not None:
        message = _FOLDERS.sub("", report.error.message)
        report = report.model_copy(update={"error": report.error.model_copy(update={"message": message})})
    return report.model_copy(update={"input": cap(plain(name), path_chars)})


def _article(report: Report, line: Line, pictures: Mapping[str, bytes]) -> dict[str, object]:
    outcome = outcome_of(report)
    shown = (*outcome.found, *outcome.nothing, *outcome.open, *outcome.not_applicable)
    anchors = {one.id: f"f{line.number}-e{place}" for place, one in enumerate(shown, 1)}
    preview = preview_uri(report, pictures)
    verdict = report.verdict
    answers: list[tuple[Question, Answer]] = []
    if verdict is not None:
        answers = list(zip(Question, (verdict.synthetic, verdict.manipulated, verdict.generator), strict=True))
    return {
        "report": report,
        "line": line,
        "outcome": outcome,
        "shown": shown,
        "anchors": anchors,
        "answers": answers,
        "previews": pictures_of(report.preview, pictures),
        "pictures": {one.id: pictures_of(one.files, pictures, preview) for one in shown},
        "regions": [region for one in shown for region in one.regions][:MOST_CLAIMS],
    }


def _statements(evidence: Evidence) -> list[Claim]:
    """Return the claims that need a block of their own: declarations, credentials, detections, oddities."""
    return [
        one for one in evidence.claims if isinstance(one, OriginClaim | CredentialClaim | AnomalyClaim | DetectionClaim | AttributionClaim)
    ]


def _values(evidence: Evidence) -> list[FactClaim | MeasureClaim]:
    return [one for one in evidence.claims if isinstance(one, FactClaim | MeasureClaim)]


def _without_folders(value: JsonValue) -> JsonValue:
    """Return configuration with every path cut to its base name."""
    if isinstance(value, dict):
        return {key: _without_folders(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_folders(item) for item in value]
    return f"…/{base_name(value)}" if isinstance(value, str) and base_name(value) != value else value


def _environment() -> Environment:
    return environment(
        facts=facts,
        wording=wording,
        levels=Level,
        units=ScoreUnit,
        scale=(Level.NONE_FOUND, Level.SOME, Level.STRONG, Level.SIGNED_STATEMENT, Level.INCONCLUSIVE),
        most=MOST_CLAIMS,
        statements=_statements,
        values=_values,
        strongest=strongest_level,
        timeline_of=timeline_of,
        swatch=swatch,
        followed=followed,
    )
