"""Endless training pictures for a face finder: faces at every size, on backgrounds of every kind, delivered in every way.

A picture is a scene (or a plain colour), with up to six face pictures pasted on it, and then changed in light, sharpness and compression.
No label is made: the teacher says what it sees in the finished picture.
"""

import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageFilter
from torch import Tensor
from torch.utils.data import Dataset

_BILINEAR = Image.Resampling.BILINEAR
_SIDES = (20.0, 300.0)
"""Width of a pasted face picture, in pixels of a 256 wide input; the face fills about two thirds of it."""


class FaceScenes(Dataset[Tensor]):
    """Picture ``index`` of the stream that a seed stands for, (3, size, size) uint8 RGB.

    One in ten shows a face picture alone in black; of the others, the share ``pasted`` have faces pasted on them.

    >>> from fakeprint.learn.face_scenes import FaceScenes
    >>> FaceScenes([], [], size=64, seed=1)[0].shape
    torch.Size([3, 64, 64])
    """

    def __init__(self, faces: Sequence[Path], scenes: Sequence[Path], *, size: int, seed: int, pasted: float = 0.85) -> None:
        self.faces = list(faces)
        self.scenes = list(scenes)
        self.size = size
        self.seed = seed
        self.pasted = pasted

    def __getitem__(self, index: int) -> Tensor:
        random = np.random.default_rng((self.seed, index))
        canvas = self._background(random)
        if self.faces and random.random() < 0.1:
            canvas = self._zoomed_out(random)
        elif self.faces and random.random() < self.pasted:
            for side in self._sides(random):
                self._paste(canvas, side, random)
        delivered = _delivered(canvas, random)
        return torch.from_numpy(np.array(delivered)).permute(2, 0, 1).contiguous()

    def _background(self, random: np.random.Generator) -> Image.Image:
        if not self.scenes or random.random() < 0.1:
            return Image.new("RGB", (self.size, self.size), tuple(int(value) for value in random.integers(0, 256, 3)))
        picture = _opened(self.scenes, random)
        part = min(picture.size) * math.sqrt(random.uniform(0.1, 1.0))
        left, top = (random.uniform(0, length - part) for length in picture.size)
        canvas = picture.resize((self.size, self.size), _BILINEAR, box=(left, top, left + part, top + part))
        if random.random() < 0.3:  # the black rest of a letterboxed picture
            bar = round(self.size * random.uniform(0.3, 0.95))
            black = Image.new("RGB", canvas.size)
            size = (self.size, bar) if random.random() < 0.7 else (bar, self.size)
            black.paste(picture.resize(size, _BILINEAR), (0, 0))
            canvas = black
        return _mirrored(canvas, random)

    def _zoomed_out(self, random: np.random.Generator) -> Image.Image:
        """Return a face picture in the middle of black, as the search looks at a whole picture from afar."""
        canvas = Image.new("RGB", (self.size, self.size))
        side = round(self.size * random.uniform(0.5, 0.8))
        picture = _mirrored(_opened(self.faces, random), random)
        part = picture.width * random.uniform(0.6, 1.0)
        left, top = (random.uniform(0, length - part) for length in picture.size)
        canvas.paste(picture.resize((side, side), _BILINEAR, box=(left, top, left + part, top + part)), ((self.size - side) // 2,) * 2)
        return canvas

    def _sides(self, random: np.random.Generator) -> list[float]:
        unit = self.size / 256
        low, high = (math.log(side * unit) for side in _SIDES)
        count = int(random.choice([1, 2, 3, 6], p=[0.5, 0.2, 0.15, 0.15]))
        high = min(high, math.log(self.size * (1.2 if count == 1 else 1.6 / math.sqrt(count))))
        return sorted((math.exp(random.uniform(low, high)) for _ in range(count)), reverse=True)

    def _paste(self, canvas: Image.Image, side: float, random: np.random.Generator) -> None:
        picture = _mirrored(_opened(self.faces, random), random)
        margin = random.uniform(0, 0.12) * picture.width
        size = (max(8, round(side * math.exp(random.normal(0, 0.06)))), max(8, round(side)))
        face = picture.resize(size, _BILINEAR, box=(margin, margin, picture.width - margin, picture.height - margin))
        mask = None
        if random.random() < 0.4:
            face = face.rotate(random.uniform(-25, 25), Image.Resampling.BILINEAR)
            mask = _oval(size)
        elif random.random() < 0.3:
            mask = _oval(size)
        places = [round(random.uniform(-0.3 * length, self.size - 0.7 * length)) for length in size]
        canvas.paste(face, (places[0], places[1]), mask)

    def __len__(self) -> int:
        return 2**31


class Range:
    """A sampler over the indices from ``start`` to ``stop``, so that a resumed run goes on where it ended."""

    def __init__(self, start: int, stop: int) -> None:
        self._range = range(start, stop)

    def __iter__(self) -> Iterator[int]:
        return iter(self._range)

    def __len__(self) -> int:
        return len(self._range)


def _opened(paths: Sequence[Path], random: np.random.Generator) -> Image.Image:
    with Image.open(paths[int(random.integers(len(paths)))]) as picture:
        return picture.convert("RGB")


def _mirrored(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if random.random() < 0.5 else picture


def _oval(size: tuple[int, int]) -> Image.Image:
    """Return a mask that fades out towards the corners."""
    x, y = (np.linspace(-1, 1, length, dtype=np.float32) for length in size)
    distance = np.sqrt(x[None, :] ** 2 + y[:, None] ** 2)
    return Image.fromarray((np.clip((1.1 - distance) / 0.2, 0, 1) * 255).astype(np.uint8))


def _delivered(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """Change light, colour, sharpness and compression, each at times."""
    if random.random() < 0.6:
        picture = ImageEnhance.Brightness(picture).enhance(math.exp(random.normal(0, 0.35)))
    if random.random() < 0.4:
        picture = ImageEnhance.Contrast(picture).enhance(math.exp(random.normal(0, 0.3)))
    if random.random() < 0.3:
        picture = ImageEnhance.Color(picture).enhance(random.uniform(0, 1.6))
    if random.random() < 0.2:
        picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 1.8)))
    if random.random() < 0.15:
        noise = random.normal(0, random.uniform(2, 14), (*picture.size[::-1], 3))
        picture = Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))
    if random.random() < 0.5:
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=int(random.integers(30, 96)))
        picture = Image.open(stream).convert("RGB")
    return picture
