"""Our own picture: a box in the track's colour, raw logits, and whether this very frame was looked at (specs: reliability 12)."""

from fakeprint.media.annotate.canvas import Canvas, outline
from fakeprint.media.annotate.lettering import GREY, WHITE, Colour, Line, Patch, panel
from fakeprint.media.annotate.moment import Moment, ShownFace
from fakeprint.media.annotate.plan import Plan

PALETTE: tuple[Colour, ...] = ((86, 180, 233), (230, 159, 0), (204, 121, 167), (240, 228, 66), (213, 94, 0), (153, 153, 255))
"""Colours of tracks, which stand for nothing but the track; all six can be told apart by colour-blind readers."""

_HELD = 0.55


class OwnStyle:
    """Draws frames of one plan."""

    def __init__(self, plan: Plan, *, still: bool = False) -> None:
        self._plan = plan
        self._still = still

    def draw(self, canvas: Canvas, moment: Moment) -> None:
        """Draw one frame, or the picture where it is a still one."""
        size = min(40, max(11, round(min(canvas.width, canvas.height) / 32)))
        for face in moment.faces:
            self._face(canvas, face, size)
        footer = panel(self._footer(moment), size)
        canvas.paint(footer, 0, canvas.height - footer.height)

    def _face(self, canvas: Canvas, face: ShownFace, size: int) -> None:
        colour = PALETTE[face.number % len(PALETTE)]
        held = face.since is not None
        thickness = max(2, min(canvas.width, canvas.height) // 240 * 2)
        outline(canvas, face.box, colour, thickness, _HELD if held else 1.0)
        _place(canvas, panel((Line(face.name, colour), *self._scores(face)), size, 130 if held else 190), face, thickness)

    def _scores(self, face: ShownFace) -> list[Line]:
        text = WHITE if face.since is None else GREY
        lines = [Line(f"{name}: {_logit(score)}", text) for name, score in zip(self._plan.models, face.scores, strict=True)]
        known = [score for score in face.scores if score is not None]
        if len(known) > 1:
            lines.append(Line(f"mean of {len(known)}: {_logit(sum(known) / len(known))}", text))
        if face.since is not None:
            lines.append(Line(f"read at {face.since:.2f} s", text))
        return lines

    def _footer(self, moment: Moment) -> tuple[Line, ...]:
        headline = [Line(self._plan.headline)] if self._plan.headline else []
        if self._still:
            return (*headline, *([] if moment.faces else [Line("No usable face was found")]))
        state = "this frame was looked at" if moment.looked_at else "not looked at; boxes lie between frames that were"
        if not moment.faces:
            state = "looked at; no usable face" if moment.looked_at else "not looked at"
        if not self._plan.paths:
            headline.append(Line(f"No usable face; frames looked at: {len(self._plan.looked_at)}"))
        return (*headline, Line(f"{moment.time_s:.2f} s: {state}", WHITE if moment.looked_at else GREY))


def _logit(score: float | None) -> str:
    return "not read" if score is None else f"logit {score:+.2f}"


def _place(canvas: Canvas, label: Patch, face: ShownFace, gap: int) -> None:
    """Put the label above the box, below it where there is no room, and inside the picture in any case."""
    left, top, _, bottom = (round(side) for side in face.box)
    y = top - label.height - gap
    if y < 0:
        y = min(bottom + gap, canvas.height - label.height)
    canvas.paint(label, max(0, min(left, canvas.width - label.width)), max(0, y))
