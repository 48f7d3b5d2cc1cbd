"""``fakeprint data audit``: does anything but the picture tell the classes apart?"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from fakeprint.cli.data_input import DataInput
    from fakeprint.core.prediction import FormatFacts
    from fakeprint.suites.container_audit import Audit
    from fakeprint.suites.file_survey import Surveyed


class FactSource(StrEnum):
    """Where the facts come from."""

    AUTO = "auto"
    RECORDED = "recorded"
    FILES = "files"


def audit_command(
    manifest: Annotated[Path, typer.Argument(help="Manifest (.parquet, .jsonl), table (.csv) or folder.")],
    task: Annotated[str | None, typer.Option(help="Only rows with this task; short for --where task=NAME.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="Only samples with column=value (repeat).")] = None,
    facts: Annotated[FactSource, typer.Option(help="auto: what the table records, and the files where they lie beside it.")] = (
        FactSource.AUTO
    ),
    content: Annotated[bool, typer.Option("--content", help="Decode too, and see what 8x8 mean colours tell.")] = False,
    root: Annotated[Path | None, typer.Option(help="Folder that paths are relative to; default: the manifest's.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Look at this many samples only.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write all numbers as JSON.")] = None,
    fail_above: Annotated[float | None, typer.Option(min=0.5, max=1, help="Exit with 4 if an AUROC is above this.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of folds and intervals.")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0: one for each processor.")] = 0,
) -> None:
    """Train trivial classifiers on container facts alone and say how well they tell the classes apart."""
    from fakeprint.cli.data_input import read_input
    from fakeprint.cli.exit_codes import ExitCode
    from fakeprint.core.durable import write_atomic

    wanted = (*(where or ()), *((f"task={task}",) if task else ()))
    given = read_input(manifest, where=wanted, root=root, limit=limit, seed=seed)
    audits = _audits(given, facts, content=content, seed=seed, jobs=jobs)
    for one in audits:
        typer.echo(audit_text(one))
    if out is not None:
        write_atomic(out, ("[" + ",\n".join(one.model_dump_json(indent=2) for one in audits) + "]\n").encode())
    worst = max((one.auroc for one in audits if one.auroc is not None), default=0.5)
    if fail_above is not None and worst > fail_above:
        raise typer.Exit(ExitCode.LEVEL_REACHED)


def _audits(given: "DataInput", facts: FactSource, *, content: bool, seed: int, jobs: int) -> "list[Audit]":
    from fakeprint.core.errors import UsageError
    from fakeprint.suites.recorded_facts import recorded_in_samples, recorded_in_table

    audits = []
    if facts is not FactSource.FILES:
        table = given.path.suffix == ".csv"
        recorded = recorded_in_table(given.path) if table else recorded_in_samples(given.samples)
        if any(one.id in recorded for one in given.samples):
            audits.append(_audit(given, recorded, source="recorded", thumbnails={}, seed=seed))
        elif facts is FactSource.RECORDED:
            raise UsageError(f"{given.path.name} records no container facts; use --facts files")
    there = facts is FactSource.FILES or not audits or any((given.root / one.path).is_file() for one in given.samples[:20])
    if facts is not FactSource.RECORDED and there:
        audits.append(_of_files(given, content=content, seed=seed, jobs=jobs))
    return audits


def _of_files(given: "DataInput", *, content: bool, seed: int, jobs: int) -> "Audit":
    from fakeprint.cli.progress import progress_over
    from fakeprint.suites.file_survey import SurveySetup, survey

    return audit_surveyed(
        given, progress_over(survey(given.samples, given.root, SurveySetup(pixels=content), jobs=jobs), on=True), seed=seed
    )


def audit_surveyed(given: "DataInput", surveyed: "Iterable[Surveyed]", *, seed: int) -> "Audit":
    """Audit the files of an input from their survey."""
    facts: dict[str, FormatFacts] = {}
    thumbnails: dict[str, tuple[int, ...]] = {}
    for one in surveyed:
        if one.facts is not None and one.error is None:
            facts[one.sample_id] = one.facts
            if one.thumbnail:
                thumbnails[one.sample_id] = one.thumbnail
    return _audit(given, facts, source="files", thumbnails=thumbnails, seed=seed)


def _audit(
    given: "DataInput",
    facts: "Mapping[str, FormatFacts]",
    *,
    source: Literal["recorded", "files"],
    thumbnails: Mapping[str, tuple[int, ...]],
    seed: int,
) -> "Audit":
    from fakeprint.suites.container_audit import AuditRows, audit

    used = [one for one in given.samples if one.id in facts]
    rows = AuditRows(
        facts=[facts[one.id] for one in used],
        labels=[one.label.positive for one in used],
        groups=[one.group for one in used],
        thumbnails=[thumbnails[one.id] for one in used] if thumbnails else (),
    )
    unreadable = len(given.samples) - len(used)
    return audit(rows, name=given.header.name, source=source, unreadable=unreadable, seed=seed)


def audit_text(one: "Audit") -> str:
    """Return an audit as a table for a terminal."""
    from fakeprint.core.sanitise import plain

    words = {"recorded": "facts recorded in the table", "files": "facts of the files as they lie there"}
    lines = [
        f"{plain(one.name)}: {words[one.source]}; {one.authentic:,} with label 0, {one.positive:,} with label 1, {one.groups:,} groups"
        + (f", {one.unreadable:,} without readable facts" if one.unreadable else ""),
        "",
        f"  {'AUROC':>6}  {'95 % interval':16} facts",
    ]
    for score in one.scores:
        value = f"{score.auroc:6.3f}" if score.auroc is not None else "   n/a"
        bounds = f"{score.low:.3f} to {score.high:.3f}" if score.low is not None and score.high is not None else (score.reason or "")
        lines.append(f"  {value}  {bounds:16} {score.facts} ({score.model})")
    lines += ["", f"  {'AUROC':>6}  single fact (direction chosen on the same rows)"]
    lines += [f"  {feature.auroc:6.3f}  {feature.name}" for feature in one.features[:8]]
    if one.cross_tabs:
        lines += ["", f"  {'label 0':>8} {'label 1':>8}  value"]
        lines += [f"  {tab.authentic:8,} {tab.positive:8,}  {tab.name} = {_shown(tab.value)}" for tab in one.cross_tabs]
    return "\n".join([*lines, "", _verdict(one), *(f"- {text}" for text in one.advice), ""])


def _shown(value: str) -> str:
    from fakeprint.core.sanitise import cap, plain

    return "(not known)" if value in ("", "nan") else cap(plain(value), 40)


def _verdict(one: "Audit") -> str:
    if one.auroc is None or one.verdict is None:
        return "No classifier could be fitted."
    words = {
        "clean": "No leak from format was found",
        "note": "Formats tell the classes apart a little",
        "warn": "Formats give the label away",
    }
    return f"{words[one.verdict.value]}: AUROC {one.auroc:.3f} (0.5 is chance, above 0.60 is a warning)."
