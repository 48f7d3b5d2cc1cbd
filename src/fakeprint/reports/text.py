"""Reports for the terminal: one file in full, several as a table."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fakeprint.core.evidence import Claim, CredentialClaim, Evidence, FactClaim, MeasureClaim, OriginClaim, Question
from fakeprint.core.report import Report
from fakeprint.core.run import RunRecord
from fakeprint.core.sanitise import cap, map_text, plain
from fakeprint.core.verdict import Answer, Level, Verdict
from fakeprint.reports.facts import (
    axis_pairs,
    claim_heading,
    claim_pairs,
    condition_pairs,
    generation_pairs,
    media_line,
    score_text,
    track_text,
)
from fakeprint.reports.order import Outcome, outcome_of, strongest_level
from fakeprint.reports.wording import LADDER, QUESTIONS, reason, title
from fakeprint.reports.writer import ReportOptions

STYLES = {
    Level.SIGNED_STATEMENT: "bold blue",
    Level.STRONG: "bold yellow",
    Level.SOME: "yellow",
    Level.INCONCLUSIVE: "dim",
    Level.NONE_FOUND: "",
}
SHORT = {
    Level.SIGNED_STATEMENT: "◆ signed",
    Level.STRONG: "● strong",
    Level.SOME: "◐ some",
    Level.INCONCLUSIVE: "– inconclusive",
    Level.NONE_FOUND: "○ nothing found",
}
_COLUMN = 16
_VALUE_CHARS = 600
_TRACKS = 12
_REASONS_KEPT = 200
_ABSENCE = "Nothing found: this does not mean the file is authentic."


class TextWriter:
    """Holds the first report until it knows whether there is a second one; after that, one line for each file."""

    def __init__(self, stream: BinaryIO, options: ReportOptions) -> None:
        self._stream = stream
        self._path_chars = options.path_chars
        colour = _wants_colour(stream) if options.colour is None else options.colour
        width = options.width or (shutil.get_terminal_size((100, 24)).columns if stream.isatty() else 100)
        self._console = Console(
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            width=max(40, min(width, 160)),
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            _environ={},
        )
        self._first: Report | None = None
        self._count = 0
        self._levels: Counter[str] = Counter()
        self._not_checked: Counter[tuple[str, str]] = Counter()

    def write(self, report: Report, _pictures: Mapping[str, bytes]) -> None:
        """Print one line, or remember the first report."""
        report = map_text(report, plain)
        report = report.model_copy(update={"input": cap(report.input, self._path_chars)})
        self._count += 1
        if self._count == 1:
            self._first = report
            return
        if self._first is not None:
            self._print(Text(_row("FILE", "GENERATED?", "MANIPULATED?", "GENERATOR", self._console.width), "bold"))
            self._row(self._first)
            self._first = None
        self._row(report)

    def close(self, run: RunRecord) -> None:
        """Print the single report in full, or the summary under the table."""
        if self._first is not None:
            self._print(*full_view(self._first))
        elif self._count == 0:
            self._print(Text("No file was examined."))
        else:
            self._print(Text(), *self._summary())
        trust = run.trust_list
        listed = f"trust list {plain(trust.name)} of {plain(trust.date or 'unknown date')}" if trust else "no trust list"
        self._print(Text(f"fakeprint {plain(run.fakeprint)} · {listed} · run {plain(run.id)}", "dim"))

    def _row(self, report: Report) -> None:
        self._not_checked.update(pair for pair in outcome_of(report).not_checked if len(self._not_checked) < _REASONS_KEPT)
        if report.verdict is None:
            error = report.error
            self._levels["could not be examined"] += 1
            what = f"! {error.code.value}: {error.message}" if error else "! not examined"
            width = max(_COLUMN * 3, self._console.width - _name_width(self._console.width) - 1)
            self._print(Text(f"{_fit(report.input, _name_width(self._console.width))} {_cut(what, width)}"))
            return
        verdict = report.verdict
        level = min((verdict.synthetic.level, verdict.manipulated.level), key=list(Level).index)
        self._levels[SHORT[level].split(" ", 1)[1]] += 1
        line = Text(_fit(report.input, _name_width(self._console.width)) + " ")
        for answer in (verdict.synthetic, verdict.manipulated):
            line.append(set_cell_size(SHORT[answer.level], _COLUMN) + " ", STYLES[answer.level])
        name = verdict.generator.name or SHORT[verdict.generator.level].split(" ", 1)[1]
        line.append(_cut(name + (" (!)" if report.error else ""), _COLUMN), STYLES[verdict.generator.level])
        self._print(line)

    def _summary(self) -> Iterator[RenderableType]:
        yield Text(f"{self._count:,} files: " + ", ".join(f"{count:,} {what}" for what, count in self._levels.most_common()))
        yield Text(_ABSENCE)
        if self._not_checked:
            yield Text("Not checked:")
            for (what, why), count in self._not_checked.most_common(10):
                yield _indented(Text(f"{what}: {why or 'no reason given'} ({count:,} files)"))
            if len(self._not_checked) > 10:
                yield _indented(Text(f"and {len(self._not_checked) - 10} more, listed in each file's own report"))

    def _print(self, *parts: RenderableType) -> None:
        with self._console.capture() as printed:
            for part in parts:
                self._console.print(part, soft_wrap=False)
        self._stream.write("".join(f"{line.rstrip()}\n" for line in printed.get().splitlines()).encode())
        self._stream.flush()


def full_view(report: Report) -> Iterator[RenderableType]:
    """Yield the parts of one report: file, answers, evidence by strength, what was not looked at, what to keep in mind."""
    yield Text(report.input, "bold")
    if report.media is not None:
        yield Text(f"{media_line(report.media)}\nsha256 {report.media.sha256}", "dim")
    if report.error is not None:
        yield Text(f"\nCould not be examined in full: {report.error.message} ({report.error.code.value})", "bold")
    outcome = outcome_of(report)
    if report.verdict is not None:
        yield Text()
        yield _answers(report.verdict)
        for conflict in report.verdict.conflicts:
            yield Text(f"Evidence disagrees: {conflict}", "bold")
    if outcome.found:
        yield Text("\nEvidence, strongest first", "bold")
        for one in outcome.found:
            yield from _evidence(one)
    yield from _rest(report, outcome)


def _answers(verdict: Verdict) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for question, answer in zip(Question, (verdict.synthetic, verdict.manipulated, verdict.generator), strict=True):
        grid.add_row(Text(QUESTIONS[question], "bold"), _answer(answer))
    return grid


def _answer(answer: Answer) -> RenderableType:
    symbol = SHORT[answer.level].split(" ", 1)[0]
    text = Text(f"{symbol} {answer.text}", STYLES[answer.level])
    lines = [f"Name given: {answer.name}"] if answer.name and answer.name not in answer.text else []
    if answer.because:
        lines.append(f"Rests on: {', '.join(answer.because)}")
    if answer.probability is not None:
        lines.append(f"Calibrated probability {answer.probability:.2f} if both answers were equally likely before")
    if answer.licensed_by:
        lines.append(f"Measured in: {', '.join(answer.licensed_by)}")
    return Group(text, *(Text(line, "dim") for line in [*lines, *answer.caveats]))


def _evidence(evidence: Evidence) -> Iterator[RenderableType]:
    level = strongest_level(evidence)
    chip = f" [{LADDER[level]}]" if level else ""
    yield _indented(Text.assemble((f"{title(evidence.examiner)}: ", "bold"), evidence.summary, (chip, "dim")))
    if evidence.score is not None:
        yield _indented(Text(f"Score: {score_text(evidence.score)}"), 4)
    for track in evidence.tracks[:_TRACKS]:
        yield _indented(Text(track_text(track)), 4)
    if len(evidence.tracks) > _TRACKS:
        yield _indented(Text(f"and {len(evidence.tracks) - _TRACKS} more faces, listed by --format json"), 4)
    for claim in evidence.claims[:40]:
        yield from _claim(claim)
    if len(evidence.claims) > 40:
        yield _indented(Text(f"and {len(evidence.claims) - 40} more entries, listed by --format json"), 4)
    yield _indented(Text(f"What this is worth: {evidence.worth}", "dim"), 4)


def _claim(claim: Claim) -> Iterator[RenderableType]:
    pairs = claim_pairs(claim)
    if isinstance(claim, CredentialClaim):
        pairs = [*axis_pairs(claim), *(pair for pair in pairs if pair[0] != "Validation codes")]
    if isinstance(claim, OriginClaim) and claim.generation is not None:
        prompts = [("Prompt", claim.generation.prompt or ""), ("Negative prompt", claim.generation.negative_prompt or "")]
        pairs = [*pairs, *generation_pairs(claim.generation), *((name, text) for name, text in prompts if text)]
    if isinstance(claim, FactClaim | MeasureClaim):
        values = dict(pairs)
        note = f" ({values['Note']})" if "Note" in values else ""
        yield _indented(Text(f"{claim.name}: {cap(values.get('Value', ''), _VALUE_CHARS)}{cap(note, _VALUE_CHARS)}"), 4)
        return
    if len(pairs) == 1:
        yield _indented(Text(f"{claim_heading(claim)}: {cap(pairs[0][1], _VALUE_CHARS)}"), 4)
        return
    yield _indented(Text(claim_heading(claim)), 4)
    for name, value in dict.fromkeys(pairs):
        yield _indented(Text(f"{name}: {cap(value, _VALUE_CHARS)}"), 6)


def _rest(report: Report, outcome: Outcome) -> Iterator[RenderableType]:
    conditions = condition_pairs(report.verdict.conditions) if report.verdict else []
    if conditions:
        yield Text("\nConditions of this file", "bold")
        yield from (_indented(Text(f"{name}: {value}")) for name, value in conditions)
    if outcome.nothing:
        yield Text("\nChecked, nothing found", "bold")
        for one in outcome.nothing:
            looked = f" (looked for {', '.join(one.looked_for)})" if one.looked_for else ""
            yield _indented(Text(f"{title(one.examiner)}: {one.summary}{looked}"))
        yield _indented(Text(_ABSENCE, "dim"))
    if outcome.not_checked:
        yield Text("\nNot checked, and why", "bold")
        yield from (_indented(Text(f"{what}: {why or 'no reason given'}")) for what, why in outcome.not_checked)
    if outcome.not_applicable:
        yield Text("\nDoes not apply to this file", "bold")
        for one in outcome.not_applicable:
            yield _indented(Text(f"{title(one.examiner)}: {reason(one.reason) or one.summary}"))
    if report.verdict and report.verdict.caveats:
        yield Text("\nKeep in mind", "bold")
        yield from (_indented(Text(caveat)) for caveat in report.verdict.caveats)
    yield Text()


def _indented(part: RenderableType, columns: int = 2) -> Padding:
    return Padding(part, (0, 0, 0, columns))


def _wants_colour(stream: BinaryIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _name_width(width: int) -> int:
    return max(12, width - 3 * (_COLUMN + 1))


def _row(name: str, first: str, second: str, third: str, width: int) -> str:
    return " ".join((set_cell_size(name, _name_width(width)), set_cell_size(first, _COLUMN), set_cell_size(second, _COLUMN), third))


def _cut(text: str, columns: int) -> str:
    """Shorten text to a number of terminal columns; the start stays."""
    return text if cell_len(text) <= columns else f"{set_cell_size(text, columns - 1)}…"


def _fit(path: str, columns: int) -> str:
    """Bring a path to a number of terminal columns; its end stays, which tells files apart."""
    if cell_len(path) > columns:
        path = path[-columns:]
        while cell_len(path) > columns - 1:
            path = path[1:]
        path = f"…{path}"
    return set_cell_size(path, columns)
