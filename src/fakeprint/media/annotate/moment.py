"""What is to be seen at one moment: faces between two frames that were looked at move evenly from one place to the next."""

from bisect import bisect_right
from dataclasses import dataclass, replace

from fakeprint.media.annotate.plan import Box, FacePath, Plan

SAME_TIME = 1e-5
"""Times of one frame may differ by this many seconds, because reports round them."""


@dataclass(frozen=True)
class ShownFace:
    """One face at a moment: ``number`` is its path's position in the plan.

    ``scores`` are those of this frame, or of the one at ``since`` seconds, the latest before it on which the face was read.
    """

    number: int
    name: str
    box: Box
    scores: tuple[float | None, ...]
    since: float | None = None


@dataclass(frozen=True)
class Moment:
    """What is drawn on one frame; ``looked_at`` says whether detectors read this very frame."""

    time_s: float
    looked_at: bool
    faces: tuple[ShownFace, ...]

    def scaled(self, x: float, y: float) -> "Moment":
        """Return the moment for a frame that is drawn at another size."""
        if (x, y) == (1.0, 1.0):
            return self
        boxes = [(x * left, y * top, x * right, y * bottom) for left, top, right, bottom in (face.box for face in self.faces)]
        return replace(self, faces=tuple(replace(face, box=box) for face, box in zip(self.faces, boxes, strict=True)))


class Moments:
    """The moments of one plan.

    A face is shown between two of its points only if no frame between them was looked at without finding it, and never before its first
    or after its last point.
    """

    def __init__(self, plan: Plan) -> None:
        self._looked_at = plan.looked_at
        self._paths = [(path, [face.time_s for face in path.faces]) for path in plan.paths]

    def at(self, time_s: float) -> Moment:
        """Return what is to be seen ``time_s`` seconds after the first time stamp."""
        last = self._last_looked(time_s)
        faces = [self._face(number, path, times, time_s) for number, (path, times) in enumerate(self._paths)]
        exact = last >= 0 and time_s - self._looked_at[last] <= SAME_TIME
        return Moment(time_s, exact, tuple(face for face in faces if face is not None))

    def whole(self) -> Moment:
        """Return the only moment of an image."""
        faces = [self._face(number, path, times, times[0]) for number, (path, times) in enumerate(self._paths)]
        return Moment(0.0, True, tuple(face for face in faces if face is not None))

    def _last_looked(self, time_s: float) -> int:
        return bisect_right(self._looked_at, time_s + SAME_TIME) - 1

    def _face(self, number: int, path: FacePath, times: list[float], time_s: float) -> ShownFace | None:
        before = bisect_right(times, time_s + SAME_TIME) - 1
        if before < 0:
            return None
        seen = path.faces[before]
        if time_s - seen.time_s <= SAME_TIME:
            return ShownFace(number, path.name, seen.box, seen.scores)
        if before + 1 == len(times) or self._last_looked(time_s) != self._last_looked(seen.time_s):
            return None
        after = path.faces[before + 1]
        if self._last_looked(after.time_s) != self._last_looked(seen.time_s) + 1:
            return None
        share = (time_s - seen.time_s) / (after.time_s - seen.time_s)
        left, top, right, bottom = ((1 - share) * a + share * b for a, b in zip(seen.box, after.box, strict=True))
        return ShownFace(number, path.name, (left, top, right, bottom), seen.scores, seen.time_s)
