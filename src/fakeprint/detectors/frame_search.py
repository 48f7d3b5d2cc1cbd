"""Faces in successive frames of a video, without looking everywhere in each of them."""

import numpy as np
from numpy.typing import NDArray

from fakeprint.detectors.face_finder import FaceFinder
from fakeprint.media.face_boxes import iou
from fakeprint.media.face_tiles import Tile
from fakeprint.media.faces import Face

EVERYWHERE_EACH_S = 2.0
EVERYWHERE_EACH = 8
"""A face that turns up between two full searches, too small to be seen in the whole frame, is found so many seconds or frames later."""
MOST_FACES = 32
"""Faces of one frame that are followed, the surest ones."""
_FEW = 6
_AROUND = 4.0
_SAME = 0.2


class FrameSearch:
    """Finds the faces of frames that are given in order of time; one search for one video.

    The first frame, one every two seconds or eight frames, and every frame in which a face of the frame before is not found again are
    searched as the finder's policy says.  The others are looked at once as a whole and once around each known face,
    which takes a fraction of the tiles that ``pyramid`` has; where that would be many, and by other policies, every frame is searched.
    """

    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder
        self._searched_s = 0.0
        self._left = 0
        self._known: tuple[Face, ...] = ()

    def find(self, rgb: NDArray[np.uint8], time_s: float) -> tuple[Face, ...]:
        """Return the faces of (H, W, 3) uint8 RGB pixels, the surest first, at most :data:`MOST_FACES`."""
        found = self._near(rgb) if self._left > 0 and 0 <= time_s - self._searched_s < EVERYWHERE_EACH_S else None
        self._left -= 1
        if found is None:
            found = self._finder.find(rgb)
            short = self._finder.policy == "pyramid" and len(found) <= _FEW
            self._searched_s, self._left = time_s, EVERYWHERE_EACH - 1 if short else 0
        self._known = found[:MOST_FACES]
        return self._known

    def _near(self, rgb: NDArray[np.uint8]) -> tuple[Face, ...] | None:
        """Look where faces are expected; None where one of them is not found again."""
        height, width = rgb.shape[:2]
        whole = Tile(0, 0, width, height)
        found = self._finder.look(rgb, (whole, *(around(one) for one in self._known)))
        boxes = np.array([one.box for one in found]).reshape(-1, 4)
        kept = all((iou(np.array(one.box), boxes) > _SAME).any() for one in self._known)
        return found if kept else None


def around(face: Face) -> Tile:
    """Return the square around a face, four times as wide; it may reach over the picture's edges, into black."""
    left, top, right, bottom = face.box
    side = max(1, round(_AROUND * face.side))
    return Tile(round((left + right - side) / 2), round((top + bottom - side) / 2), side, side)
