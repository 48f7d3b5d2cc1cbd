"""Weights made elsewhere to an artifact: the recipe names the network, the file brings its numbers."""

from hashlib import file_digest, sha256
from pathlib import Path

from torch import Tensor, nn

from fakeprint.core.card import Card, CardFile, DataSource
from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.run import now
from fakeprint.learn.export import export
from fakeprint.learn.network import count_parameters
from fakeprint.learn.networks import make_network
from fakeprint.learn.outputs import output_specs
from fakeprint.learn.recipe import NetworkMember, Recipe, SiameseMember, read_recipe
from fakeprint.learn.weights_file import read_weights

_SHOWN = 5


def convert(weights: Path, recipe_path: Path, output: Path) -> Path:
    """Write the artifact of a recipe's one network with these weights; returns its folder ``output/<name>``.

    ``weights`` is ``.safetensors``, or a legacy checkpoint, which is read in a sandboxed process.  The card carries no calibration and
    no measured numbers: nothing was measured, so no verdict rests on such an artifact until it is calibrated.

    Raises:
        UsageError: the recipe has not exactly one network, or the tensors do not fit it.
    """
    recipe = read_recipe(recipe_path)
    member = recipe.members[0]
    if isinstance(member, SiameseMember):
        member = member.classifier
    if len(recipe.members) != 1 or not isinstance(member, NetworkMember):
        raise UsageError(f"{recipe_path.name} must have exactly one member, a network, to be given weights")
    network = make_network(member).eval()
    tensors = read_weights(weights)
    adapt = getattr(network, "from_published", None)
    tensors, notes = adapt(tensors) if adapt else (tensors, ())
    _require_fit(network.state_dict(), tensors, weights.name)
    network.load_state_dict(tensors)
    folder = output / recipe.name
    export(network, folder, size=recipe.input.crop.size)
    return _write_card(recipe, folder, network, weights, notes)


def _require_fit(wanted: dict[str, Tensor], found: dict[str, Tensor], name: str) -> None:
    missing = sorted(wanted.keys() - found.keys())
    surplus = sorted(found.keys() - wanted.keys())
    shapes = sorted(key for key in wanted.keys() & found.keys() if wanted[key].shape != found[key].shape)
    if missing or surplus or shapes:
        told = {"missing": missing, "not wanted": surplus, "of another shape": shapes}
        lines = [f"{what}: {', '.join(names[:_SHOWN])}{' ...' if len(names) > _SHOWN else ''}" for what, names in told.items() if names]
        raise UsageError(f"{name} does not fit the recipe's network; {'; '.join(lines)}")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _write_card(recipe: Recipe, folder: Path, network: nn.Module, weights: Path, notes: tuple[str, ...]) -> Path:
    names = ("model.onnx", "weights.safetensors")
    files = [(name, (folder / name).read_bytes()) for name in names]
    card = Card(
        name=recipe.name,
        version=recipe.version,
        title=recipe.card.title,
        question=recipe.question,
        route=recipe.route,
        description=recipe.card.description,
        created=now(),
        architecture=f"{recipe.members[0].name} (network), weights from {weights.name} (sha256 {_sha256(weights)})",
        parameters=count_parameters(network),
        terms=recipe.card.terms,
        input=recipe.input,
        outputs=output_specs(network),
        sources=(DataSource(name="unknown to this program", role="train", authentic=0, positive=0, terms=recipe.card.terms),),
        validated_until=recipe.card.validated_until,
        known_failures=(*recipe.card.known_failures, *notes, "Converted weights: nothing was measured and nothing is calibrated."),
        command=f"fakeprint models convert {weights.name}",
        recipe_sha256=recipe.sha256(),
        seed=recipe.seed,
        files=tuple(CardFile(name=name, bytes=len(data), sha256=sha256(data).hexdigest()) for name, data in files),
    )
    write_atomic(folder / "card.json", (card.model_dump_json(indent=2) + "\n").encode())
    return folder
