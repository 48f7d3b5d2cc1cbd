"""``fakeprint schema``: the JSON Schemas of everything that is written or sent."""

from pathlib import Path
from typing import Annotated

import typer


def schema_command(
    name: Annotated[str, typer.Argument(help="Which record; all are listed if none is given.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write every schema into this folder instead.")] = None,
) -> None:
    """Print the JSON Schema of a record, or write all of them."""
    from fakeprint.core.durable import write_atomic
    from fakeprint.core.registry import unknown_name
    from fakeprint.core.schemas import RECORDS, schema_text

    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for record in RECORDS:
            write_atomic(out / f"{record}.json", schema_text(record).encode())
        typer.echo(f"wrote {len(RECORDS)} schemas to {out}", err=True)
    elif not name:
        typer.echo("\n".join(RECORDS))
    elif name in RECORDS:
        typer.echo(schema_text(name), nl=False)
    else:
        raise unknown_name("record", name, RECORDS)
