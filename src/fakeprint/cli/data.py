"""``fakeprint data``: datasets from public sources to manifests one can train and measure on."""

import typer

app = typer.Typer(no_args_is_help=True, help="Build, check and describe datasets.")
