"""The container that an annotated video is written to: one picture stream encoded anew, the sound streams copied."""

from collections import deque
from collections.abc import Callable
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Literal, cast

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.media.annotate.copied import Copied
from fakeprint.media.annotate.frame_planes import CopiedFrame, Shape
from fakeprint.media.annotate.parts_out import PartsOut

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

H264 = ("libx264", "libopenh264", "h264_mf", "h264_videotoolbox", "mpeg4")
"""Encoders for MP4 and Matroska, the first one present is taken; the last is MPEG-4 Part 2, and the copy says so."""
MJPEG = ("mjpeg",)
SOUND: dict[str, frozenset[str]] = {
    "mp4": frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"}),
    "matroska": frozenset(
        {"aac", "mp3", "mp2", "ac3", "eac3", "alac", "opus", "flac", "vorbis", "truehd"}
        | {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"}
    ),
    "avi": frozenset({"aac", "mp3", "mp2", "ac3", "pcm_u8", "pcm_s16le", "pcm_s24le", "adpcm_ms", "adpcm_ima_wav", "wmav1", "wmav2"}),
}
"""Sound codecs that each container takes as they are."""
_ENDINGS: dict[str, Literal["mp4", "mkv", "avi"]] = {"mp4": "mp4", "matroska": "mkv", "avi": "avi"}
_OPTIONS = {"libx264": {"preset": "veryfast", "crf": "18", "bf": "0", "rc-lookahead": "10"}}
_MJPEG_STEP = 3
"""Quantiser step of Motion JPEG, 2 to 31; about quality 90."""
_REMARK = "Annotated copy made by fakeprint; not the original file."
_WAITING_PACKETS = 4000
_WAITING_BYTES = 16 << 20
_BUFFER = 1 << 18


class VideoOut:
    """Use as a context manager: leaving it without an error finishes the file.

    Without ``avi`` the container is MP4, or Matroska where MP4 does not take the sound; pictures keep their time stamps.  With it, the
    container is AVI with Motion JPEG, which knows one constant rate only.
    """

    def __init__(
        self, source: "InputContainer", stream: "VideoStream", emit: Callable[[int, bytes], None], *, avi: bool, threads: int
    ) -> None:
        codecs = [_codec_of(one) for one in source.streams.audio]
        self._format = "avi" if avi else "mp4" if set(codecs) <= SOUND["mp4"] else "matroska"
        self.sound = tuple(one for one, codec in zip(source.streams.audio, codecs, strict=True) if codec in SOUND[self._format])
        self.shape: Shape | None = None
        self.frames = 0
        left_out = sorted(set(codecs) - SOUND[self._format])
        self._notes = dict.fromkeys(f"sound in {codec} is left out, because the container does not take it" for codec in left_out)
        self._had_sound = bool(codecs)
        self._stream, self._emit, self._threads = stream, emit, threads
        self._origin = max(Fraction(source.start_time or 0, 1_000_000), Fraction(0))
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        self._rate = min(max(Fraction(rate), Fraction(1, 10)), Fraction(1000)).limit_denominator(100_000)
        self._tick = 1 / self._rate if avi else Fraction(stream.time_base or 1 / self._rate)
        self._waiting: deque[Packet[Stream]] = deque()
        self._waiting_bytes = 0
        self._container: OutputContainer | None = None
        self._pictures: VideoStream | None = None
        self._targets: dict[int, Stream] = {}
        self._last: dict[int, int] = {}
        self._last_stamp = -1
        self._codec = ""

    def __enter__(self) -> "VideoOut":
        """Return the file; its header is written with the first frame."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Finish the file, or let it go where an error passes through."""
        if self._container is None or self._pictures is None:
            return
        if error is not None:
            self._parts.abandon()
        else:
            self._container.mux(self._pictures.encode(None))
        self._container.close()

    def write(self, copy: CopiedFrame, stamp: Fraction | None) -> None:
        """Encode one frame at ``stamp`` seconds of the source's clock; without one, right after the frame before."""
        if self._container is None:
            self._open(copy.shape)
        if self._container is None or self._pictures is None:
            raise RuntimeError("the copy was not opened")
        if copy.scale != (1.0, 1.0):
            self._note("frames of another size are scaled to that of the first")
        wanted = self._last_stamp + 1
        if self._format != "avi":
            wanted = max(wanted, round((stamp - self._origin) / self._tick)) if stamp is not None else wanted
            copy.frame.duration = round(copy.seconds / self._tick) if copy.seconds is not None else 0
        copy.frame.pts, copy.frame.time_base = wanted, self._tick
        self._last_stamp = wanted
        self._container.mux(self._pictures.encode(copy.frame))
        self.frames += 1

    def copy_sound(self, packet: "Packet[Stream]") -> None:
        """Copy one sound packet as it is; those before the first frame wait for it."""
        if packet.dts is None:
            if packet.size:
                self._note("sound packets without a time stamp are left out")
        elif self._container is not None:
            self._mux_sound(packet)
        elif len(self._waiting) < _WAITING_PACKETS and self._waiting_bytes + packet.size <= _WAITING_BYTES:
            self._waiting.append(packet)
            self._waiting_bytes += packet.size
        else:
            self._note("sound long before the first frame is left out")

    def copied(self, *, faces: bool) -> Copied:
        """Say what was written."""
        kept = bool(self._last)
        audio: Literal["kept", "none", "left_out"] = "kept" if kept else "left_out" if self._had_sound else "none"
        return Copied(
            ending=_ENDINGS[self._format],
            frames=self.frames,
            faces=faces,
            encoder=self._codec,
            audio=audio,
            notes=tuple(self._notes),
        )

    def _note(self, text: str) -> None:
        self._notes[text] = None

    def _open(self, shape: Shape) -> None:
        import av

        self.shape = shape
        if shape.coded != (shape.width, shape.height):
            self._note("a row or column of pixels is repeated at the edge, because the encoder takes even sizes only")
        if self._format == "avi":
            self._note("frames follow at one constant rate, the source's average; the container knows no other")
        try:
            self._start(shape, self.sound)
        except av.FFmpegError:
            if not self.sound:
                raise
            self._parts.abandon()
            self._note("the sound is left out, because the container refused it")
            self._start(shape, ())
        for packet in self._waiting:
            self._mux_sound(packet)
        self._waiting.clear()

    def _start(self, shape: Shape, sound: "tuple[AudioStream, ...]") -> None:
        """Open the container, describe its streams and write its header."""
        import av

        self._parts = PartsOut(self._emit)
        options = {"avoid_negative_ts": "disabled"} if self._format == "avi" else {}
        container = av.open(self._parts, "w", format=self._format, buffer_size=_BUFFER, options=options)
        self._codec = _encoder(MJPEG if self._format == "avi" else H264)
        if self._codec == "mpeg4":
            self._note("pictures are encoded as MPEG-4 Part 2, because the video library has no H.264 encoder")
        pictures = cast("VideoStream", container.add_stream(self._codec, rate=self._rate, options=_OPTIONS.get(self._codec, {})))
        context = pictures.codec_context
        context.width, context.height = shape.coded
        context.pix_fmt = shape.format
        context.time_base = self._tick
        context.thread_count = self._threads
        context.gop_size = max(1, min(250, round(2 * self._rate)))
        if self._format == "avi":
            context.qmin = context.qmax = _MJPEG_STEP
        context.colorspace, context.color_range = shape.colorspace, shape.color_range
        context.color_primaries, context.color_trc = shape.color_primaries, shape.color_trc
        if self._stream.sample_aspect_ratio:
            context.sample_aspect_ratio = self._stream.sample_aspect_ratio
        self._targets = {one.index: container.add_stream_from_template(one) for one in sound}
        container.metadata["comment"] = _REMARK
        self._container, self._pictures = container, pictures
        container.start_encoding()

    def _mux_sound(self, packet: "Packet[Stream]") -> None:
        import av

        index = packet.stream_index
        target = self._targets.get(index)
        if target is None or packet.dts is None or packet.time_base is None or self._container is None:
            return
        shift = round(self._origin / packet.time_base)
        if index in self._last and packet.dts <= self._last[index]:
            self._note("sound packets whose time stamps go back are left out")
            return
        self._last[index] = packet.dts
        packet.dts -= shift
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.stream = target
        try:
            self._container.mux_one(packet)
        except av.FFmpegError:
            del self._targets[index]
            self._note("the sound ends early, because the container refused a packet")


def _codec_of(stream: "AudioStream") -> str:
    return stream.codec_context.codec.canonical_name if stream.codec_context is not None else "unknown"


def _encoder(names: tuple[str, ...]) -> str:
    """Return the first of these encoders that the library has.

    Raises:
        MediaError: it has none of them.
    """
    from av.codec.codec import Codec, UnknownCodecError

    for name in names:
        try:
            Codec(name, "w")
        except UnknownCodecError:
            continue
        return name
    raise MediaError(ErrorCode.E_EXTRA_MISSING, f"the video library has none of the encoders {', '.join(names)}", Stage.EXAMINE)
