"""Export a trained face finder: ``model.onnx``, checked against PyTorch, and ``card.json`` without measured numbers."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from fakeprint.core.card import Card, CardFile, DataSource, FaceSearchSpec, InputSpec, OutputSpec, PixelSpec
from fakeprint.core.durable import atomic_file
from fakeprint.core.errors import UsageError
from fakeprint.core.evidence import Question, Route
from fakeprint.core.sample import Label
from fakeprint.datasets.table import read_table
from fakeprint.detectors.artifact import CARD, GRAPH
from fakeprint.learn.blazeface import FRONT_SIZE, FrontNet, load_front
from fakeprint.learn.checkpoint import load_checkpoint
from fakeprint.learn.face_distil import CHECKPOINT
from fakeprint.learn.face_graph import graph_of, halved, rounded, write_graph
from fakeprint.learn.face_recipe import FaceRecipe

_SMALL = 32
"""Licence texts of a source are joined up to so many."""


def write_card(recipe: FaceRecipe, network: FrontNet, data: Path, folder: Path) -> Card:
    """Write ``card.json`` for the graph that stands in the folder."""
    content = (folder / GRAPH).read_bytes()
    card = Card(
        name=recipe.name,
        version=recipe.version,
        title=recipe.card.title,
        question=Question.MANIPULATED,
        route=Route.FACE,
        description=recipe.card.description,
        created=datetime.now(UTC).date().isoformat(),
        architecture="BlazeFace, front network (128 x 128)",
        parameters=sum(one.numel() for one in network.parameters()),
        terms=recipe.card.terms,
        input=InputSpec(
            pixels=PixelSpec(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
            crop=FaceSearchSpec(
                size=FRONT_SIZE,
                min_score=recipe.min_score,
                nms_overlap=recipe.nms_overlap,
                policy=recipe.policy,
                min_face=recipe.min_face,
                again=recipe.again,
                min_first=recipe.min_first,
            ),
        ),
        outputs=(OutputSpec(name="anchors", shape=("n", "896", "17"), meaning="boxes, key points and logit of a face, per anchor"),),
        sources=_sources(recipe, data),
        validated_until=recipe.card.validated_until,
        known_failures=recipe.card.known_failures,
        command=f"python -m fakeprint.learn.face_make --recipe recipes/{recipe.name}.yaml --data DATA --run RUN --out ARTIFACT",
        recipe_sha256=recipe.sha256(),
        seed=recipe.seed,
        files=(CardFile(name=GRAPH, bytes=len(content), sha256=sha256(content).hexdigest()),),
    )
    with atomic_file(folder / CARD) as stream:
        stream.write(card.model_dump_json(indent=1).encode() + b"\n")
    return card


def _sources(recipe: FaceRecipe, data: Path) -> tuple[DataSource, ...]:
    """Return the collections that were trained on, with what their keepers state; the label played no part."""
    sources = []
    weights = [("front weights", recipe.data.start)] + [("back weights, its teacher", recipe.data.teacher)] * bool(recipe.stages)
    for name, path in weights:
        text = f"BlazeFace {name} (safetensors sha256 {sha256((data / path).read_bytes()).hexdigest()})"
        sources.append(DataSource(name=text, role="train", authentic=0, positive=0, terms="Apache-2.0"))
    if not recipe.stages:
        return tuple(sources)
    tasks = (*recipe.data.faces, *recipe.data.scenes)
    samples = [one for task in tasks for one in read_table(data / recipe.data.manifest, where={"task": task, "split": "train"}).samples]
    for name in sorted({one.source for one in samples}):
        own = [one for one in samples if one.source == name]
        authentic = sum(one.label is Label.AUTHENTIC for one in own)
        terms = "; ".join(sorted({one.licence or "none stated" for one in own})[:_SMALL])
        sources.append(DataSource(name=name, role="train", authentic=authentic, positive=len(own) - authentic, terms=terms))
    return tuple(sources)


def trained(recipe: FaceRecipe, data: Path, run: Path) -> FrontNet:
    """Return the averaged weights of a finished run, or the published ones where nothing is trained."""
    if not recipe.stages:
        return load_front(data / recipe.data.start)
    held = load_checkpoint(run / CHECKPOINT, key=recipe.training_key())
    if held is None or held["step"] < recipe.steps:
        raise UsageError(f"{run.name} holds no finished run of this recipe; finish it with fakeprint.learn.face_make")
    network = FrontNet()
    network.load_state_dict(held["average"])
    return network.eval()


def export(recipe: FaceRecipe, data: Path, run: Path, folder: Path) -> Card:
    """Write the artifact of a finished run.

    Raises:
        UsageError: the run is not finished.
        ArtifactError: the graph does not compute what the network does.
    """
    network = rounded(trained(recipe, data, run))
    folder.mkdir(parents=True, exist_ok=True)
    write_graph(halved(graph_of(network, size=FRONT_SIZE)), network, folder / GRAPH, size=FRONT_SIZE)
    return write_card(recipe, network, data, folder)
