"""Time of each signal and of the watermark search beside bare decoding, and how well the two history gates work.

    python benchmarks/signals.py                     synthetic files: JPEG q75 4:2:0, q95 4:4:4, PNG, 0.2 to 12 MP
    python benchmarks/signals.py --files FOLDER      the JPEG and PNG files of a folder instead (up to --count)
    python benchmarks/signals.py --gates FOLDER      enlargements and double JPEG made from the pictures of a folder

Times are processor time, the median over files of the best of three, with the image already decoded; the ratio is to Pillow's decode.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.limits import Limits
from fakeprint.core.media import Media
from fakeprint.examiners import load_examiner
from fakeprint.media.container.walk import walk
from fakeprint.media.dct_history import find_earlier_save
from fakeprint.media.examiner import Settings
from fakeprint.media.item import MediaItem
from fakeprint.media.resampling import estimate_resampling

NAMES = ("dwt-dct-watermark", "jpeg-history", "exif-consistency", "spectral-peaks", "noise-residual")
FORMATS: tuple[tuple[str, dict[str, int]], ...] = (
    ("JPEG", {"quality": 75, "subsampling": 2}),
    ("JPEG", {"quality": 95, "subsampling": 0}),
    ("PNG", {"compress_level": 6}),
)
SIZES = ((400, 512), (1024, 1024), (3000, 4000))

Pixels = NDArray[np.uint8]


def texture(seed: int, height: int, width: int) -> Pixels:
    """Draw a 1/f texture with muted colour and sensor noise."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    frequency[0, 0] = 1
    planes = []
    for scale in (40, 10, 10):
        plane = np.fft.irfft2((rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)) / frequency**1.4, (height, width))
        planes.append(scale * plane / plane.std())
    colour = np.stack([planes[0] + planes[1], planes[0], planes[0] + planes[2]], -1) + 125 + rng.normal(0, 2, (height, width, 3))
    return np.clip(np.rint(colour), 0, 255).astype(np.uint8)


def item_of(path: Path, *, pictures: bool) -> MediaItem:
    """Open a file as examiners receive it."""
    data = path.read_bytes()
    container = walk(BytesIO(data), Limits())
    media = Media(sha256=sha256(data).hexdigest(), kind=container.kind, mime=container.mime, bytes=len(data))
    return MediaItem(media, container, path, path.name, Limits(), want_pictures=pictures)


def best_of(action: Callable[[], object], rounds: int = 3) -> float:
    """Return the shortest processor time of some runs, in milliseconds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        action()
        times.append(time.process_time() - started)
    return 1e3 * min(times)


def report_times(title: str, paths: list[Path]) -> None:
    """Print one line per examiner for a group of files."""

    def decode(path: Path) -> None:
        with Image.open(path) as image:
            image.load()

    base = median(best_of(partial(decode, path)) for path in paths)
    print(f"{title}: n = {len(paths)}, bare decode {base:.2f} ms")
    for name in NAMES:
        examiner = load_examiner(name, Settings())
        for pictures in (False, True) if name == "noise-residual" else (False,):
            items = [item_of(path, pictures=pictures) for path in paths]
            statuses = {examiner.examine(item).status.value for item in items}  # decodes as well
            times = [best_of(partial(examiner.examine, item)) for item in items]
            spent = median(times)
            label = name + (" + map" if pictures else "")
            print(f"    {label:22} {spent:7.2f} ms  {spent / base:5.2f} x decode  {', '.join(sorted(statuses))}")


def synthetic_times(folder: Path) -> None:
    """Time files of three formats and three sizes."""
    for height, width in SIZES:
        pictures = [Image.fromarray(texture(seed, height, width)) for seed in range(3)]
        for number, (kind, options) in enumerate(FORMATS):
            paths = []
            for seed, picture in enumerate(pictures):
                path = folder / f"{height}-{number}-{seed}"
                picture.save(path, kind, **options)
                paths.append(path)
            setting = "q{quality}".format(**options) if kind == "JPEG" else ""
            report_times(f"{kind} {setting} {width}x{height}", paths)


def _saved(pixels: Pixels, quality: int) -> tuple[Pixels, NDArray[np.int32]]:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    image: Image.Image = Image.open(BytesIO(buffer.getvalue()))
    tables: dict[int, list[int]] = image.quantization  # type: ignore[attr-defined]
    return np.asarray(image), np.array(tables[0], np.int32)


def gates(folder: Path, count: int) -> None:
    """Print how often enlargement and an earlier JPEG save are called evident, with and without one."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    chosen = [paths[i * len(paths) // min(count, len(paths))] for i in range(min(count, len(paths)))]
    pictures = [picture for picture in (np.asarray(Image.open(path).convert("RGB")) for path in chosen) if min(picture.shape[:2]) >= 256]
    native = [found is not None and found.evident for found in map(estimate_resampling, pictures)]
    print(f"resampling, as delivered: {np.mean(native):.3f} evident, n = {len(pictures)}")
    for factor in (0.5, 0.75, 0.9, 1.1, 1.25, 4 / 3, 1.5, 1.75, 2.0, 3.0):
        shares = []
        for how in (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS):
            hits = []
            for picture in pictures:
                size = (round(picture.shape[1] * factor), round(picture.shape[0] * factor))
                found = estimate_resampling(np.asarray(Image.fromarray(picture).resize(size, how)))
                hits.append(found is not None and found.evident)
            shares.append(np.mean(hits))
        print(f"    x {factor:.2f}: bilinear {shares[0]:.2f}, bicubic {shares[1]:.2f}, Lanczos {shares[2]:.2f}")
    halves = [np.asarray(Image.fromarray(picture[3:, 5:]).reduce(2)) for picture in pictures]  # leaves no grid of an old save
    halves = [half for half in halves if half.shape[0] * half.shape[1] >= 145**2]
    for last in (95, 90, 85, 75):
        once = [found is not None and found.evident for found in (find_earlier_save(*_saved(one, last)) for one in halves)]
        line = [f"one save {np.mean(once):.3f}"]
        for first in (50, 65, 75, 85):
            if first < last:
                twice = [find_earlier_save(*_saved(_saved(one, first)[0], last)) for one in halves]
                close = np.mean([found is not None and found.evident and abs(found.quality - first) <= 3 for found in twice])
                evident = np.mean([found is not None and found.evident for found in twice])
                line.append(f"after q{first} {evident:.2f} (within 3: {close:.2f})")
        print(f"earlier JPEG, last save q{last}, n = {len(halves)}: " + ", ".join(line))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=Path)
    parser.add_argument("--gates", type=Path)
    parser.add_argument("--count", type=int, default=100)
    arguments = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        print("note: set OMP_NUM_THREADS=1 for times of one core")
    if arguments.gates is not None:
        gates(arguments.gates, arguments.count)
    elif arguments.files is not None:
        paths = sorted(path for path in arguments.files.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
        report_times(str(arguments.files.name), paths[: arguments.count])
    else:
        with tempfile.TemporaryDirectory() as folder:
            synthetic_times(Path(folder))


if __name__ == "__main__":
    main()
