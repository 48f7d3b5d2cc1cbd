"""How fast shards are read, clean and with bad samples, against the plain webdataset reader; exactness of the counters.

    python benchmarks/shards.py [--shards 20] [--samples 500] [--rounds 5] [--kills 20]

Writes D3-like shards (five images, caption, address).  Ours and the library hand out the raw members of every sample; rounds alternate
and the median counts.  Then 1 % of the samples are damaged, one shard is cut and one is random bytes (acceptance test 10): every good
sample must come exactly once, the counters must be exact, and the rate is given as a share of the clean one.  ``--kills`` builds shards
from rows and local addresses, kills the build at that many random moments and compares the resumed shards with uninterrupted ones
(acceptance test 8).  Prints one JSON document.
"""

import argparse
import io
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

os.environ["WDS_SECURE"] = "1"

from fakeprint.datasets.webdataset_shards import ShardTally, read_shards

REQUIRED = ("real", "gen_0", "gen_1", "gen_2", "gen_3", "caption.txt", "url.txt")
Samples = dict[str, dict[str, bytes]]


def write_shards(folder: Path, count: int, samples: int) -> dict[Path, Samples]:
    """Write clean shards; images are random bytes of 5 to 40 KB."""
    draw = random.Random(0)
    pool = draw.randbytes(1 << 20)
    written: dict[Path, Samples] = {}
    for number in range(count):
        path = folder / f"elsa_v2-{number:04d}.tar"
        written[path] = {}
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
            for index in range(samples):
                key = f"elsa_v2__train__{number:04d}{index:06d}"
                members = {"caption.txt": b"a bowl of oranges", "url.txt": b"https://example.org/a.jpg"}
                for name in ("gen_0", "gen_1", "gen_2", "gen_3", "real"):
                    start = draw.randrange(len(pool) - 40_000)
                    members[f"{name}.jpg"] = pool[start : start + draw.randrange(5_000, 40_000)]
                members = dict(sorted(members.items()))
                written[path][key] = members
                for suffix, data in members.items():
                    info = tarfile.TarInfo(f"{key}.{suffix}")
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))
    return written


def spoil(written: dict[Path, Samples], folder: Path) -> tuple[dict[Path, Samples], int]:
    """Copy shards with one sample in a hundred damaged, the sixth one cut, the twelfth replaced.

    Return what is still good, and how many samples a reader can know to be bad.
    """
    draw = random.Random(1)
    good: dict[Path, Samples] = {}
    bad = 0
    for number, (path, samples) in enumerate(written.items()):
        data, keys = bytearray(path.read_bytes()), sorted(samples)
        with tarfile.open(path) as tar:
            places = {member.name: member for member in tar.getmembers()}
        damaged = set(draw.sample(keys, len(keys) // 100))
        for key in damaged:
            data[places[f"{key}.gen_2.jpg"].offset + 3] ^= 0xFF
        if number == 5:
            cut = keys[len(keys) // 2]
            del data[places[f"{cut}.real.jpg"].offset_data + 10 :]
            keys = [key for key in keys if key <= cut]
            damaged = {key for key in damaged if key < cut} | {cut}
        if number == 11:
            data, keys, damaged = bytearray(draw.randbytes(len(data))), [], set()
        (folder / path.name).write_bytes(data)
        good[folder / path.name] = {key: samples[key] for key in keys if key not in damaged}
        bad += len(damaged)
    return good, bad


def ours(shards: list[Path], most_bad: float) -> tuple[float, int, ShardTally]:
    """Read all shards; return samples a second, samples and the tally."""
    tally = ShardTally()
    started, count = time.perf_counter(), 0
    for sample in read_shards(shards, tally, required=REQUIRED, most_bad=most_bad):
        count += len(sample.members) == len(REQUIRED)
    return count / (time.perf_counter() - started), count, tally


def library(shards: list[Path]) -> tuple[float, int]:
    """Read all shards with webdataset, without decoding."""
    import webdataset

    started, count = time.perf_counter(), 0
    for sample in webdataset.WebDataset([str(path) for path in shards], shardshuffle=False, empty_check=False):
        count += len(sample) >= len(REQUIRED)
    return count / (time.perf_counter() - started), count


def same_as_library(shards: list[Path]) -> bool:
    """Compare every member of every sample."""
    import webdataset

    theirs = webdataset.WebDataset([str(path) for path in shards], shardshuffle=False, empty_check=False)
    pairs = zip(read_shards(shards, ShardTally()), theirs, strict=True)
    return all(
        sample.key == other["__key__"] and sample.members == {k: v for k, v in other.items() if not k.startswith("__")}
        for sample, other in pairs
    )


def kill_build(kills: int, records: int = 600) -> dict[str, object]:
    """Kill a build again and again, resume it, compare the shards."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from download import pictures, running_server

    draw, images = random.Random(0), pictures()
    with tempfile.TemporaryDirectory() as scratch, running_server(20) as port:
        rows = [
            {"id": f"{number:06d}", "url": f"http://127.0.0.1:{port}/i/{number}", "original_prompt": f"a bowl {number}"}
            | {f"image_gen{slot}": {"bytes": images[(number + slot) % len(images)], "path": None} for slot in range(4)}
            | {f"filepath_gen{slot}": f"{slot}.jpg" for slot in range(4)}
            for number in range(records)
        ]
        pq.write_table(pa.Table.from_pylist(rows), f"{scratch}/train-0.parquet", row_group_size=100)
        flags = ["--delay", "0", "--per-host", "8", "--min-side", "32", "--allow-address", f"127.0.0.1:{port}", "--shard-size", "50"]
        command = [
            sys.executable,
            "-m",
            "fakeprint",
            "data",
            "build-d3",
            f"{scratch}/train-0.parquet",
            "--mix",
            "default",
            "--quiet",
            *flags,
        ]
        started = time.perf_counter()
        subprocess.run([*command, "--out", f"{scratch}/whole"], check=True)
        seconds = time.perf_counter() - started
        done = ended = 0
        while done < kills:
            process = subprocess.Popen([*command, "--out", f"{scratch}/out"])
            try:
                process.wait(timeout=draw.uniform(0.1, 0.9) * seconds)
                shutil.rmtree(f"{scratch}/out")  # it ended before the kill: begin anew
                ended += 1
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                done += 1
        subprocess.run([*command, "--out", f"{scratch}/out"], check=True)
        whole, resumed = ({one.name: one.read_bytes() for one in Path(scratch, name, "shards").iterdir()} for name in ("whole", "out"))
        return {"records": records, "kills": done, "builds_begun": ended + 1, "shards": len(whole) // 3, "same_bytes": whole == resumed}


def main() -> int:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, default=20)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kills", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        clean_folder, bad_folder = Path(scratch) / "clean", Path(scratch) / "bad"
        clean_folder.mkdir()
        bad_folder.mkdir()
        written = write_shards(clean_folder, arguments.shards, arguments.samples)
        good, spoiled = spoil(written, bad_folder)
        clean, bad = list(written), list(good)
        rates: dict[str, list[float]] = {"ours": [], "library": [], "ours_bad": []}
        ours(clean, 0.0)
        for _ in range(arguments.rounds):
            rates["ours"].append(ours(clean, 0.0)[0])
            rates["library"].append(library(clean)[0])
            rates["ours_bad"].append(ours(bad, 1.0)[0])
        tally = ShardTally()
        found: Samples = {}
        double = 0
        for sample in read_shards(bad, tally, required=REQUIRED, most_bad=1.0):
            double += sample.key in found
            found[sample.key] = dict(sample.members)
        expected = {key: members for samples in good.values() for key, members in samples.items()}
        exact = found == expected and not double and (tally.good, tally.bad) == (len(expected), spoiled)
        result = {
            "shards": arguments.shards,
            "samples": arguments.shards * arguments.samples,
            "load": round(os.getloadavg()[0], 1),
            "samples_s": {name: round(statistics.median(values)) for name, values in rates.items()},
            "ours_to_library": round(statistics.median(a / b for a, b in zip(rates["ours"], rates["library"], strict=True)), 2),
            "bad_to_clean": round(statistics.median(a / b for a, b in zip(rates["ours_bad"], rates["ours"], strict=True)), 2),
            "same_as_library_on_clean": same_as_library(clean[:3]),
            "exact": exact,
            "bad_put_in": spoiled,
            "bad_counted": tally.bad,
            "damaged_places": dict(tally.damage),
        }
        killed = kill_build(arguments.kills) if arguments.kills else None
        print(json.dumps({**result, "killed_build": killed}, indent=1))
        return 0 if exact and (killed is None or killed["same_bytes"]) else 1


if __name__ == "__main__":
    sys.exit(main())
