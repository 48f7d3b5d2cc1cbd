"""Export a trained face finder: ``python -m fakeprint.learn.face_export --recipe FILE --data FOLDER --run FOLDER --out FOLDER``.

Writes ``model.onnx``, checked against PyTorch, and ``card.json`` without measured numbers, which :mod:`fakeprint.learn.face_eval` adds.
"""

import argparse
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
from fakeprint.learn.blazeface import BACK_SIZE
from fakeprint.learn.checkpoint import load_checkpoint
from fakeprint.learn.face_distil import CHECKPOINT
from fakeprint.learn.face_graph import compact, graph_of, halved, write_graph
from fakeprint.learn.face_recipe import FaceRecipe, read_face_recipe
from fakeprint.learn.face_student import StudentNet

_SMALL = 32
"""Licence texts of a source are joined up to so many."""


def write_card(recipe: FaceRecipe, network: StudentNet, data: Path, folder: Path) -> Card:
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
        architecture=f"depthwise units under the heads of BlazeFace, {recipe.student.model_dump_json()}",
        parameters=sum(one.numel() for one in network.parameters()),
        terms=recipe.card.terms,
        input=InputSpec(
            pixels=PixelSpec(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
            crop=FaceSearchSpec(
                size=BACK_SIZE,
                min_score=recipe.min_score,
                nms_overlap=recipe.nms_overlap,
                policy=recipe.policy,
                min_face=recipe.min_face,
            ),
        ),
        outputs=(OutputSpec(name="anchors", shape=("n", "896", "17"), meaning="boxes, key points and logit of a face, per anchor"),),
        sources=_sources(recipe, data),
        validated_until=recipe.card.validated_until,
        known_failures=recipe.card.known_failures,
        command=f"python -m fakeprint.learn.face_distil --recipe recipes/{recipe.name}.yaml --data DATA --out RUN",
        recipe_sha256=recipe.sha256(),
        seed=recipe.seed,
        files=(CardFile(name=GRAPH, bytes=len(content), sha256=sha256(content).hexdigest()),),
    )
    with atomic_file(folder / CARD) as stream:
        stream.write(card.model_dump_json(indent=1).encode() + b"\n")
    return card


def _sources(recipe: FaceRecipe, data: Path) -> tuple[DataSource, ...]:
    """Return the collections that were trained on, with what their keepers state; the label played no part."""
    weights = sha256((data / recipe.data.teacher).read_bytes()).hexdigest()
    teacher = f"BlazeFace back weights (teacher; safetensors sha256 {weights})"
    sources = [DataSource(name=teacher, role="train", authentic=0, positive=0, terms="Apache-2.0")]
    tasks = (*recipe.data.faces, *recipe.data.scenes)
    samples = [one for task in tasks for one in read_table(data / recipe.data.manifest, where={"task": task, "split": "train"}).samples]
    for name in sorted({one.source for one in samples}):
        own = [one for one in samples if one.source == name]
        authentic = sum(one.label is Label.AUTHENTIC for one in own)
        terms = "; ".join(sorted({one.licence or "none stated" for one in own})[:_SMALL])
        sources.append(DataSource(name=name, role="train", authentic=authentic, positive=len(own) - authentic, terms=terms))
    return tuple(sources)


def trained(recipe: FaceRecipe, run: Path) -> StudentNet:
    """Return the averaged weights of a finished run."""
    held = load_checkpoint(run / CHECKPOINT, key=recipe.training_key())
    if held is None or held["step"] < recipe.steps:
        raise UsageError(f"{run.name} holds no finished run of this recipe; run fakeprint.learn.face_distil first")
    network = StudentNet(**recipe.student.model_dump())
    network.load_state_dict(held["average"])
    return network.eval()


def main() -> None:
    """Read the arguments and export."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with the manifest, the pictures and the teacher")
    parser.add_argument("--run", type=Path, required=True, help="folder of the finished training run")
    parser.add_argument("--out", type=Path, required=True, help="artifact folder to write")
    arguments = parser.parse_args()
    recipe = read_face_recipe(arguments.recipe)
    network = compact(trained(recipe, arguments.run))
    arguments.out.mkdir(parents=True, exist_ok=True)
    print(f"difference from PyTorch: {write_graph(halved(graph_of(network)), network, arguments.out / GRAPH):.1e}")
    write_card(recipe, network, arguments.data, arguments.out)


if __name__ == "__main__":
    main()
