"""``fakeprint data merge, filter, sample, verify, card``: manifests to manifests."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakeprint.core.manifest import ManifestHeader
    from fakeprint.core.sample import Sample
    from fakeprint.datasets.query import Query

OutOption = Annotated[Path, typer.Option(help="Manifest to write: .parquet or .jsonl.")]
OnlyOption = Annotated[
    list[str] | None, typer.Option("--only", help="COLUMN=VALUE[,VALUE] that samples must have (repeat; all must hold).")
]
WhereOption = Annotated[str | None, typer.Option("--where", help="SQL condition over the columns of the manifest.")]


class Clash(StrEnum):
    """What to do where two manifests hold one id."""

    ERROR = "error"
    FIRST = "first"
    PREFIX = "prefix"


def merge_command(
    manifests: Annotated[list[Path], typer.Argument(help="Manifests, .parquet or .jsonl, in order.")],
    out: OutOption,
    clash: Annotated[Clash, typer.Option(help="Same id twice: an error, the first one wins, or ids and groups get the name as prefix.")] = (
        Clash.ERROR
    ),
    name: Annotated[str | None, typer.Option(help="Name of the merged set.")] = None,
) -> None:
    """Join manifests into one; also turns .jsonl into .parquet and back."""
    from fakeprint.datasets.merge import merge, merged_header

    _write(out, merged_header(manifests, name or out.stem), merge(manifests, clash.value))


def filter_command(manifest: Path, out: OutOption, only: OnlyOption = None, where: WhereOption = None) -> None:
    """Keep the samples that match, in order."""
    from fakeprint.datasets.query import select
    from fakeprint.datasets.store import read_header

    query = _query(only, where)
    _write(out, read_header(manifest), select(manifest, query))


def sample_command(
    manifest: Path,
    out: OutOption,
    size: Annotated[int, typer.Option(min=1, help="How many samples, of each value of --per if given.")],
    seed: Annotated[int, typer.Option(help="The choice depends on seed and ids only.")] = 0,
    per: Annotated[str | None, typer.Option(help="Column whose values get SIZE samples each, such as label or family.")] = None,
    only: OnlyOption = None,
    where: WhereOption = None,
) -> None:
    """Draw samples at random."""
    from fakeprint.datasets.query import draw
    from fakeprint.datasets.store import read_header

    _write(out, read_header(manifest), draw(manifest, size, seed, _query(only, where), per=per))


def count_command(
    manifest: Path,
    by: Annotated[list[str] | None, typer.Option("--by", help="Column to count by (repeat).")] = None,
    only: OnlyOption = None,
    where: WhereOption = None,
) -> None:
    """Count samples, by columns if asked."""
    from fakeprint.core.sanitise import plain
    from fakeprint.datasets.query import count, counts_by

    query = _query(only, where)
    if by:
        for values, number in counts_by(manifest, by, query).items():
            typer.echo("\t".join([str(number), *(plain(value) if value is not None else "-" for value in values)]))
    else:
        typer.echo(str(count(manifest, query)))


def verify_command(
    manifest: Path,
    root: Annotated[Path | None, typer.Option(help="Folder of the files; also looks whether every file is there.")] = None,
    hashes: Annotated[bool, typer.Option("--hashes", help="Also compare sizes and sha256 of the files, reading all of them.")] = False,
) -> None:
    """Check that every row can be read, ids are unique, no group lies in two splits; and, with --root, that files are as recorded."""
    from fakeprint.cli.exit_codes import ExitCode
    from fakeprint.core.sanitise import plain
    from fakeprint.datasets.soundness import verify

    found = verify(manifest, root, hashes=hashes)
    for problem in found.problems:
        typer.echo(plain(problem))
    typer.echo(found.line(), err=True)
    if found.count:
        raise typer.Exit(ExitCode.INPUT_FAILED)


def card_command(manifest: Path) -> None:
    """Write the dataset card of a manifest again: NAME.card.md and NAME.croissant.json."""
    from fakeprint.datasets.store import CARD_SUFFIX, CROISSANT_SUFFIX, read_header, read_samples, write_card
    from fakeprint.datasets.summary import Summary

    summary = Summary()
    for _ in summary.over(read_samples(manifest)):
        pass
    write_card(manifest, read_header(manifest), summary)
    typer.echo(f"wrote {manifest.with_suffix(CARD_SUFFIX)} and {manifest.with_suffix(CROISSANT_SUFFIX)}", err=True)


def _query(only: list[str] | None, where: str | None) -> "Query":
    from fakeprint.cli.data_import import parse_options
    from fakeprint.datasets.query import Query

    return Query({name: tuple(value.split(",")) for name, value in parse_options(only or []).items()}, where)


def _write(out: Path, header: "ManifestHeader", samples: "Iterable[Sample]") -> None:
    from fakeprint.datasets.store import write_manifest

    summary = write_manifest(out, header, samples)
    typer.echo(f"wrote {out}: {summary.samples:,} samples in {summary.groups:,} groups", err=True)
