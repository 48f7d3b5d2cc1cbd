"""Copies keep frames, times and sound, and carry drawings on the right frames alone."""

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from fakeprint.core.errors import MediaError
from fakeprint.media.annotate import video_out
from fakeprint.media.annotate.plan import Style

_spec = spec_from_file_location("annotate_clips", Path(__file__).with_name("conftest.py"))
assert _spec is not None
assert _spec.loader is not None
_clips = module_from_spec(_spec)
_spec.loader.exec_module(_clips)
clip_bytes = _clips.clip_bytes
BOX = _clips.BOX

Copied = Callable[..., "_clips.Copy"]


def edge_changed(shown: np.ndarray, source: np.ndarray) -> bool:
    """Whether the right edge of the box, far from all text, was drawn on."""
    right, middle = int(BOX[2]), 40
    area = slice(middle - 2, middle + 2), slice(right - 2, right + 2)
    return float(np.abs(shown[area].astype(float) - source[area]).mean()) > 12


@pytest.mark.parametrize(
    ("muxer", "codec", "sound", "ending"),
    [
        ("mp4", "libx264", "aac", "mp4"),
        ("mp4", "libx264", None, "mp4"),
        ("webm", "libvpx", "libopus", "mp4"),
        ("matroska", "libx264", "flac", "mp4"),
        ("avi", "mpeg4", "pcm_s16le", "mkv"),
        ("avi", "mpeg4", "libmp3lame", "mp4"),
        ("mpegts", "mpeg2video", "mp2", "mkv"),
    ],
)
def test_frames_times_and_sound_are_kept(copied: Copied, muxer: str, codec: str, sound: str | None, ending: str) -> None:
    copy = copied(clip_bytes(muxer, codec, sound))
    before, after = copy.frames("source"), copy.frames()
    assert copy.told.ending == ending
    assert copy.told.frames == len(after) == len(before) == 24
    assert [time for time, _ in after] == pytest.approx([time for time, _ in before], abs=0.0011)
    assert copy.told.audio == ("kept" if sound else "none")
    assert copy.sound() == copy.sound("source")
    assert copy.duration() == pytest.approx(copy.duration("source"), abs=0.06)
    assert not copy.told.notes
    drawn = [edge_changed(rgb, source) for (_, rgb), (_, source) in zip(after, before, strict=True)]
    assert drawn == [0.2 - 1e-6 <= time <= 0.4 + 1e-6 for time, _ in before]
    untouched = [np.abs(rgb[:12, 70:].astype(float) - source[:12, 70:]).mean() for (_, rgb), (_, source) in zip(after, before, strict=True)]
    assert max(untouched) < 4


def test_variable_rate_keeps_every_time(copied: Copied) -> None:
    copy = copied(clip_bytes("matroska", "libx264", "aac", times=lambda number: number * number * 3))
    assert [time for time, _ in copy.frames()] == pytest.approx([number * number * 0.003 for number in range(24)], abs=0.0011)


@pytest.mark.parametrize("size", [(97, 65), (64, 49), (35, 80)])
def test_odd_sizes_get_a_row_or_column_and_say_so(copied: Copied, size: tuple[int, int]) -> None:
    copy = copied(clip_bytes("matroska", "ffv1", None, size=size, pixels="yuv444p", frames=6))
    (_, first), *_ = copy.frames()
    assert first.shape[:2] == (size[1] + size[1] % 2, size[0] + size[0] % 2)
    assert any("even sizes" in note for note in copy.told.notes)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotated_videos_come_out_upright(copied: Copied, rotation: int) -> None:
    copy = copied(clip_bytes("mp4", "libx264", "aac", size=(64, 96) if rotation != 180 else (96, 64), rotation=rotation))
    before, after = copy.frames("source"), copy.frames()
    assert after[0][1].shape == before[0][1].shape == (64, 96, 3)
    assert np.abs(after[0][1][:, 70:].astype(float) - before[0][1][:, 70:])[:40].mean() < 4
    assert edge_changed(after[7][1], before[7][1])


@pytest.mark.parametrize("pixels", ["yuv444p", "yuv422p", "yuvj420p", "yuv420p10le", "rgb24", "gray"])
def test_colours_survive_all_pixel_formats(copied: Copied, pixels: str) -> None:
    codec = {"rgb24": "png", "gray": "ffv1", "yuvj420p": "mjpeg"}.get(pixels, "libx264")
    copy = copied(clip_bytes("avi" if codec == "png" else "matroska", codec, None, pixels=pixels, frames=10))
    before, after = copy.frames("source"), copy.frames()
    assert np.abs(after[9][1][:12, 70:].astype(float) - before[9][1][:12, 70:]).mean() < 5


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_damaged_tail_leaves_what_can_be_decoded(copied: Copied, share: float) -> None:
    data = clip_bytes("matroska", "libx264", "aac", frames=60)
    copy = copied(data[: int(len(data) * share)])
    assert 0 < copy.told.frames < 60
    assert copy.told.frames == len(copy.frames()) == len(copy.frames("source"))


def test_compatible_copies_are_motion_jpeg_at_the_rate_of_the_source(copied: Copied) -> None:
    times = tuple(number / 25 for number in range(24))
    copy = copied(clip_bytes("mp4", "libx264", "aac", size=(320, 240)), style=Style.DFSPOT, looked_at=times)
    assert (copy.told.ending, copy.told.encoder, copy.told.frames) == ("avi", "mjpeg", 24)
    after = copy.frames()
    assert [time for time, _ in after] == pytest.approx(times, abs=1e-6)
    assert copy.sound() == copy.sound("source")
    assert copy.duration() == pytest.approx(0.96, abs=0.07)


def test_videos_without_faces_say_so(copied: Copied) -> None:
    copy = copied(clip_bytes(), looked_at=())
    assert not copy.told.faces
    shown, source = copy.frames()[3][1], copy.frames("source")[3][1]
    assert np.abs(shown[-15:].astype(float) - source[-15:]).mean() > 10


def test_no_frame_is_an_error(copied: Copied) -> None:
    data = clip_bytes("mp4", "libx264", None, frames=3)
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    with pytest.raises(MediaError, match="no frame"):
        copied(data[:start] + bytes(end - start) + data[end:])


def test_without_an_h264_encoder_the_next_one_serves_and_says_so(copied: Copied, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_out, "H264", ("libx264-missing", "mpeg4"))
    copy = copied(clip_bytes())
    assert (copy.told.encoder, copy.told.frames) == ("mpeg4", 24)
    assert any("MPEG-4 Part 2" in note for note in copy.told.notes)
    monkeypatch.setattr(video_out, "H264", ("libx264-missing",))
    with pytest.raises(MediaError, match="none of the encoders"):
        copied(clip_bytes())


@pytest.mark.parametrize("muxer", video_out.SOUND)
def test_containers_take_the_sound_that_they_are_said_to(muxer: str) -> None:
    with av.open(BytesIO(), "w", format=muxer) as out:
        assert video_out.SOUND[muxer] <= out.supported_codecs


def test_sound_that_no_container_takes_is_told(copied: Copied, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(video_out.SOUND, "mp4", frozenset())
    monkeypatch.setitem(video_out.SOUND, "matroska", frozenset())
    copy = copied(clip_bytes())
    assert copy.told.audio == "left_out"
    assert any("sound in aac is left out" in note for note in copy.told.notes)
    assert copy.sound() == []
