"""``fakeprint scan``: files, folders, globs and lists in; a report out."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """Report formats."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    HTML = "html"


class Compat(StrEnum):
    """Other programs whose outputs ``--compat`` writes besides ours."""

    DFSPOT = "dfspot"


class FailLevel(StrEnum):
    """Levels that ``--fail-on`` takes."""

    SOME = "some"
    STRONG = "strong"
    SIGNED_STATEMENT = "signed_statement"


_listing = partial(typer.Option, rich_help_panel="Inputs")
_output = partial(typer.Option, rich_help_panel="Output")
_looked = partial(typer.Option, rich_help_panel="What is looked at")
_running = partial(typer.Option, rich_help_panel="Running")


def scan_command(
    paths: Annotated[list[str] | None, typer.Argument(help="Files, folders (recursive), globs; '-' reads a list from stdin.")] = None,
    from_file: Annotated[Path | None, _listing(help="Read the list of inputs from this file.")] = None,
    null: Annotated[bool, _listing("--null", "-0", help="Lists are NUL-separated.")] = False,
    kind: Annotated[Format | None, _output("--format", "-f", help="Default: by the ending of --out, else text.")] = None,
    out: Annotated[Path | None, _output("--out", "-o", help="Write here instead of stdout.")] = None,
    pictures: Annotated[Path | None, _output(help="Write thumbnails and maps into this folder, named by hash.")] = None,
    annotate: Annotated[Path | None, _output(help="Write annotated copies of images and videos with faces into this folder.")] = None,
    compat: Annotated[Compat | None, _output(help="Annotate as this program does, and write its lists; see docs/dfspot.md.")] = None,
    resume: Annotated[bool, _output("--resume", help="Continue an interrupted --out file (jsonl).")] = False,
    force: Annotated[bool, _output("--force", help="Overwrite an unfinished file, or resume with other settings.")] = False,
    show_gps: Annotated[bool, _output("--show-gps", help="Do not hide positions.")] = False,
    show_identifiers: Annotated[bool, _output("--show-identifiers", help="Do not hide serial numbers and owner names.")] = False,
    fail_on: Annotated[FailLevel | None, _output(help="Exit with 4 if any file reaches this level.")] = None,
    only: Annotated[list[str] | None, _looked(help="Run only this examiner (repeat).")] = None,
    skip: Annotated[list[str] | None, _looked(help="Leave this examiner out (repeat).")] = None,
    trust_anchors: Annotated[Path | None, _looked(help="PEM file of trusted signers, instead of the installed list.")] = None,
    model: Annotated[list[Path] | None, _looked(help="Also run the detector in this artifact folder (repeat).")] = None,
    frames: Annotated[str | None, _looked(help="Frames of videos: even:N, fps:R, random:N:SEED, hop:N, list:I,J,... or all.")] = None,
    aggregate: Annotated[str | None, _looked(help="How a person's frames become one score; docs/video.md lists the ways.")] = None,
    face_finder: Annotated[str | None, _looked(help="Find faces with this artifact: a shipped name or a folder.")] = None,
    face_cache: Annotated[Path | None, _looked(help="Keep the faces found in videos in this folder, and use those that are there.")] = None,
    limit: Annotated[list[str] | None, _looked(help="Set a limit, NAME=VALUE (repeat); docs/scan.md lists them.")] = None,
    timeout: Annotated[float | None, _looked(help="Seconds allowed for one file.")] = None,
    config: Annotated[Path | None, _running(help="YAML file of settings; flags override it.")] = None,
    jobs: Annotated[int, _running("--jobs", "-j", min=0, help="Worker processes; 0: one for each processor.")] = 0,
    offline: Annotated[bool, _running("--offline", help="Make any network access an error.")] = False,
    quiet: Annotated[bool, _running("--quiet", "-q", help="No messages, no progress.")] = False,
    no_progress: Annotated[bool, _running("--no-progress", help="No progress line.")] = False,
) -> None:
    """Examine images and videos and report what they show, in careful words.

    Exit codes: 0 completed, 1 internal error, 2 usage, 3 some input failed, 4 --fail-on reached, 5 no input, 130/143 interrupted.
    """
    from fakeprint.cli.annotate_run import following
    from fakeprint.cli.scan_run import ScanCall, run_scan
    from fakeprint.cli.scan_settings import resolve_config
    from fakeprint.core.offline import forbid_network

    if offline:
        forbid_network()
    call = ScanCall(
        paths=tuple(paths or ()),
        from_file=from_file,
        null=null,
        format=kind.value if kind else None,
        out=out,
        pictures=pictures,
        resume=resume,
        force=force,
        fail_on=fail_on.value if fail_on else None,
        quiet=quiet,
        progress=not (quiet or no_progress),
        trust_anchors=trust_anchors,
        models=tuple(str(folder.resolve()) for folder in model or ()),
        face_cache=face_cache.resolve() if face_cache is not None else None,
        jobs=jobs,
        following=following(annotate, compatible=compat is not None, force=force),
    )
    resolved = resolve_config(
        config,
        only=only,
        skip=skip,
        show_gps=show_gps,
        show_identifiers=show_identifiers,
        pictures=pictures is not None,
        limits=limit or (),
        frames=frames,
        aggregate=aggregate,
        face_finder=face_finder,
        timeout=timeout,
    )
    raise typer.Exit(run_scan(call, resolved))
