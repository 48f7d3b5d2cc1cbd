"""Self-blended faces: a face whose inner part was replaced by a slightly changed copy of itself (specs: field 4.1).

What is left to learn is the blending, not the method of any one face swapper.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from fakeprint.transforms.transform import Pixels

_KERNELS = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.BOX)


def self_blend(face: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a blended copy of a square face crop (S, S, 3) uint8 whose face is roughly centred."""
    changed = _changed(face, rng)
    target, source = (changed, face) if rng.random() < 0.3 else (face, changed)
    moved = _moved(source, rng).astype(np.float32)
    mask = _mask(face.shape[0], rng)[:, :, None] * float(rng.choice((0.5, 0.75, 1.0, 1.0, 1.0)))
    blended = moved * mask + target.astype(np.float32) * (1.0 - mask)
    result: Pixels = np.clip(np.rint(blended), 0, 255).astype(np.uint8)
    return result


def _changed(face: Pixels, rng: np.random.Generator) -> Pixels:
    """Change colour always, and sharpness most of the time."""
    values = (face.astype(np.float32) + rng.uniform(-15, 15, 3) - 128) * rng.uniform(0.88, 1.12) + 128 + rng.uniform(-12, 12)
    image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    size = face.shape[0]
    if rng.random() < 0.6:
        small = max(8, int(size * rng.uniform(0.35, 0.9)))
        image = image.resize((small, small), _KERNELS[rng.integers(4)]).resize((size, size), _KERNELS[rng.integers(3)])
    elif rng.random() < 0.5:
        image = image.filter(ImageFilter.UnsharpMask(2, int(rng.uniform(40, 120)), 0))
    return np.array(image)


def _moved(face: Pixels, rng: np.random.Generator) -> Pixels:
    """Scale by up to 4 % and shift by up to 3 % of the side."""
    size = face.shape[0]
    scale = rng.uniform(0.96, 1.04)
    across, down = rng.uniform(-0.03, 0.03, 2) * size
    centre = size / 2
    matrix = (1 / scale, 0, centre - centre / scale + across, 0, 1 / scale, centre - centre / scale + down)
    return np.array(Image.fromarray(face).transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR))


def _mask(size: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw a soft, wobbly ellipse around the middle of the face, (S, S) in [0, 1]."""
    rows, columns = np.mgrid[:size, :size] / size - 0.5
    x, y = rng.uniform(-0.04, 0.04), rng.uniform(-0.02, 0.08)
    wide, tall = rng.uniform(0.2, 0.33), rng.uniform(0.24, 0.4)
    angle = np.arctan2((rows - y) / tall, (columns - x) / wide)
    radius = np.hypot((columns - x) / wide, (rows - y) / tall)
    wobble = np.sum([rng.uniform(-0.08, 0.08) * np.cos(k * angle + rng.uniform(0, 2 * np.pi)) for k in range(1, 6)], axis=0)
    inside = radius < 1 + wobble
    if rng.random() < 0.25:
        inside &= rows > y - rng.uniform(0, 0.15)
    soft = _blurred(inside.astype(np.float32), rng.uniform(1, 9))
    if rng.random() < 0.5:
        soft = _blurred(np.clip(soft * 2 - 1, 0, 1).astype(np.float32), rng.uniform(1, 5))
    return soft


def _blurred(mask: NDArray[np.float32], radius: float) -> NDArray[np.float32]:
    image = Image.fromarray((mask * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(image, np.float32) / np.float32(255)
