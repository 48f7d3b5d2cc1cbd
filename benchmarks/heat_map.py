"""Does the heat map point at the right half?  Pictures made of half a photograph and half a generated picture, saved once more.

    python benchmarks/heat_map.py DATA/manifest.csv

Every development photograph is joined with one generated development picture; which half it fills is drawn.  The whole is one JPEG of
quality 80 to 95, so that both halves share their last compression.  A place counts where it lies in one half alone.
"""

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.metrics import roc_auc_score

from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.table import read_table
from fakeprint.detectors.windows import window_model

SIDE = 304


def main() -> None:
    """Print how often the generated half has the higher mean, and the AUROC of places within a picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--detector", default="synthetic-image")
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    table = read_table(arguments.manifest, where={"task": "scene"}, positive=Label.SYNTHETIC)
    samples = [one for one in table.samples if one.split is Split.DEV]
    photographs, generated = (_large(samples, arguments.manifest.parent, label) for label in (0, 1))
    model = window_model(arguments.detector)
    right, areas = [], []
    for photograph in photographs:
        other, first = generated[int(rng.integers(len(generated)))], bool(rng.integers(2))
        halves = (other, photograph) if first else (photograph, other)
        cells = model.map(_saved(np.concatenate([halves[0][:, : SIDE // 2], halves[1][:, SIDE // 2 :]], 1), int(rng.integers(80, 96))))
        if cells is None or cells.patches is None:
            raise SystemExit("this model gives no map")
        values = cells.patches.mean((1, 2))
        left, beyond = (np.array([inside(box) for box in cells.boxes]) for inside in (_left, _right))
        counted = left | beyond
        truth = left[counted] == first
        right.append(float((values[left].mean() > values[beyond].mean()) == first))
        areas.append(float(roc_auc_score(truth, values[counted])))
    print(f"{len(right)} pictures, {int(counted.sum())} places each")
    for name, found in (("generated half higher", right), ("AUROC of places within a picture", areas)):
        means = np.mean(rng.choice(found, (2000, len(found))), 1)
        print(f"{name}: {np.mean(found):.3f} [{np.quantile(means, 0.025):.3f}, {np.quantile(means, 0.975):.3f}]")


def _left(box: tuple[int, int, int, int]) -> bool:
    return box[2] <= SIDE // 2


def _right(box: tuple[int, int, int, int]) -> bool:
    return box[0] >= SIDE // 2


def _large(samples: list[Sample], folder: Path, positive: int) -> list[np.ndarray]:
    """Return the pictures of one label that are large enough, their middle cut off the 8-pixel grid."""
    found = []
    for one in samples:
        if one.label.positive == positive:
            pixels = np.asarray(Image.open(folder / one.path).convert("RGB"))
            if min(pixels.shape[:2]) >= SIDE + 5:
                found.append(pixels[5 : 5 + SIDE, 3 : 3 + SIDE])
    return found


def _saved(pixels: np.ndarray, quality: int) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream).convert("RGB"))


if __name__ == "__main__":
    main()
