"""Faces in pictures, and the one rule by which they are cut out, in training and in use alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.card import FaceSpec

KEYPOINTS = ("right eye", "left eye", "nose", "mouth", "right ear", "left ear")
"""Names of the rows of ``Face.keypoints``; right and left are the subject's own."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Face:
    """One detected face.

    ``box`` is ``xyxy`` in source pixels, from the brow to the chin; it can reach over the picture's edge, which keeps it centred on
    the face.  ``score`` lies in [0, 1] and says how sure the detector is that this is a face, nothing else.  ``keypoints`` is
    (6, 2) float32 x, y in source pixels, in the order of :data:`KEYPOINTS`.
    """

    box: Box
    score: float
    keypoints: NDArray[np.float32]

    @property
    def side(self) -> float:
        """The longer side of the box, in pixels."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


def face_of(row: NDArray[np.float32]) -> Face:
    """Return the face of one detection row of 17 numbers (see :mod:`fakeprint.media.face_boxes`)."""
    left, top, right, bottom = (float(number) for number in row[:4])
    return Face((left, top, right, bottom), float(row[16]), row[4:16].reshape(6, 2).copy())


def crop_square(face: Face, scale: float) -> tuple[int, int, int]:
    """Return left, top and side of the square around a face: integers, may reach over the picture's edge.

    The side is ``scale`` times the longer side of the box, at least 1, the square is centred on the box's centre, and each is
    rounded to the nearest integer (halves to even).

    >>> crop_square(Face((10.0, 20.0, 50.0, 70.0), 0.9, np.zeros((6, 2), np.float32)), 1.3)
    (-2, 12, 65)
    """
    left, top, right, bottom = face.box
    side = max(1, round(scale * face.side))
    return round((left + right) / 2 - side / 2), round((top + bottom) / 2 - side / 2), side


def crop_face(rgb: NDArray[np.uint8], face: Face, spec: FaceSpec) -> NDArray[np.uint8]:
    """Return the (size, size, 3) uint8 crop of a face out of (H, W, 3) uint8 RGB pixels.

    The square of :func:`crop_square` is cut at native resolution, edge pixels are repeated outside the picture, and it is resized
    once (Pillow BILINEAR, which averages when it shrinks).  Whether the face is large enough for ``spec`` is :func:`large_enough`.
    """
    left, top, side = crop_square(face, spec.scale)
    height, width = rgb.shape[:2]
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    if left >= 0 and top >= 0 and left + side <= width and top + side <= height:
        square = rgb[top : top + side, left : left + side]
    else:
        square = rgb[rows[:, None], columns[None, :]]
    if side == spec.size:
        return np.ascontiguousarray(square)
    return np.asarray(Image.fromarray(np.ascontiguousarray(square)).resize((spec.size, spec.size), Image.Resampling.BILINEAR))


def large_enough(face: Face, spec: FaceSpec) -> bool:
    """Tell whether the crop of this face is at least ``spec.min_side`` pixels wide, and the finder sure enough of it."""
    return face.score >= spec.min_score and crop_square(face, spec.scale)[2] >= spec.min_side


def dfspot_margin(box: Box, width: int, height: int) -> Box:
    """Return the box with the margin of the DFSpot family, held within a picture of that size (specs: dfspot 6).

    >>> dfspot_margin((100.0, 100.0, 200.0, 200.0), 215, 500)
    (80.0, 60.0, 215.0, 220.0)
    """
    left, top, right, bottom = box
    margin = round(0.2 * (bottom - top))
    return max(0.0, left - margin), max(0.0, top - 2 * margin), min(float(width), right + margin), min(float(height), bottom + margin)
