"""Text as small pictures, drawn with the scalable font that comes with Pillow."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
GREY: Colour = (178, 178, 178)
BLACK: Colour = (0, 0, 0)
_LONGEST = 300


@dataclass(frozen=True, eq=False)
class Patch:
    """A picture to be laid over another one: ``rgba`` is (h, w, 4) uint8, straight alpha."""

    rgba: NDArray[np.uint8]

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.rgba.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.rgba.shape[0])


@dataclass(frozen=True)
class Line:
    """One line of a panel."""

    text: str
    colour: Colour = WHITE


@lru_cache(maxsize=32)
def panel(lines: tuple[Line, ...], size: int, opacity: int = 170) -> Patch:
    """Return lines of text, ``size`` pixels high each, on a dark ground.

    >>> panel((Line("one"), Line("another one")), 12).rgba.shape[2]
    4
    """
    font, margin = _font(size), max(2, size // 4)
    width = max((round(font.getlength(line.text[:_LONGEST])) for line in lines), default=0)
    pitch = round(size * 1.25)
    image = Image.new("RGBA", (width + 2 * margin, pitch * len(lines) + 2 * margin), (*BLACK, opacity))
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((margin, margin + row * pitch + size), line.text[:_LONGEST], font=font, fill=(*line.colour, 255), anchor="ls")
    return Patch(np.asarray(image))


@lru_cache(maxsize=32)
def bare_text(text: str, size: int, colour: Colour, stroke: int) -> tuple[Patch, int]:
    """Return one line of text without ground, strokes made ``stroke`` pixels bolder, and the height of its baseline in the patch."""
    font = _font(size)
    left, top, right, bottom = font.getbbox(text, anchor="ls", stroke_width=stroke)
    image = Image.new("RGBA", (max(1, round(right - left)), max(1, round(bottom - top))), (*colour, 0))
    draw = ImageDraw.Draw(image)
    draw.text((-left, -top), text, font=font, fill=(*colour, 255), anchor="ls", stroke_width=stroke, stroke_fill=(*colour, 255))
    return Patch(np.asarray(image)), round(-top)


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
