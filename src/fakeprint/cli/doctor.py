"""``fakeprint doctor``: what is installed, what is missing, and what that means for results."""

import sys

import typer


def doctor_command() -> None:
    """Report versions, optional parts, codecs, the sandbox and the trust list."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from fakeprint.cli.health import checks

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    table = Table(box=None, show_header=True, pad_edge=False)
    for column in ("", "what", "state", "effect on results"):
        table.add_column(column, overflow="fold")
    found = checks()
    for check in found:
        table.add_row(*(Text(cell) for cell in ("ok" if check.ok else "--", check.what, check.state, check.effect)))
    console.print(table)
    if not all(check.ok for check in found if check.required):
        raise typer.Exit(1)
