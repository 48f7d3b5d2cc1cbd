"""The region of a face that is exchanged: the hull of its keypoints, grown, bent, eroded or dilated, and softened (specs: field 4.1)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from fakeprint.core.errors import UsageError

Points = NDArray[np.float64]
"""(N, 2) x, y in pixels."""

OUTLINE = 96
"""Points by which the outline is bent."""

_GRID = 6


@dataclass(frozen=True)
class FaceMask:
    """Shape of a face mask, in units of the face so that a small and a large face are treated alike.

    ``forehead`` and ``chin`` say how far the hull reaches above the eyes and below the mouth, in distances from eyes to mouth;
    ``grow`` scales it about its centre.  ``bend`` moves the outline by a smooth random field drawn from ``seed``; ``soften`` and
    ``feather`` are the radii of two Gaussian blurs; all three are in face sizes.  Between the blurs the mask is cut at ``level`` of
    its maximum: above 0.5 erodes, below dilates.
    """

    forehead: float
    chin: float
    grow: float
    bend: float
    soften: float
    level: float
    feather: float
    seed: int

    def __post_init__(self) -> None:
        numbers = (self.forehead, self.chin, self.grow, self.bend, self.soften, self.feather)
        if not all(0 <= one <= 4 for one in numbers) or self.grow == 0:
            raise UsageError(f"sizes of a face mask lie in 0 to 4, grow above 0; got {numbers}")
        if not 0 < self.level < 1:
            raise UsageError(f"level lies between 0 and 1; got {self.level}")

    def outline(self, keypoints: NDArray[np.float32]) -> Points:
        """Return the bent outline (OUTLINE, 2) around six keypoints (6, 2)."""
        hull = _hull(self._extended(keypoints.astype(np.float64)))
        centre = hull.mean(0)
        walked = _walk(centre + self.grow * (hull - centre), OUTLINE)
        return walked + self.bend * face_size(keypoints) * self._field(walked)

    def raster(self, outline: Points, width: int, height: int, size: float) -> NDArray[np.float32]:
        """Return the mask (height, width) float32, its maximum 1, of an outline around a face of ``size`` pixels.

        Raises:
            UsageError: the outline lies outside the picture.
        """
        image = Image.new("L", (width, height))
        ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in outline], fill=255)
        soft = image.filter(ImageFilter.GaussianBlur(self.soften * size))
        top = soft.getextrema()[1]
        if not isinstance(top, int) or top < 8:
            raise UsageError("the face lies outside the picture, or is too small for this mask")
        cut = soft.point([0 if value < self.level * top else 255 for value in range(256)])
        final = np.asarray(cut.filter(ImageFilter.GaussianBlur(self.feather * size)), np.float32)
        return final / max(float(final.max()), 1.0)

    def _extended(self, keypoints: Points) -> Points:
        """Return the keypoints with brows, jaw and chin, which the six do not reach."""
        eyes, mouth, ears = keypoints[:2], keypoints[3], keypoints[4:6]
        down = mouth - eyes.mean(0)
        jaw = ears + 0.9 * down
        jaw += 0.2 * (mouth + self.chin * down - jaw)
        brows = eyes - self.forehead * down
        return np.concatenate([keypoints, brows, jaw, (mouth + self.chin * down)[None]])

    def _field(self, points: Points) -> Points:
        """Return a smooth random displacement (N, 2) at points (N, 2): a coarse grid of normal draws, interpolated cosine-wise."""
        grid = np.random.default_rng(self.seed).standard_normal((_GRID, _GRID, 2))
        low, high = points.min(0), points.max(0)
        place = (points - low) / np.maximum(high - low, 1e-9) * (_GRID - 1)
        cell = np.minimum(place.astype(int), _GRID - 2)
        part = (1 - np.cos(np.pi * (place - cell))) / 2
        (column, row), (x, y) = cell.T, part.T[:, :, None]
        upper = grid[row, column] * (1 - x) + grid[row, column + 1] * x
        lower = grid[row + 1, column] * (1 - x) + grid[row + 1, column + 1] * x
        field: Points = upper * (1 - y) + lower * y
        return field


def face_size(keypoints: NDArray[np.float32]) -> float:
    """Return the size of a face in pixels: the larger of its width between the ears and twice the way from the eyes to the mouth.

    Raises:
        UsageError: fewer or more than six points, not finite, or all in one place.
    """
    if keypoints.shape != (6, 2) or not np.isfinite(keypoints).all():
        raise UsageError(f"a face has six finite keypoints; got an array of shape {keypoints.shape}")
    across = float(np.ptp(keypoints[:, 0]))
    down = float(np.linalg.norm(keypoints[3] - keypoints[:2].mean(0)))
    size = max(across, 2 * down)
    if not 4 <= size <= 1e6:
        raise UsageError(f"keypoints span {size:.1f} pixels, which is no face")
    return size


def _hull(points: Points) -> Points:
    """Return the convex hull in order (monotone chain).

    >>> _hull(np.array([[0.0, 0], [2, 0], [1, 1], [2, 2], [0, 2]])).tolist()
    [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]
    """
    ordered = sorted(map(tuple, points))
    chains = []
    for way in (ordered, ordered[::-1]):
        chain: list[tuple[float, ...]] = []
        for point in way:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        chains.append(chain[:-1])
    return np.array(chains[0] + chains[1])


def _turn(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _walk(corners: Points, count: int) -> Points:
    """Return ``count`` evenly spaced points along a closed outline."""
    closed = np.concatenate([corners, corners[:1]])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0.0, length[-1], count, endpoint=False)
    return np.stack([np.interp(at, length, closed[:, 0]), np.interp(at, length, closed[:, 1])], 1)
