"""Reports to copies through sandboxed workers: names, failures, listings, memory."""

import json
import os
import random
from fractions import Fraction
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fakeprint.annotate import LISTING, Annotating, Annotation, Annotator
from fakeprint.core.errors import ErrorCode
from fakeprint.core.evidence import Evidence, EvidenceStatus, Region, TimePoint
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.report import Report, ReportStatus
from fakeprint.core.run import RunStamp
from fakeprint.media.annotate.plan import Style
from fakeprint.media.inputs import shown_path

RUN = RunStamp(id="run-1", fakeprint="0", config_sha256="0" * 64)
BOX = (10.0, 10.0, 40.0, 40.0)


def clip(frames: int = 12, size: tuple[int, int] = (96, 64)) -> bytes:
    buffer = BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.thread_count = 1
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), number * 3 % 256, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return buffer.getvalue()


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (96, 64), (120, 130, 140)).save(buffer, "PNG")
    return buffer.getvalue()


def report_of(path: Path, index: int = 0, *, faces: bool = True, evidence: bool = True, seconds: float | None = 0.48) -> Report:
    data = path.read_bytes()
    is_image = path.suffix == ".png"
    digest = sha256(data).hexdigest()
    kind = MediaKind.IMAGE if is_image else MediaKind.VIDEO
    media = Media(sha256=digest, kind=kind, mime="x/x", bytes=len(data), duration_s=None if is_image else seconds)
    points = tuple(TimePoint(time_s=time, score=1.0, track=1, box=BOX) for time in (0.0, 0.4)) if faces else (TimePoint(time_s=0.0),)
    found = Evidence(
        id="face-swap",
        examiner="face-swap",
        examiner_version="1",
        media_sha256=digest,
        status=EvidenceStatus.OK if faces else EvidenceStatus.NOT_APPLICABLE,
        reason=None if faces else "no_face",
        summary="",
        worth="",
        timeline=() if is_image else points,
        regions=(Region(box=BOX, label="face", score=0.5),) if is_image and faces else (),
    )
    if is_image and faces:
        found = found.model_copy(update={"status": EvidenceStatus.NOT_APPLICABLE, "reason": "not_calibrated"})
    return Report(index=index, input=str(path), status=ReportStatus.OK, media=media, evidence=(found,) if evidence else (), run=RUN)


def annotated(folder: Path, reports: list[tuple[Path, Report]], limits: Limits | None = None, **how: object) -> list[Annotation]:
    with Annotator(Annotating(folder, **how), limits or Limits(), jobs=2) as annotator:
        for path, report in reports:
            annotator.submit(path, report)
        annotator.finish()
    return annotator.done


def written(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_each_input_gets_one_line_in_order(tmp_path: Path) -> None:
    out = tmp_path / "out"
    video, image = written(tmp_path, "a.b.mp4", clip()), written(tmp_path, "c.png", picture())
    none, other = written(tmp_path, "empty.png", picture()), written(tmp_path, "text.txt", b"words")
    unknown = Report(index=4, input=str(other), status=ReportStatus.ERROR, run=RUN)
    reports = [
        (video, report_of(video, 0)),
        (image, report_of(image, 1)),
        (none, report_of(none, 2, faces=False)),
        (video, report_of(video, 3, evidence=False)),
        (other, unknown),
        (video, report_of(video, 5, faces=False)),
    ]
    done = annotated(out, reports)
    assert [(one.index, one.status, one.reason, one.output) for one in done] == [
        (0, "copied", None, "a.b.annotated.mp4"),
        (1, "copied", None, "c.annotated.png"),
        (2, "not_applicable", "no_face", None),
        (3, "not_applicable", "no_face_detector_ran", None),
        (4, "not_applicable", "no_media", None),
        (5, "copied", None, "a.b.annotated-2.mp4"),
    ]
    assert [one.faces for one in done] == [True, True, None, None, None, False]
    assert done[0].frames == 12
    assert [json.loads(line)["index"] for line in (out / LISTING).read_text().splitlines()] == list(range(6))
    assert sorted(path.name for path in out.iterdir()) == ["a.b.annotated-2.mp4", "a.b.annotated.mp4", LISTING, "c.annotated.png"]
    assert done[0].bytes == (out / "a.b.annotated.mp4").stat().st_size


def test_nothing_is_written_over(tmp_path: Path) -> None:
    video = written(tmp_path, "clip.mp4", clip(3))
    there = written(tmp_path, "out/clip.avi", b"mine")
    (done,) = annotated(tmp_path / "out", [(video, report_of(video))], style=Style.DFSPOT, suffix="", first_dot=True)
    assert done.output == "clip-2.avi"
    assert there.read_bytes() == b"mine"


def test_failures_stay_with_their_file(tmp_path: Path) -> None:
    good, changed, gone = (written(tmp_path, name, clip(3)) for name in ("good.mp4", "changed.mp4", "gone.mp4"))
    cut = written(tmp_path, "cut.mp4", clip(3)[:200])
    reports = [(path, report_of(path, number)) for number, path in enumerate((gone, changed, cut, good))]
    changed.write_bytes(clip(4))
    gone.unlink()
    done = annotated(tmp_path / "out", reports)
    assert [one.status for one in done] == ["failed", "failed", "failed", "copied"]
    assert done[0].error is not None
    assert done[0].error.code is ErrorCode.E_NOT_FOUND
    assert done[1].error is not None
    assert "changed since" in done[1].error.message
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [LISTING, "good.annotated.mp4"]


def test_a_copy_over_the_bound_is_refused(tmp_path: Path) -> None:
    video = written(tmp_path, "clip.mp4", clip(3))
    (done,) = annotated(tmp_path / "out", [(video, report_of(video))], Limits(video_bytes=2000))
    assert done.error is not None
    assert done.error.code is ErrorCode.E_TOO_LARGE
    assert [path.name for path in (tmp_path / "out").iterdir()] == [LISTING]


def test_leaving_early_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    video = written(tmp_path, "clip.mp4", clip(200))
    out = tmp_path / "out"
    with Annotator(Annotating(out), Limits(), jobs=1) as annotator:
        annotator.submit(video, report_of(video, seconds=8.0))
    assert list(out.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder that refuses")
def test_a_folder_that_refuses_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match="denied"):
        annotated(tmp_path / "out", [])
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("name", ["-v.mp4", ".hidden.mp4", "caf\udce9.mp4", "a\nb.mp4", "x" * 200 + ".mp4", "=1+1.mp4"])
def test_odd_names(tmp_path: Path, name: str) -> None:
    video = written(tmp_path, name, clip(2))
    report = report_of(video).model_copy(update={"input": shown_path(video)})
    (done,) = annotated(tmp_path / "out", [(video, report)])
    assert done.output is not None
    assert len(done.output) < 150
    assert not done.output.startswith((".", "-"))
    assert (tmp_path / "out" / done.output).stat().st_size == done.bytes


def test_damaged_videos_give_a_typed_result(tmp_path: Path) -> None:
    rng, data, reports = random.Random(5), clip(30), []
    for number in range(16):
        changed = bytearray(data)
        for _ in range(rng.choice((1, 20, 300))):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        cut = len(data) if number % 2 else rng.randrange(200, len(data))
        path = written(tmp_path, f"{number:02}.mp4", bytes(changed[:cut]))
        reports.append((path, report_of(path, number)))
    done = annotated(tmp_path / "out", reports)
    assert [one.index for one in done] == list(range(16))
    assert {one.error.code for one in done if one.error} <= {
        *(ErrorCode.E_TRUNCATED, ErrorCode.E_CORRUPT, ErrorCode.E_NO_FRAMES, ErrorCode.E_FORMAT_UNKNOWN),
        *(ErrorCode.E_FORMAT_REFUSED, ErrorCode.E_TOO_LARGE, ErrorCode.E_READ),
    }
    assert any(one.status == "copied" for one in done)
    assert len(list((tmp_path / "out").glob("*.mp4"))) == sum(one.status == "copied" for one in done)
