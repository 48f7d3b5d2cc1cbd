"""``fakeprint data stats``: what a set holds, as numbers, a page and pictures."""

from pathlib import Path
from typing import Annotated

import typer


def stats_command(
    manifest: Annotated[Path, typer.Argument(help="Manifest (.parquet, .jsonl), table (.csv) or folder.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for statistics.html and statistics.json.")] = None,
    plots: Annotated[bool, typer.Option("--plots", help="Also write PNG pictures (needs the extra bench).")] = False,
    where: Annotated[list[str] | None, typer.Option(help="Only samples with column=value (repeat).")] = None,
    allow: Annotated[list[str] | None, typer.Option(help="Count words of prompts with this safety category too (repeat).")] = None,
) -> None:
    """Count classes, generators, prompts, samplers and sizes; the long tail; words of prompts that the safety filter lets through."""
    from fakeprint.cli.data_input import allowed_categories, stream_input
    from fakeprint.core.durable import write_atomic
    from fakeprint.core.sanitise import cap, plain
    from fakeprint.datasets.statistics import statistics_of
    from fakeprint.reports.dataset_statistics import statistics_html, statistics_plots

    header, samples, _ = stream_input(manifest, where=tuple(where or ()))
    found = statistics_of(samples, header.name, allowed_categories(allow))
    typer.echo(f"{plain(found.name)}: {found.samples:,} samples, {found.groups:,} groups, {found.duplicates:,} copies")
    for title in ("labels", "families", "generators", "codecs", "sizes", "samplers"):
        shown = ", ".join(f"{cap(plain(name), 40)} {count:,}" for name, count in getattr(found, title)[:8])
        if shown:
            typer.echo(f"{title}: {shown}")
    for kind, tail in found.long_tails:
        typer.echo(f"long tail of {kind}: {tail.names:,} names, {tail.under_5:,} with fewer than 5, largest {tail.largest:,}")
    typer.echo(f"prompts: {found.prompts.present:,} ({found.prompts.distinct:,} different), median {found.prompts.median_words} words")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        pictures = statistics_plots(found) if plots else {}
        for name, data in pictures.items():
            write_atomic(out / name, data)
        write_atomic(out / "statistics.json", found.model_dump_json(indent=2).encode())
        write_atomic(out / "statistics.html", statistics_html(found))
        typer.echo(f"wrote {out / 'statistics.html'}")
