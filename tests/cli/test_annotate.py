"""``fakeprint scan --annotate`` and ``--compat`` as a user calls them."""

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_clip(path: Path) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.codec_context.thread_count = 1
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((120, 160, 3), 20 * number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def test_copies_follow_the_rows(fakeprint, pictures: Path, tmp_path: Path) -> None:
    write_clip(pictures / "clip.mp4")
    (pictures / "broken.mp4").write_bytes(b"\x01broken")
    out = tmp_path / "marked"
    done = fakeprint("scan", pictures, "--only", "face-swap", "--annotate", out, "--format", "jsonl")
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 6
    assert b"1 annotated copies in" in done.stderr
    assert b"5 without a usable face" in done.stderr
    lines = [json.loads(line) for line in (out / "annotations.jsonl").read_text().splitlines()]
    assert [(Path(one["input"]).name, one["status"], one["reason"]) for one in lines] == [
        *((f"{number}.png", "not_applicable", "no_face") for number in range(4)),
        ("broken.mp4", "not_applicable", "no_media"),
        ("clip.mp4", "copied", None),
    ]
    with av.open(str(out / "clip.annotated.mp4")) as file:
        assert sum(1 for _ in file.decode(video=0)) == 5


def test_compatible_lists_and_copies(fakeprint, pictures: Path, tmp_path: Path) -> None:
    write_clip(pictures / "clip.one.mp4")
    out = tmp_path / "marked"
    arguments = ("scan", pictures, "--only", "face-swap", "--annotate", out, "--compat", "dfspot", "--format", "jsonl", "--quiet")
    done = fakeprint(*arguments)
    assert done.returncode == 3
    video = next(json.loads(line) for line in done.stdout.splitlines() if b"clip.one.mp4" in line)
    assert len(video["evidence"][0]["timeline"]) == 5
    assert sorted(path.name for path in out.iterdir()) == [
        *("annotations.jsonl", "clip.avi", "img_predictions.full.json", "img_predictions.json", "predictions.csv")
    ]
    assert "not_applicable" in (out / "predictions.csv").read_text()
    assert fakeprint(*arguments).returncode == 2


def test_a_folder_that_cannot_be_made_is_a_wrong_call(fakeprint, pictures: Path) -> None:
    done = fakeprint("scan", pictures, "--only", "c2pa", "--annotate", pictures / "0.png" / "below")
    assert done.returncode == 2
    assert b"cannot write" in done.stderr
    assert b"Traceback" not in done.stderr
