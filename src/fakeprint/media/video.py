"""Video to frames through PyAV, inside a worker (specs: reliability 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Container
from fakeprint.media.frame_source import Even, FrameSource, Numbered, PerSecond, Sampling
from fakeprint.media.video_file import (
    av_errors,
    check_size,
    declared_duration,
    decoded_frames,
    frame_rate,
    opened_video,
    packets,
    rotation_of,
)

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    _Stamped: TypeAlias = tuple[VideoFrame, float, int | None]

__all__ = ["Even", "Frame", "FrameSource", "Numbered", "PerSecond", "SampledFrames", "Sampling", "sample_frames"]

_FORWARD_SECONDS = 1.0
_SEEK_BACK = (0.0, 1.0, 4.0, 16.0)
"""How much earlier to aim when a jump lands behind its target, in seconds; transport streams have no index."""
_MEASURED_PACKETS = 1_000_000


@dataclass(frozen=True)
class Frame:
    """One decoded frame: (H, W, 3) uint8 RGB as displayed (rotation applied), true time stamp in seconds, index where known.

    ``time_s`` counts from the first time stamp of the stream.  ``index`` counts decoded frames from the start of the video; it is None
    once the reader has jumped.
    """

    rgb: NDArray[np.uint8]
    time_s: float
    index: int | None


class SampledFrames(Iterator[Frame]):
    """The frames that a source asks for, decoded one at a time."""

    def __init__(self, path: Path, container: Container, source: FrameSource, limits: Limits) -> None:
        self._cut: list[str] = []
        self._frames = _read(path, container, source, limits, self._cut)

    def __next__(self) -> Frame:
        """Decode up to the next frame and return it."""
        return next(self._frames)

    @property
    def cut(self) -> str | None:
        """Which limit left frames out that the source asks for, in words; known when the last frame has been taken."""
        return self._cut[0] if self._cut else None


def sample_frames(path: Path, container: Container, source: FrameSource, limits: Limits) -> SampledFrames:
    """Return the frames that ``source`` asks for, in order, holding one at a time.

    By time, each sample is the frame on display at that moment, once; a video with fewer frames than samples gives fewer.  By number,
    numbers beyond the last frame give nothing.  Damaged parts are stepped over: the frames that can be decoded are given with their own
    time stamps.  More than ``limits.video_samples`` moments become fewer, evenly for ``even`` and ``fps``; frames by number end after
    ``limits.video_frames``; ``cut`` of the result says so.

    Raises:
        MediaError: before the first frame where the file cannot be opened (stage ``probe``), holds no decodable frame, or none of those
            asked for.
    """
    return SampledFrames(path, container, source, limits)


def _read(path: Path, container: Container, source: FrameSource, limits: Limits, cut: list[str]) -> Iterator[Frame]:
    given = 0
    with opened_video(path, container, limits) as (file, stream), av_errors(Stage.DECODE, container):
        cursor = _Cursor(file, stream)
        if isinstance(source, Numbered):
            found = _first(cursor.numbered(source.numbers()), limits.video_frames, cut)
        else:
            duration = declared_duration(file, stream)
            if duration is None:
                duration = _measured_duration(path, container, limits)
            found = cursor.at(_times(source, duration, limits.video_samples, cut))
        for frame, time_s, index in found:
            check_size(frame.width, frame.height, limits, Stage.DECODE)
            pixels = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            turns = rotation_of(frame) // 90
            yield Frame(np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels, round(time_s, 6), index)
            given += 1
    if not given:
        nothing = "no frame of the video can be decoded"
        if isinstance(source, Numbered) and cursor.decoded:
            nothing = f"the video has {cursor.decoded} frames that can be decoded; none has a number that was asked for"
        raise MediaError(ErrorCode.E_NO_FRAMES, nothing, Stage.DECODE)


def _times(source: Sampling, duration_s: float, most: int, cut: list[str]) -> list[float]:
    """Return the moments of a source, and note when the limit makes them fewer."""
    if len(source.times(duration_s, most + 1)) > most:
        cut.append(f"the limit of {most} sampled frames a video (video_samples) made the frames fewer")
    return source.times(duration_s, most)


def _first(found: "Iterator[_Stamped]", most: int, cut: list[str]) -> "Iterator[_Stamped]":
    """Pass on the first ``most`` frames, and note when there are more."""
    for given, one in enumerate(found):
        if given == most:
            cut.append(f"only the first {most} of the frames were read (limit video_frames)")
            return
        yield one


def _measured_duration(path: Path, container: Container, limits: Limits) -> float:
    """Measure the duration from the time stamps, without decoding."""
    last = 0.0
    with opened_video(path, container, limits) as (source, stream):
        for packet in islice(packets(source, stream), _MEASURED_PACKETS):
            if packet.pts is not None and packet.time_base is not None:
                last = max(last, float((packet.pts - (stream.start_time or 0) + (packet.duration or 0)) * packet.time_base))
    return min(last, limits.video_duration_s)


class _Cursor:
    """Reads forward, and jumps to the key frame before a target only when that saves decoding."""

    def __init__(self, source: "InputContainer", stream: "VideoStream") -> None:
        self._source = source
        self._stream = stream
        self._frames = decoded_frames(source, stream)
        self._step = 1 / (frame_rate(stream) or 25.0)
        self._forward = _FORWARD_SECONDS
        self._decoded: int | None = -1
        self._held: _Stamped | None = None
        self._ahead: _Stamped | None = None

    def at(self, times: list[float]) -> "Iterator[_Stamped]":
        """Yield the frame on display at each time, without repeating one."""
        given: float | None = None
        for target in times:
            self._approach(target)
            more = self._advance(target)
            if self._held is not None and (given is None or self._held[1] > given):
                given = self._held[1]
                yield self._held
            if not more:
                return

    def numbered(self, numbers: Iterator[int]) -> "Iterator[_Stamped]":
        """Yield the frames of these numbers, ascending, by decoding everything up to the last of them."""
        wanted = next(numbers, None)
        while wanted is not None and (one := self._next()) is not None:
            self._held = one
            if one[2] == wanted:
                yield one
                wanted = next(numbers, None)

    @property
    def decoded(self) -> int:
        """How many frames were decoded from the start; 0 once the reader has jumped."""
        return 0 if self._decoded is None else self._decoded + 1

    def _approach(self, target: float) -> None:
        """Jump when the target is further off than the key frames lie apart, as far as is known."""
        newest = self._ahead or self._held
        position = newest[1] if newest is not None else 0.0
        if target - position <= self._forward:
            return
        import av

        for earlier in _SEEK_BACK:
            try:
                self._source.seek(self._stamp(target - earlier), stream=self._stream)
            except (av.FFmpegError, OverflowError):
                self._forward = float("inf")
                return
            self._frames = decoded_frames(self._source, self._stream)
            self._decoded = None
            self._held = None
            self._ahead = self._next()
            if self._ahead is None or self._ahead[1] <= target:
                break
        if self._ahead is not None and self._ahead[1] <= position:
            self._forward = max(self._forward, target - self._ahead[1])

    def _stamp(self, time_s: float) -> int:
        return int(max(time_s, 0.0) / (self._stream.time_base or 1)) + (self._stream.start_time or 0)

    def _advance(self, target: float) -> bool:
        """Decode until the frame after the target is seen; False at the end of the video."""
        while True:
            if self._ahead is None:
                self._ahead = self._next()
                if self._ahead is None:
                    return False
            if self._ahead[1] > target and self._held is not None:
                return True
            self._held, self._ahead = self._ahead, None
            if self._held[1] > target:
                return True

    def _next(self) -> "_Stamped | None":
        frame = next(self._frames, None)
        if frame is None:
            return None
        if self._decoded is not None:
            self._decoded += 1
        return frame, self._time(frame), self._decoded

    def _time(self, frame: "VideoFrame") -> float:
        stamp = frame.pts if frame.pts is not None else frame.dts
        if stamp is None or frame.time_base is None:
            newest = self._ahead or self._held
            return newest[1] + self._step if newest is not None else 0.0
        return max(0.0, float((stamp - (self._stream.start_time or 0)) * frame.time_base))
