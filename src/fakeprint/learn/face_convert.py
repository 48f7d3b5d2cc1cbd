"""Turn a published face detector into an artifact: ``python -m fakeprint.learn.face_convert --weights FILE --out FOLDER [--size N]``.

``FILE`` is one of these, told apart by what is in it:

- BlazeFace, front or back network, as safetensors (74 or 138 entries; specs: dfspot 5);
- BlazeFace exported from MediaPipe to ONNX (two outputs over 896 anchors);
- YuNet of the OpenCV Zoo in ONNX (twelve outputs, ``cls_8`` to ``kps_32``).

Nothing is learned and nothing measured; the card says so.  ``fakeprint scan --face-finder FOLDER`` then looks with it.
"""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from fakeprint.core.card import Card, CardFile, DataSource, FaceSearchSpec, InputSpec, OutputSpec, PixelSpec
from fakeprint.core.durable import atomic_file
from fakeprint.core.errors import UsageError
from fakeprint.core.evidence import Question, Route
from fakeprint.detectors.artifact import CARD, GRAPH, Artifact, probe
from fakeprint.learn.blazeface import BACK_SIZE, FRONT_SIZE, BackNet, FrontNet, load_back, load_front
from fakeprint.learn.face_graph import graph_of, write_graph
from fakeprint.learn.face_wrap import wrap

_CENTRED = PixelSpec(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
_PLAIN = PixelSpec(mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))


@dataclass(frozen=True)
class Published:
    """What is known of a published detector beside its weights."""

    name: str
    source: str
    architecture: str
    terms: str
    min_score: float
    pixels: PixelSpec
    failures: tuple[str, ...]


_UNKNOWN = "The data that it was trained on are not published with it; how it does on different groups of people was not measured here."
_BLAZEFACE = "Wheels, clocks, animals, statues, drawings and folds pass for faces at times."
FRONT = Published(
    "blazeface-front",
    "BlazeFace, front or short-range network (MediaPipe, Google)",
    "BlazeFace, front network",
    "Apache-2.0 (BlazeFace, MediaPipe, Google)",
    0.75,
    _CENTRED,
    ("Made for faces over a fifth of the picture; smaller ones are often missed.", _BLAZEFACE, _UNKNOWN),
)
BACK = Published(
    "blazeface-back",
    "BlazeFace, back network (MediaPipe, Google)",
    "BlazeFace, back network",
    "Apache-2.0 (BlazeFace, MediaPipe, Google)",
    0.65,
    _CENTRED,
    ("Made for faces over a twentieth of the picture; smaller ones are often missed.", _BLAZEFACE, _UNKNOWN),
)
YUNET = Published(
    "yunet",
    "YuNet (Shiqi Yu and others; OpenCV Zoo), trained on WIDER FACE",
    "YuNet",
    "MIT (YuNet, OpenCV Zoo)",
    0.7,
    _PLAIN,
    (
        "Its boxes reach over the forehead, those of the shipped finder begin at the brow: detectors that learned from these see more.",
        "It gives no ears, which self-blended pictures need.",
        "How it does on different groups of people was not measured here.",
    ),
)


def convert(weights: Path, folder: Path, *, size: int | None = None) -> Card:
    """Write graph and card, without measured numbers, into a folder, and run the graph once.

    ``size`` is the input's side of a graph that leaves it open.

    Raises:
        UsageError: the file is none of the known ones.
        ArtifactError: the graph does not compute what the network does, or does not run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if weights.suffix == ".safetensors":
        known, output, side, parameters = _network(weights, folder)
    else:
        wrapped = wrap(weights, size=size)
        known, output = (YUNET, "boxes") if wrapped.output == "boxes" else (FRONT, "anchors")
        side, parameters = wrapped.size, wrapped.parameters
        with atomic_file(folder / GRAPH) as stream:
            stream.write(wrapped.graph)
    card = _card(known, "boxes" if output == "boxes" else "anchors", side, parameters, weights, folder)
    probe(Artifact(folder, card))
    with atomic_file(folder / CARD) as stream:
        stream.write(card.model_dump_json(indent=1).encode() + b"\n")
    return card


def _network(weights: Path, folder: Path) -> tuple[Published, str, int, int]:
    """Write the graph of a BlazeFace network; return what is known of it, its output, size and parameters."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(weights, "pt") as file:
            names = set(file.keys())
    except (OSError, SafetensorError) as error:
        raise UsageError(f"{weights.name} cannot be read as safetensors: {error}") from error
    network: FrontNet | BackNet
    if names == set(FrontNet().state_dict()):
        known, side, network = FRONT, FRONT_SIZE, load_front(weights)
    elif names == set(BackNet().state_dict()):
        known, side, network = BACK, BACK_SIZE, load_back(weights)
    else:
        raise UsageError(
            f"{weights.name} holds neither the front nor the back network of BlazeFace ({len(names)} entries; 74 or 138 expected)"
        )
    write_graph(graph_of(network, size=side), network, folder / GRAPH, size=side)
    return known, "anchors", side, sum(one.numel() for one in network.parameters())


def _card(known: Published, output: Literal["anchors", "boxes"], side: int, parameters: int, weights: Path, folder: Path) -> Card:
    content = (folder / GRAPH).read_bytes()
    meaning = {
        "anchors": OutputSpec(name="anchors", shape=("1", "896", "17"), meaning="boxes, key points and logit of a face, per anchor"),
        "boxes": OutputSpec(name="boxes", shape=("1", "k", "15"), meaning="boxes, five key points and score of a face, decoded"),
    }
    return Card(
        name=known.name,
        version="1",
        title=f"Face finder: {known.architecture}",
        question=Question.MANIPULATED,
        route=Route.FACE,
        description=(
            "Finds faces and key points of each, so that other detectors know where to look. It says nothing about where a face "
            f"comes from. {known.source}, converted; nothing was learned or measured here."
        ),
        created=datetime.now(UTC).date().isoformat(),
        architecture=known.architecture,
        parameters=parameters,
        terms=known.terms,
        input=InputSpec(
            pixels=known.pixels,
            crop=FaceSearchSpec(size=side, min_score=known.min_score, nms_overlap=0.3, min_face=64.0),
        ),
        outputs=(meaning[output],),
        sources=(DataSource(name=known.source, role="train", authentic=0, positive=0, terms=known.terms),),
        validated_until="2025-12-31",
        known_failures=known.failures,
        command="python -m fakeprint.learn.face_convert --weights WEIGHTS --out ARTIFACT",
        recipe_sha256=sha256(weights.read_bytes()).hexdigest(),
        seed=0,
        files=(CardFile(name=GRAPH, bytes=len(content), sha256=sha256(content).hexdigest()),),
    )


def main() -> None:
    """Read the arguments and convert."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--weights", type=Path, required=True, help="blazeface.safetensors, blazefaceback.safetensors, or a detector in ONNX"
    )
    parser.add_argument("--out", type=Path, required=True, help="artifact folder to write")
    parser.add_argument("--size", type=int, help="side of the input, where the graph leaves it open; a multiple of 32")
    arguments = parser.parse_args()
    card = convert(arguments.weights, arguments.out, size=arguments.size)
    print(f"{card.name}: {card.parameters} parameters, input {card.input.crop.size}, sha256 {card.files[0].sha256}")


if __name__ == "__main__":
    main()
