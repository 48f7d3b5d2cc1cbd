"""What an annotated copy costs, and whether memory grows with the length of the video.

    python benchmarks/annotate.py [--short 10] [--long 600] [--size 640x360]

Makes clips of noise with sound, writes a report with one face on every frame, and copies them in our own and in the compatible style,
each in a process of its own with one worker.  Prints for each: frames, seconds, bytes, the largest resident size of parent and worker,
and whether frames, duration and sound packets are those of the source.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import av
import numpy as np

from fakeprint.annotate import Annotating, Annotator
from fakeprint.core.evidence import Evidence, EvidenceStatus, TimePoint
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.report import Report, ReportStatus
from fakeprint.core.run import RunStamp
from fakeprint.media.annotate.plan import Style

_RATE = 25


def write_clip(path: Path, seconds: int, size: tuple[int, int]) -> None:
    """Write a clip of moving noise with a tone."""
    width, height = size
    noise = np.random.default_rng(0).integers(0, 256, (height, 2 * width, 3), dtype=np.uint8)
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=_RATE, options={"preset": "ultrafast", "crf": "30"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = out.add_stream("aac", rate=48_000, layout="mono")
        for number in range(seconds * _RATE):
            start = number * 2 % width
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(noise[:, start : start + width]), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, _RATE)
            out.mux(video.encode(frame))
            if number % _RATE == 0:
                _mux_tone(out, audio, number // _RATE)
        out.mux(video.encode(None))
        out.mux(audio.encode(None))


def _mux_tone(out: av.container.OutputContainer, stream: av.AudioStream, second: int) -> None:
    for start in range(second * 48_000 // 1024, (second + 1) * 48_000 // 1024):
        wave = np.sin(np.arange(start * 1024, (start + 1) * 1024) / 9).astype(np.float32) / 4
        frame = av.AudioFrame.from_ndarray(wave[None], format="fltp", layout="mono")
        frame.rate, frame.pts = 48_000, start * 1024
        out.mux(stream.encode(frame))


def report_of(path: Path, seconds: int) -> Report:
    """Return a report whose face is on every frame."""
    data = path.read_bytes()
    digest = sha256(data).hexdigest()
    points = [
        TimePoint(time_s=round(n / _RATE, 6), frame=n, score=n % 7 - 3.0, track=1, box=(50 + n % 50, 40, 150 + n % 50, 160))
        for n in range(seconds * _RATE)
    ]
    found = Evidence(
        id="model",
        examiner="model",
        examiner_version="1",
        media_sha256=digest,
        status=EvidenceStatus.OK,
        summary="",
        worth="",
        timeline=tuple(points),
    )
    media = Media(sha256=digest, kind=MediaKind.VIDEO, mime="video/mp4", bytes=len(data), duration_s=float(seconds))
    run = RunStamp(id="run", fakeprint="0", config_sha256="0" * 64)
    return Report(index=0, input=str(path), status=ReportStatus.OK, media=media, evidence=(found,), run=run)


def facts(path: Path) -> tuple[int, float, str]:
    """Return the number of frames, the duration in seconds, and the digest of all sound packets."""
    with av.open(str(path)) as file:
        frames = sum(1 for _ in file.decode(video=0))
    digest = sha256()
    with av.open(str(path)) as file:
        for packet in file.demux(audio=0):
            digest.update(bytes(packet))
        return frames, (file.duration or 0) / 1e6, digest.hexdigest()


def measure(path: Path, seconds: int, style: Style) -> dict[str, object]:
    """Copy one clip and return what it took."""
    folder = path.parent / f"{style.value}-{seconds}"
    report = report_of(path, seconds)
    started = time.perf_counter()
    with Annotator(Annotating(folder, style), Limits(), jobs=1) as annotator:
        annotator.submit(path, report)
        annotator.finish()
    took = time.perf_counter() - started
    (done,) = annotator.done
    if done.output is None:
        return {"style": style.value, "seconds of video": seconds, "failed": done.model_dump(mode="json")}
    worker = resource.getrusage(resource.RUSAGE_CHILDREN)
    before, after = facts(path), facts(folder / done.output)
    return {
        "style": style.value,
        "seconds of video": seconds,
        "frames": done.frames,
        "wall s": round(took, 2),
        "worker CPU s": round(worker.ru_utime + worker.ru_stime, 2),
        "worker MB": worker.ru_maxrss >> 10,
        "parent MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "bytes": done.bytes,
        "same frames": before[0] == after[0],
        "duration differs by s": round(abs(before[1] - after[1]), 3),
        "same sound packets": before[2] == after[2],
    }


def main() -> None:
    """Measure both lengths in both styles, each in a fresh process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", type=int, default=10)
    parser.add_argument("--long", type=int, default=600)
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        path, seconds, style = arguments.one
        print(json.dumps(measure(Path(path), int(seconds), Style(style))))
        return
    width, height = (int(side) for side in arguments.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        for seconds in (arguments.short, arguments.long):
            path = Path(folder) / f"{seconds}.mp4"
            write_clip(path, seconds, (width, height))
            for style in Style:
                subprocess.run([sys.executable, __file__, "--one", str(path), str(seconds), style.value], check=True)


if __name__ == "__main__":
    main()
