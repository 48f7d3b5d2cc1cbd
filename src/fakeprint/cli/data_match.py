"""``fakeprint data match``: cut and re-encode both classes by one law, so that formats no longer tell them apart."""

from pathlib import Path
from typing import Annotated

import typer


def match_command(
    manifest: Annotated[Path, typer.Argument(help="Manifest (.parquet, .jsonl), table (.csv) or folder.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the new files, their manifest and match.json.")],
    task: Annotated[str | None, typer.Option(help="Only rows with this task; short for --where task=NAME.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="Only samples with column=value (repeat).")] = None,
    law: Annotated[
        str, typer.Option(help="Default: forms drawn from the files with label 0; or jpeg96, webp80, png for all.")
    ] = "authentic",
    window: Annotated[int | None, typer.Option(min=1, help="Side of the cut in pixels; default: the largest that --keep allows.")] = None,
    keep: Annotated[float, typer.Option(help="Share of each class that must hold the window.")] = 0.9,
    pairs: Annotated[bool, typer.Option("--pairs", help="Store each group as its one file with label 0 is stored.")] = False,
    balance_bytes: Annotated[
        bool, typer.Option("--balance-bytes", help="Keep equally many of each class among equally busy pictures.")
    ] = False,
    root: Annotated[Path | None, typer.Option(help="Folder that paths are relative to; default: the manifest's.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Match a sample of this size.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of every draw.")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0: one for each processor.")] = 0,
) -> None:
    """Write format-matched copies with their manifest, and audit before and after."""
    from pydantic import ValidationError

    from fakeprint.cli.data_audit import audit_surveyed, audit_text
    from fakeprint.cli.data_input import DataInput, read_input
    from fakeprint.cli.progress import progress_over
    from fakeprint.core.durable import write_atomic
    from fakeprint.core.errors import UsageError
    from fakeprint.datasets.store import write_manifest
    from fakeprint.suites.file_survey import SurveySetup, survey
    from fakeprint.suites.format_match import MatchConfig, match

    wanted = (*(where or ()), *((f"task={task}",) if task else ()))
    try:
        config = MatchConfig(law=law, window=window, keep=keep, pairs=pairs, balance_bytes=balance_bytes, seed=seed)
    except ValidationError as error:
        problem = error.errors()[0]
        raise UsageError(f"--{str(problem['loc'][0]).replace('_', '-')}: {problem['msg']}") from error
    if out.resolve() == (root or manifest.parent).resolve():
        raise UsageError("--out must be another folder than the one that is read")
    given = read_input(manifest, where=wanted, root=root, limit=limit, seed=seed)
    before = {one.sample_id: one for one in progress_over(survey(given.samples, given.root, SurveySetup(), jobs=jobs), on=True)}
    samples, report = match(given.samples, given.root, out, before, config, jobs=jobs)
    header = given.header.model_copy(update={"name": f"{given.header.name}-matched"})
    write_manifest(out / "manifest.jsonl", header, samples)
    write_atomic(out / "match.json", report.model_dump_json(indent=2).encode())
    counts = ", ".join(f"{count:,} {label}" for label, count in report.written.items())
    typer.echo(f"window {report.window} pixels; written: {counts}; manifest {out / 'manifest.jsonl'}")
    for reason, count in report.left_out.items():
        typer.echo(f"left out: {count:,} {reason}")
    for reason, count in report.notes.items():
        typer.echo(f"note: {count:,} files: {reason}")
    typer.echo("\nbefore matching")
    typer.echo(audit_text(audit_surveyed(given, before.values(), seed=seed)))
    matched = DataInput(out / "manifest.jsonl", header, tuple(samples), out)
    typer.echo("after matching")
    typer.echo(audit_text(audit_surveyed(matched, survey(samples, out, SurveySetup(), jobs=jobs), seed=seed)))
