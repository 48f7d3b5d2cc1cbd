"""A manifest of a million samples: written, opened, filtered, counted, drawn from, read and verified.

    python benchmarks/manifest.py [--rows 1000000] [--folder DIR]

Each figure is the wall time of one call in this process; the first query includes the import of DuckDB and the opening of the file.
"""

import argparse
import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from fakeprint.core.generation import Generation
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.query import Query, count, counts_by, draw, select
from fakeprint.datasets.soundness import verify
from fakeprint.datasets.store import read_samples, write_manifest

FAMILIES, VERSIONS = 27, 1386
QUERY = Query({"family": ("family 3",), "split": ("train",)})


def samples(rows: int) -> Iterator[Sample]:
    """Yield samples in pairs, one photograph and one generated image each, with prompts and checkpoint hashes."""
    splits = tuple(Split)
    for index in range(rows):
        pair, generated = divmod(index, 2)
        yield Sample(
            id=f"sample {index:08d}",
            path=f"{'fake' if generated else 'real'}/{pair % FAMILIES}/{pair % VERSIONS}/{index:08d}.jpg",
            label=Label.SYNTHETIC if generated else Label.AUTHENTIC,
            split=splits[pair % 5],
            group=f"pair {pair}",
            source="made",
            family=f"family {pair % FAMILIES}" if generated else None,
            generator=f"version {pair % VERSIONS}" if generated else None,
            generation=Generation(prompt=f"a picture of thing {pair * 7919 % 100_003}", seed=pair, model_hash=f"{pair % 4461:010x}")
            if generated
            else None,
            url=f"https://example.org/{index}.jpg",
        )


def timed(name: str, call: Callable[[], object]) -> None:
    """Run a call and print its wall time and what it returned."""
    begun = time.perf_counter()
    result = call()
    print(f"{name:<42}{time.perf_counter() - begun:9.2f} s   {result}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    print(f"{options.rows:,} samples, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder) / "m.parquet"
        timed("write, checked, with card", lambda: write_manifest(path, ManifestHeader(name="made"), samples(options.rows)).groups)
        print(f"{'size':<42}{path.stat().st_size / 1e6:9.1f} MB")
        timed("open, filter by family and split, count", lambda: count(path, QUERY))
        timed("the same again", lambda: count(path, QUERY))
        timed("count by split and label", lambda: len(counts_by(path, ["split", "label"])))
        timed("search the prompts", lambda: count(path, Query(sql="record->>'$.generation.prompt' like '%thing 99%'")))
        timed("filter into samples", lambda: sum(1 for _ in select(path, QUERY)))
        timed("draw 10 of each family", lambda: sum(1 for _ in draw(path, 10, 1, per="family")))
        timed("read every sample", lambda: sum(1 for _ in read_samples(path)))
        timed("verify records", lambda: verify(path).line())
    print(f"{'peak memory':<42}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:9.0f} MiB")


if __name__ == "__main__":
    main()
