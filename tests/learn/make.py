"""Writes a small labelled set: smoothed noise against the same pictures through a 2x nearest up-sampler."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image


def picture(rng: np.random.Generator, size: int = 160) -> np.ndarray:
    """Return (size, size, 3) uint8: blurred colour noise with grain."""
    coarse = rng.integers(0, 256, (size // 16, size // 16, 3), np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC), np.float32)
    return np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)


def upsampled(pixels: np.ndarray) -> np.ndarray:
    """Return the picture with every 2x2 cell made equal."""
    return np.repeat(np.repeat(pixels[::2, ::2], 2, 0), 2, 1)


def write_set(folder: Path, train: int = 14, dev: int = 21) -> Path:
    """Write the pictures and ``manifest.csv``; return the folder."""
    rng = np.random.default_rng(5)
    rows = []
    for split, count in (("train", train), ("dev", dev)):
        for number in range(count):
            pixels = picture(rng)
            pictures = (pixels, upsampled(pixels))
            if number % 7 == 3:  # wrong labels: a set that can be told apart perfectly has no finite calibration
                pictures = pictures[::-1]
            for label, kept in zip(("real", "fake"), pictures, strict=True):
                name = f"{split}-{number}-{label}.png"
                Image.fromarray(kept).save(folder / name)
                source = f"{'camera' if label == 'real' else 'maker'}-{number % 2}"
                generator = "" if label == "real" else f"nearest-{number % 2}"
                rows.append((name, label, split, f"{split}-{number}", source, generator))
    with (folder / "manifest.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("path", "label", "split", "group", "source", "generator"))
        writer.writerows(rows)
    return folder
