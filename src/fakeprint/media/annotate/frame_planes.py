"""A decoded frame as planes to draw on: upright, 4:2:0, even sides, in memory of its own."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fakeprint.media.annotate.canvas import ColourCode, Plane, YuvCanvas
from fakeprint.media.video_file import rotation_of

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_BT709, _UNSPECIFIED, _BT601, _BT2020 = 1, 2, 5, (9, 10)
_LIMITED, _FULL = 1, 2
_HD_ROWS = 720


@dataclass(frozen=True)
class Shape:
    """What all frames of a copy have in common: ``width`` x ``height`` as displayed, and how colours are coded.

    ``colorspace``, ``color_range``, ``color_primaries`` and ``color_trc`` are the library's numbers, for the header of the copy.
    """

    width: int
    height: int
    full: bool
    colorspace: int
    color_range: int
    color_primaries: int
    color_trc: int

    @classmethod
    def of(cls, frame: "VideoFrame", *, full_range: bool) -> "Shape":
        """Take the shape of the first frame; ``full_range`` asks for levels from 0 to 255 whatever the source has."""
        width, height = (frame.height, frame.width) if rotation_of(frame) in {90, 270} else (frame.width, frame.height)
        full = full_range or frame.color_range == _FULL or frame.format.name.startswith("yuvj")
        colorspace = _BT601 if frame.format.is_rgb else int(frame.colorspace)
        declared = _LIMITED if frame.format.is_rgb else int(frame.color_range)
        return cls(width, height, full, colorspace, _FULL if full else declared, int(frame.color_primaries), int(frame.color_trc))

    @property
    def coded(self) -> tuple[int, int]:
        """Width and height as encoded: the next even numbers."""
        return self.width + self.width % 2, self.height + self.height % 2

    @property
    def format(self) -> str:
        """The library's name of the pixel format."""
        return "yuvj420p" if self.full else "yuv420p"

    @property
    def code(self) -> ColourCode:
        """How RGB becomes the copy's colours; where the source does not say, as players guess: by the number of rows."""
        if self.colorspace in _BT2020:
            return ColourCode(0.2627, 0.0593, self.full)
        if self.colorspace == _BT709 or (self.colorspace == _UNSPECIFIED and self.height >= _HD_ROWS):
            return ColourCode(0.2126, 0.0722, self.full)
        return ColourCode(0.299, 0.114, self.full)


@dataclass(frozen=True)
class CopiedFrame:
    """A frame of its own to draw on and encode, with the source's duration in seconds where it is known.

    ``scale`` is the shape's size over the frame's own, which differs where the size changes within a video.
    """

    frame: "VideoFrame"
    canvas: YuvCanvas
    shape: Shape
    seconds: Fraction | None
    scale: tuple[float, float]

    @classmethod
    def of(cls, source: "VideoFrame", shape: Shape) -> "CopiedFrame":
        """Copy a decoded frame, whose own memory still serves the decoder."""
        from av.video.frame import VideoFrame

        turns = rotation_of(source) // 90
        stored = (shape.height, shape.width) if turns % 2 else (shape.width, shape.height)
        scale = (stored[0] / source.width, stored[1] / source.height)
        full = shape.full and source.format.name == "yuv420p" and source.color_range == _FULL
        if (source.format.name != shape.format and not full) or (source.width, source.height) != stored:
            yuv = source.reformat(width=stored[0], height=stored[1], format=shape.format)
        else:
            yuv = source
        width, height = shape.coded
        copy = VideoFrame(width, height, shape.format)
        planes = tuple(_into(_plane(yuv, number), _plane(copy, number), turns, whole=number == 0, shape=shape) for number in range(3))
        length = Fraction(source.duration) * source.time_base if source.duration and source.time_base else None
        canvas = YuvCanvas((planes[0], planes[1], planes[2]), shape.code, shape.width, shape.height)
        return cls(copy, canvas, shape, length, (scale[1], scale[0]) if turns % 2 else scale)


def _plane(frame: "VideoFrame", number: int) -> Plane:
    """Return (h, w) pixels of one plane, as a view."""
    plane = frame.planes[number]
    rows: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
    return rows[: plane.line_size * plane.height].reshape(plane.height, plane.line_size)[:, : plane.width]


def _into(source: Plane, target: Plane, turns: int, *, whole: bool, shape: Shape) -> Plane:
    """Copy a plane upright; what an even size adds repeats the edge."""
    upright = np.rot90(source, turns) if turns else source
    rows, columns = (shape.height, shape.width) if whole else target.shape
    rows, columns = min(rows, upright.shape[0]), min(columns, upright.shape[1])
    target[:rows, :columns] = upright[:rows, :columns]
    target[rows:, :columns] = target[rows - 1, :columns]
    target[:, columns:] = target[:, columns - 1 : columns]
    return target
