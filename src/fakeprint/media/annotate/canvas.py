"""Drawing on pixels as they are stored: RGB of images, and the planes of video frames, which are never turned into RGB and back."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fakeprint.media.annotate.lettering import Colour, Patch

Plane = NDArray[np.uint8]


class Canvas(Protocol):
    """Something to draw on, ``width`` x ``height`` pixels; whatever lies outside is cut off."""

    width: int
    height: int

    def paint(self, patch: Patch, x: int, y: int) -> None:
        """Lay a patch over the picture, its upper left corner at (x, y)."""
        ...

    def fill(self, box: tuple[int, int, int, int], colour: Colour, opacity: float = 1.0) -> None:
        """Fill ``xyxy`` with a colour."""
        ...


def outline(canvas: Canvas, box: tuple[float, float, float, float], colour: Colour, thickness: int, opacity: float = 1.0) -> None:
    """Draw the edges of a box, centred on its sides."""
    left, top, right, bottom = (round(side) - thickness // 2 for side in box)
    for part in (
        (left, top, right + thickness, top + thickness),
        (left, bottom, right + thickness, bottom + thickness),
        (left, top + thickness, left + thickness, bottom),
        (right, top + thickness, right + thickness, bottom),
    ):
        canvas.fill(part, colour, opacity)


class RgbCanvas:
    """Draws on (H, W, 3) uint8 RGB in place; ``alpha`` (H, W), if any, becomes as opaque as what is drawn."""

    def __init__(self, rgb: Plane, alpha: Plane | None = None) -> None:
        self._rgb, self._alpha = rgb, alpha
        self.height, self.width = rgb.shape[:2]

    def paint(self, patch: Patch, x: int, y: int) -> None:
        """Lay a patch over the picture."""
        inside, cut = _overlap(patch.width, patch.height, x, y, self.width, self.height)
        rgba = patch.rgba[cut]
        weight = rgba[..., 3:].astype(np.uint16)
        _mix(self._rgb[inside], rgba[..., :3], weight)
        if self._alpha is not None:
            self._alpha[inside] = np.maximum(self._alpha[inside], rgba[..., 3])

    def fill(self, box: tuple[int, int, int, int], colour: Colour, opacity: float = 1.0) -> None:
        """Fill a box."""
        left, top, right, bottom = box
        inside, _ = _overlap(max(0, right - left), max(0, bottom - top), left, top, self.width, self.height)
        _mix(self._rgb[inside], np.array(colour, np.uint8), np.uint16(round(255 * opacity)))
        if self._alpha is not None:
            self._alpha[inside] = np.maximum(self._alpha[inside], np.uint8(round(255 * opacity)))


@dataclass(frozen=True)
class ColourCode:
    """How RGB stands in a video: the weights of red and blue in luma, and whether levels fill all of 0 to 255."""

    red: float
    blue: float
    full: bool


class YuvCanvas:
    """Draws on the planes of a 4:2:0 frame in place: luma (H, W), both chroma planes (H / 2, W / 2), H and W even.

    Places are held to even pixels, so that colour and brightness agree.
    """

    def __init__(self, planes: tuple[Plane, Plane, Plane], code: ColourCode, width: int, height: int) -> None:
        self._planes, self._code = planes, code
        self.width, self.height = width, height
        self._rows, self._columns = planes[0].shape

    def paint(self, patch: Patch, x: int, y: int) -> None:
        """Lay a patch over the picture."""
        yuv = _yuv_patch(patch, self._code)
        even_x, even_y = x & ~1, y & ~1
        height, width = yuv.luma.shape
        inside, cut = _overlap(width, height, even_x, even_y, self._columns, self._rows)
        _mix(self._planes[0][inside], yuv.luma[cut], yuv.weight[cut])
        half_inside, half_cut = _halved(inside), _halved(cut)
        for plane, colour in zip(self._planes[1:], yuv.chroma, strict=True):
            _mix(plane[half_inside], colour[half_cut], yuv.half_weight[half_cut])

    def fill(self, box: tuple[int, int, int, int], colour: Colour, opacity: float = 1.0) -> None:
        """Fill a box."""
        left, top, right, bottom = box[0] & ~1, box[1] & ~1, (box[2] + 1) & ~1, (box[3] + 1) & ~1
        inside, _ = _overlap(max(0, right - left), max(0, bottom - top), left, top, self._columns, self._rows)
        weight = np.uint16(round(255 * opacity))
        values = to_yuv(np.array(colour, np.uint8), self._code)
        for plane, value, where in zip(self._planes, values, (inside, _halved(inside), _halved(inside)), strict=True):
            _mix(plane[where], value, weight)


def to_yuv(rgb: Plane, code: ColourCode) -> NDArray[np.uint8]:
    """Return (..., 3) uint8 luma, blue and red difference of (..., 3) uint8 RGB.

    >>> to_yuv(np.array([[255, 255, 255], [0, 0, 0]], np.uint8), ColourCode(0.299, 0.114, False)).tolist()
    [[235, 128, 128], [16, 128, 128]]
    """
    red, green, blue = (rgb[..., channel] / 255 for channel in range(3))
    luma = code.red * red + code.blue * blue + (1 - code.red - code.blue) * green
    differences = (blue - luma) / (2 * (1 - code.blue)), (red - luma) / (2 * (1 - code.red))
    scale, spread, black = (255, 255, 0) if code.full else (219, 224, 16)
    values = np.stack([black + scale * luma, *(128 + spread * one for one in differences)], axis=-1)
    return np.asarray(np.clip(np.round(values), 0, 255), np.uint8)


@dataclass(frozen=True, eq=False)
class _YuvPatch:
    luma: Plane
    weight: NDArray[np.uint16]
    chroma: tuple[Plane, Plane]
    half_weight: NDArray[np.uint16]


@lru_cache(maxsize=32)
def _yuv_patch(patch: Patch, code: ColourCode) -> _YuvPatch:
    """Bring a patch to 4:2:0: chroma is the mean over two by two pixels, each as heavy as it is opaque."""
    height, width = patch.rgba.shape[:2]
    rgba = np.pad(patch.rgba, ((0, height % 2), (0, width % 2), (0, 0)))
    yuv, weight = to_yuv(rgba[..., :3], code), rgba[..., 3].astype(np.uint16)
    quads = weight.reshape(weight.shape[0] // 2, 2, weight.shape[1] // 2, 2).astype(np.float32)
    total = quads.sum((1, 3))
    chroma = [(yuv[..., one].reshape(quads.shape) * quads).sum((1, 3)) / np.maximum(total, 1) for one in (1, 2)]
    return _YuvPatch(
        np.ascontiguousarray(yuv[..., 0]),
        weight,
        (np.round(chroma[0]).astype(np.uint8), np.round(chroma[1]).astype(np.uint8)),
        np.round(total / 4).astype(np.uint16),
    )


Slices = tuple[slice, slice]


def _overlap(width: int, height: int, x: int, y: int, columns: int, rows: int) -> tuple[Slices, Slices]:
    """Return where a box lies on the picture, and which part of the box that is."""
    left, right = min(max(x, 0), columns), max(min(x + width, columns), 0)
    top, bottom = min(max(y, 0), rows), max(min(y + height, rows), 0)
    right, bottom = max(left, right), max(top, bottom)
    cut = slice(top - y, bottom - y), slice(left - x, right - x)
    if right == left or bottom == top:
        return (slice(0, 0), slice(0, 0)), (slice(0, 0), slice(0, 0))
    return (slice(top, bottom), slice(left, right)), cut


def _halved(where: Slices) -> Slices:
    rows, columns = where
    return slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2)


def _mix(under: Plane, over: Plane, weight: NDArray[np.uint16] | np.uint16) -> None:
    """Blend in place; ``weight`` is 0 to 255."""
    mixed = under * (np.uint16(255) - weight) + over.astype(np.uint16) * weight + np.uint16(127)
    under[...] = mixed // np.uint16(255)
