"""The example that puts two videos side by side: both people are followed, each with a score of their own."""

from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import av

from fakeprint.core.limits import Limits
from fakeprint.detectors.face_swap import FaceSwapDetector
from fakeprint.examine import examine

EXAMPLE = Path(__file__).parents[2] / "examples" / "two_people.py"


def test_two_clips_of_other_size_and_rate_become_one(red_face: Path, clips: SimpleNamespace, tmp_path: Path) -> None:
    left = clips.write_clip(tmp_path / "left.mp4", lambda _: [(60, 60, 150, 0.6)], frames=8, fps=8, size=(320, 240))
    right = clips.write_clip(tmp_path / "right.mp4", lambda _: [(100, 100, 220, 1.2)], frames=24, fps=16, size=(400, 360))
    out = tmp_path / "both.mp4"
    assert run_path(str(EXAMPLE))["compose"](left, right, out, height=240, fps=10, seconds=0.8) == 8
    with av.open(str(out)) as movie:
        stream = movie.streams.video[0]
        assert (stream.width, stream.height, stream.frames, stream.average_rate) == (320 + 266, 240, 8, 10)
    evidence = examine(out, [FaceSwapDetector(red_face)], Limits(), pictures=False).evidence[0]
    first, second = evidence.tracks
    assert (first.faces, second.faces) == (8, 8)
    assert first.score < -0.5
    assert second.score > 4
    assert "Face 2 scores highest" in evidence.summary
