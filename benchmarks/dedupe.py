"""Near duplicates of 200,000 perceptual hashes, and a group-aware split of a manifest of 1,000,000 rows: seconds and peak memory.

Run: ``python benchmarks/dedupe.py [--hashes 200000] [--rows 1000000] [--folder DIR]``.  Each part runs in a process of its own.  Hashes
are drawn at random, one in twenty a copy of another with 0 to 8 bits changed; on ``--skewed`` they share their upper bits, as hashes of
similar pictures do.
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
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.generation import Generation
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.components import Components
from fakeprint.datasets.near_duplicates import near_pairs
from fakeprint.datasets.rewrite import read_keys, write_assigned
from fakeprint.datasets.split import SplitRecipe, assign
from fakeprint.datasets.store import write_manifest


def planted(count: int, *, skewed: bool, seed: int = 0) -> NDArray[np.uint64]:
    """Return hashes of which one in twenty is a near copy of another."""
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 2**64, count, dtype=np.uint64)
    if skewed:
        common = np.uint64(0xFFF0_F000_C000_0000)
        hashes = (hashes & ~common) | (np.uint64(0xA5A5_A5A5_A5A5_A5A5) & common)
    for target, source in zip(rng.permutation(count)[: count // 20], rng.integers(0, count, count // 20), strict=True):
        bits = rng.permutation(64)[: rng.integers(0, 9)]
        hashes[target] = hashes[source] ^ np.uint64(sum(1 << int(bit) for bit in bits))
    return hashes


def near(count: int, skewed: bool) -> dict[str, float]:
    """Search all pairs and join them."""
    hashes = planted(count, skewed=skewed)
    started = time.perf_counter()
    parts, pairs = Components(count), 0
    for found in near_pairs(hashes):
        pairs += len(found)
        parts.join(found)
    return {"seconds": time.perf_counter() - started, "pairs": pairs, "components": len(np.unique(parts.roots()))}


def samples(rows: int) -> Iterator[Sample]:
    """Yield invented samples: groups of three, fifty generators, prompts shared by six."""
    for number in range(rows):
        positive = number % 3 != 0
        digest = sha256(str(number).encode()).hexdigest()
        yield Sample(
            id=f"s{number:07d}",
            path=f"{number % 100}/{number}.png",
            label=Label.SYNTHETIC if positive else Label.AUTHENTIC,
            split=Split.TRAIN,
            group=f"g{number // 3}",
            source="invented",
            generator=f"m{number % 50}" if positive else None,
            family=f"f{number % 7}" if positive else None,
            sha256=digest,
            phash=digest[:16],
            generation=Generation(prompt=f"picture number {number // 6}, on a table") if positive else None,
        )


def split(manifest: Path, join: str) -> dict[str, float]:
    """Read keys, split, write."""
    began = time.perf_counter()
    keys = read_keys(manifest)
    read = time.perf_counter()
    assigned = assign(keys, SplitRecipe(join=tuple(join.split(",")) if join else ()))
    decided = time.perf_counter()
    summary = write_assigned(manifest, manifest.with_name("split.parquet"), assigned.splits, assigned.groups)
    ended = time.perf_counter()
    return {
        "read_s": read - began,
        "assign_s": decided - read,
        "write_s": ended - decided,
        "total_s": ended - began,
        "rows": summary.samples,
        "groups": summary.groups,
        "largest": assigned.largest,
    }


def in_a_process(*arguments: str) -> None:
    """Run one part in a fresh process and print what it measured."""
    done = subprocess.run([sys.executable, __file__, "--part", *arguments], capture_output=True, text=True, check=True)
    print(" ".join(arguments[:1]), done.stdout.strip(), f"load {os.getloadavg()[0]:.1f}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hashes", type=int, default=200_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--part", nargs="*")
    call = parser.parse_args()
    if call.part:
        name, *rest = call.part
        measured = near(int(rest[0]), rest[1] == "True") if name == "near" else split(Path(rest[0]), rest[1])
        used = resource.getrusage(resource.RUSAGE_SELF)
        more = {"cpu_s": round(used.ru_utime + used.ru_stime, 1), "peak_mib": round(used.ru_maxrss / 1024)}
        print(json.dumps({key: round(value, 2) for key, value in measured.items()} | more))
        return
    print(f"{call.hashes:,} hashes, radius 8; {os.cpu_count()} processors")
    for skewed in (False, True):
        in_a_process("near", str(call.hashes), str(skewed))
    with tempfile.TemporaryDirectory(dir=call.folder) as folder:
        manifest = Path(folder) / "manifest.parquet"
        started = time.perf_counter()
        write_manifest(manifest, ManifestHeader(name="benchmark"), samples(call.rows))
        print(f"{call.rows:,} rows written in {time.perf_counter() - started:.0f} s, {manifest.stat().st_size >> 20} MiB")
        for join in ("", "prompt,sha256,phash"):
            in_a_process("split", str(manifest), join)


if __name__ == "__main__":
    main()
