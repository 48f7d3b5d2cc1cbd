"""Corrupt signed files of eight formats and read them: crashes, longest time, memory (specs: provenance 3.1, PROV-26).

    python benchmarks/c2pa_corruption.py --files 3200

Reads happen in this process: a crash of the native library ends it with a signal, and then there is no last line.
"""

import argparse
import io
import random
import resource
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

import signed_media
from fakeprint.core.limits import Limits
from fakeprint.media.container.walk import walk
from fakeprint.provenance import trust
from fakeprint.provenance.c2pa_axes import axes_of
from fakeprint.provenance.c2pa_reader import CredentialReader, library_version
from fakeprint.provenance.c2pa_store import StoreError, read_store


def _movie() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for shade in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), shade * 40, np.uint8), format="rgb24")
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return buffer.getvalue()


def _sound() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(4000))
    return buffer.getvalue()


def _truncate(data: bytearray, rng: random.Random) -> bytearray:
    return data[: rng.randrange(len(data))]


def _flip(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.choice((1, 5, 50))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _noise_in_header(data: bytearray, rng: random.Random) -> bytearray:
    data[: rng.choice((8, 64, 256))] = rng.randbytes(64)
    return data


def _overwrite(data: bytearray, rng: random.Random) -> bytearray:
    place = rng.randrange(len(data) - 64)
    data[place : place + 64] = rng.randbytes(64)
    return data


CORRUPTIONS: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (_truncate, _flip, _noise_in_header, _overwrite)


def main() -> None:
    """Run and print the measured numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=3200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    authority = signed_media.Authority.make()
    plain = {suffix: (signed_media.picture(suffix), mime) for suffix, mime in signed_media.FORMATS.items()}
    plain |= {"mp4": (_movie(), "video/mp4"), "wav": (_sound(), "audio/wav")}
    generated = [signed_media.created("trainedAlgorithmicMedia")]
    signed = {suffix: (signed_media.sign(data, mime, authority, generated), mime) for suffix, (data, mime) in plain.items()}
    statuses: Counter[str] = Counter()
    times: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        path, root = Path(name) / "file", Path(name) / "root.pem"
        root.write_bytes(authority.root_pem)
        reader = CredentialReader(trust.load(root))
        for number in range(options.files):
            data, mime = signed[sorted(signed)[number % len(signed)]]
            path.write_bytes(CORRUPTIONS[number // len(signed) % len(CORRUPTIONS)](bytearray(data), rng))
            start = time.perf_counter()
            outcome = reader.read(path, mime)
            times.append(time.perf_counter() - start)
            statuses[outcome.status.value] += 1
            if outcome.text:
                try:
                    axes = axes_of(read_store(outcome.text, Limits()).codes, anchors=True)
                except StoreError as error:
                    statuses[f"  {error.reason}"] += 1
                else:
                    statuses[f"  {axes.binding}, {axes.signature}"] += 1
            with path.open("rb") as stream:
                walk(stream, Limits())
    times.sort()
    print(f"c2pa library {library_version()}, {len(signed)} formats, {len(times)} corrupted files, 0 crashes (seed {options.seed})")
    middle, late, last = (1e3 * times[place] for place in (len(times) // 2, len(times) * 99 // 100, -1))
    print(f"read: median {middle:.2f} ms, 99 % {late:.2f} ms, longest {last:.1f} ms")
    scale = 1 if sys.platform == "darwin" else 1024
    print(f"largest resident size {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6:.0f} MB")
    for status, count in sorted(statuses.items()):
        print(f"{count:6d} {status}")


if __name__ == "__main__":
    main()
