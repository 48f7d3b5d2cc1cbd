"""Measure a face finder against its teacher: ``python -m fakeprint.learn.face_eval --artifact FOLDER --data FOLDER [--write]``.

Both networks get the same pictures, tiles and merging; each uses its own size and threshold, and the teacher looks once, as published.
Where the teacher finds a face and the finder has a box with an intersection over union of 0.5 or more, it is recalled; every other box of
the finder is an extra one.

The teacher errs too.  A box, of either, is *confirmed* where the teacher finds a face of at least 0.3 in the same place of the mirrored
picture: what is a face on one side is one on the other, what merely resembles one seldom is.

Times are processor time on one thread: reading the picture is left out, scaling, tiles and merging count.

Pictures of the tasks ``face`` and ``faceswap`` show one face each, whatever the teacher says: in how many is one found?

Held-back pictures are the dev split of the manifest; frames are every 10th of ``video/*.mp4``.  ``--thresholds`` prints what other
thresholds would give on every 20th picture of the train split, which is where ``min_score`` is chosen.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import Measured
from fakeprint.core.durable import atomic_file
from fakeprint.core.sample import Label
from fakeprint.datasets.table import read_table
from fakeprint.detectors.artifact import CARD, GRAPH, Artifact, load_artifact
from fakeprint.detectors.face_finder import FaceFinder
from fakeprint.learn.blazeface import BACK_SIZE, load_back
from fakeprint.learn.face_graph import graph_of, write_graph
from fakeprint.media.face_boxes import iou
from fakeprint.media.faces import Face

TEACHER_SCORE = 0.65
TEACHER = "teacher/blazefaceback.safetensors"
EVERY = 10
_SAMPLE = 20
_SAME = 0.5
_DOUBTFUL = 0.3
_DRAWS = 2000


@dataclass(frozen=True)
class Count:
    """What one picture gave: boxes of the teacher, recalled, extra, and what the mirrored picture says of them."""

    slice: str
    group: str
    label: Label
    teacher: int
    recalled: int
    extra: int
    confirmed: int
    confirmed_recalled: int
    unconfirmed: int
    teacher_unconfirmed: int
    portrait: int
    found: int
    single: int
    ms: float
    teacher_ms: float


FOUND = "share of pictures of one face in which a face is found"
SINGLE = "share of pictures of one face in which exactly one is found"
METRICS = (
    ("recall of the teacher's faces at IoU 0.5", "recalled", "teacher"),
    ("recall of the teacher's confirmed faces at IoU 0.5", "confirmed_recalled", "confirmed"),
    ("boxes per picture that the teacher does not give", "extra", None),
    ("unconfirmed boxes per picture", "unconfirmed", None),
    ("unconfirmed boxes per picture, teacher", "teacher_unconfirmed", None),
    (FOUND, "found", "portrait"),
    (SINGLE, "single", "portrait"),
    ("milliseconds per picture", "ms", None),
    ("milliseconds per picture, teacher", "teacher_ms", None),
    ("the teacher's time, in times of the finder's", "teacher_ms", "ms"),
)
"""Name, what is counted, and what it is divided by (None: pictures)."""


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


def with_score(artifact: Artifact, min_score: float, **changes: object) -> Artifact:
    """Return the artifact with another threshold, and other settings of its search."""
    crop = artifact.card.input.crop.model_copy(update={"min_score": min_score, **changes})
    return Artifact(artifact.folder, artifact.card.model_copy(update={"input": artifact.card.input.model_copy(update={"crop": crop})}))


def teacher_artifact(weights: Path, like: Artifact, folder: Path) -> Artifact:
    """Return the teacher as an artifact in a folder, which looks where another one looks."""
    teacher = load_back(weights)
    write_graph(graph_of(teacher), teacher, folder / GRAPH)
    return Artifact(folder, with_score(like, TEACHER_SCORE, size=BACK_SIZE, again=(), min_first=None).card)


def count(finder: FaceFinder, teacher: FaceFinder, items: Iterable[tuple[str, str, Label, NDArray[np.uint8]]]) -> Iterator[Count]:
    """Compare the two on every picture."""
    doubtful = FaceFinder(with_score(teacher.artifact, _DOUBTFUL))
    for name, group, label, rgb in items:
        start = thread_time()
        mine = finder.find(rgb)
        between = thread_time()
        theirs = teacher.find(rgb)
        end = thread_time()
        again = doubtful.find(np.ascontiguousarray(rgb[:, ::-1])) if mine or theirs else ()
        mirrored = tuple(_mirrored(one, rgb.shape[1]) for one in again)
        confirmed = tuple(one for one in theirs if _among(one, mirrored))
        recalled, extra = compared(mine, theirs)
        yield Count(
            slice=name,
            group=group,
            label=label,
            teacher=len(theirs),
            recalled=recalled,
            extra=extra,
            confirmed=len(confirmed),
            confirmed_recalled=compared(mine, confirmed)[0],
            unconfirmed=sum(not _among(one, mirrored) for one in mine),
            teacher_unconfirmed=len(theirs) - len(confirmed),
            portrait=int(name.startswith("face")),
            found=int(name.startswith("face") and len(mine) > 0),
            single=int(name.startswith("face") and len(mine) == 1),
            ms=1000 * (between - start),
            teacher_ms=1000 * (end - between),
        )


def _mirrored(face: Face, width: int) -> Face:
    left, top, right, bottom = face.box
    return Face((width - right, top, width - left, bottom), face.score, face.keypoints)


def _among(face: Face, others: tuple[Face, ...]) -> bool:
    return bool(others) and bool(iou(np.array(face.box), np.array([one.box for one in others])).max() >= _SAME)


def summary(counts: list[Count], name: str) -> list[Measured]:
    """Return the metrics with 95 % intervals, bootstrapped over groups."""
    groups = {group: number for number, group in enumerate(sorted({one.group for one in counts}))}
    drawn = np.random.default_rng(0).multinomial(len(groups), np.full(len(groups), 1 / len(groups)), _DRAWS)
    faces = sum(one.teacher for one in counts)
    measured = []
    for metric, above, below in METRICS:
        sums = np.zeros((len(groups), 2))
        for one in counts:
            sums[groups[one.group]] += (getattr(one, above), getattr(one, below) if below else 1)
        total, resampled = sums.sum(0), drawn @ sums
        if total[1] == 0 or (below == "portrait" and total[1] < len(counts)):
            continue
        low, high = np.percentile(resampled[:, 0] / np.maximum(resampled[:, 1], 1), [2.5, 97.5])
        measured.append(
            Measured(
                metric=metric,
                value=round(float(total[0] / total[1]), 4),
                low=round(float(low), 4),
                high=round(float(high), 4),
                condition=f"{faces} faces of the teacher in {len(counts)} pictures",
                split="dev",
                group=name,
                n_authentic=sum(one.label is Label.AUTHENTIC for one in counts),
                n_positive=sum(one.label is not Label.AUTHENTIC for one in counts),
                groups=len(groups),
            )
        )
    return measured


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


def thresholds(artifact: Artifact, data: Path) -> Iterator[tuple[float, float, float]]:
    """Yield threshold, recall and extra boxes per picture on every 20th picture of the train split."""
    scores = (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75)
    finders = [FaceFinder(with_score(artifact, score)) for score in scores]
    total = np.zeros((len(scores), 4))
    with TemporaryDirectory() as folder:
        teacher = FaceFinder(teacher_artifact(data / TEACHER, artifact, Path(folder)))
        for _, _, _, rgb in islice(pictures(data, "train"), 0, None, _SAMPLE):
            theirs = teacher.find(rgb)
            total += [(*compared(one.find(rgb), theirs), len(theirs), 1) for one in finders]
    for score, (recalled, extra, faces, shown) in zip(scores, total, strict=True):
        yield score, recalled / max(faces, 1), extra / shown


def with_measured(artifact: Artifact, measured: tuple[Measured, ...]) -> None:
    """Put the numbers into the artifact's card."""
    with atomic_file(artifact.folder / CARD) as stream:
        stream.write(artifact.card.model_copy(update={"measured": measured}).model_dump_json(indent=1).encode() + b"\n")


def main() -> None:
    """Read the arguments, measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--artifact", default="face-finder", help="shipped name or folder")
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.csv, teacher/ and video/")
    parser.add_argument("--write", action="store_true", help="put the numbers into the card")
    parser.add_argument("--thresholds", action="store_true", help="compare thresholds on the train split instead")
    arguments = parser.parse_args()
    artifact = load_artifact(arguments.artifact)
    if arguments.thresholds:
        for score, recall, extra in thresholds(artifact, arguments.data):
            print(f"{score}: recall {recall:.4f}, extra boxes per picture {extra:.4f}")
        return
    measured = measure(artifact, arguments.data)
    for one in measured:
        print(f"{one.group}: {one.metric} {one.value:.4f} [{one.low}, {one.high}], {one.condition}, {one.groups} groups")
    if arguments.write:
        with_measured(artifact, measured)


if __name__ == "__main__":
    main()
