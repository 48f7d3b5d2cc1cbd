"""``fakeprint scan``: files, folders, globs and lists in; a report out."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

_INPUTS = "Inputs"
_OUTPUT = "Output"
_WHAT = "What is looked at"


class Format(StrEnum):
    """Report formats."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    HTML = "html"


class FailLevel(StrEnum):
    """Levels that ``--fail-on`` takes."""

    SOME = "some"
    STRONG = "strong"
    SIGNED_STATEMENT = "signed_statement"


def scan_command(
    paths: Annotated[list[str] | None, typer.Argument(help="Files, folders (recursive), globs; '-' reads a list from stdin.")] = None,
    from_file: Annotated[Path | None, typer.Option(help="Read the list of inputs from this file.", rich_help_panel=_INPUTS)] = None,
    null: Annotated[bool, typer.Option("--null", "-0", help="Lists are NUL-separated.", rich_help_panel=_INPUTS)] = False,
    format: Annotated[Format | None, typer.Option("--format", "-f", help="Default: by the ending of --out, else text.", rich_help_panel=_OUTPUT)] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write here instead of stdout.", rich_help_panel=_OUTPUT)] = None,
    pictures: Annotated[Path | None, typer.Option(help="Write thumbnails and maps into this folder, named by hash.", rich_help_panel=_OUTPUT)] = None,
    resume: Annotated[bool, typer.Option(help="Continue an interrupted --out file (jsonl).", rich_help_panel=_OUTPUT)] = False,
    force: Annotated[bool, typer.Option(help="Overwrite an unfinished file, or resume with other settings.", rich_help_panel=_OUTPUT)] = False,
    show_gps: Annotated[bool, typer.Option(help="Do not hide positions.", rich_help_panel=_OUTPUT)] = False,
    show_identifiers: Annotated[bool, typer.Option(help="Do not hide serial numbers and owner names.", rich_help_panel=_OUTPUT)] = False,
    fail_on: Annotated[FailLevel | None, typer.Option(help="Exit 4 if any file reaches this level.", rich_help_panel=_OUTPUT)] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages, no progress.", rich_help_panel=_OUTPUT)] = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress bar.", rich_help_panel=_OUTPUT)] = False,
    only: Annotated[list[str] | None, typer.Option(help="Run only this examiner (repeat).", rich_help_panel=_WHAT)] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave this examiner out (repeat).", rich_help_panel=_WHAT)] = None,
    trust_anchors: Annotated[Path | None, typer.Option(help="PEM file of trusted signers, instead of the installed list.", rich_help_panel=_WHAT)] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file of settings; flags override it.", rich_help_panel=_WHAT)] = None,
    limit: Annotated[list[str] | None, typer.Option(help="Set a limit, NAME=VALUE (repeat); see 'fakeprint schema run-record'.", rich_help_panel=_WHAT)] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds allowed for one file.", rich_help_panel=_WHAT)] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0: one for each processor.")] = 0,
    offline: Annotated[bool, typer.Option("--offline", help="Make any network access an error.")] = False,
) -> None:
    """Examine images and videos and report what they show, in careful words.

    Exit codes: 0 completed, 1 internal error, 2 usage, 3 some input failed, 4 --fail-on reached, 5 no input, 130/143 interrupted.
    """
    from fakeprint.cli.scan_run import ScanCall, run_scan
    from fakeprint.cli.scan_settings import resolve_config
    from fakeprint.core.offline import forbid_network

    if offline:
        forbid_network()
    call = ScanCall(
        paths=tuple(paths or ()),
        from_file=from_file,
        null=null,
        format=str(format) if format else None,
        out=out,
        pictures=pictures,
        resume=resume,
        force=force,
        fail_on=str(fail_on) if fail_on else None,
        quiet=quiet,
        progress=not (quiet or no_progress),
        trust_anchors=trust_anchors,
        jobs=jobs,
    )
    resolved = resolve_config(
        config,
        only=only,
        skip=skip,
        show_gps=show_gps,
        show_identifiers=show_identifiers,
        pictures=pictures is not None,
        limits=limit or (),
        timeout=timeout,
    )
    raise typer.Exit(run_scan(call, resolved))
