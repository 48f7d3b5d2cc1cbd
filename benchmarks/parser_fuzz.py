"""Walk and read seeded mutations of one file of every format; print exceptions, times per blob and throughput.

    python benchmarks/parser_fuzz.py --blobs 100000

Requirement: no exception leaves the parsers and none takes over 50 ms on a blob of at most 1 MiB (specs: provenance, PROV-4).
A blob over 50 ms is measured twice more and counts with its best time, because other programs on the machine also take time.
"""

import argparse
import random
import struct
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from runpy import run_path
from time import perf_counter, process_time

from fakeprint.core.limits import Limits
from fakeprint.media.container.model import PartKind
from fakeprint.media.container.walk import walk
from fakeprint.media.exif import read_exif
from fakeprint.media.iim import read_iim
from fakeprint.media.xmp import read_xmp

MOST_BYTES = 1 << 20
BUDGET_MS = 50.0
_MAKE = Path(__file__).parents[1] / "tests" / "media" / "container" / "make.py"
_EDGES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\x01", b"\xff\xd8", b"\xff\xda", b"<!DOCTYPE")


@dataclass
class Measured:
    """What one run found; times in milliseconds."""

    times: list[float] = field(default_factory=list)
    bytes: int = 0
    formats: set[str] = field(default_factory=set)
    slowest: tuple[float, str] = (0.0, "")
    failures: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Return the time that ``share`` of the blobs do not exceed."""
        return sorted(self.times)[min(len(self.times) - 1, int(share * len(self.times)))]


def seeds() -> list[bytes]:
    """One file of every format, and some that repeat one element very often."""
    make = run_path(str(_MAKE))
    dense = [
        make["gif"]([make["gif_comment"](b"x")] * 400),
        make["png"]([make["text_chunk"]("k", b"v")] * 900),
        make["jpeg"]([make["segment"](0xFE)] * 900),
        make["webp"]([make["riff_chunk"](b"EXIF", b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHII", 0x9286, 7, 40_000, 0) * 4000)]),
        make["png"]([make["itxt_chunk"]("XML:com.adobe.xmp", make["xmp_packet"]("<a:b xmlns:a='urn:a'/>" * 4000))]),
        make["jpeg"](
            [make["segment"](0xED, b"Photoshop 3.0\0" + make["photoshop_resources"]((0x0404, make["iim"](*[(2, 25, b"")] * 9000))))]
        ),
    ]
    return [*make["one_of_each"]().values(), *dense]


def crowded() -> list[bytes]:
    """Files of about 1 MiB that repeat the cheapest element of their format as often as they can."""
    make = run_path(str(_MAKE))

    def fill(one: bytes) -> bytes:
        return one * ((MOST_BYTES - 4096) // len(one))

    exif = b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHII", 0x9286, 7, 1 << 19, 0) * 65_535
    tiff = b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHII", 305, 2, 60_000, 100) * 65_535
    names = " ".join(f'a{number}=""' for number in range(90_000))
    packets = [
        make["xmp_packet"](fill(b"<a:b/>").decode(), 'xmlns:a="urn:a"'),
        make["xmp_packet"]("", names),
        make["xmp_packet"]("<a:b>" + fill(b"x<a:c/>").decode() + "</a:b>", 'xmlns:a="urn:a"'),
    ]
    comments = struct.pack("<II", 0, 200_000) + fill(struct.pack("<I", 1) + b"=")
    blocks = fill(make["photoshop_resources"]((1, b"")))
    sized = struct.pack(">I", len(comments))[1:]
    tiny_script = make["amf_string"](b"onMetaData") + b"\x08" + bytes(4) + fill(b"\0\1k\5")
    return [
        make["jpeg"]([fill(b"\xff\xff")]),
        make["jpeg"]([fill(make["segment"](0xFE))]),
        make["jpeg"](scan=fill(b"\xff\0")),
        make["jpeg"](scan=fill(b"\xff\xda\0\2x")),
        make["jpeg"]([make["segment"](0xED, b"Photoshop 3.0\0" + blocks[at : at + 60_000]) for at in range(0, len(blocks), 60_000)]),
        make["png"]([fill(make["chunk"](b"IDAT"))]),
        make["png"]([fill(make["chunk"](b"pHYs"))]),
        make["png"]([fill(make["text_chunk"]("k", b""))]),
        make["webp"]([fill(make["riff_chunk"](b"junk", b""))]),
        make["webp"]([make["riff_chunk"](b"EXIF", exif)]),
        make["avi"]([(b"A", b"")] * 20_000),
        make["gif"]([fill(b"\x21\xfe\1x\0")]),
        make["gif"]([b"\x21\xfe" + fill(b"\1x") + b"\0"]),
        make["gif"](frames=60_000),
        tiff,
        make["bmff"]([fill(make["box"](b"moof"))]),
        make["bmff"](moov=make["box"](b"udta", fill(make["box"](b"xxxx")))),
        make["bmff"](moov=make["box"](b"udta", make["full_box"](b"meta", make["box"](b"ilst", fill(make["box"](b"k", b"")))))),
        make["heif"]([(b"Exif", b"", b"")] * 20_000),
        make["jxl"]([fill(make["box"](b"free"))]),
        make["matroska"](before=fill(b"\xec\x80")),
        make["matroska"]([(b"", b"")] * 30_000),
        make["flv"](tags=[(9, b"")] * 60_000),
        b"FLV\x01\x05\0\0\0\x09\0\0\0\0\x12" + struct.pack(">I", len(tiny_script))[1:] + bytes(7) + tiny_script,
        make["id3"]([(b"TXXX", b"")] * 90_000),
        b"fLaC\x84" + sized + comments,
        make["svg"](fill(b"<a/>").decode()),
        make["pdf"]() + fill(b"/Subtype /XML "),
        make["pdf"]() + fill(b"/AFRelationship /C2PA_Manifest "),
        fill(b"<"),
        *(make["png"]([make["itxt_chunk"]("XML:com.adobe.xmp", packet)]) for packet in packets),
    ]


def mutate(rng: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """Return one mutation of at most 1 MiB: flips, edge values, cuts, repeats, splices."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(out)) if out else 0
        kind = rng.randrange(8)
        if kind == 0 and out:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            out[at : at + 4] = rng.choice(_EDGES)
        elif kind == 2:
            del out[at:]
        elif kind == 3:
            end = min(len(out), at + rng.choice((1, 4, 16, 200)))
            out[at:at] = out[at:end] * rng.choice((1, 10, 1000, 20_000))
        elif kind == 4:
            other = rng.choice(others)
            start = rng.randrange(len(other))
            out[at:at] = other[start : start + rng.choice((16, 256, 65_536))]
        elif kind == 5:
            out[at : at + rng.choice((1, 8, 64))] = rng.randbytes(rng.choice((1, 8, 64)))
        elif kind == 6:
            del out[at : at + rng.choice((1, 2, 4, 64))]
        else:
            out[at : at + rng.choice((4, 64, 1024))] = bytes(rng.choice((4, 64, 1024)))
        del out[MOST_BYTES:]
    return bytes(out)


def blobs(count: int, seed: int) -> Iterator[bytes]:
    """Yield ``count`` mutations; the same seed gives the same blobs."""
    rng = random.Random(seed)
    files = seeds()
    for number in range(count):
        yield mutate(rng, files[number % len(files)], files)


def parse(blob: bytes, limits: Limits) -> str:
    """Walk a blob and read every EXIF, XMP and IPTC part; return its format."""
    container = walk(BytesIO(blob), limits)
    for part in container.parts:
        if part.kind is PartKind.EXIF:
            exif = read_exif(part, limits)
            exif.user_comment()
        elif part.kind is PartKind.XMP:
            read_xmp(part, limits)
        elif part.kind is PartKind.IPTC:
            read_iim(part)
    return container.format


def measure(files: Iterable[bytes]) -> Measured:
    """Parse every blob, each cut to 1 MiB."""
    measured, limits = Measured(), Limits()
    for number, blob in enumerate(file[:MOST_BYTES] for file in files):
        started = process_time()
        try:
            measured.formats.add(parse(blob, limits))
        except Exception:  # what escapes is the result
            measured.failures.append(f"blob {number} sha256 {sha256(blob).hexdigest()[:16]}\n{traceback.format_exc()}")
            continue
        taken = (process_time() - started) * 1e3
        if taken > BUDGET_MS:
            taken = min(taken, *(_again(blob, limits) for _ in range(2)))
        measured.times.append(taken)
        measured.bytes += len(blob)
        measured.slowest = max(measured.slowest, (taken, f"blob {number}, {len(blob)} bytes, sha256 {sha256(blob).hexdigest()[:16]}"))
    return measured


def _again(blob: bytes, limits: Limits) -> float:
    started = process_time()
    parse(blob, limits)
    return (process_time() - started) * 1e3


def main() -> int:
    """Run, print, and return 1 if the requirement is not met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--blobs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"mutations, seed {arguments.seed}")
    mutated = show(lambda: measure(blobs(arguments.blobs, arguments.seed)))
    print("crowded files")
    full = show(lambda: measure(crowded()))
    return int(bool(mutated.failures or full.failures) or max(mutated.slowest[0], full.slowest[0]) > BUDGET_MS)


def show(run: Callable[[], Measured]) -> Measured:
    """Run a measurement and print it."""
    started = perf_counter()
    measured = run()
    seconds = perf_counter() - started
    count = len(measured.times) + len(measured.failures)
    print(f"  blobs                {count} ({measured.bytes / 1e6:.0f} MB, {len(measured.formats)} formats)")
    print(f"  uncaught exceptions  {len(measured.failures)}")
    print(f"  ms per blob, CPU     p50 {measured.percentile(0.5):.3f}  p99 {measured.percentile(0.99):.2f}  max {measured.slowest[0]:.2f}")
    print(f"  slowest              {measured.slowest[1]}")
    print(f"  throughput           {count / seconds:.0f} blobs/s, making them included")
    for failure in measured.failures[:5]:
        print(failure, file=sys.stderr)
    return measured


if __name__ == "__main__":
    sys.exit(main())
