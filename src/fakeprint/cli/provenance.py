"""``fakeprint provenance trust``: the list of signers that credentials are checked against."""

import typer

app = typer.Typer(no_args_is_help=True, help="Trust lists for content credentials.")
trust_app = typer.Typer(no_args_is_help=True, help="Show, install or fetch the trust list.")
app.add_typer(trust_app, name="trust")
