"""Acceptance test 20, whole: damaged videos through a scan with the default detectors (specs: reliability 13).

    python benchmarks/damaged_videos.py --videos 200

MP4, Matroska, AVI and WebM in turn, with the damages of :data:`DAMAGES` in turn; one worker, so that the seconds between two reports
are those of a file.  Prints what became of each kind of damage, then the sums.
"""

import argparse
import random
import struct
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from pathlib import Path

from corruption import fixtures
from fakeprint.core.report import Report
from fakeprint.scan import scan

CONTAINERS = ("mp4", "matroska", "avi", "webm")
_SIZE = (160, 96)
_FRAMES = 40

Damage = Callable[[str, random.Random], bytes]


def whole(container: str, **options: object) -> bytes:
    """Return a sound video of that container."""
    data: bytes = import_module("make").video_bytes(container, 1, _FRAMES, size=_SIZE, **options)
    return data


def truncated(container: str, rng: random.Random) -> bytes:
    """Cut anywhere, most often near the start, where the headers are."""
    data = whole(container)
    return data[: max(1, int(len(data) * rng.random() ** 2))]


def flipped(container: str, rng: random.Random) -> bytes:
    """Flip 1, 20 or 400 bits anywhere."""
    data = bytearray(whole(container))
    for _ in range(rng.choice((1, 20, 400))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def wrong_header(container: str, rng: random.Random) -> bytes:
    """Put noise, or another container's start, over the first bytes."""
    data, other = whole(container), whole(rng.choice(CONTAINERS))
    length = rng.choice((4, 12, 64, 256))
    return (other[:length] if rng.random() < 0.5 else data[:8] + rng.randbytes(length)) + data[length:]


def zeroed_index(container: str, rng: random.Random) -> bytes:
    """Blank a table by which frames are found."""
    marks = {"mp4": (b"stco", b"stsz", b"stsc", b"stss", b"stbl"), "avi": (b"idx1", b"movi", b"strh")}
    data, mark = whole(container), rng.choice(marks.get(container, (b"\x1c\x53\xbb\x6b", b"\x11\x4d\x9b\x74", b"\x1f\x43\xb6\x75")))
    return patched(data, mark, len(mark) + rng.choice((0, 4, 8)), bytes(rng.choice((8, 40, 200))))


def zeroed_block(container: str, rng: random.Random) -> bytes:
    """Blank a stretch anywhere."""
    data = whole(container)
    start, length = rng.randrange(len(data)), rng.choice((16, 512, 4096))
    return data[:start] + bytes(min(length, len(data) - start)) + data[start + length :]


def odd_stamps(container: str, rng: random.Random) -> bytes:
    """Say impossible things about time, or space the frames oddly."""
    if rng.random() < 0.3:
        return whole("webm" if container == "avi" else container, times=rng.choice((_hours_apart, _squares, _same_but_one)))
    extreme = rng.choice((bytes(4), b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\x01", rng.randbytes(4)))
    places = {
        "mp4": ((b"mdhd", 16), (b"mdhd", 20), (b"mvhd", 16), (b"mvhd", 20), (b"stts", 12), (b"stts", 16), (b"ctts", 16), (b"elst", 16)),
        "avi": ((b"strh", 28), (b"strh", 32), (b"strh", 40), (b"avih", 8), (b"avih", 24)),
    }
    mark, offset = rng.choice(places.get(container, ((b"\x2a\xd7\xb1", 4), (b"\x44\x89", 3), (b"\xe7", 1), (b"\x23\xe3\x83", 4))))
    return patched(whole(container), mark, offset, extreme)


def no_frames(container: str, rng: random.Random) -> bytes:
    """Keep the headers and no frame, or declare none."""
    data = whole(container)
    if container == "mp4":
        return rng.choice((patched(data, b"stsz", 12, bytes(4)), patched(data, b"stts", 8, bytes(4)), patched(data, b"mdat", 0, b"free")))
    return data[: data.index({"avi": b"movi"}.get(container, b"\x1f\x43\xb6\x75")) + rng.choice((0, 4, 12))]


def huge_sizes(container: str, rng: random.Random) -> bytes:
    """Declare pictures, tables or parts of enormous size."""
    side = rng.choice((0, 16_383, 16_384, 65_535))
    places = {
        "mp4": (
            (b"avc1", 28, struct.pack(">HH", side, side)),
            (b"tkhd", 80, struct.pack(">II", side << 16, side << 16)),
            (b"stsz", 12, b"\xff" * 4),
            (b"stts", 8, b"\xff" * 4),
            (b"moov", -4, b"\x7f\xff\xff\xff"),
            (b"mdat", -4, b"\xff" * 4),
        ),
        "avi": (
            (b"strf", 12, struct.pack("<ii", side, side)),
            (b"strf", 4, b"\xff\xff\xff\x7f"),
            (b"avih", 24, b"\xff" * 4),
            (b"RIFF", 4, b"\xff" * 4),
            (b"movi", -4, b"\xff" * 4),
        ),
    }
    blocks = ((b"\xb0", 1, b"\x82" + side.to_bytes(2)), (b"\x1f\x43\xb6\x75", 4, b"\x01" + b"\xfe" * 7), (b"\xa3", 1, b"\x10\xff\xff\xff"))
    mark, offset, value = rng.choice(places.get(container, blocks))
    return patched(whole(container), mark, offset, value)


DAMAGES: dict[str, Damage] = {
    "truncated": truncated,
    "bits flipped": flipped,
    "wrong header": wrong_header,
    "index blanked": zeroed_index,
    "stretch blanked": zeroed_block,
    "odd time stamps": odd_stamps,
    "no frames": no_frames,
    "huge sizes": huge_sizes,
}


def patched(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    """Overwrite bytes at an offset from the start of a mark; where the mark is missing, at the end of the file's first half."""
    found = data.find(mark)
    at = max(0, (found if found >= 0 else len(data) // 2) + offset)
    return data[:at] + value + data[at + len(value) :]


def _hours_apart(number: int) -> int:
    return number * 3_600_000


def _squares(number: int) -> int:
    return number * number * number


def _same_but_one(number: int) -> int:
    return number + (1_000_000 if number == _FRAMES - 1 else 0)


def damaged_videos(seed: int = 0) -> Iterator[tuple[str, str, bytes]]:
    """Yield kinds of damage, containers and files without an end."""
    rng = random.Random(seed)
    while True:
        for name, damage in DAMAGES.items():
            for container in CONTAINERS:
                yield name, container, damage(container, rng)


@dataclass
class Row:
    """What became of the files of one kind of damage."""

    outcomes: Counter[str] = field(default_factory=Counter)
    worst_seconds: float = 0.0

    def add(self, report: Report, seconds: float) -> None:
        """Count one file."""
        self.outcomes["ok" if report.error is None else report.error.code.value] += 1
        self.worst_seconds = max(self.worst_seconds, seconds)


def scanned(files: list[tuple[str, str, bytes]]) -> dict[str, Row]:
    """Scan the files with one worker and tally them by damage; a sound video comes first and is not counted."""
    rows: dict[str, Row] = defaultdict(Row)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number:04d}-{container}") for number, (_, container, _) in enumerate([("", "mp4", b""), *files])]
        for path, data in zip(paths, [whole("mp4"), *(data for _, _, data in files)], strict=True):
            path.write_bytes(data)
        reports = scan(paths, jobs=1)
        first = next(reports)
        if first.error is not None:
            raise SystemExit(f"the sound video cannot be scanned: {first.error}")
        before = time.perf_counter()
        for (name, _, _), report in zip(files, reports, strict=True):
            now = time.perf_counter()
            rows[name].add(report, now - before)
            before = now
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    fixtures()
    started = time.perf_counter()
    rows = scanned(list(islice(damaged_videos(options.seed), options.videos)))
    total: Counter[str] = Counter()
    for name, row in rows.items():
        counts = ", ".join(f"{outcome} {count}" for outcome, count in row.outcomes.most_common())
        print(f"{name:16} {row.outcomes.total():4}  worst {row.worst_seconds:5.2f} s  {counts}")
        total += row.outcomes
    worst = max(row.worst_seconds for row in rows.values())
    print(f"{total.total()} videos, worst {worst:.2f} s, all {time.perf_counter() - started:.0f} s: {dict(total.most_common())}")
    print({code: total[code] for code in ("E_CRASH", "E_TIMEOUT", "E_INTERNAL")})


if __name__ == "__main__":
    main()
