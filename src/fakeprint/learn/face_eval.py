"""Measure a face finder against its teacher: ``python -m fakeprint.learn.face_eval --artifact FOLDER --data FOLDER [--write]``.

Both networks get the same pictures, tiles and merging; each uses its own threshold.  Where the teacher finds a face and the finder
has a box with an intersection over union of 0.5 or more, it is recalled; every other box of the finder is an extra one.  By this
count the teacher's own extra boxes are 0.  ``--write`` puts the numbers into the card.

Held-back pictures are the dev split of the manifest; frames are every 10th of ``video/*.mp4``.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import Measured
from fakeprint.core.durable import atomic_file
from fakeprint.core.sample import Label
from fakeprint.datasets.table import read_table
from fakeprint.detectors.artifact import CARD, GRAPH, Artifact, load_artifact
from fakeprint.detectors.face_finder import FaceFinder
from fakeprint.learn.blazeface import load_back
from fakeprint.learn.face_graph import graph_of, write_graph
from fakeprint.media.face_boxes import iou
from fakeprint.media.faces import Face

TEACHER_SCORE = 0.65
TEACHER = "teacher/blazefaceback.safetensors"
EVERY = 10
_SAME = 0.5
_DRAWS = 2000


@dataclass(frozen=True)
class Count:
    """What one picture gave: boxes of the teacher, how many of them were recalled, and extra boxes."""

    slice: str
    group: str
    label: Label
    teacher: int
    recalled: int
    extra: int


def compared(mine: tuple[Face, ...], theirs: tuple[Face, ...]) -> tuple[int, int]:
    """Return how many of the teacher's faces are recalled, and how many of ours are extra; each box is used once, best pairs first."""
    if not mine or not theirs:
        return 0, len(mine)
    overlaps = np.array([iou(np.array(one.box), np.array([other.box for other in mine])) for one in theirs])
    pairs = 0
    while overlaps.size and (best := overlaps.max()) >= _SAME:
        row, column = np.argwhere(overlaps == best)[0]
        overlaps = np.delete(np.delete(overlaps, row, 0), column, 1)
        pairs += 1
    return pairs, len(mine) - pairs


def pictures(data: Path, split: str) -> Iterator[tuple[str, str, Label, NDArray[np.uint8]]]:
    """Yield slice, group, label and pixels of every picture of a split."""
    from PIL import Image

    for task in ("scene", "face", "faceswap"):
        for sample in read_table(data / "manifest.csv", where={"task": task, "split": split}).samples:
            with Image.open(data / sample.path) as image:
                yield f"{task} pictures, {split} split", sample.group, sample.label, np.asarray(image.convert("RGB"))


def frames(data: Path) -> Iterator[tuple[str, str, Label, NDArray[np.uint8]]]:
    """Yield every 10th frame of the videos."""
    import av

    for path in sorted((data / "video").glob("*.mp4")):
        label = Label.AUTHENTIC if path.stem.endswith("-real") else Label.MANIPULATED
        with av.open(str(path)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                if number % EVERY == 0:
                    yield "every 10th video frame", path.stem, label, np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def teacher_artifact(weights: Path, like: Artifact, folder: Path) -> Artifact:
    """Return the teacher as an artifact in a folder, searched like another one."""
    teacher = load_back(weights)
    write_graph(graph_of(teacher), teacher, folder / GRAPH)
    crop = like.card.input.crop.model_copy(update={"min_score": TEACHER_SCORE})
    card = like.card.model_copy(update={"name": "teacher", "input": like.card.input.model_copy(update={"crop": crop})})
    return Artifact(folder, card)


def count(finder: FaceFinder, teacher: FaceFinder, items: Iterator[tuple[str, str, Label, NDArray[np.uint8]]]) -> Iterator[Count]:
    """Compare the two on every picture."""
    for name, group, label, rgb in items:
        theirs = teacher.find(rgb)
        recalled, extra = compared(finder.find(rgb), theirs)
        yield Count(name, group, label, len(theirs), recalled, extra)


def summary(counts: list[Count], name: str) -> tuple[Measured, Measured]:
    """Return recall and extra boxes per picture with 95 % intervals, bootstrapped over groups."""
    groups = {group: number for number, group in enumerate(sorted({one.group for one in counts}))}
    sums = np.zeros((len(groups), 4))
    for one in counts:
        sums[groups[one.group]] += (one.recalled, one.teacher, one.extra, 1)
    drawn = np.random.default_rng(0).multinomial(len(groups), np.full(len(groups), 1 / len(groups)), _DRAWS) @ sums
    total = sums.sum(0)
    shared = {
        "split": "dev",
        "group": name,
        "n_authentic": sum(one.label is Label.AUTHENTIC for one in counts),
        "n_positive": sum(one.label is not Label.AUTHENTIC for one in counts),
        "groups": len(groups),
    }
    recall = {"value": total[0] / max(total[1], 1), **_interval(drawn[:, 0] / np.maximum(drawn[:, 1], 1))}
    extra = {"value": total[2] / total[3], **_interval(drawn[:, 2] / drawn[:, 3])}
    faces = f"{int(total[1])} faces of the teacher in {len(counts)} pictures"
    return (
        Measured.model_validate({"metric": "recall of the teacher's faces at IoU 0.5", "condition": faces, **recall, **shared}),
        Measured.model_validate({"metric": "boxes per picture that the teacher does not give", "condition": faces, **extra, **shared}),
    )


def _interval(values: NDArray[np.float64]) -> dict[str, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return {"low": round(float(low), 4), "high": round(float(high), 4)}


def measure(artifact: Artifact, data: Path) -> tuple[Measured, ...]:
    """Return the numbers of a face finder on held-back pictures and on video frames, per slice."""
    with TemporaryDirectory() as folder:
        finder = FaceFinder(artifact)
        teacher = FaceFinder(teacher_artifact(data / TEACHER, artifact, Path(folder)))
        held_back = list(count(finder, teacher, pictures(data, "dev")))
        moving = list(count(finder, teacher, frames(data)))
    slices = [(held_back, "all pictures, dev split"), (moving, "every 10th video frame")]
    slices += [([one for one in held_back if one.slice == name], name) for name in dict.fromkeys(one.slice for one in held_back)]
    slices += [([one for one in moving if one.group == name], f"frames of {name}") for name in dict.fromkeys(one.group for one in moving)]
    return tuple(number for counts, name in slices for number in summary(counts, name))


def main() -> None:
    """Read the arguments, measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--artifact", default="face-finder", help="shipped name or folder")
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.csv, teacher/ and video/")
    parser.add_argument("--write", action="store_true", help="put the numbers into the card")
    arguments = parser.parse_args()
    artifact = load_artifact(arguments.artifact)
    measured = measure(artifact, arguments.data)
    for one in measured:
        print(f"{one.group}: {one.metric} {one.value:.4f} [{one.low}, {one.high}], {one.condition}, {one.groups} groups")
    if arguments.write:
        card = artifact.card.model_copy(update={"measured": measured})
        with atomic_file(artifact.folder / CARD) as stream:
            stream.write(card.model_dump_json(indent=1).encode() + b"\n")


if __name__ == "__main__":
    main()
