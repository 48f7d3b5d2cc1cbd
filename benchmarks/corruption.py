"""Acceptance tests 1 and 2: damaged images and every prefix of small files, decoded by sandboxed workers (specs: reliability 13).

    python benchmarks/corruption.py --images 10000
    python benchmarks/corruption.py --prefixes 20

Prints rows, outcomes, crashes, stalls, worst seconds, greatest worker memory and total seconds.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from fakeprint.core.errors import ErrorCode
from fakeprint.core.limits import Limits
from fakeprint.media.workers import Outcome, Task, WorkerPool

FIXTURES = Path(__file__).resolve().parents[1] / "tests" / "media"
SECONDS = 10.0


@dataclass
class Tally:
    """What became of the files, counted; ``peak`` is the greatest resident size of a worker in bytes."""

    outcomes: Counter[str] = field(default_factory=Counter)
    worst_seconds: float = 0.0
    peak: int = 0

    def add(self, outcome: Outcome) -> str:
        """Count one outcome and return its name."""
        if outcome.reply is None:
            name = outcome.error.code.value if outcome.error is not None else "nothing"
        else:
            told = json.loads(outcome.reply)
            name = str(told["outcome"])
            self.worst_seconds = max(self.worst_seconds, float(told["seconds"]))
            self.peak = max(self.peak, int(told["peak"]))
        self.outcomes[name] += 1
        return name

    @property
    def crashes(self) -> int:
        """Files that ended their worker."""
        return self.outcomes[ErrorCode.E_CRASH.value]

    @property
    def stalls(self) -> int:
        """Files without an answer in time."""
        return self.outcomes[ErrorCode.E_TIMEOUT.value]

    @property
    def bugs(self) -> int:
        """Files that led to an exception which is no decode error."""
        return self.outcomes[ErrorCode.E_INTERNAL.value]

    def report(self, title: str, seconds: float) -> str:
        """Return the measured numbers as text."""
        counts = ", ".join(f"{name} {count}" for name, count in self.outcomes.most_common())
        rows = self.outcomes.total()
        return (
            f"{title}: rows {rows}, crashes {self.crashes}, stalls {self.stalls}, internal errors {self.bugs}, "
            f"worst {self.worst_seconds:.2f} s, worker peak {self.peak / 1e6:.0f} MB, total {seconds:.1f} s\n  {counts}"
        )


def fixtures() -> None:
    """Make the fixture makers and worker targets beside the tests importable, here and in the workers."""
    if str(FIXTURES) not in sys.path:
        sys.path.insert(0, str(FIXTURES))


def damaged_images(count: int, seed: int = 0) -> Iterator[bytes]:
    """Yield images with damage: formats and kinds of damage in turn, sources and places from the seed."""
    make = import_module("make")
    rng = random.Random(seed)
    sources = {name: [make.image_bytes(name, seed, 160 + 32 * seed, 120 + 16 * seed) for seed in range(4)] for name in make.FORMATS}
    for number in range(count):
        format_ = make.FORMATS[number % len(make.FORMATS)]
        damage = make.DAMAGES[number // len(make.FORMATS) % len(make.DAMAGES)]
        yield make.damaged(rng.choice(sources[format_]), damage, rng)


def all_prefixes(files: int) -> Iterator[bytes]:
    """Yield every prefix of small images and of one small video."""
    make = import_module("make")
    formats = (*make.FORMATS, "bmp")
    for number in range(files - 1):
        whole = make.image_bytes(formats[number % len(formats)], number, 32 + number, 16)
        yield from (whole[:length] for length in range(1, len(whole) + 1))
    video = make.video_bytes("webm", 1, 3, size=(32, 16))
    yield from (video[:length] for length in range(1, len(video) + 1))


def run(contents: Iterator[bytes], jobs: int) -> tuple[Tally, float]:
    """Decode every content in workers; return the tally and the seconds taken."""
    fixtures()
    tally = Tally()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, WorkerPool("targets:decode", {}, Limits(), jobs) as pool:

        def tasks() -> Iterator[Task]:
            for number, data in enumerate(contents):
                path = Path(folder, str(number))
                path.write_bytes(data)
                yield Task(number, {"path": str(path)}, SECONDS)

        for outcome in pool.run(tasks()):
            path = Path(folder, str(outcome.index))
            if tally.add(outcome) in {ErrorCode.E_CRASH.value, ErrorCode.E_TIMEOUT.value, ErrorCode.E_INTERNAL.value}:
                kept = Path(tempfile.gettempdir(), f"fakeprint-corruption-{outcome.index}")
                kept.write_bytes(path.read_bytes())
                print(f"kept {kept}: {outcome.error}", file=sys.stderr)
            path.unlink()
    return tally, time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--prefixes", type=int, default=20, help="small files of which every prefix is decoded")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    fixtures()
    if options.images:
        tally, seconds = run(damaged_images(options.images), options.jobs)
        print(tally.report(f"corruption, {options.jobs} workers", seconds))
    if options.prefixes:
        tally, seconds = run(all_prefixes(options.prefixes), options.jobs)
        print(tally.report(f"prefixes, {options.jobs} workers", seconds))


if __name__ == "__main__":
    main()
