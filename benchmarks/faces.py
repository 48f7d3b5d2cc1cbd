"""Time of a search for faces, what the view from afar is worth, and how alike faces look from frame to frame.

    python benchmarks/faces.py --data DATA [--skip times] [--skip afar] [--skip looks]

``DATA`` has ``manifest.csv`` with photographs of one face each (tasks ``face`` and ``faceswap``) and ``video/*-real.mp4``.

Times: processor seconds on one thread, median over 12 portraits of the dev split, each enlarged to half the height of a grey picture; and
the mean over 24 evenly spaced frames of each video, searched as a scan does.  Afar: unaltered dev crops of faces that fill the picture,
by the number of faces found in the picture alone, from afar alone, and by both views as shipped.  Looks: correlations of the small
pictures by which people are told apart, of all pairs of dev portraits, and of neighbouring frames that show one face each.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median
from time import thread_time

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.limits import Limits
from fakeprint.datasets.table import read_table
from fakeprint.detectors.face_finder import FaceFinder
from fakeprint.detectors.frame_search import FrameSearch
from fakeprint.media.container.walk import walk
from fakeprint.media.face_tiles import Policy, tiles_of
from fakeprint.media.face_tracks import look_of
from fakeprint.media.video import Even, sample_frames

SIZES = ((1280, 720), (1152, 868), (1920, 1080))
POLICIES: tuple[Policy, ...] = ("pyramid", "whole")
Pixels = NDArray[np.uint8]


def photographs(data: Path, task: str) -> Iterator[Pixels]:
    """Yield the unaltered dev pictures of a task."""
    for sample in read_table(data / "manifest.csv", where={"task": task, "split": "dev", "label": "real"}).samples:
        with Image.open(data / sample.path) as image:
            yield np.asarray(image.convert("RGB"))


def frames(path: Path, count: int) -> list[tuple[Pixels, float]]:
    """Return evenly spaced frames with their times in seconds."""
    with path.open("rb") as stream:
        container = walk(stream, Limits())
    return [(frame.rgb, frame.time_s) for frame in sample_frames(path, container, Even(count), Limits())]


def times(finder: FaceFinder, data: Path) -> None:
    """Print milliseconds for each size of picture, and for each video."""
    portraits = [one for one, _ in zip(photographs(data, "face"), range(12), strict=False)]
    for width, height in SIZES:
        pictures = []
        for portrait in portraits:
            picture = Image.new("RGB", (width, height), (128, 128, 128))
            picture.paste(Image.fromarray(portrait).resize((height // 2, height // 2)), (width // 4, height // 4))
            pictures.append(np.asarray(picture))
        for policy in POLICIES:
            tiles = tiles_of(width, height, policy, size=finder.spec.size)
            spent = []
            for rgb in pictures:
                started = thread_time()
                finder.look(rgb, tiles)
                spent.append(1000 * (thread_time() - started))
            print(f"{width} x {height} {policy}: {median(spent):.0f} ms, {len(tiles)} tiles, n {len(spent)}")
    for path in sorted((data / "video").glob("*-real.mp4")):
        search, total, count = FrameSearch(finder), 0.0, 0
        for rgb, time_s in frames(path, 24):
            started = thread_time()
            search.find(rgb, time_s)
            total, count = total + thread_time() - started, count + 1
        print(f"{path.name}, {rgb.shape[1]} x {rgb.shape[0]}: {1000 * total / count:.0f} ms a frame, n {count}")


def afar(finder: FaceFinder, data: Path) -> None:
    """Print how many crops show none, one and several faces in each view."""
    found = {"picture alone": Counter[int](), "from afar alone": Counter[int](), "both, as shipped": Counter[int]()}
    for rgb in photographs(data, "faceswap"):
        both = tiles_of(rgb.shape[1], rgb.shape[0], "pyramid", size=finder.spec.size)
        for counted, tiles in zip(found.values(), (both[1:2], both[:1], both), strict=True):
            counted[min(len(finder.look(rgb, tiles)), 2)] += 1
    for name, counted in found.items():
        print(f"{name}: {counted[0]} crops without a face, {counted[1]} with one, {counted[2]} with more; n {counted.total()}")


def looks(finder: FaceFinder, data: Path) -> None:
    """Print correlations of looks between people and within one."""

    def correlation(first: Pixels, second: Pixels) -> float:
        return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])

    single = [(rgb, faces[0]) for rgb in photographs(data, "face") if len(faces := finder.find(rgb)) == 1]
    between = [correlation(*pair) for pair in combinations([look_of(*one) for one in single], 2)]
    low, middle, high = np.percentile(between, [50, 99, 100])
    print(f"{len(single)} portraits, {len(between)} pairs: median {low:.2f}, 99th percentile {middle:.2f}, highest {high:.2f}")
    for path in sorted((data / "video").glob("*-real.mp4")):
        seen = [(look_of(rgb, faces[0]), at) for rgb, at in frames(path, 24) if len(faces := finder.find(rgb)) == 1]
        within = [correlation(first, second) for (first, _), (second, _) in pairwise(seen)]
        gap = median(later - earlier for (_, earlier), (_, later) in pairwise(seen)) if within else 0.0
        if within:
            print(f"{path.name}, {gap:.1f} s apart: lowest {min(within):.2f}, median {median(within):.2f}, {len(within)} pairs")


def main() -> None:
    """Run what is not skipped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--finder", default="face-finder", help="shipped name or folder")
    parser.add_argument("--skip", action="append", choices=("times", "afar", "looks"), default=[])
    arguments = parser.parse_args()
    finder = FaceFinder(arguments.finder)
    for part in (times, afar, looks):
        if part.__name__ not in arguments.skip:
            part(finder, arguments.data)


if __name__ == "__main__":
    main()
