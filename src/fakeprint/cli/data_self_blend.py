"""``fakeprint data self-blend``: manipulated faces out of pictures as filmed, with masks and steps."""

from pathlib import Path
from typing import Annotated

import typer


def self_blend_command(
    manifest: Annotated[Path, typer.Argument(help="Manifest (.parquet, .jsonl), table (.csv) or folder of pictures as filmed.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the new files, manifest.jsonl and failed.json.")],
    where: Annotated[list[str] | None, typer.Option(help="Only samples with column=value (repeat).")] = None,
    root: Annotated[Path | None, typer.Option(help="Folder that paths are relative to; default: the manifest's.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Blend a sample of this size.")] = None,
    count: Annotated[int, typer.Option(min=1, max=1000, help="Blends of each picture.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every draw.")] = 0,
    min_side: Annotated[float, typer.Option(min=24, help="Least side of a face in pixels.")] = 48,
    law: Annotated[Path | None, typer.Option(help="YAML file with ranges; default: the published ones.")] = None,
) -> None:
    """Write pictures with a face and self-blended copies of them as a manifest of pairs; pictures without a face are listed as failed."""
    import json

    from fakeprint.cli.data_input import read_input
    from fakeprint.cli.progress import progress_over
    from fakeprint.collect.self_blended import BlendTally, blend_samples
    from fakeprint.core.durable import write_atomic
    from fakeprint.core.errors import UsageError
    from fakeprint.datasets.store import write_manifest
    from fakeprint.generators.blend_law import read_law

    ranges = None if law is None else read_law(law)
    if out.resolve() == (root or (manifest if manifest.is_dir() else manifest.parent)).resolve():
        raise UsageError("--out must be another folder than the one that is read")
    given = read_input(manifest, where=tuple(where or ()), root=root, limit=limit, seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    tally = BlendTally()
    samples = progress_over(given.samples, on=True)
    made = blend_samples(samples, given.root, out, tally, law=ranges, count=count, seed=seed, min_side=min_side)
    header = given.header.model_copy(update={"name": f"{given.header.name}-self-blended"})
    try:
        summary = write_manifest(out / "manifest.jsonl", header, made)
    finally:
        write_atomic(out / "failed.json", (json.dumps(tally.reasons, indent=2) + "\n").encode())
    typer.echo(f"{tally.read:,} pictures read, {tally.written:,} blends written; {summary.samples:,} samples in {out / 'manifest.jsonl'}")
    for reason, number in tally.failed.most_common():
        typer.echo(f"failed: {number:,} {reason}")
