"""How often the dwtDct decoder finds marked pictures, and whether it finds a mark in unmarked ones (specs: PROV-20).

    python benchmarks/watermark.py                                 300 synthetic pictures of 512 px per message
    python benchmarks/watermark.py --photos FOLDER                 photographs of at least 256 x 256 from a folder instead
    python benchmarks/watermark.py --unmarked MANIFEST             adds false positives on rows with label real (csv: path, label)

Every picture is marked, saved as PNG, decoded with and without the pre-test.  Exit code 1 if a target is missed.
"""

import argparse
import csv
import math
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.provenance.dwt_dct import MESSAGES, MIN_PIXELS, Carrier, decode, encode

WRITERS = {
    "sd1": Carrier.UINT8_BGR,
    "sd2": Carrier.UINT8_BGR,
    "sdxl": Carrier.FLOAT_BGR,
    "flux": Carrier.FLOAT_BGR,
    "invokeai": Carrier.UINT8_BGR,
}
"""The carrier that the writer of each message uses."""
TARGETS = {"sd1": 0.60, "sd2": 0.50, "sdxl": 0.75, "flux": 0.75, "invokeai": 0.60}

Pixels = NDArray[np.uint8]


def synthetic_photo(rng: np.random.Generator, side: int = 512) -> Pixels:
    """Draw a picture with the statistics of a photograph: 1/f textures, gradients, areas of one colour, sensor noise.

    Means and spreads of brightness and of both colour differences, over the picture and within blocks, follow 200 photographs.
    """
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    frequency[0, 0] = 1.0

    def texture(slope: float) -> NDArray[np.float64]:
        phase = rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)
        field = np.fft.irfft2(phase / frequency**slope, (side, side))
        scaled: NDArray[np.float64] = field / field.std()
        return scaled

    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    light = rng.normal(120, 30) + rng.uniform(20, 60) * texture(rng.uniform(1.0, 1.5)) + x * rng.normal(0, 15) + y * rng.normal(0, 15)
    objects = rng.normal(0, 1, (2, 16))[:, np.digitize(texture(2.0), np.linspace(-2.5, 2.5, 15))]
    tints = [
        rng.normal(mean, 18) + 17 * rng.lognormal(0, 0.7) * (0.8 * area + 0.6 * texture(rng.uniform(1.3, 2.0)))
        for mean, area in zip((9, -14), objects, strict=True)
    ]
    colour = np.stack([light + tints[0], light, light + tints[1]], -1) + rng.normal(0, rng.uniform(0.5, 2.5), (side, side, 3))
    return np.clip(np.rint(colour), 0, 255).astype(np.uint8)


def photographs(folder: Path, count: int) -> Iterator[Pixels]:
    """Yield up to ``count`` pictures of at least 256 x 256 from a folder, spread evenly over its sorted names."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    usable = [path for path in paths if min(_size(path)) >= 256]
    for i in range(min(count, len(usable))):
        yield np.asarray(Image.open(usable[i * len(usable) // min(count, len(usable))]).convert("RGB"))


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def through_png(pixels: Pixels) -> Pixels:
    """Save and reopen as PNG."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return np.asarray(Image.open(buffer))


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a rate.

    >>> [round(x, 3) for x in wilson(270, 300)]
    [0.861, 0.929]
    """
    z = 1.96
    centre = (hits + z * z / 2) / (count + z * z)
    half = z / (count + z * z) * math.sqrt(hits * (count - hits) / count + z * z / 4)
    return centre - half, centre + half


def rates(pictures: list[Pixels]) -> bool:
    """Print the detection rates of every message and say whether all targets are met."""
    met = True
    for message in MESSAGES:
        marked = [through_png(encode(picture, message, WRITERS[message.key])) for picture in pictures]
        full = sum((hit := decode(one, pretest=False)) is not None and hit.message is message for one in marked)
        found = sum((hit := decode(one)) is not None and hit.message is message for one in marked)
        low, high = wilson(found, len(marked))
        good = found / len(marked) >= TARGETS[message.key]
        met &= good
        print(
            f"{message.key:9} {WRITERS[message.key].name:10} found {found}/{len(marked)} = {found / len(marked):.3f} "
            f"[{low:.3f}, {high:.3f}]"
            f"  without pre-test {full / len(marked):.3f}  target {TARGETS[message.key]:.2f} {'met' if good else 'MISSED'}"
        )
    return met


def false_positives(manifest: Path) -> bool:
    """Print hits on the unmarked photographs of a manifest and the time per picture."""
    hits = count = passed = 0
    seconds = 0.0
    with manifest.open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["label"] == "real"]
    for row in rows:
        pixels = np.asarray(Image.open(manifest.parent / row["path"]).convert("RGB"))
        if pixels.shape[0] * pixels.shape[1] < MIN_PIXELS:
            continue
        count += 1
        started = time.perf_counter()
        quick = decode(pixels)
        seconds += time.perf_counter() - started
        hits += decode(pixels, pretest=False) is not None
        passed += quick is not None
    print(f"unmarked: n = {count}, found {passed} (without pre-test {hits}), {1e3 * seconds / max(1, count):.2f} ms each with pre-test")
    return hits == passed == 0


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--unmarked", type=Path)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    if arguments.photos is not None:
        pictures = list(photographs(arguments.photos, arguments.count))
    else:
        pictures = [synthetic_photo(rng, arguments.side) for _ in range(arguments.count)]
    met = rates(pictures)
    if arguments.unmarked is not None:
        met &= false_positives(arguments.unmarked)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
