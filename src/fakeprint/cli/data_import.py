"""``fakeprint data import``: a public data set to a manifest."""

from pathlib import Path
from typing import Annotated

import typer


def import_command(
    kind: Annotated[str, typer.Argument(help="Which layout; all are listed if none is given.")] = "",
    path: Annotated[str, typer.Argument(help="File or folder of the data set, or hf:OWNER/NAME; without it the layout is explained.")] = "",
    out: Annotated[Path, typer.Option(help="Manifest to write: .parquet (with a .jsonl twin while it is small) or .jsonl.")] = Path(
        "manifest.parquet"
    ),
    option: Annotated[list[str] | None, typer.Option("--set", help="Option of the importer as NAME=VALUE (repeat).")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the data set; default is the name of the manifest.")] = None,
) -> None:
    """Read a data set in its own layout into a manifest with its card; nothing is downloaded, no pixels are read."""
    if not kind:
        _list_kinds()
    elif not path:
        _explain(kind)
    else:
        from fakeprint.build import REFUSED_SUFFIX, build
        from fakeprint.core.sanitise import plain

        built = build(kind, Path(path), out, parse_options(option or []), name=name)
        for line in built.tally.lines():
            typer.echo(plain(line), err=True)
        labels = ", ".join(f"{count:,} {label}" for label, count in sorted(built.summary.labels.items()))
        typer.echo(f"wrote {out}: {built.summary.samples:,} samples ({labels}) in {built.summary.groups:,} groups", err=True)
        if built.tally.refused:
            typer.echo(f"what was refused stands in {out.with_suffix(REFUSED_SUFFIX)}", err=True)
        typer.echo(f"licence: {built.importer.licence}", err=True)


def parse_options(pairs: list[str]) -> dict[str, str]:
    """Return ``NAME=VALUE`` texts as a mapping; the same name twice is an error."""
    from fakeprint.core.errors import UsageError

    options: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"an option is written NAME=VALUE; got {pair!r}")
        if name in options:
            raise UsageError(f"the option {name} was given twice")
        options[name] = value
    return options


def _list_kinds() -> None:
    from fakeprint.datasets import DATASETS

    for kind in DATASETS.names():
        typer.echo(f"{kind:<16} {DATASETS.load(kind).title}")


def _explain(kind: str) -> None:
    from inspect import cleandoc

    from fakeprint.datasets import DATASETS

    importer = DATASETS.load(kind)
    typer.echo(cleandoc(importer.__doc__ or ""))
    typer.echo(f"\nGroups: {importer.grouping}.")
    for name, field in importer.model_fields.items():
        typer.echo(f"  --set {name}=...   default {field.default}")
