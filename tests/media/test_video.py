import os
import shutil
import sys
import tracemalloc
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.media.container.walk import walk
from fakeprint.media.frame_source import FrameSource, parse_frames
from fakeprint.media.video import Even, Frame, PerSecond, sample_frames
from fakeprint.media.video_file import DEMUXERS, read_facts, video_options


@pytest.fixture(scope="module")
def make(media_make):
    return media_make


def sampled(path: Path, sampling: FrameSource, limits: Limits | None = None) -> list[Frame]:
    with path.open("rb") as stream:
        container = walk(stream, limits or Limits())
    return list(sample_frames(path, container, sampling, limits or Limits()))


def refusal(path: Path, limits: Limits | None = None) -> MediaError:
    with pytest.raises(MediaError) as caught:
        sampled(path, Even(4), limits)
    return caught.value


def number_of(frame: Frame) -> int:
    """Read the frame number back from the red level that the fixture wrote."""
    return round(float(np.median(frame.rgb[:, :, 0])) / 6)


@pytest.mark.parametrize("format_", ["mp4", "webm", "avi", "mpegts", "mov", "matroska"])
def test_even_samples_are_spread_and_carry_their_own_time(tmp_path: Path, make, format_: str) -> None:
    path = make.write(tmp_path, "x", make.video_bytes(format_, 1, 32))
    frames = sampled(path, Even(8))
    assert [frame.index for frame in frames] == [2, 6, 10, 14, 18, 22, 26, 30]
    assert [frame.time_s for frame in frames] == pytest.approx([number / 25 for number in (2, 6, 10, 14, 18, 22, 26, 30)], abs=2e-3)
    assert all(abs(number_of(frame) - (frame.index or 0)) <= 2 for frame in frames)
    assert all(frame.rgb.shape == (48, 64, 3) and frame.rgb.dtype == np.uint8 for frame in frames)


def test_pixels_are_those_of_the_reference_decoder(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 30))
    with av.open(str(path)) as reference:
        expected = [frame.to_ndarray(format="rgb24") for frame in reference.decode(video=0)]
    for frame in sampled(path, PerSecond(25)):
        assert frame.index is not None
        assert np.array_equal(frame.rgb, expected[frame.index])


@pytest.mark.parametrize(("format_", "key_every"), [("mp4", 25), ("webm", 25), ("avi", 25), ("mpegts", 25), ("mp4", 600)])
def test_sparse_samples_of_a_long_video_match_reading_it_all(tmp_path: Path, make, format_: str, key_every: int) -> None:
    """Jumping gives the same frames as decoding everything."""
    path = make.write(tmp_path, "x", make.video_bytes(format_, 1, 600, size=(32, 32), key_every=key_every))
    sparse = sampled(path, Even(7))
    assert len(sparse) == 7
    with av.open(str(path), format=DEMUXERS.get(format_, format_)) as reference:
        stream = reference.streams.video[0]
        start = (stream.start_time or 0) * stream.time_base
        everything = {
            round(float(frame.pts * stream.time_base - start), 3): frame.to_ndarray(format="rgb24") for frame in reference.decode(stream)
        }
    for frame in sparse:
        assert np.array_equal(frame.rgb, everything[round(frame.time_s, 3)])
    assert np.allclose(np.diff([frame.time_s for frame in sparse]), 24 / 7, atol=0.2)


def test_per_second(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 60))
    assert [frame.time_s for frame in sampled(path, PerSecond(2))] == pytest.approx([0, 0.48, 1.0, 1.48, 2.0])
    assert len(sampled(path, PerSecond(1000), Limits(video_samples=5))) == 5


def test_fewer_frames_than_samples_give_each_once(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 3))
    assert [frame.index for frame in sampled(path, Even(50))] == [0, 1, 2]
    assert [frame.index for frame in sampled(path, Even(1))] == [1]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_rotation_is_applied(tmp_path: Path, make, rotation: int) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 5, rotation=rotation))
    flat = sampled(make.write(tmp_path, "flat.mp4", make.video_bytes("mp4", 1, 5)), Even(1))[0]
    turned = sampled(path, Even(1))[0]
    assert np.array_equal(turned.rgb, np.rot90(flat.rgb, rotation // 90))
    with path.open("rb") as stream:
        facts = read_facts(path, walk(stream, Limits()), Limits())
    assert facts.rotation == rotation
    assert facts.displayed == ((48, 64) if rotation in {90, 270} else (64, 48))


def test_variable_rate_keeps_true_times(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.webm", make.video_bytes("webm", 1, 20, times=lambda number: number * number * 10))
    frames = sampled(path, Even(6))
    for frame in frames:
        assert frame.index is not None
        assert frame.time_s == pytest.approx(frame.index**2 / 100, abs=2e-3)
    spread = np.diff([frame.time_s for frame in frames])
    assert spread.min() > 0.3


def test_facts(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 50))
    with path.open("rb") as stream:
        facts = read_facts(path, walk(stream, Limits()), Limits())
    assert (facts.width, facts.height, facts.codec, facts.rotation, facts.frame_count) == (64, 48, "h264", 0, 50)
    assert (facts.duration_s, facts.fps) == (pytest.approx(2.0), pytest.approx(25.0))


def test_odd_videos_are_typed(tmp_path: Path, make) -> None:
    """Acceptance test 20 in small."""
    outcomes = {}
    for name, data in make.odd_videos():
        path = make.write(tmp_path, name, data)
        try:
            outcomes[name] = len(sampled(path, Even(4)))
        except MediaError as error:
            outcomes[name] = error.code.value
    expected = {"whole.mp4": 4, "whole.webm": 4, "whole.avi": 4, "variable.webm": 4, "rotated.mp4": 4, "sound.mp4": "E_NO_FRAMES"}
    assert {name: outcomes[name] for name in expected} == expected
    assert outcomes["no-moov.mp4"] in {"E_TRUNCATED", "E_CORRUPT"}
    assert outcomes["moov-empty.mp4"] == "E_NO_FRAMES"
    assert all(outcome == 4 for name, outcome in outcomes.items() if name.startswith(("zero-rate", "fast", "no-duration")))
    assert outcomes["zero-scale.mp4"]
    assert outcomes["long-duration.mp4"]


def test_a_damaged_tail_gives_the_frames_before_it(tmp_path: Path, make) -> None:
    whole = make.video_bytes("webm", 1, 100)
    frames = sampled(make.write(tmp_path, "x.webm", whole[: len(whole) // 2]), Even(10))
    assert 2 <= len(frames) < 10
    fragments = make.video_bytes("mp4", 1, 100, options={"movflags": "frag_keyframe+empty_moov"})
    frames = sampled(make.write(tmp_path, "x.mp4", fragments[: int(len(fragments) * 0.8)]), Even(10))
    assert len(frames) == 10
    assert frames[-1].time_s < 3.6


def test_a_video_without_declared_duration_is_measured(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.webm", make.video_bytes("webm", 1, 50, options={"live": "1"}))
    with path.open("rb") as stream:
        assert read_facts(path, walk(stream, Limits()), Limits()).duration_s is None
    frames = sampled(path, Even(5))
    assert [frame.time_s for frame in frames] == pytest.approx([0.2, 0.6, 1.0, 1.4, 1.8], abs=0.05)


def test_limits(tmp_path: Path, make) -> None:
    data = make.video_bytes("mp4", 1, 50)
    path = make.write(tmp_path, "x.mp4", data)
    for limits in (
        Limits(video_side=63),
        Limits(image_pixels=64 * 48 - 1),
        Limits(video_duration_s=1.9),
        Limits(video_bytes=len(data) - 1),
    ):
        error = refusal(path, limits)
        assert (error.code, error.stage) == (ErrorCode.E_TOO_LARGE, Stage.PROBE)
    assert len(sampled(path, Even(9), Limits(video_samples=3))) == 3


def test_other_containers_and_codecs_are_refused(tmp_path: Path, make) -> None:
    assert refusal(make.write(tmp_path, "x.flv", b"FLV\x01\x01\0\0\0\x09" + bytes(64))).code is ErrorCode.E_FORMAT_REFUSED
    rare = refusal(make.write(tmp_path, "x.avi", make.video_bytes("avi", 1, 3, codec="snow")))
    assert rare.code is ErrorCode.E_FORMAT_REFUSED
    assert "snow" in str(rare)


def test_options_keep_the_library_inside_one_file() -> None:
    options = video_options(Limits())
    assert options["protocol_whitelist"] == "file"
    assert options["enable_drefs"] == "0"
    assert int(options["max_pixels"]) == Limits().image_pixels
    assert set(DEMUXERS.values()) == {"mov", "matroska", "avi", "mpegts"}


@pytest.mark.skipif(os.name != "posix", reason="such names exist on POSIX alone")
@pytest.mark.parametrize(
    "name", ["concat:a.mp4|b.mp4", "http:x.mp4", "subfile,,start,0,end,9,,:a.mp4", "%d.mp4", "line\nbreak.mp4", "-i.mp4"]
)
def test_names_that_look_like_addresses_are_files(tmp_path: Path, make, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make.write(tmp_path, name, make.video_bytes("mp4", 1, 5))
    monkeypatch.chdir(tmp_path)
    assert len(sampled(Path(name), Even(2))) == 2


@pytest.mark.skipif(os.name != "posix", reason="such names exist on POSIX alone")
def test_a_name_that_is_not_utf8(tmp_path: Path, make) -> None:
    plain = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 5))
    odd = os.fsencode(tmp_path) + b"/\xff\xfe.mp4"
    shutil.copy(plain, odd)
    assert len(sampled(Path(os.fsdecode(odd)), Even(2))) == 2


def test_a_movie_that_refers_to_another_file_does_not_reach_it(tmp_path: Path, make) -> None:
    """The data reference of a QuickTime file may name any file; it is not followed."""
    data = bytearray(make.video_bytes("mov", 1, 5))
    at = data.index(b"dref") + 4 + 8
    data[at + 8 : at + 12] = bytes(4)
    secret = make.write(tmp_path, "secret.mov", make.video_bytes("mov", 2, 5))
    opened: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)
    path = make.write(tmp_path, "x.mov", bytes(data))
    with suppress(MediaError):
        sampled(path, Even(2))
    assert str(secret) not in opened


def test_memory_does_not_grow_with_the_number_of_samples(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 300, size=(320, 240)))
    with path.open("rb") as stream:
        container = walk(stream, Limits())
    tracemalloc.start()
    for _ in sample_frames(path, container, Even(200), Limits()):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 320 * 240 * 3


@pytest.mark.parametrize("format_", ["mp4", "webm", "avi", "mpegts"])
def test_frames_by_number(tmp_path: Path, make, format_: str) -> None:
    path = make.write(tmp_path, "x", make.video_bytes(format_, 1, 32))
    for text, expected in [
        ("hop:10", [0, 10, 20, 30]),
        ("list:31,4,5,99", [4, 5, 31]),
        ("all", list(range(32))),
    ]:
        frames = sampled(path, parse_frames(text))
        assert [frame.index for frame in frames] == expected
        assert [frame.time_s for frame in frames] == pytest.approx([number / 25 for number in expected], abs=2e-3)
        assert all(abs(number_of(frame) - (frame.index or 0)) <= 2 for frame in frames)


def test_frames_by_number_are_those_of_the_reference_decoder(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 60, rotation=90))
    with av.open(str(path)) as reference:
        expected = [np.rot90(frame.to_ndarray(format="rgb24")) for frame in reference.decode(video=0)]
    frames = sampled(path, parse_frames("hop:7"))
    assert len(frames) == 9
    assert all(np.array_equal(frame.rgb, expected[frame.index or 0]) for frame in frames)


def test_frames_by_number_keep_the_times_of_a_variable_rate(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.webm", make.video_bytes("webm", 1, 20, times=lambda number: number * number * 10))
    frames = sampled(path, parse_frames("list:3,12"))
    assert [frame.time_s for frame in frames] == pytest.approx([0.09, 1.44], abs=2e-3)


def test_frames_by_number_of_a_damaged_tail(tmp_path: Path, make) -> None:
    whole = make.video_bytes("webm", 1, 100)
    frames = sampled(make.write(tmp_path, "x.webm", whole[: len(whole) // 2]), parse_frames("all"))
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert 20 < len(frames) < 100


def test_random_moments_are_the_same_each_time(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 50))
    first, again, other = (sampled(path, parse_frames(text)) for text in ("random:12:5", "random:12:5", "random:12:6"))
    times = [frame.time_s for frame in first]
    assert times == [frame.time_s for frame in again] != [frame.time_s for frame in other]
    assert times == sorted(set(times))
    assert 8 <= len(times) <= 12
    short = make.write(tmp_path, "short.mp4", make.video_bytes("mp4", 1, 3))
    assert [frame.index for frame in sampled(short, parse_frames("random:50:1"))] == [0, 1, 2]


def test_numbers_beyond_the_end_are_said(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 5))
    with pytest.raises(MediaError, match="has 5 frames that can be decoded; none") as caught:
        sampled(path, parse_frames("list:5,1000000000"))
    assert caught.value.code is ErrorCode.E_NO_FRAMES


def test_a_limit_that_leaves_frames_out_is_told(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 50))
    with path.open("rb") as stream:
        container = walk(stream, Limits())
    limits = Limits(video_samples=5, video_frames=20)
    for text, given, cut in [
        ("even:5", 5, None),
        ("even:6", 5, "video_samples"),
        ("fps:2.5", 5, None),
        ("fps:25", 5, "video_samples"),
        ("random:6:0", 5, "video_samples"),
        ("hop:3", 17, None),
        ("hop:2", 20, "video_frames"),
        ("all", 20, "video_frames"),
    ]:
        frames = sample_frames(path, container, parse_frames(text), limits)
        assert len(list(frames)) == given, text
        assert (frames.cut is None) if cut is None else (cut in (frames.cut or "")), text
    assert len(sampled(path, parse_frames("all"))) == 50


def test_no_more_than_one_frame_is_held(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.mp4", make.video_bytes("mp4", 1, 200, size=(320, 240)))
    with path.open("rb") as stream:
        container = walk(stream, Limits())
    tracemalloc.start()
    for _ in sample_frames(path, container, parse_frames("all"), Limits()):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 320 * 240 * 3
