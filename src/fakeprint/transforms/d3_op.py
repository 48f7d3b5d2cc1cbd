"""The 19 operations by which D3's pictures are transformed, and the seeded draw of some of them (specs: d3-code 3.4, 3.5)."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from fakeprint.transforms.jpeg import Jpeg
from fakeprint.transforms.transform import Pixels, Transform, require

_Bicubic = Image.Resampling.BICUBIC
_NONE = (0.0, 0.0)


@dataclass(frozen=True)
class _Law:
    """Least and greatest value of an operation; ``grid`` draws one of five equally spaced values instead of any between."""

    least: float
    greatest: float
    grid: bool = True


LAWS: Mapping[str, _Law] = {
    "blur": _Law(0.1, 2, grid=False),
    "brightness": _Law(0.5, 2, grid=False),
    "ratio": _Law(0.75, 2, grid=False),
    "pixelise": _Law(0.3, 1, grid=False),
    "rotate": _Law(90, 270, grid=False),
    "contrast": _Law(0.5, 1.5),
    "saturation": _Law(0.5, 1.5),
    "jpeg": _Law(40, 100),
    "grey": _Law(*_NONE),
    "flip": _Law(*_NONE),
    "opacity": _Law(0.2, 1),
    "stripes": _Law(0.05, 0.35),
    "pad": _Law(0.01, 0.25),
    "square": _Law(64, 512),
    "crop": _Law(64, 512),
    "scale": _Law(0.5, 1.5),
    "sharpen": _Law(1.2, 2),
    "shuffle": _Law(0, 0.35),
    "skew": _Law(-1, 1),
}
"""The operations in the published order, in which several are applied."""


@dataclass(frozen=True)
class D3Op(Transform):
    """One operation at one value: degrees, factors, shares or pixels, as :data:`LAWS` bounds them.

    ``seed`` places the crop and shuffles the pixels; the others do not use it.

    >>> D3Op("ratio", 2.0).apply(np.zeros((8, 8, 3), np.uint8)).shape
    (5, 11, 3)
    """

    name: ClassVar[str] = "d3-op"
    op: str
    value: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        require(self.op in LAWS, f"no operation {self.op!r}; there are {', '.join(LAWS)}")
        law = LAWS[self.op]
        require(law.least <= self.value <= law.greatest, f"{self.op} takes {law.least:g} to {law.greatest:g}; got {self.value}")
        require(0 <= self.seed < 2**63, f"a seed lies in 0 to 2^63 - 1; got {self.seed}")

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the transformed pixels; the size may change."""
        if self.op == "jpeg":
            return Jpeg(quality=int(self.value)).apply(pixels)
        if self.op == "stripes":
            return _stripes(pixels, self.value)
        if self.op == "crop":
            return _crop(pixels, int(self.value), np.random.default_rng(self.seed))
        if self.op == "shuffle":
            return _shuffled(pixels, self.value, np.random.default_rng(self.seed))
        return np.array(_OF_PILLOW[self.op](Image.fromarray(pixels), self.value))


def draw_ops(seed: int, name: str, count: int) -> tuple[D3Op, ...]:
    """Draw ``count`` distinct operations in the published order; depends on nothing but its arguments.

    >>> [one.op for one in draw_ops(0, "1275001022128/real", 2)] == [one.op for one in draw_ops(0, "1275001022128/real", 2)]
    True
    """
    rng = np.random.default_rng(int.from_bytes(sha256(f"{seed}\0{name}".encode()).digest()))
    chosen = sorted(rng.choice(len(LAWS), count, replace=False).tolist())
    return tuple(_drawn(list(LAWS)[place], rng) for place in chosen)


def _drawn(op: str, rng: np.random.Generator) -> D3Op:
    law = LAWS[op]
    share = float(rng.integers(5)) / 4 if law.grid else float(rng.random())
    return D3Op(op, round(law.least + share * (law.greatest - law.least), 6), int(rng.integers(2**63)))


def _ratio(image: Image.Image, ratio: float) -> Image.Image:
    area = image.width * image.height
    width = max(1, int(math.sqrt(ratio * area)))
    return image.resize((width, max(1, area // width)), _Bicubic)


def _pixelise(image: Image.Image, ratio: float) -> Image.Image:
    small = max(1, int(ratio * image.width)), max(1, int(ratio * image.height))
    return image.resize(small, _Bicubic).resize(image.size, _Bicubic)


def _rotate(image: Image.Image, degrees: float) -> Image.Image:
    """Turn counter-clockwise and cut the largest upright rectangle that shows no border."""
    width, height = image.size
    turned = image.rotate(degrees, Image.Resampling.NEAREST, expand=True)
    sine, cosine = abs(math.sin(math.radians(degrees))), abs(math.cos(math.radians(degrees)))
    long, short = max(width, height), min(width, height)
    if short <= 2 * sine * cosine * long or abs(sine - cosine) < 1e-10:
        half = short / 2
        wide, high = (half / sine, half / cosine) if width >= height else (half / cosine, half / sine)
    else:
        double = cosine * cosine - sine * sine
        wide, high = (width * cosine - height * sine) / double, (height * cosine - width * sine) / double
    left, top = int(turned.width / 2 - wide / 2), int(turned.height / 2 - high / 2)
    right, bottom = int(turned.width / 2 + wide / 2), int(turned.height / 2 + high / 2)
    return turned.crop((left, top, max(left + 1, right), max(top + 1, bottom)))


def _opacity(image: Image.Image, level: float) -> Image.Image:
    white = Image.new("RGB", image.size, (255, 255, 255))
    return Image.composite(image, white, Image.new("L", image.size, int(255 * level)))


def _pad(image: Image.Image, factor: float) -> Image.Image:
    across, along = int(factor * image.width), int(factor * image.height)
    wider = Image.new("RGB", (image.width + 2 * across, image.height + 2 * along))
    wider.paste(image, (across, along))
    return wider


def _scale(image: Image.Image, factor: float) -> Image.Image:
    size = max(1, int(image.width * factor)), max(1, int(image.height * factor))
    return image.resize(size, Image.Resampling.LANCZOS if factor < 1 else Image.Resampling.BILINEAR)


def _skew(image: Image.Image, shear: float) -> Image.Image:
    place = (1, shear, -shear * image.height / 2, 0, 1, 0)
    return image.transform(image.size, Image.Transform.AFFINE, place, Image.Resampling.BILINEAR)


_OF_PILLOW: Mapping[str, Callable[[Image.Image, float], Image.Image]] = {
    "blur": lambda image, radius: image.filter(ImageFilter.GaussianBlur(radius)),
    "brightness": lambda image, factor: ImageEnhance.Brightness(image).enhance(factor),
    "ratio": _ratio,
    "pixelise": _pixelise,
    "rotate": _rotate,
    "contrast": lambda image, factor: ImageEnhance.Contrast(image).enhance(factor),
    "saturation": lambda image, factor: ImageEnhance.Color(image).enhance(factor),
    "grey": lambda image, _: image.convert("L").convert("RGB"),
    "flip": lambda image, _: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "opacity": _opacity,
    "pad": _pad,
    "square": lambda image, side: image.resize((int(side), int(side)), _Bicubic),
    "scale": _scale,
    "sharpen": lambda image, factor: ImageEnhance.Sharpness(image).enhance(factor),
    "skew": _skew,
}


def _stripes(pixels: Pixels, width: float) -> Pixels:
    """Lay white horizontal stripes over the picture, two periods to the shorter side, counted from the middle row."""
    rows = np.arange(len(pixels)) - len(pixels) // 2
    wave = (np.cos(2 * np.pi * rows / (min(pixels.shape[:2]) / 2)) + 1) / 2
    striped = pixels.copy()
    striped[wave > (math.cos(math.pi * width) + 1) / 2] = 255
    return striped


def _crop(pixels: Pixels, side: int, rng: np.random.Generator) -> Pixels:
    """Cut a square at a drawn place; a side that is too short is padded with black by the whole lack at both ends first."""
    lacks = [max(0, side - length) for length in pixels.shape[:2]]
    padded = np.pad(pixels, [(lack, lack) for lack in lacks] + [(0, 0)])
    top, left = (int(rng.integers(length - side + 1)) for length in padded.shape[:2])
    return padded[top : top + side, left : left + side].copy()


def _shuffled(pixels: Pixels, share: float, rng: np.random.Generator) -> Pixels:
    flat = pixels.reshape(-1, 3).copy()
    chosen = rng.choice(len(flat), int(share * len(flat)), replace=False)
    flat[chosen] = flat[rng.permutation(chosen)]
    return flat.reshape(pixels.shape)
