"""``fakeprint data legacy-split``: the splits that DFLIP-3K and D3 were published with, for comparison only."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fakeprint.datasets.legacy_dflip_split import QaRow


class Legacy(StrEnum):
    """Which published split."""

    DFLIP3K_V1 = "dflip3k-v1"
    DFLIP3K_V2 = "dflip3k-v2"
    D3 = "d3"


def legacy_split_command(
    kind: Annotated[Legacy, typer.Argument(help="dflip3k-v1: rows of questions; dflip3k-v2: a manifest; d3: lists of shards.")],
    source: Annotated[
        Path | None, typer.Argument(help="JSON of question rows, or a manifest; d3 takes a list of small shards, or none.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the result.")] = Path("legacy-split"),
    older: Annotated[bool, typer.Option("--older", help="dflip3k-v2: 80/10/10 instead of 80/20.")] = False,
) -> None:
    """Rebuild a published split.  Their groups straddle, so they are written as lists, never as manifests to train on."""
    from fakeprint.core.errors import UsageError

    if kind is Legacy.D3:
        _d3(source, out)
    elif source is None:
        raise UsageError(f"{kind.value} needs the file that is split")
    elif kind is Legacy.DFLIP3K_V1:
        _v1(source, out)
    else:
        _v2(source, out, older=older)


def _v1(source: Path, out: Path) -> None:
    from pydantic import TypeAdapter, ValidationError

    from fakeprint.core.errors import UsageError
    from fakeprint.datasets.legacy_dflip_split import QaRow, balance_train, capped_test, pd_test

    try:
        rows = TypeAdapter(list[QaRow]).validate_json(source.read_bytes())
    except (ValidationError, OSError) as error:
        raise UsageError(f"{source.name} is no list of question rows: {str(error).splitlines()[0]}") from error
    test = pd_test(rows)
    _write_rows(out / "balance_train.json", balance_train(rows))
    _write_rows(out / "pd_test.json", test)
    _write_rows(out / "sdft_test_100.json", capped_test(test))


def _write_rows(path: Path, rows: "list[QaRow]") -> None:
    from pydantic import RootModel

    from fakeprint.core.durable import write_atomic
    from fakeprint.datasets.legacy_dflip_split import QaRow

    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, RootModel[list[QaRow]](rows).model_dump_json(indent=1).encode())
    typer.echo(f"wrote {path}: {len(rows):,} rows")


def _v2(source: Path, out: Path, *, older: bool) -> None:
    from fakeprint.datasets.legacy_dflip_split import v2_split
    from fakeprint.datasets.store import read_samples

    split = v2_split([sample.path for sample in read_samples(source)], validation_of_its_own=older)
    for name in sorted(set(split.values())):
        _write_list(out / f"{name}.txt", [path for path, one in split.items() if one == name])


def _d3(source: Path | None, out: Path) -> None:
    from fakeprint.datasets.legacy_d3_split import read_shard_list, select_small, shard_lists

    for name, shards in shard_lists().items():
        _write_list(out / f"{name}{'' if name.endswith('linear-shards') else '.shards'}", shards)
    if source is not None:
        for name, shards in select_small(read_shard_list(source)).items():
            _write_list(out / f"small-{name}.shards", shards)


def _write_list(path: Path, lines: "tuple[str, ...] | list[str]") -> None:
    from fakeprint.core.durable import write_atomic

    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, "".join(f"{line}\n" for line in lines).encode())
    typer.echo(f"wrote {path}: {len(lines):,} lines")
