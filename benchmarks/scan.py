"""How fast a scan is against the physical bounds of the same run, how much memory it takes, how long it takes to start.

    python benchmarks/scan.py [--files 200] [--folder FOLDER] [--memory-files 10000]

Without ``--folder`` it writes photo-like JPEG files (640 x 480, quality 85) and PNG files (512 x 512).  Bare decoding is Pillow's full
decode of the same files in as many processes as the scan uses; the bare model rate is that of all detectors on decoded pixels in memory.
The bound of both together is ``1 / (1 / decode + 1 / model)``, since both need the same processors.  Memory is measured without
detectors, whose models take the same however many files there are.  Prints one JSON document.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from fakeprint.examiners import DETECTOR_NAMES

JOBS = os.cpu_count() or 1
WITHOUT_DETECTORS = tuple(part for detector in DETECTOR_NAMES for part in ("--skip", detector))


def photo_like(seed: int, height: int, width: int) -> Image.Image:
    """Return a picture whose spectrum falls off like that of photographs, with sensor-like noise."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = 1
    planes = []
    for _ in range(3):
        spectrum = (rng.standard_normal(frequency.shape) + 1j * rng.standard_normal(frequency.shape)) / frequency**1.2
        plane = np.fft.irfft2(spectrum, s=(height, width))
        planes.append((plane - plane.mean()) / plane.std())
    shared = planes[0]
    pixels = 120 + 45 * np.stack([0.8 * shared + 0.2 * plane for plane in planes], axis=-1) + rng.normal(0, 2, (height, width, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def write_pictures(folder: Path, kind: str, count: int) -> Path:
    """Write ``count`` pictures; forty different ones, repeated under other names."""
    folder.mkdir(parents=True)
    size = (480, 640) if kind == "jpg" else (512, 512)
    blobs = []
    for seed in range(min(count, 40)):
        path = folder / f"seed.{kind}"
        photo_like(seed, *size).save(path, quality=85)
        blobs.append(path.read_bytes())
        path.unlink()
    for number in range(count):
        (folder / f"{number:06d}.{kind}").write_bytes(blobs[number % len(blobs)])
    return folder


def decode(path: Path) -> None:
    """Decode one file in full."""
    with Image.open(path) as image:
        image.convert("RGB").load()


def decode_rate(folder: Path) -> float:
    """Return files per second of bare decoding with all processors, start-up not counted."""
    paths = sorted(folder.iterdir())
    with get_context("spawn").Pool(JOBS) as pool:
        pool.map(decode, paths[: JOBS * 8], chunksize=1)
        started = time.perf_counter()
        pool.map(decode, paths, chunksize=16)
        return len(paths) / (time.perf_counter() - started)


def measure_models(path: Path) -> float:
    """Return the seconds that all detectors take on one picture that lies decoded in memory, opened models not counted."""
    from fakeprint.detectors.artifact import shipped_names
    from fakeprint.detectors.load import load_detector

    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    detectors = [load_detector(name) for name in DETECTOR_NAMES if name in shipped_names()]  # generator reads synthetic-image's graph
    for detector in detectors:
        detector.measure(pixels)
    started = time.perf_counter()
    for _ in range(5):
        for detector in detectors:
            detector.measure(pixels)
    return (time.perf_counter() - started) / 5


def model_rate(folder: Path) -> float:
    """Return pictures per second of the bare models with all processors at work."""
    paths = sorted(folder.iterdir())[: JOBS * 6]
    with get_context("spawn").Pool(JOBS) as pool:
        seconds = pool.map(measure_models, paths, chunksize=1)
    return JOBS / (sum(seconds) / len(seconds))


def scan_rate(folder: Path, *options: str) -> float:
    """Return files per second of the whole command, start-up included."""
    seconds, _ = run_scan(folder, *options)
    return len(list(folder.iterdir())) / seconds


def run_scan(folder: Path, *options: str) -> tuple[float, int]:
    """Scan a folder to JSONL; return wall seconds and the largest resident size of any process in bytes."""
    program = (
        "import sys, resource\nfrom fakeprint.cli.main import app\n"
        "try: app(sys.argv[1:], standalone_mode=False)\n"
        "finally:\n"
        " own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; kids = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        " print(own, kids, file=sys.stderr)\n"
    )
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-c", program, "scan", str(folder), "--out", f"{out}/rows.jsonl", "--quiet", *options]
        started = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - started
    own, kids = (int(value) * 1024 for value in done.stderr.split()[-2:])
    return seconds, max(own, kids)


def best_of(times: int, command: list[str]) -> float:
    """Return the least wall seconds of several runs of a command."""
    least = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        least = min(least, time.perf_counter() - started)
    return least


def measure(arguments: argparse.Namespace) -> Iterator[tuple[str, object]]:
    """Yield the measured numbers by name."""
    with tempfile.TemporaryDirectory() as scratch:
        folders = (
            {arguments.folder.name: arguments.folder}
            if arguments.folder
            else {kind: write_pictures(Path(scratch) / kind, kind, arguments.files) for kind in ("jpg", "png")}
        )
        for name, folder in folders.items():
            decode, model = decode_rate(folder), model_rate(folder)
            both = 1 / (1 / decode + 1 / model)
            plain = scan_rate(folder, *WITHOUT_DETECTORS)
            rate = scan_rate(folder)
            yield (
                name,
                {
                    "files": len(list(folder.iterdir())),
                    "decode_per_s": round(decode, 1),
                    "model_per_s": round(model, 1),
                    "scan_without_detectors_per_s": round(plain, 1),
                    "ratio_to_decode": round(plain / decode, 2),
                    "scan_per_s": round(rate, 1),
                    "ratio_to_slower_of_both": round(rate / min(decode, model), 2),
                    "ratio_to_both": round(rate / both, 2),
                },
            )
        small = write_pictures(Path(scratch) / "small", "jpg", 100)
        large = write_pictures(Path(scratch) / "large", "jpg", arguments.memory_files)
        for folder in (small, large):
            seconds, peak = run_scan(folder, *WITHOUT_DETECTORS)
            yield f"memory_{folder.name}", {"files": len(list(folder.iterdir())), "peak_mb": peak >> 20, "seconds": round(seconds, 1)}
        fakeprint = [sys.executable, "-m", "fakeprint"]
        yield "help_s", round(best_of(5, [*fakeprint, "--help"]), 2)
        one = min(small.iterdir())
        yield "one_image_cold_without_detectors_s", round(best_of(5, [*fakeprint, "scan", str(one), *WITHOUT_DETECTORS]), 2)
        megapixel = Path(scratch) / "megapixel.jpg"
        photo_like(1, 864, 1152).save(megapixel, quality=85)
        yield "one_megapixel_cold_s", round(best_of(5, [*fakeprint, "scan", str(megapixel)]), 2)
    yield "processors", JOBS
    yield "parent_rss_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--memory-files", type=int, default=10_000)
    parser.add_argument("--folder", type=Path)
    print(json.dumps(dict(measure(parser.parse_args())), indent=1))


if __name__ == "__main__":
    main()
