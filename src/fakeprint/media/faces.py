"""Faces in pictures, and the one rule by which they are cut out, in training and in use alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.card import FaceSpec
from fakeprint.media.point_sampling import sample_bilinear

KEYPOINTS = ("right eye", "left eye", "nose", "mouth", "right ear", "left ear")
"""Names of the rows of ``Face.keypoints``; right and left are the subject's own."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Face:
    """One detected face.

    ``box`` is ``xyxy`` in source pixels, from the brow to the chin; it can reach over the picture's edge, which keeps it centred on
    the face.  ``score`` lies in [0, 1] and says how sure the detector is that this is a face, nothing else.  ``keypoints`` is
    (6, 2) float32 x, y in source pixels, in the order of :data:`KEYPOINTS`; (4, 2) from a detector that gives no ears.
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
    points = row[4:16].reshape(6, 2)
    return Face((left, top, right, bottom), float(row[16]), points[np.isfinite(points).all(axis=1)])


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

    The rectangle of :func:`crop_box` is cut at native resolution, edge pixels are repeated outside the picture, and it is brought to
    size by :func:`fit_face`.  Whether the face is large enough for ``spec`` is :func:`large_enough`.
    """
    height, width = rgb.shape[:2]
    left, top, right, bottom = crop_box(face, spec, width, height)
    if left >= 0 and top >= 0 and right <= width and bottom <= height:
        cut = rgb[top:bottom, left:right]
    else:
        columns = np.clip(np.arange(left, right), 0, width - 1)
        rows = np.clip(np.arange(top, bottom), 0, height - 1)
        cut = rgb[rows[:, None], columns[None, :]]
    return fit_face(np.ascontiguousarray(cut), spec)


def crop_box(face: Face, spec: FaceSpec, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the ``xyxy`` rectangle around a face in a picture of that size: whole pixels, at least one.

    Only ``margin: square`` may reach over the picture's edge.

    >>> one = Face((100.0, 100.0, 200.0, 200.0), 0.9, np.zeros((6, 2), np.float32))
    >>> [crop_box(one, FaceSpec(size=224, scale=1.0, min_side=1, margin=name), 230, 500) for name in ("square", "dfspot", "dfspot-square")]
    [(100, 100, 200, 200), (80, 60, 220, 220), (70, 60, 230, 220)]
    """
    if spec.margin == "square":
        left, top, side = crop_square(face, spec.scale)
        return left, top, left + side, top + side
    x0, y0, x1, y1 = dfspot_margin(face.box, width, height)
    if spec.margin == "dfspot-square":
        side = int(max(x1 - x0, y1 - y0))
        x0, y0 = max(0.0, (x0 + x1 - side) / 2), max(0.0, (y0 + y1 - side) / 2)
        x1, y1 = min(float(width), x0 + side), min(float(height), y0 + side)
    left, top = min(int(x0), width - 1), min(int(y0), height - 1)
    return left, top, max(left + 1, int(x1)), max(top + 1, int(y1))


def fit_face(cut: NDArray[np.uint8], spec: FaceSpec) -> NDArray[np.uint8]:
    """Bring a (H, W, 3) uint8 cut to (size, size, 3) by the rule of ``spec.resize``.

    >>> fit_face(np.full((10, 20, 3), 9, np.uint8), FaceSpec(size=40, scale=1.0, min_side=1, resize="tight"))[:, 0, 0].tolist().count(9)
    20
    """
    size = spec.size
    if spec.resize == "stretch":
        if cut.shape[:2] == (size, size):
            return cut
        return np.asarray(Image.fromarray(cut).resize((size, size), Image.Resampling.BILINEAR))
    if spec.resize == "scale":
        return sample_bilinear(_padded(cut, size), size, size)
    factor = size / max(cut.shape[:2])
    return _padded(sample_bilinear(cut, max(1, round(cut.shape[1] * factor)), max(1, round(cut.shape[0] * factor))), size)


def _padded(cut: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Put black around until both sides are at least ``side``; an odd pixel goes to the right and the bottom."""
    missing = [max(0, side - length) for length in cut.shape[:2]]
    return np.pad(cut, [*((one // 2, one - one // 2) for one in missing), (0, 0)])


def large_enough(face: Face, spec: FaceSpec) -> bool:
    """Tell whether the crop of this face is at least ``spec.min_side`` pixels wide, and the finder sure enough of it.

    With one of DFSpot's margins the face itself must be as wide, whatever the picture's edge leaves of the margin.
    """
    side = crop_square(face, spec.scale)[2] if spec.margin == "square" else face.side
    return face.score >= spec.min_score and side >= spec.min_side


def dfspot_margin(box: Box, width: int, height: int) -> Box:
    """Return the box with the margin of the DFSpot family, held within a picture of that size (specs: dfspot 6).

    >>> dfspot_margin((100.0, 100.0, 200.0, 200.0), 215, 500)
    (80.0, 60.0, 215.0, 220.0)
    """
    left, top, right, bottom = box
    margin = round(0.2 * (bottom - top))
    return max(0.0, left - margin), max(0.0, top - 2 * margin), min(float(width), right + margin), min(float(height), bottom + margin)
