"""``fakeprint data download``: fetch what a metadata file asks for."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fakeprint.collect.download import DownloadSummary
    from fakeprint.collect.outcome import LedgerRow
    from fakeprint.collect.rules import DownloadConfig

_pace = partial(typer.Option, rich_help_panel="Pace")
_taken = partial(typer.Option, rich_help_panel="What is taken in")
_running = partial(typer.Option, rich_help_panel="Running")


def download_command(
    meta_file: Annotated[Path, typer.Option("--meta_file", "--meta-file", help="JSON, JSONL, CSV or Parquet with keys and addresses.")],
    save_dir: Annotated[Path, typer.Option("--save_dir", "--save-dir", help="Folder for files and ledger; an existing one is continued.")],
    workers: Annotated[int, _pace(min=1, help="Requests at a time.")] = 32,
    per_host: Annotated[int, _pace(min=1, help="Requests at a time at one host.")] = 4,
    delay: Annotated[float, _pace(min=0, help="Seconds between two requests at one host.")] = 1.0,
    timeout: Annotated[float, _pace(min=0.1, help="Seconds for one whole request; silence ends it earlier.")] = 60.0,
    retries: Annotated[int, _pace(min=0, max=20, help="Further attempts after an error that may pass.")] = 3,
    max_bytes: Annotated[int, _taken(min=1, help="Largest file.")] = 20_000_000,
    min_side: Annotated[int, _taken(min=1, help="Least pixels of the shorter side.")] = 2,
    placeholders: Annotated[Path | None, _taken(help="List of sha256 or perceptual hashes that are refused.")] = None,
    legacy_names: Annotated[bool, _taken("--legacy-names", help="Name files as the original did (x.jpg.jpeg).")] = False,
    allow_unsafe_prompts: Annotated[bool, _taken("--allow-unsafe-prompts", help="Also fetch rows with a flagged prompt.")] = False,
    ignore_robots: Annotated[bool, _taken("--ignore-robots", help="Do not ask for robots.txt.")] = False,
    ignore_no_ai: Annotated[bool, _taken("--ignore-no-ai", help="Take files whose headers forbid collecting for training.")] = False,
    keep_rejected: Annotated[bool, _taken("--keep-rejected", help="Keep files that do not decode, in .rejected, by hash.")] = False,
    dry_run: Annotated[bool, _running("--dry-run", help="Tell what would be fetched; open no connection.")] = False,
    retry_failed: Annotated[bool, _running("--retry-failed", help="Ask again for keys that failed for good.")] = False,
    report: Annotated[Path | None, _running(help="Write the report of dead links here (.json or .md).")] = None,
    force: Annotated[bool, _running("--force", help="Continue a folder that was filled by other rules.")] = False,
    allow_address: Annotated[list[str] | None, _running(help="HOST:PORT that may lie in a private network (repeat).")] = None,
    no_sync: Annotated[bool, _running("--no-sync", help="Do not wait for the disk; a power cut may cost files.")] = False,
    quiet: Annotated[bool, _running("--quiet", "-q", help="No messages, no progress.")] = False,
    no_progress: Annotated[bool, _running("--no-progress", help="No progress line.")] = False,
    offline: Annotated[bool, _running("--offline", help="Make any network access an error.")] = False,
) -> None:
    """Fetch images by a metadata file, check each, and keep a ledger; calling it again continues.

    Exit codes: 0 every key has its file, 1 internal error, 2 usage, 3 some key has none, 5 no rows, 130/143 interrupted.
    """
    from fakeprint.cli.exit_codes import ExitCode
    from fakeprint.collect.download import MetadataFile, download, file_sha256
    from fakeprint.collect.placeholders import Placeholders, read_placeholders
    from fakeprint.collect.preview import preview
    from fakeprint.collect.rules import DownloadConfig, Pace, Rules
    from fakeprint.core.errors import UsageError
    from fakeprint.core.offline import forbid_network

    if offline:
        forbid_network()
    for path in (meta_file, *([placeholders] if placeholders else [])):
        if not path.is_file():
            raise UsageError(f"there is no file {path}")
    pace = Pace(workers=workers, per_host=per_host, delay_s=delay, total_s=timeout, retries=retries, durable=not no_sync)
    rules = Rules(
        legacy_names=legacy_names,
        max_bytes=max_bytes,
        min_side=min_side,
        robots=not ignore_robots,
        no_ai=not ignore_no_ai,
        unsafe_prompts=allow_unsafe_prompts,
        placeholders=file_sha256(placeholders) if placeholders else None,
    )
    allowed = frozenset(allow_address or ())
    config = DownloadConfig(rules=rules, pace=pace, allowed=allowed, keep_rejected=keep_rejected, retry_failed=retry_failed)
    rows = MetadataFile(meta_file)
    if dry_run:
        typer.echo(preview(rows, save_dir, config).model_dump_json(indent=1))
        raise typer.Exit(ExitCode.OK)
    listed = read_placeholders(placeholders) if placeholders else Placeholders()
    with _progress(on=not (quiet or no_progress)) as shown:
        summary = download(rows, save_dir, config, placeholders=listed, on_row=shown.row, force=force)
    _finish(summary, config, save_dir, report, quiet=quiet)


def _finish(summary: "DownloadSummary", config: "DownloadConfig", folder: Path, report: Path | None, *, quiet: bool) -> None:
    """Write the report, say how it went, and choose the exit code."""
    from fakeprint.cli.exit_codes import ExitCode, strongest
    from fakeprint.collect.dead_links import link_report, write_report
    from fakeprint.collect.ledger import read_ledger
    from fakeprint.collect.outcome import Status

    if report is not None:
        write_report(link_report(read_ledger(folder)), report)
    if not quiet:
        for status, count in summary.counts.items():
            typer.echo(f"{status:20} {count}")
        rate = summary.requests / summary.seconds if summary.seconds else 0.0
        typer.echo(f"{summary.requests} requests in {summary.seconds:.1f} s ({rate:.1f}/s), {summary.kept} keys kept from before", err=True)
        if set(summary.counts) == {str(Status.NO_URL)}:
            typer.echo(
                "No row has an address. Rows of sd.json name images of DiffusionDB, which is published as a dataset of its own.", err=True
            )
        if config.pace.delay_s and summary.requests > 10 and rate < 2:
            typer.echo("The pause between requests at one host (--delay) sets the pace.", err=True)
    codes = [ExitCode.OK]
    if summary.signal is not None:
        codes.append(ExitCode(128 + summary.signal))
    if not summary.counts and summary.signal is None:
        codes.append(ExitCode.NO_INPUT)
    if summary.counts.get(Status.INTERNAL):
        codes.append(ExitCode.INTERNAL)
    if summary.failed:
        codes.append(ExitCode.INPUT_FAILED)
    raise typer.Exit(strongest(*codes))


class _progress:  # noqa: N801 (used as a function)
    """A line on stderr with counts and rate, only where a person watches."""

    def __init__(self, *, on: bool) -> None:
        import sys

        self._failed = 0
        self._bar = None
        if on and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("keys"), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("download", total=None, rate="")

    def __enter__(self) -> "_progress":
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def row(self, row: "LedgerRow") -> None:
        """Count one row."""
        if self._bar is None:
            return
        self._failed += row.status != "ok"
        speed = self._bar.tasks[0].speed
        self._bar.update(self._task, advance=1, rate=f"{speed or 0:.1f}/s, {self._failed} without a file")
