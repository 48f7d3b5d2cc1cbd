"""Compose a clip of two people side by side from two videos, for example one as filmed and one with an exchanged face.

    python examples/two_people.py LEFT.mp4 RIGHT.mp4 two-people.mp4 --seconds 10
    fakeprint scan two-people.mp4 --only face-swap -o two-people.html

Both are decoded frame by frame, scaled to one height and encoded once more, so that compression tells neither side from the other.
A scan should follow two faces and say which of them scores higher.
"""

import argparse
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


def frames_of(path: Path, height: int, fps: int, seconds: float) -> Iterator[NDArray[np.uint8]]:
    """Yield (height, width, 3) uint8 RGB frames on display at multiples of 1 / fps, width to scale and even."""
    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        given = 0
        for frame in source.decode(stream):
            width = round(frame.width * height / frame.height / 2) * 2
            start = (stream.start_time or 0) * float(stream.time_base or 0)
            while given < seconds * fps and given / fps <= (frame.time or 0.0) - start + 1e-6:
                yield np.asarray(frame.to_ndarray(format="rgb24", width=width, height=height), np.uint8)
                given += 1
            if given >= seconds * fps:
                return


def compose(left: Path, right: Path, out: Path, *, height: int = 480, fps: int = 25, seconds: float = 10.0, crf: int = 18) -> int:
    """Write the two videos side by side as H.264 and return the number of frames; the shorter one ends the clip."""
    count = 0
    with av.open(str(out), "w") as target:
        stream = None
        for pair in zip(frames_of(left, height, fps, seconds), frames_of(right, height, fps, seconds), strict=False):
            both = np.concatenate(pair, axis=1)
            if stream is None:
                stream = target.add_stream("libx264", rate=fps, options={"crf": str(crf), "preset": "medium"})
                stream.width, stream.height, stream.pix_fmt = both.shape[1], both.shape[0], "yuv420p"
            frame = av.VideoFrame.from_ndarray(both, format="rgb24")
            frame.pts, frame.time_base = count, Fraction(1, fps)
            target.mux(stream.encode(frame))
            count += 1
        if stream is not None:
            target.mux(stream.encode())
    return count


def main() -> None:
    """Read the command line and write the clip."""
    parser = argparse.ArgumentParser(description="Two videos side by side in one clip.")
    parser.add_argument("left", type=Path)
    parser.add_argument("right", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--height", type=int, default=480, help="rows of the clip, an even number")
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--crf", type=int, default=18, help="quality of the one encoding, lower is better")
    given = parser.parse_args()
    count = compose(given.left, given.right, given.out, height=given.height, fps=given.fps, seconds=given.seconds, crf=given.crf)
    print(f"{given.out}: {count} frames")


if __name__ == "__main__":
    main()
