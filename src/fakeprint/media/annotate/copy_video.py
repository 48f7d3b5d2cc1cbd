"""The annotated copy of a video: every frame decoded, drawn on and encoded again, sound copied packet by packet.

Frames keep their own time stamps, so that variable rates stay.  One frame is held at a time; the copy leaves through ``emit``.
"""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.media.annotate.copied import Copied
from fakeprint.media.annotate.dfspot_style import DfspotStyle
from fakeprint.media.annotate.frame_planes import CopiedFrame, Shape
from fakeprint.media.annotate.moment import Moments
from fakeprint.media.annotate.own_style import OwnStyle
from fakeprint.media.annotate.plan import Plan, Style
from fakeprint.media.annotate.video_out import VideoOut
from fakeprint.media.container.model import Container
from fakeprint.media.video_file import av_errors, check_size, decoded_with_others, frame_rate, opened_video

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


def copy_video(path: Path, container: Container, limits: Limits, plan: Plan, emit: Callable[[int, bytes], None]) -> Copied:
    """Write the annotated copy of a video and say what became of it.

    Raises:
        MediaError: the file cannot be opened, or holds no frame that can be decoded.
    """
    compatible = plan.style is Style.DFSPOT
    drawing = DfspotStyle(plan) if compatible else OwnStyle(plan)
    moments = Moments(plan)
    with opened_video(path, container, limits) as (source, stream), av_errors(Stage.DECODE, container):
        clock = _Clock(stream)
        with VideoOut(source, stream, emit, avi=compatible, threads=limits.video_threads) as out:
            for frame, packet in decoded_with_others(source, stream, out.sound):
                if packet is not None:
                    out.copy_sound(packet)
                elif frame is not None:
                    check_size(frame.width, frame.height, limits, Stage.DECODE)
                    copy = CopiedFrame.of(frame, out.shape or Shape.of(frame, full_range=compatible))
                    stamp, time_s = clock.read(frame)
                    drawing.draw(copy.canvas, moments.at(time_s).scaled(*copy.scale))
                    out.write(copy, stamp)
        if not out.frames:
            raise MediaError(ErrorCode.E_NO_FRAMES, "no frame of the video can be decoded", Stage.DECODE)
    return out.copied(faces=bool(plan.paths))


class _Clock:
    """Reads the time of frames as :func:`fakeprint.media.video.sample_frames` does, so that they meet those of a report."""

    def __init__(self, stream: "VideoStream") -> None:
        self._start = stream.start_time or 0
        self._step = 1 / (frame_rate(stream) or 25.0)
        self._time_s: float | None = None

    def read(self, frame: "VideoFrame") -> tuple[Fraction | None, float]:
        """Return a frame's stamp in seconds of the container's clock, None without one, and its seconds since the first stamp."""
        stamp = frame.pts if frame.pts is not None else frame.dts
        if stamp is None or frame.time_base is None:
            self._time_s = 0.0 if self._time_s is None else self._time_s + self._step
            return None, self._time_s
        self._time_s = max(0.0, float((stamp - self._start) * frame.time_base))
        return stamp * frame.time_base, self._time_s
