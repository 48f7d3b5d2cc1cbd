"""``fakeprint models``: the model artifacts that detectors run."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="List, inspect, check, fetch and make model artifacts.")

_Name = Annotated[str, typer.Argument(help="A shipped name, or an artifact folder.")]


@app.command("list")
def list_command() -> None:
    """List the artifacts that ship with the package and those in the user data folder."""
    from fakeprint.detectors.artifact import CARD, load_artifact, shipped_folder, shipped_names
    from fakeprint.detectors.pull import models_folder

    pulled = models_folder()
    folders = [shipped_folder() / name for name in shipped_names()]
    folders += sorted(path.parent for path in pulled.glob(f"*/{CARD}")) if pulled else []
    for folder in folders:
        card = load_artifact(folder).card
        size = sum(file.bytes for file in card.files)
        typer.echo(f"{card.name}  {card.version}  {size / 1e6:.1f} MB  validated until {card.validated_until}  {card.title}")


@app.command("info")
def info_command(
    name: _Name,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole card as JSON.")] = False,
) -> None:
    """Show an artifact's card: what it takes, what it was measured to be worth, its sources, terms and known failures."""
    from fakeprint.detectors.artifact import load_artifact
    from fakeprint.reports.card_text import card_text

    card = load_artifact(name).card
    typer.echo(card.model_dump_json(indent=2) if as_json else card_text(card), nl=as_json)


@app.command("verify")
def verify_command(name: _Name) -> None:
    """Check every file of an artifact against its card, and that its graph opens and gives numbers."""
    from fakeprint.detectors.artifact import load_artifact, probe

    artifact = load_artifact(name)
    outputs = probe(artifact)
    typer.echo(f"{artifact.card.name} {artifact.card.version}: {len(artifact.card.files)} files as the card says; outputs {outputs}")


@app.command("pull")
def pull_command(
    url: Annotated[str, typer.Argument(help="Address of the artifact's card.json.")],
    sha256: Annotated[str, typer.Option(help="Expected digest of the card.")],
    folder: Annotated[Path | None, typer.Option(help="Store here instead of the user data folder.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Make any network access an error.")] = False,
) -> None:
    """Fetch an artifact.  Nothing is fetched without this command."""
    from fakeprint.core.offline import forbid_network
    from fakeprint.detectors.pull import pull

    if offline:
        forbid_network()
    artifact = pull(url, sha256, folder, say=lambda line: typer.echo(line, err=True))
    typer.echo(str(artifact.folder))


@app.command("convert")
def convert_command(
    weights: Annotated[Path, typer.Argument(help="A legacy checkpoint: .pth, .pt, .ckpt.")],
    recipe: Annotated[Path, typer.Option(help="The recipe whose network the weights belong to.")],
    out: Annotated[Path, typer.Option(help="Folder for the artifact.")] = Path("models"),
    trusted: Annotated[bool, typer.Option("--i-trust-this-file", help="Required: legacy files can carry programs.")] = False,
) -> None:
    """Turn a legacy checkpoint into an artifact.  It is read in a process without network that refuses everything but tensors."""
    from fakeprint.core.errors import UsageError

    if not trusted:
        raise UsageError(f"{weights.name}: legacy checkpoints can carry programs; if you trust it, add --i-trust-this-file")
    _to_artifact(weights, recipe, out)


@app.command("export")
def export_command(
    weights: Annotated[Path, typer.Argument(help="weights.safetensors of a network.")],
    recipe: Annotated[Path, typer.Option(help="The recipe whose network the weights belong to.")],
    out: Annotated[Path, typer.Option(help="Folder for the artifact.")] = Path("models"),
) -> None:
    """Write the ONNX graph and the card of a network's weights, checked number by number."""
    from fakeprint.core.errors import UsageError

    if weights.suffix != ".safetensors":
        raise UsageError(f"{weights.name} is no .safetensors file; use: fakeprint models convert")
    _to_artifact(weights, recipe, out)


def _to_artifact(weights: Path, recipe: Path, out: Path) -> None:
    from importlib.util import find_spec

    from fakeprint.core.errors import MissingExtraError

    if find_spec("torch") is None:
        raise MissingExtraError("torch", "train")
    from fakeprint.learn.convert import convert

    typer.echo(str(convert(weights, recipe, out)))
