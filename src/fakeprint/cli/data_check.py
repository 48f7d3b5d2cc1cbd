"""``fakeprint data check``: look into every file of a set for what makes it unfit."""

from pathlib import Path
from typing import Annotated

import typer

SHOWN = 5


def check_command(
    manifest: Annotated[Path, typer.Argument(help="Manifest (.parquet, .jsonl), table (.csv) or folder.")],
    where: Annotated[list[str] | None, typer.Option(help="Only samples with column=value (repeat).")] = None,
    root: Annotated[Path | None, typer.Option(help="Folder that paths are relative to; default: the manifest's.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Look at this many samples only.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write every finding as a line of JSON.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0: one for each processor.")] = 0,
) -> None:
    """Find missing, damaged, changed and wrongly named files, duplicates, contradicting labels, and declarations against label 0.

    Exit codes: 0 nothing found, 3 something found.
    """
    from collections import Counter

    from fakeprint.cli.data_input import read_input
    from fakeprint.cli.exit_codes import ExitCode
    from fakeprint.cli.progress import progress_over
    from fakeprint.core.durable import write_atomic
    from fakeprint.core.sanitise import cap, plain
    from fakeprint.suites.file_findings import find_problems
    from fakeprint.suites.file_survey import SurveySetup, survey

    given = read_input(manifest, where=tuple(where or ()), root=root, limit=limit)
    setup = SurveySetup(pixels=True, declared=True)
    surveyed = {one.sample_id: one for one in progress_over(survey(given.samples, given.root, setup, jobs=jobs), on=True)}
    findings = find_problems(given.samples, surveyed)
    if out is not None:
        write_atomic(out, b"".join(one.model_dump_json().encode() + b"\n" for one in findings))
    counts = Counter(one.kind for one in findings)
    typer.echo(f"{len(given.samples):,} samples, {len(findings):,} findings")
    for kind, count in counts.items():
        typer.echo(f"{kind.value}: {count:,}")
        for one in [one for one in findings if one.kind is kind][:SHOWN]:
            typer.echo(f"  {cap(plain(' = '.join(one.ids[:4])), 160)} ({cap(plain(one.detail), 160)})")
        if count > SHOWN:
            typer.echo(f"  and {count - SHOWN:,} more{'' if out else '; --out writes all'}")
    if findings:
        raise typer.Exit(ExitCode.INPUT_FAILED)
