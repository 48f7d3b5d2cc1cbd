"""Draws faces that the shipped finder finds, so that no picture of a person is needed."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

BACKGROUND = (96, 110, 128)


def drawn_face(side: int) -> Image.Image:
    """Return a (side, side) face made of ellipses, soft enough to pass for one."""
    unit = side / 100
    image = Image.new("RGB", (side, side), BACKGROUND)
    draw = ImageDraw.Draw(image)
    ovals = [(50, 46, 36, 44, (60, 42, 30)), (50, 52, 30, 40, (214, 168, 140))]
    for x in (38, 62):
        ovals += [(x, 38, 9, 3, (92, 62, 46)), (x, 46, 8, 5, (172, 126, 104)), (x, 46, 6.5, 3.2, (236, 230, 226))]
        ovals += [(x, 46, 3, 3.2, (44, 32, 28))]
    ovals += [
        (50, 60, 5, 9, (196, 146, 120)),
        (50, 66, 7, 3, (170, 116, 96)),
        (50, 77, 12, 4, (160, 78, 78)),
        (50, 76.5, 11, 1, (96, 40, 44)),
    ]
    for x, y, wide, tall, colour in ovals:
        draw.ellipse([(x - wide) * unit, (y - tall) * unit, (x + wide) * unit, (y + tall) * unit], fill=colour)
    return image.filter(ImageFilter.GaussianBlur(unit * 1.2))


def scene(width: int, height: int, *places: tuple[int, int, int]) -> np.ndarray:
    """Return (height, width, 3) uint8: a plain picture with drawn faces at (left, top, side)."""
    image = Image.new("RGB", (width, height), BACKGROUND)
    for left, top, side in places:
        image.paste(drawn_face(side), (left, top))
    return np.asarray(image)
