"""Carries out ``fakeprint scan``: opens outputs, streams reports, resumes, counts, and chooses the exit code."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO, cast

from fakeprint.cli.annotate_run import NOTHING, Followers, Following
from fakeprint.cli.exit_codes import ExitCode, strongest
from fakeprint.cli.guards import Terminated, output_errors, stop_on_sigterm
from fakeprint.cli.progress import progress_over
from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import ErrorCode, UsageError
from fakeprint.core.evidence import OriginStatement
from fakeprint.core.run import RunRecord, close_run
from fakeprint.core.verdict import Level, Verdict
from fakeprint.judge.policy import RANK
from fakeprint.media.examiner import Settings
from fakeprint.media.inputs import Input, find_inputs, read_list
from fakeprint.provenance import trust
from fakeprint.reports import ReportOptions, ReportSink, open_report
from fakeprint.reports.resume import DoneRow, keep_done_rows, put_in_order
from fakeprint.scan import ScanConfig, Scanned, open_run, scan_inputs


@dataclass(frozen=True)
class ScanCall:
    """How a scan was called: everything that does not change what it finds."""

    paths: tuple[str, ...] = ()
    from_file: Path | None = None
    null: bool = False
    format: str | None = None
    out: Path | None = None
    pictures: Path | None = None
    resume: bool = False
    force: bool = False
    fail_on: str | None = None
    quiet: bool = False
    progress: bool = True
    trust_anchors: Path | None = None
    models: tuple[str, ...] = ()
    face_cache: Path | None = None
    jobs: int = 0
    following: Following = NOTHING


def run_scan(call: ScanCall, config: ScanConfig) -> ExitCode:
    """Scan, write, and return the exit code."""
    kind = _format_of(call)
    if kind == "html":
        config = config.model_copy(update={"pictures": True})
    found = trust.load(call.trust_anchors)
    settings = Settings(
        models=call.models,
        frames=config.frames,
        aggregate=config.aggregate,
        face_finder=config.face_finder,
        face_cache=str(call.face_cache) if call.face_cache is not None else None,
    )
    if call.following.scores_every_frame:
        settings = settings.model_copy(update={"frames": "all"})
    if found:
        settings = settings.model_copy(update={"trust_list": found.info(), "trust_anchors": found.pem})
    run, done = _open_or_resume(call, kind, config, settings)
    counts: Counter[str] = Counter()
    codes = {ExitCode.OK}
    status = "complete"
    try:
        with stop_on_sigterm(), output_errors(call.out), ExitStack() as stack:
            with output_errors(_following_folder(call)):
                follow = stack.enter_context(Followers(call.following, config.limits, call.jobs, call.quiet))
            options = ReportOptions(prepared=True, append=done is not None)
            sink = stack.enter_context(open_report(kind, call.out or cast(BinaryIO, sys.stdout.buffer), run, options))
            try:
                paths: dict[int, Path] = {}
                pending = _remembered(_pending(call, done, counts), paths)
                shown = progress_over(scan_inputs(pending, config, settings, run, jobs=call.jobs), on=call.progress)
                for scanned in shown:
                    codes |= _take(scanned, sink, call, counts)
                    with output_errors(_following_folder(call)):
                        follow.take(paths.pop(scanned.report.index), scanned.report)
                with output_errors(_following_folder(call)):
                    codes |= follow.finish_copies()
            except (KeyboardInterrupt, Terminated) as stop:
                status = "interrupted"
                codes.add(ExitCode.INTERRUPTED if isinstance(stop, KeyboardInterrupt) else ExitCode.TERMINATED)
            run = close_run(run, status, dict(counts))
            sink.close(run)
            with output_errors(_following_folder(call)):
                codes |= follow.finish_lists()
    finally:
        _write_run_record(call, kind, run)
    if not counts:
        codes.add(ExitCode.NO_INPUT)
    if done is not None and call.out is not None and status == "complete":
        put_in_order(call.out, counts.total())
    _say_counts(call, counts)
    return strongest(*codes)


def _format_of(call: ScanCall) -> str:
    if call.format:
        return call.format
    ending = call.out.suffix.lower().removeprefix(".") if call.out else ""
    return ending if ending in {"json", "jsonl", "csv", "html"} else "text"


def _given(call: ScanCall) -> Iterator[Input]:
    named = [path for path in call.paths if path != "-"]
    yield from find_inputs(named)
    if "-" in call.paths:
        yield from find_inputs(read_list(cast(BufferedIOBase, sys.stdin.buffer), null=call.null))
    if call.from_file is not None:
        try:
            with call.from_file.open("rb") as stream:
                yield from find_inputs(read_list(stream, null=call.null))
        except OSError as error:
            raise UsageError(f"cannot read the list {call.from_file}: {error.strerror}") from None


def _pending(call: ScanCall, done: dict[int, DoneRow] | None, counts: Counter[str]) -> Iterator[tuple[int, Input]]:
    """Number the inputs and leave out those whose row is kept."""
    for index, given in enumerate(_given(call)):
        row = done.get(index) if done else None
        if row is not None and row.still_holds(given.shown, given.path):
            counts["ok"] += 1
        else:
            yield index, given


def _remembered(pending: Iterator[tuple[int, Input]], paths: dict[int, Path]) -> Iterator[tuple[int, Input]]:
    """Note the path of each input, which no report holds, until its row is there."""
    for index, given in pending:
        paths[index] = given.path
        yield index, given


def _following_folder(call: ScanCall) -> Path | None:
    wanted = call.following
    return wanted.annotating.folder if wanted.annotating is not None else wanted.lists.folder if wanted.lists is not None else None


def _take(scanned: Scanned, sink: ReportSink, call: ScanCall, counts: Counter[str]) -> set[ExitCode]:
    """Write one report and say which exit codes it asks for."""
    report = scanned.report
    sink.write(report, scanned.pictures)
    if call.pictures is not None:
        call.pictures.mkdir(parents=True, exist_ok=True)
        for name, data in scanned.pictures.items():
            write_atomic(call.pictures / name, data)
    counts[report.status.value] += 1
    codes = set()
    if report.error is not None:
        codes.add(ExitCode.INTERNAL if report.error.code is ErrorCode.E_INTERNAL else ExitCode.INPUT_FAILED)
    if call.fail_on is not None and report.verdict is not None and _reaches(report.verdict, Level(call.fail_on)):
        codes.add(ExitCode.LEVEL_REACHED)
    return codes


def _reaches(verdict: Verdict, level: Level) -> bool:
    """Return whether generation or manipulation is indicated at ``level`` or above; a signed capture is no indication."""
    answers = (verdict.synthetic, verdict.manipulated)
    return any(RANK[answer.level] >= RANK[level] and answer.statement is not OriginStatement.CAPTURED for answer in answers)


def _run_path(out: Path) -> Path:
    return out.with_name(out.name + ".run.json")


def _write_run_record(call: ScanCall, kind: str, run: RunRecord) -> None:
    if kind == "jsonl" and call.out is not None:
        with output_errors(call.out):
            write_atomic(_run_path(call.out), run.model_dump_json(indent=2).encode())


def _open_or_resume(call: ScanCall, kind: str, config: ScanConfig, settings: Settings) -> tuple[RunRecord, dict[int, DoneRow] | None]:
    """Start a run, or take up the one that was interrupted; returns the rows that need not be redone."""
    run = open_run(config, settings)
    if kind != "jsonl" or call.out is None:
        if call.resume:
            raise UsageError("--resume needs --format jsonl and --out FILE")
        return run, None
    record = _run_path(call.out)
    before = RunRecord.model_validate_json(record.read_bytes()) if record.exists() else None
    if not call.resume:
        if before is not None and before.status != "complete" and not call.force:
            raise UsageError(f"{call.out} is unfinished; continue it with --resume, or overwrite it with --force")
        _write_run_record(call, kind, run)
        return run, None
    if before is None or not call.out.exists():
        _write_run_record(call, kind, run)
        return run, None
    if before.config_sha256 != run.config_sha256 and not call.force:
        raise UsageError(f"{call.out} was written with other settings; repeat them, or use --force to go on with the new ones")
    run = run.model_copy(update={"id": before.id, "started": before.started}) if before.config_sha256 == run.config_sha256 else run
    _write_run_record(call, kind, run)
    return run, keep_done_rows(call.out)


def _say_counts(call: ScanCall, counts: Counter[str]) -> None:
    if call.quiet:
        return
    where = f"; wrote {call.out}" if call.out else ""
    failed = f", {counts['error']} failed" if counts["error"] else ""
    if call.out or counts["error"]:
        print(f"fakeprint: {counts.total()} inputs, {counts['ok']} examined{failed}{where}", file=sys.stderr)
