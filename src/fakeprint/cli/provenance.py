"""``fakeprint provenance trust``: the lists of signers that content credentials are checked against."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="What files declare about their origin.")
trust_app = typer.Typer(no_args_is_help=True, help="Lists of trusted signers for content credentials.")
app.add_typer(trust_app, name="trust")


class TrustSourceName(StrEnum):
    """Which public list ``update`` fetches."""

    OFFICIAL = "official"
    INTERIM = "interim"


@trust_app.command("show")
def show_command() -> None:
    """Say which lists are installed."""
    from fakeprint.provenance import trust

    found = trust.load()
    if found is None:
        typer.echo("no trust list is installed; whether signers are trusted is not checked")
        return
    for source in found.sources:
        typer.echo(f"{source.name}  {source.date or 'date unknown'}  {source.certificates} certificates  sha256 {source.sha256}")


@trust_app.command("update")
def update_command(
    source: Annotated[TrustSourceName, typer.Option(help="The official lists, or the interim list that is frozen since 2026-01-01.")] = (
        TrustSourceName.OFFICIAL
    ),
    sha256: Annotated[list[str] | None, typer.Option(help="Expected digest of each list (repeat); without it nothing is stored.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Store here instead of the user data folder.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Make any network access an error.")] = False,
) -> None:
    """Fetch the public lists.  This is the only command that fetches them."""
    from fakeprint.core.offline import forbid_network
    from fakeprint.provenance.trust_update import OFFICIAL_SOURCES, SOURCES, update

    if offline:
        forbid_network()
    sources = OFFICIAL_SOURCES if source is TrustSourceName.OFFICIAL else (SOURCES[source.value],)
    for one in sources:
        typer.echo(f"fetching {one.url}", err=True)
    for fetched in update(sources, digests=sha256 or (), folder=folder):
        state = f"stored in {fetched.stored}" if fetched.stored else "not stored: compare the digest, then repeat with --sha256"
        typer.echo(f"{fetched.source.name}: {fetched.certificates} certificates, sha256 {fetched.sha256}, {state}")
