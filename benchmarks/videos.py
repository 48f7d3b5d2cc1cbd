"""Acceptance test 20: odd and damaged videos, decoded by sandboxed workers (specs: reliability 13).

    python benchmarks/videos.py --videos 200

Prints rows, outcomes, crashes, stalls, worst seconds, greatest worker memory and total seconds.
"""

import argparse
import random
from collections.abc import Iterator
from importlib import import_module

from corruption import fixtures, run


def damaged_videos(count: int, seed: int = 0) -> Iterator[bytes]:
    """Yield the odd videos, then damaged MP4, WebM and AVI in turn, until there are ``count``."""
    make = import_module("make")
    rng = random.Random(seed)
    odd = [data for _, data in make.odd_videos()][:count]
    yield from odd
    sources = [make.video_bytes(name, 1, 50, size=(160, 96)) for name in make.VIDEOS]
    kinds = ("truncate", "flip", "zero", "header", "random", "doubled", "appended", "flip", "zero")
    for number in range(count - len(odd)):
        yield make.damaged(sources[number % len(sources)], kinds[number // len(sources) % len(kinds)], rng)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    fixtures()
    tally, seconds = run(damaged_videos(options.videos), options.jobs)
    print(tally.report(f"videos, {options.jobs} workers", seconds))


if __name__ == "__main__":
    main()
