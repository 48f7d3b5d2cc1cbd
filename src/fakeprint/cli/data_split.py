"""``fakeprint data split`` and ``fakeprint data leakage``: splits that keep together what hangs together, and a report on any split."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fakeprint.datasets.keys import Keys
    from fakeprint.datasets.leakage import LeakageReport
    from fakeprint.datasets.split import SplitRecipe

JOINS = "prompt, uploader, sha256, url, pair, phash"


def split_command(
    manifest: Annotated[Path, typer.Argument(help="Manifest, .parquet or .jsonl.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Manifest to write, .parquet or .jsonl; with --folds a .csv of id and fold.")],
    shares: Annotated[str, typer.Option(help="Shares of samples.")] = "train=0.7,val=0.1,calib=0.1,test=0.1",
    seed: Annotated[int, typer.Option(help="The result depends on seed, ids, groups and keys, not on order.")] = 0,
    join: Annotated[list[str] | None, typer.Option(help=f"Besides the group, keep together what shares this (repeat): {JOINS}.")] = None,
    radius: Annotated[int, typer.Option(min=0, max=15, help="Bits in which perceptual hashes of near duplicates may differ.")] = 8,
    hold_out_family: Annotated[list[str] | None, typer.Option(help="Put this whole family into the test split (repeat).")] = None,
    hold_out_generator: Annotated[list[str] | None, typer.Option(help="Put this whole generator into the test split (repeat).")] = None,
    hold_out_version: Annotated[list[str] | None, typer.Option(help="Put this whole version into the test split (repeat).")] = None,
    cap: Annotated[int | None, typer.Option(min=1, help="Most samples of one generator, or source of label 0, in one split.")] = None,
    folds: Annotated[int | None, typer.Option(min=2, help="Write fold numbers instead of splits.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the leakage report of the new split as JSON.")] = None,
) -> None:
    """Split a manifest by groups, with hold-outs and caps, and report what still crosses."""
    from pydantic import ValidationError

    from fakeprint.core.durable import write_atomic
    from fakeprint.core.errors import UsageError
    from fakeprint.datasets.leakage import leakage
    from fakeprint.datasets.rewrite import read_keys, write_assigned
    from fakeprint.datasets.split import SplitRecipe, assign, shares_of

    try:
        recipe = SplitRecipe(
            shares=dict(shares_of(shares)),
            seed=seed,
            join=tuple(join or ()),
            radius=radius,
            hold_out_families=tuple(hold_out_family or ()),
            hold_out_generators=tuple(hold_out_generator or ()),
            hold_out_versions=tuple(hold_out_version or ()),
            cap=cap,
        )
    except ValidationError as error:
        raise UsageError(str(error.errors()[0]["msg"])) from error
    keys = read_keys(manifest)
    if folds is not None:
        _write_folds(keys, folds, recipe, out)
        return
    assigned = assign(keys, recipe)
    summary = write_assigned(manifest, out, assigned.splits, assigned.groups)
    for split, count in sorted(assigned.counts().items(), key=str):
        typer.echo(f"{split.value if split else 'left out'}: {count:,}")
    typer.echo(f"wrote {out}: {summary.samples:,} samples in {summary.groups:,} groups; the largest group holds {assigned.largest:,}")
    if assigned.largest > len(keys) // 5:
        typer.echo("that group is more than a fifth of the set: some key joins too much; leave out one --join after the other", err=True)
    found = leakage(read_keys(out), radius)
    _say_leaks(found)
    if report is not None:
        write_atomic(report, found.model_dump_json(indent=2).encode())


def leakage_command(
    manifest: Annotated[Path, typer.Argument(help="Manifest, .parquet or .jsonl.")],
    radius: Annotated[int, typer.Option(min=0, max=15, help="Bits in which perceptual hashes of near duplicates may differ.")] = 8,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the report as JSON.")] = None,
) -> None:
    """Count what lies in two splits: ids, groups, addresses, hashes, near duplicates, prompts, pairs.

    Exit codes: 0 nothing crosses, 4 something does.
    """
    from fakeprint.cli.exit_codes import ExitCode
    from fakeprint.core.durable import write_atomic
    from fakeprint.datasets.leakage import leakage
    from fakeprint.datasets.rewrite import read_keys

    found = leakage(read_keys(manifest), radius)
    _say_leaks(found)
    if out is not None:
        write_atomic(out, found.model_dump_json(indent=2).encode())
    if not found.clean:
        raise typer.Exit(ExitCode.LEVEL_REACHED)


def _say_leaks(report: "LeakageReport") -> None:
    from fakeprint.core.sanitise import cap, plain

    crossing = [leak for leak in report.leaks if leak.values]
    unknown = sorted({leak.key for leak in report.leaks if not leak.known})
    if not crossing:
        typer.echo("nothing crosses two splits by the keys that are known")
    for leak in crossing:
        one, other = leak.examples[0]
        shown = f"{cap(plain(one), 60)} = {cap(plain(other), 60)}"
        typer.echo(
            f"{leak.key} lies in {leak.first} and in {leak.second}: {leak.values:,} values, {leak.samples:,} samples, such as {shown}"
        )
    if unknown:
        typer.echo(f"not compared, since no sample has it: {', '.join(unknown)}")


def _write_folds(keys: "Keys", count: int, recipe: "SplitRecipe", out: Path) -> None:
    import csv
    from io import StringIO

    from fakeprint.core.durable import write_atomic
    from fakeprint.core.sanitise import csv_cell
    from fakeprint.datasets.split import folds

    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "fold"))
    writer.writerows((csv_cell(sample_id), int(fold)) for sample_id, fold in zip(keys.ids, folds(keys, count, recipe), strict=True))
    write_atomic(out, text.getvalue().encode())
    typer.echo(f"wrote {out}: {len(keys):,} samples in {count} folds")
