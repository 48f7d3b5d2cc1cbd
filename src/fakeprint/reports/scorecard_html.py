"""The scorecard as one self-contained page: no network, no script, the same look as the reports."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from jinja2 import Environment

from fakeprint.core.sanitise import map_text, plain
from fakeprint.core.scorecard import ConditionCard, MetricValue, Scorecard, Slice
from fakeprint.reports.page import asset, environment
from fakeprint.reports.scorecard_rows import (
    attribution_rows,
    attribution_sentence,
    audit_words,
    counts_row,
    metrics_of,
    number,
    slice_name,
    slices_by_kind,
    title,
    value_in,
)

_LEFT, _WIDTH, _ROW = 190, 640, 24
_NAME_CHARS = 28


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis, in drawing units."""

    at: float
    text: str


@dataclass(frozen=True)
class ForestRow:
    """One line of a forest chart in drawing units; ``format`` is the format audit's place."""

    name: str
    y: float
    at: float
    low: float | None
    high: float | None
    format: float | None


@dataclass(frozen=True)
class Forest:
    """Values with intervals on one common axis."""

    title: str
    caption: str
    left: int
    width: int
    height: int
    ticks: tuple[Tick, ...]
    rows: tuple[ForestRow, ...]


@dataclass(frozen=True)
class Square:
    """A curve in a square."""

    title: str
    caption: str
    below: str
    ticks: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    points: str
    dots: tuple[tuple[float, float], ...]
    diagonal: bool


def scorecard_html(scorecard: Scorecard) -> bytes:
    """Return the page."""
    scorecard = map_text(scorecard, lambda text: plain(text, lines=True))
    style = asset("page.css", "scorecard.css")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    counted = [counts_row(card) for card in scorecard.conditions]
    page = _environment().get_template("scorecard.html.j2")
    return page.render(
        card=scorecard,
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        warnings=_warnings(scorecard),
        overview=_overview(scorecard),
        counts=[(name, [row[name] for row in counted]) for name in counted[0]],
        metrics=metrics_of(scorecard),
    ).encode()


def _warnings(scorecard: Scorecard) -> list[str]:
    return [
        f"{card.condition}: {audit_words(card)}" for card in scorecard.conditions if card.audit is not None and card.audit.verdict == "warn"
    ]


def _overview(scorecard: Scorecard) -> Forest | None:
    rows = [(card.condition, value_in(card, "auroc"), card.audit.auroc.value if card.audit else None) for card in scorecard.conditions]
    diamond = " Diamonds: the format audit, which sees no pixels." if any(place is not None for _, _, place in rows) else ""
    return forest(rows, "AUROC under each condition", f"Bars: 95 % intervals.{diamond}")


def slice_chart(parts: Sequence[Slice]) -> Forest | None:
    """Return the AUROC of slices as a chart, None with fewer than two."""
    rows = [(f"{part.name} ({part.n:,})", next((one for one in part.values if one.metric == "auroc"), None), None) for part in parts]
    return forest(rows, "AUROC", "Bars: 95 % intervals; in brackets: rows.") if len(rows) > 1 else None


def forest(rows: Sequence[tuple[str, MetricValue | None, float | None]], title: str, caption: str) -> Forest | None:
    """Lay out values in 0 to 1; the axis starts at 0.4 where all of them allow it."""
    shown = [(name, value, place) for name, value, place in rows if value is not None and value.value is not None]
    if not shown:
        return None
    ends = [end for _, value, place in shown for end in (value.value, value.low, place) if end is not None]
    start = 0.4 if min(ends) >= 0.4 else 0.0

    def at(value: float) -> float:
        return round(_LEFT + (value - start) / (1 - start) * (_WIDTH - _LEFT - 20), 1)

    laid = tuple(
        ForestRow(
            name=name if len(name) <= _NAME_CHARS else name[: _NAME_CHARS - 1] + "…",
            y=18 + _ROW * place,
            at=at(value.value or 0.0),
            low=at(value.low) if value.low is not None else None,
            high=at(value.high) if value.high is not None else None,
            format=at(other) if other is not None else None,
        )
        for place, (name, value, other) in enumerate(shown)
    )
    steps = [step / 10 for step in range(round(start * 10), 11, 1 if start else 2)]
    ticks = tuple(Tick(at(step), f"{step:.1f}") for step in steps)
    return Forest(title, caption, _LEFT, _WIDTH, 18 + _ROW * len(laid) + 22, ticks, laid)


def plots_of(card: ConditionCard) -> list[Square]:
    """Return reliability diagram and risk-coverage curve where there are rows for them."""
    found = []
    if card.reliability:
        pairs = [(one.stated, one.observed) for one in card.reliability]
        found.append(_square("Reliability", "Observed share of label 1 in bins of like mass.", "stated probability of label 1", pairs, 1.0))
    if card.risk_coverage:
        top = max((0.05, *(risk for _, risk in card.risk_coverage)))
        found.append(
            _square("Risk against coverage", "Error rate on the most confident rows.", "share of rows decided", card.risk_coverage, top)
        )
    return found


def _square(title: str, caption: str, below: str, pairs: Sequence[tuple[float, float]], top: float) -> Square:
    places = [(round(50 + 240 * x, 1), round(220 - 210 * min(y / top, 1.0), 1)) for x, y in pairs]
    steps = [step / 4 for step in range(5)]
    return Square(
        title=title,
        caption=caption,
        below=below,
        ticks=tuple(Tick(50 + 240 * step, f"{step:.2g}") for step in steps),
        levels=tuple(Tick(220 - 210 * step, f"{step * top:.2g}") for step in steps),
        points=" ".join(f"{x},{y}" for x, y in places),
        dots=tuple(places) if top == 1.0 else (),
        diagonal=top == 1.0,
    )


def _environment() -> Environment:
    return environment(
        number=number,
        title=title,
        value_in=value_in,
        attribution_rows=attribution_rows,
        attribution_sentence=attribution_sentence,
        audit_words=audit_words,
        slices_by_kind=slices_by_kind,
        slice_name=slice_name,
        slice_chart=slice_chart,
        plots_of=plots_of,
    )
