"""Clips with sound, written by PyAV."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from fakeprint.core.limits import Limits
from fakeprint.media.annotate.copied import Copied
from fakeprint.media.annotate.copy_video import copy_video
from fakeprint.media.annotate.plan import FacePath, Plan, SeenFace, Style
from fakeprint.media.probe import open_media

BOX = (20.0, 16.0, 60.0, 48.0)


def clip_bytes(
    muxer: str = "mp4",
    codec: str = "libx264",
    sound: str | None = "aac",
    *,
    frames: int = 24,
    size: tuple[int, int] = (96, 64),
    pixels: str = "yuv420p",
    times: Callable[[int], int] | None = None,
    rotation: int | None = None,
) -> bytes:
    """Return a clip whose left half grows brighter by 8 a frame from 16, at 25 frames a second or at ``times`` in 1/1000 s."""
    buffer = BytesIO()
    base = Fraction(1, 1000 if times else 25)
    with av.open(buffer, "w", format=muxer) as out:
        video = out.add_stream(codec, rate=25)
        video.width, video.height, video.pix_fmt = *size, pixels
        video.codec_context.time_base = base
        video.codec_context.thread_count = 1
        if rotation is not None:
            video.set_display_rotation(rotation)
        audio = out.add_stream(sound, rate=48_000, layout="mono") if sound else None
        for number in range(frames):
            picture = np.full((size[1], size[0], 3), 128, np.uint8)
            picture[:, : size[0] // 2] = 16 + 8 * number % 240
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = times(number) if times else number, base
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if audio is not None:
            _sound(out, audio, frames / 25)
    return buffer.getvalue()


def _sound(out: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    wave = np.sin(np.arange(round(48_000 * seconds)) / 11) / 4
    context = stream.codec_context
    step = context.frame_size or 1024
    for start in range(0, len(wave) - step, step):
        block = wave[start : start + step]
        kinds = {"s16": (np.int16, 32767), "s16p": (np.int16, 32767), "s32p": (np.int32, 2**31 - 1), "s32": (np.int32, 2**31 - 1)}
        kind, scale = kinds.get(context.format.name, (np.float32, 1))
        samples = (block * scale).astype(kind)
        frame = av.AudioFrame.from_ndarray(samples[None], format=context.format.name, layout="mono")
        frame.rate, frame.pts = 48_000, start
        out.mux(stream.encode(frame))
    out.mux(stream.encode())


@dataclass
class Copy:
    """A copy, what was told of it, and both files for comparison."""

    told: Copied
    source: Path
    path: Path

    def frames(self, which: str = "path") -> list[tuple[float, np.ndarray]]:
        """Return (seconds since the first stamp, rgb) of every frame."""
        with av.open(str(getattr(self, which))) as file:
            stream = file.streams.video[0]
            found = [
                (float(frame.pts * frame.time_base), np.rot90(frame.to_ndarray(format="rgb24"), round(frame.rotation / 90)))
                for frame in file.decode(stream)
            ]
            return [(time - found[0][0], rgb) for time, rgb in found]

    def sound(self, which: str = "path") -> list[bytes]:
        """Return the bytes of every sound packet."""
        with av.open(str(getattr(self, which))) as file:
            return [bytes(packet) for stream in file.streams.audio for packet in file.demux(stream) if packet.size]

    def duration(self, which: str = "path") -> float:
        with av.open(str(getattr(self, which))) as file:
            return (file.duration or 0) / 1e6


@pytest.fixture
def copied(tmp_path: Path) -> Callable[..., Copy]:
    """Copy the bytes of a clip, with a face looked at at ``looked_at`` seconds, that stays in ``BOX``."""

    def make(data: bytes, *, style: Style = Style.OWN, looked_at: tuple[float, ...] = (0.2, 0.4), name: str = "clip") -> Copy:
        source = tmp_path / name
        source.write_bytes(data)
        limits = Limits()
        opened = open_media(source, limits)
        assert opened.media is not None
        assert opened.container is not None
        faces = tuple(SeenFace(time_s=time, box=BOX, scores=(1.5,)) for time in looked_at)
        paths = (FacePath(name="Face 1", faces=faces),) if faces else ()
        plan = Plan(media_sha256=opened.media.sha256, style=style, models=("m",), looked_at=looked_at or (0.2,), paths=paths)
        made = bytearray()

        def emit(offset: int, part: bytes) -> None:
            assert offset <= len(made)
            made[offset : offset + len(part)] = part

        told = copy_video(source, opened.container, limits, plan, emit)
        path = tmp_path / f"copy.{told.ending}"
        path.write_bytes(made)
        return Copy(told, source, path)

    return make
