"""The picture of DFSpot, for those who compare with it: its words, places and colours (specs: dfspot 11).

Places and sizes are the original's; the letters are those of Pillow's font at the height of the original's.  Unlike the original, each
frame shows its own scores, and a frame without a face says so instead of keeping the box of an earlier one.
"""

import math
from collections.abc import Mapping

from fakeprint.core.aggregation import sigmoid
from fakeprint.core.score_ensemble import ensemble
from fakeprint.media.annotate.canvas import Canvas, outline
from fakeprint.media.annotate.lettering import Colour, bare_text
from fakeprint.media.annotate.moment import Moment, ShownFace
from fakeprint.media.annotate.plan import Plan
from fakeprint.media.faces import dfspot_margin

RED: Colour = (255, 0, 0)
GREEN: Colour = (0, 255, 0)
_POINTS = 30
"""Size of Pillow's font whose capitals are as high as those of the original's at scale 1."""


class DfspotStyle:
    """Draws frames of one plan and counts them, so each frame must be drawn once and in order."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.manipulated = 0
        self.others = 0

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw one frame."""
        face = compared_face(moment)
        scores: Mapping[str, float | None] = dict.fromkeys(self._plan.models)
        if face is not None:
            logits = zip(self._plan.models, face.scores, strict=True)
            scores = {name: None if logit is None else sigmoid(logit) for name, logit in logits}
        score = ensemble(scores).score
        if face is not None and score is not None:
            self._face(canvas, face, score)
        else:
            _write(canvas, "No Face" if moment.looked_at else "Not scored", canvas.width // 2 + canvas.width // 6, canvas.height // 2, RED)
        self._counts(canvas)
        self._columns(canvas, scores)

    def _face(self, canvas: Canvas, face: ShownFace, score: float) -> None:
        over = score >= self._plan.threshold
        self.manipulated += over
        self.others += not over
        colour = RED if over else GREEN
        box = dfspot_margin(face.box, canvas.width, canvas.height)
        outline(canvas, box, colour, 2)
        left, top = int(box[0]), int(box[1])
        y = top - 15 if top - 15 > 15 else top + 15
        _write(canvas, f"{'Fake' if over else 'Real'}:{truncated(score)}", left, y, colour)

    def _counts(self, canvas: Canvas) -> None:
        half_width, half_height = canvas.width // 2, canvas.height // 2
        x = half_width + canvas.width // 6
        _write(canvas, f"Fake Frames {self.manipulated}", x, half_height + canvas.height // 8, RED)
        _write(canvas, f"Real Frames {self.others}", x, half_height + canvas.height // 15, GREEN)

    def _columns(self, canvas: Canvas, scores: Mapping[str, float | None]) -> None:
        """Write names and scores; names longer than the original's push the scores to the right."""
        pitch = canvas.height // (len(scores) + 1) - 10
        widest = max((bare_text(name, _POINTS, GREEN, 1)[0].width for name in scores), default=0)
        column = max(130, 20 + widest + 15)
        _write(canvas, "Model", 20, pitch, GREEN, 1.0, 3)
        _write(canvas, "Score", column, pitch, GREEN, 1.0, 3)
        for row, (name, score) in enumerate(scores.items(), 2):
            _write(canvas, name, 20, row * pitch, GREEN, 1.0, 3)
            colour = RED if score is not None and score >= self._plan.threshold else GREEN
            _write(canvas, "-" if score is None else truncated(score), column, row * pitch, colour, 1.0, 3)


def compared_face(moment: Moment) -> ShownFace | None:
    """Return the one face of a frame that the original would score; evidence keeps no confidences, so it is the largest."""
    faces = [face for face in moment.faces if face.since is None]
    return max(faces, key=lambda face: (face.box[2] - face.box[0]) * (face.box[3] - face.box[1]), default=None)


def truncated(score: float) -> str:
    """Return a probability with four decimals, cut and not rounded; what the original could not print is 0.

    >>> truncated(0.85089), truncated(0.99999), truncated(0.00009), truncated(1.0)
    ('0.8508', '0.9999', '0', '1.0')
    """
    if score < 1e-4:
        return "0"
    return "1.0" if score >= 1 else f"{math.floor(score * 10_000 + 1e-9) / 10_000:.4f}"


def _write(canvas: Canvas, text: str, x: int, y: int, colour: Colour, scale: float = 0.75, thickness: int = 2) -> None:
    """Write one line whose baseline begins at (x, y)."""
    patch, baseline = bare_text(text, round(_POINTS * scale), colour, thickness // 2)
    canvas.paint(patch, x, y - baseline)
