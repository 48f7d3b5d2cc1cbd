"""One row per input with flat columns, for spreadsheets (RFC 4180, UTF-8)."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from fakeprint.core.evidence import Evidence, OriginClaim, Question
from fakeprint.core.generation import Generation
from fakeprint.core.report import Report
from fakeprint.core.run import RunRecord
from fakeprint.core.sanitise import csv_cell
from fakeprint.core.verdict import Answer
from fakeprint.reports.order import outcome_of
from fakeprint.reports.writer import ReportOptions

Cell = str | int | float | None

_ANSWER = ("level", "name", "probability", "reason")
COLUMNS = (
    *("index", "input", "status", "error_code", "error_message"),
    *("sha256", "kind", "mime", "bytes", "width", "height", "duration_s"),
    *(f"{question.value}_{part}" for question in Question for part in _ANSWER if part != "name" or question is Question.GENERATOR),
    *("signed_statement", "signer", "found", "nothing_found", "not_applicable", "not_checked", "conflicts"),
    *("tool", "model", "prompt", "negative_prompt", "seed", "fakeprint", "run"),
)


class CsvWriter:
    """Writes a header and rows with CRLF ends; texts are always quoted, and none can start a formula."""

    def __init__(self, stream: BinaryIO, _options: ReportOptions) -> None:
        self._stream = stream
        self._write_row(COLUMNS)

    def write(self, report: Report, _pictures: Mapping[str, bytes]) -> None:
        """Write one row."""
        cells = row_of(report)
        self._write_row(cells[column] for column in COLUMNS)

    def close(self, _run: RunRecord) -> None:
        """Nothing follows the last row."""

    def _write_row(self, cells: Iterable[Cell]) -> None:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerow(
            ["" if cell is None else csv_cell(cell) if isinstance(cell, str) else cell for cell in cells]
        )
        self._stream.write(buffer.getvalue().encode())


def row_of(report: Report) -> dict[str, Cell]:
    """Return the cells of one report by column name."""
    row: dict[str, Cell] = dict.fromkeys(COLUMNS)
    row |= {"index": report.index, "input": report.input, "status": report.status.value}
    row |= {"fakeprint": report.run.fakeprint, "run": report.run.id}
    if report.error is not None:
        row |= {"error_code": report.error.code.value, "error_message": report.error.message}
    if report.media is not None:
        media = report.media
        row |= {"sha256": media.sha256, "kind": media.kind.value, "mime": media.mime, "bytes": media.bytes}
        row |= {"width": media.width, "height": media.height, "duration_s": media.duration_s}
    if report.verdict is not None:
        verdict = report.verdict
        for question, answer in zip(Question, (verdict.synthetic, verdict.manipulated, verdict.generator), strict=True):
            row |= _answer(question, answer)
        signed = next((one for one in (verdict.synthetic, verdict.manipulated, verdict.generator) if one.statement), None)
        if signed is not None and signed.statement is not None:
            row |= {"signed_statement": signed.statement.value, "signer": signed.signer}
        row["conflicts"] = _joined(verdict.conflicts)
    outcome = outcome_of(report)
    row |= {"found": _names(outcome.found), "nothing_found": _names(outcome.nothing), "not_applicable": _names(outcome.not_applicable)}
    row["not_checked"] = _joined(f"{what} ({why})" if why else what for what, why in outcome.not_checked)
    generation = generation_of(report)
    if generation is not None:
        row |= {"tool": generation.tool, "model": generation.model, "prompt": generation.prompt}
        row |= {"negative_prompt": generation.negative_prompt, "seed": None if generation.seed is None else str(generation.seed)}
    return row


def generation_of(report: Report) -> Generation | None:
    """Return the first recovered generation record that holds a prompt, else the first one."""
    found = [
        claim.generation
        for one in report.evidence
        for claim in one.claims
        if isinstance(claim, OriginClaim) and claim.generation is not None
    ]
    return next((one for one in found if one.prompt), found[0] if found else None)


def _answer(question: Question, answer: Answer) -> dict[str, Cell]:
    cells: dict[str, Cell] = {
        f"{question.value}_level": answer.level.value,
        f"{question.value}_probability": answer.probability,
        f"{question.value}_reason": answer.reason,
    }
    return cells | ({"generator_name": answer.name} if question is Question.GENERATOR else {})


def _names(evidence: tuple[Evidence, ...]) -> str:
    return _joined(one.id for one in evidence)


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(texts)
