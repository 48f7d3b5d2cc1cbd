"""Writes a labelled set for the known-answer artifact (red is label 1), and makes predictions without any picture."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

from fakeprint.core.calibration import bucket_of
from fakeprint.core.manifest import Manifest, ManifestHeader
from fakeprint.core.prediction import FormatFacts, Prediction
from fakeprint.core.sample import Label, Sample, Step

QUALITY = {"web": 60, "hard": 40, "jpeg85": 85}


def write_pictures(folder: Path, n: int = 48, *, confounded: bool = False) -> Path:
    """Write ``n`` pictures and ``manifest.csv`` in the columns of the shared data; even ones have label 0.

    ``confounded``: label 0 is JPEG quality 90, label 1 PNG; else both are PNG.  The last two rows name a broken and a small file.
    """
    rng = np.random.default_rng(7)
    (folder / "scene").mkdir(parents=True)
    rows = []
    for place in range(n):
        positive = place % 2
        pixels = rng.integers(0, 256, (120, 144, 3), dtype=np.uint8)
        pixels[..., 0] = np.clip(rng.normal(150 if positive else 105, 12), 0, 255)
        name = f"scene/{place:03d}.{'jpg' if confounded and not positive else 'png'}"
        Image.fromarray(pixels).save(folder / name, quality=90)
        rows.append(_row(name, positive, place, "dev"))
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(folder / "scene/small.png")
    (folder / "scene/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    rows += [_row("scene/small.png", 0, 1000, "dev"), _row("scene/broken.png", 1, 1001, "dev"), _row("scene/gone.png", 1, 1002, "train")]
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder / "manifest.csv"


def _row(name: str, positive: int, place: int, split: str) -> dict[str, str]:
    return {
        "path": name,
        "task": "scene",
        "label": "fake" if positive else "real",
        "generator": f"maker-{place % 3}" if positive else "real",
        "family": "red-maker" if place % 3 else "other-maker",
        "split": split,
        "group": f"g{place}",
        "source": f"archive-{place % 4}",
        "licence": "made by a script",
        "width": "144",
    }


def manifest(n: int = 600, *, split: str = "dev", groups: int | None = None) -> Manifest:
    """A manifest of ``n`` samples without files; even ones have label 0."""
    samples = [
        Sample(
            id=f"s{place}",
            path=f"s{place}.png",
            label=Label.SYNTHETIC if place % 2 else Label.AUTHENTIC,
            split=split,
            group=f"g{place % groups if groups else place}",
            source=f"source-{place % 5}",
            generator=f"maker-{place % 9}" if place % 2 else None,
            family=f"family-{place % 3}" if place % 2 else None,
        )
        for place in range(n)
    ]
    return Manifest(header=ManifestHeader(name="made"), samples=tuple(samples))


def predictions(
    of: Manifest, *, conditions: tuple[str, ...] = ("clean", "web", "hard"), gap: float = 2.0, seed: int = 0
) -> list[Prediction]:
    """Logits of a detector that errs: normal around -gap/2 and gap/2."""
    rng = np.random.default_rng(seed)
    return [
        Prediction(
            sample_id=sample.id,
            condition=condition,
            examiner="drawn",
            status="ok",
            score=float(rng.normal(gap * (sample.label.positive - 0.5), 1.0)),
            unit="logit",
            bucket=bucket_of(300, QUALITY.get(condition, 95), lossless=False),
            width=300,
            height=300,
            facts=FormatFacts(container="jpeg", quality=95, width=300, height=300, bytes=9000) if condition == conditions[0] else None,
            steps=(Step(name="jpeg", parameters={"quality": QUALITY[condition]}),) if condition in QUALITY else (),
        )
        for condition in conditions
        for sample in of.samples
    ]
