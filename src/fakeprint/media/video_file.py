"""Open a video with PyAV so that nothing but this one file can be reached, and check its header (specs: reliability 5)."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Container
from fakeprint.media.image_header import check_file_size

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

DEMUXERS = {"mp4": "mov", "mov": "mov", "webm": "matroska", "matroska": "matroska", "avi": "avi", "mpegts": "mpegts"}
"""Container formats that are decoded, and the one demuxer that each may reach."""

CODECS = frozenset(
    {
        "av1",
        "cinepak",
        "dnxhd",
        "ffv1",
        "ffvhuff",
        "flv1",
        "h261",
        "h263",
        "h264",
        "hevc",
        "huffyuv",
        "mjpeg",
        "mpeg1video",
        "mpeg2video",
        "mpeg4",
        "msmpeg4v1",
        "msmpeg4v2",
        "msmpeg4v3",
        "png",
        "prores",
        "rawvideo",
        "svq1",
        "svq3",
        "theora",
        "utvideo",
        "vc1",
        "vp6",
        "vp6f",
        "vp8",
        "vp9",
        "vvc",
        "wmv1",
        "wmv2",
        "wmv3",
    }
)
"""Video codecs that are decoded."""

_BAD_PACKETS = 2000
_RESTARTS = 8
_READ_BYTES = 1 << 18


@dataclass(frozen=True)
class VideoFacts:
    """Header facts: stored ``width`` and ``height`` in pixels, ``duration_s`` and ``fps`` as declared, None where they are not.

    ``rotation`` is the counter-clockwise turn in degrees that display needs (0, 90, 180, 270); None where no frame could be decoded.
    """

    width: int
    height: int
    duration_s: float | None
    fps: float | None
    frame_count: int | None
    codec: str
    rotation: int | None

    @property
    def displayed(self) -> tuple[int, int]:
        """Width and height as displayed."""
        return (self.height, self.width) if self.rotation in {90, 270} else (self.width, self.height)


def video_options(limits: Limits) -> dict[str, str]:
    """Return the options of demuxer and decoder: one local file, no references to others, bounded probing and picture size."""
    return {
        "protocol_whitelist": "file",
        "enable_drefs": "0",
        "use_absolute_path": "0",
        "max_streams": "64",
        "probesize": "5000000",
        "analyzeduration": "5000000",
        "max_pixels": str(limits.image_pixels),
    }


def read_facts(path: Path, container: Container, limits: Limits) -> VideoFacts:
    """Return the header facts of a video file; decodes one frame for the rotation.

    Raises:
        MediaError: not decodable, no video stream, or over a limit; stage ``probe``.
    """
    with opened_video(path, container, limits) as (source, stream):
        first = next(decoded_frames(source, stream), None)
        return VideoFacts(
            width=stream.codec_context.width,
            height=stream.codec_context.height,
            duration_s=declared_duration(source, stream),
            fps=frame_rate(stream),
            frame_count=stream.frames or None,
            codec=stream.codec_context.codec.canonical_name,
            rotation=None if first is None else rotation_of(first),
        )


@contextmanager
def opened_video(path: Path, container: Container, limits: Limits) -> "Iterator[tuple[InputContainer, VideoStream]]":
    """Open a video and check codec, size and duration; nothing is decoded beyond the library's own probing.

    Raises:
        MediaError: from opening, with stage ``probe``.
    """
    demuxer = DEMUXERS.get(container.format)
    if demuxer is None:
        raise MediaError(ErrorCode.E_FORMAT_REFUSED, f"{container.format} videos are recognised but not decoded", Stage.PROBE)
    try:
        import av
    except ImportError as error:
        raise MediaError(ErrorCode.E_EXTRA_MISSING, "videos need the package av; run: pip install av", Stage.PROBE) from error
    # An open file, not a name: names such as "concat:a|b" or "http://..." would be understood by the library.
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)), "rb")
    except OSError as error:
        raise MediaError(ErrorCode.E_READ, f"cannot be read: {error.strerror}", Stage.PROBE) from error
    with file:
        check_file_size(file.fileno(), limits.video_bytes)
        with av_errors(Stage.PROBE, container):
            source = av.open(
                file,
                "r",
                format=demuxer,
                options=video_options(limits),
                metadata_errors="replace",
                buffer_size=_READ_BYTES,
                io_open=_refuse_other_files,
            )
        with source:
            yield source, _checked_stream(source, limits)


def _refuse_other_files(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise PermissionError(f"the video refers to another file ({len(url)} characters, flags {flags}, {len(options)} options)")


@contextmanager
def av_errors(stage: Stage, container: Container) -> Iterator[None]:
    """Turn the library's errors into typed ones; anything else is our bug and propagates."""
    import av

    try:
        yield
    except MemoryError as error:
        raise MediaError(ErrorCode.E_MEMORY, "needs more memory than a worker may use", stage) from error
    except av.FFmpegError as error:
        cut = not container.complete or isinstance(error, EOFError)
        code = ErrorCode.E_TRUNCATED if cut else ErrorCode.E_CORRUPT
        raise MediaError(code, f"the {container.format} data cannot be read: {error.strerror}", stage) from error
    except PermissionError as error:
        raise MediaError(ErrorCode.E_FORMAT_REFUSED, str(error), stage) from error
    except OSError as error:
        raise MediaError(ErrorCode.E_READ, f"cannot be read: {error.strerror}", stage) from error


def _checked_stream(source: "InputContainer", limits: Limits) -> "VideoStream":
    streams = [stream for stream in source.streams.video if not stream.disposition & stream.disposition.attached_pic]
    if not streams:
        raise MediaError(ErrorCode.E_NO_FRAMES, "the file holds no video stream", Stage.PROBE)
    stream = streams[0]
    context = stream.codec_context
    if context is None:
        raise MediaError(ErrorCode.E_FORMAT_REFUSED, "the video codec is not known", Stage.PROBE)
    if context.codec.canonical_name not in CODECS:
        raise MediaError(ErrorCode.E_FORMAT_REFUSED, f"the video codec {context.codec.canonical_name} is not decoded", Stage.PROBE)
    check_size(context.width, context.height, limits, Stage.PROBE)
    duration = declared_duration(source, stream)
    if duration is not None and duration > limits.video_duration_s:
        message = f"declares {duration:.0f} s; the limit is {limits.video_duration_s:.0f} s"
        raise MediaError(ErrorCode.E_TOO_LARGE, message, Stage.PROBE)
    context.thread_count = limits.video_threads
    context.options = {"max_pixels": str(limits.image_pixels)}
    return stream


def check_size(width: int, height: int, limits: Limits, stage: Stage) -> None:
    """Refuse pictures over the limits of side and area; zero is left to the decoder to fill in."""
    if max(width, height) > limits.video_side or width * height > limits.image_pixels:
        message = f"{width} x {height} pixels; the limits are {limits.video_side} a side and {limits.image_pixels} in all"
        raise MediaError(ErrorCode.E_TOO_LARGE, message, stage)


def declared_duration(source: "InputContainer", stream: "VideoStream") -> float | None:
    """Return the duration in seconds that the stream, else the container, declares."""
    if stream.duration and stream.time_base and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    return source.duration / 1e6 if source.duration and source.duration > 0 else None


def frame_rate(stream: "VideoStream") -> float | None:
    """Return the average frame rate, None where it is zero or not known."""
    rate = stream.average_rate
    return float(rate) if rate else None


def rotation_of(frame: "VideoFrame") -> int:
    """Return the counter-clockwise turn for display, to the nearest quarter: 0, 90, 180 or 270 degrees."""
    return round(frame.rotation / 90) % 4 * 90


def decoded_frames(source: "InputContainer", stream: "VideoStream") -> "Iterator[VideoFrame]":
    """Decode forward from where the container stands; damaged packets are stepped over, an unreadable tail ends the frames."""
    for frame, _ in decoded_with_others(source, stream):
        if frame is not None:
            yield frame


def decoded_with_others(
    source: "InputContainer", stream: "VideoStream", others: "Sequence[Stream]" = ()
) -> "Iterator[tuple[VideoFrame | None, Packet[Stream] | None]]":
    """Decode forward as :func:`decoded_frames` does, and yield the packets of other streams as they come between the frames."""
    import av

    bad = 0
    for packet in packets(source, stream, *others):
        if packet.stream_index != stream.index:
            yield None, packet
            continue
        try:
            frames = packet.decode()
        except MemoryError:
            raise
        except av.FFmpegError:
            bad += 1
            if bad > _BAD_PACKETS:
                return
            continue
        for frame in frames:
            yield cast("VideoFrame", frame), None


def packets(source: "InputContainer", *streams: "Stream") -> "Iterator[Packet[Stream]]":
    """Read packets of these streams; where reading fails, try a few times to go on behind the damage."""
    import av

    for _ in range(_RESTARTS):
        try:
            yield from source.demux(streams)
        except MemoryError:
            raise
        except av.FFmpegError:
            continue
        return
