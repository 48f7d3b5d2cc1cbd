"""``fakeprint dfspot``: the command line of DFSpot, carried out by ours (specs: dfspot 3)."""

import typer


def dfspot_command(context: typer.Context) -> None:
    """Take DFSpot's options and write its lists; ``fakeprint dfspot --help`` shows them all, docs/dfspot.md maps them to ours."""
    from fakeprint.cli.dfspot_options import parse_options
    from fakeprint.cli.dfspot_run import run_dfspot

    raise typer.Exit(run_dfspot(parse_options(context.args)))
