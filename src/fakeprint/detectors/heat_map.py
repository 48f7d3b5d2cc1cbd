"""Patch logits of windows to one map over the picture, drawn over a small grey copy of it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.windows import Box

LONG_SIDE = 640
FULL_SCALE = 2.0
"""Logit at which the colour is full; the scale is fixed, so that maps of different files compare."""
_TOWARDS = np.array([230.0, 120.0, 20.0])
_AWAY = np.array([40.0, 110.0, 190.0])


def patch_map(boxes: tuple[Box, ...], patches: NDArray[np.float32], width: int, height: int, scale: float) -> NDArray[np.float32]:
    """Average the patch logits (N, h, w) of N windows on a canvas of ``scale`` times the picture's size.

    Returns (H', W') float32; NaN where no window looked.
    """
    canvas = np.zeros((max(1, round(height * scale)), max(1, round(width * scale))), np.float32)
    count = np.zeros_like(canvas)
    for (left, top, right, bottom), values in zip(boxes, patches, strict=True):
        x0, y0 = int(left * scale), int(top * scale)
        x1, y1 = max(x0 + 1, round(right * scale)), max(y0 + 1, round(bottom * scale))
        drawn = Image.fromarray(values.astype(np.float32)).resize((x1 - x0, y1 - y0), Image.Resampling.BILINEAR)
        part = np.asarray(drawn)[: canvas.shape[0] - y0, : canvas.shape[1] - x0]
        canvas[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]] += part
        count[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]] += 1
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, canvas / count, np.nan).astype(np.float32)


def overlay(rgb: NDArray[np.uint8], boxes: tuple[Box, ...], patches: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return (H', W', 3) uint8: the picture in grey, orange where patches speak for label 1, blue where against, grey where unread."""
    height, width = rgb.shape[:2]
    scale = min(1.0, LONG_SIDE / max(height, width))
    logits = patch_map(boxes, patches, width, height, scale)
    grey = Image.fromarray(rgb).convert("L").resize(logits.shape[::-1], Image.Resampling.BOX)
    base = np.repeat(np.asarray(grey, np.float32)[..., None], 3, axis=-1)
    weight = np.clip(np.abs(np.nan_to_num(logits)) / FULL_SCALE, 0, 1)[..., None] * 0.75
    colour = np.where(np.nan_to_num(logits)[..., None] > 0, _TOWARDS, _AWAY)
    return np.rint(base * (1 - weight) + colour * weight).astype(np.uint8)
