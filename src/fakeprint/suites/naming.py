"""How well the family is named: how often, how often rightly, and whether the model notices families that it does not know."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import FAMILIES_JOIN, NO_FAMILY, Card
from fakeprint.core.errors import UsageError
from fakeprint.core.prediction import Aligned
from fakeprint.core.scorecard import Attribution, MetricValue
from fakeprint.metrics import METRICS
from fakeprint.metrics.bootstrap import Resamples, interval
from fakeprint.suites.tables import value_of


@dataclass(frozen=True)
class _Named:
    """What the model says of N rows: its most probable class, how sure it is of it, whether it names it."""

    best: NDArray[np.int64]
    sureness: NDArray[np.float64]
    named: NDArray[np.bool_]


def attribution_of(aligned: Aligned, card: Card, *, resamples: int, seed: int) -> Attribution | None:
    """Return the attribution table over the rows that carry class logits, or None where no row of label 1 does.

    A row's true class is its family or generator, whichever the card's labels hold, alone or joined with others.  The named class is
    the most probable one, or *unknown* where its probability stays under the card's threshold; a class of photographs takes its part
    and is never named.

    Raises:
        UsageError: class logits of a model with another number of classes than the card's labels.
    """
    told = np.array([bool(row.class_logits) for row in aligned.predictions], bool)
    ones, zeros = (np.flatnonzero(told & (aligned.labels == label)) for label in (1, 0))
    if card.attribution is None or not len(ones):
        return None
    families = tuple(name for name in card.labels if name != NO_FAMILY)
    known = {name: index for index, label in enumerate(families) for name in (label, *label.split(FAMILIES_JOIN))}
    unknown = len(families)
    found, others = _named(aligned, card, ones), _named(aligned, card, zeros)
    answers = np.where(found.named, found.best, unknown)
    truth = np.array([known.get(aligned.families[place], known.get(aligned.generators[place], unknown)) for place in ones])
    is_known = (truth < unknown).astype(np.int64)
    draws = _draws(aligned, ones, is_known, resamples, seed)
    rows = is_known == 1

    def number(name: str, metric: str, values: NDArray[np.generic], kept: NDArray[np.bool_]) -> MetricValue:
        return value_of(name, interval(METRICS.load(metric), values, truth, draws, kept))

    confusion = np.zeros((unknown + 1, unknown + 1), int)
    np.add.at(confusion, (truth, answers), 1)
    none = np.zeros(len(zeros), np.int64)
    return Attribution(
        classes=(*families, "unknown"),
        n=int(is_known.sum()),
        n_unknown=int((1 - is_known).sum()),
        n_0=len(zeros),
        top_1=number("top-1", "top-1", answers, rows),
        macro_f1=number("macro-f1", "macro-f1", answers, rows),
        known_against_unknown=value_of("auroc", interval(METRICS.load("auroc"), found.sureness, is_known, draws)),
        values=(
            number("named-known", "share", found.named, rows),
            number("right-of-named", "share", found.best == truth, rows & found.named),
            number("named-others", "share", found.named, ~rows),
            value_of("named-0", interval(METRICS.load("share"), others.named, none, _draws(aligned, zeros, none, resamples, seed))),
            number("top-1-forced", "share", found.best == truth, rows),
            number("macro-recall-forced", "macro-recall", found.best, rows),
        ),
        confusion=tuple(tuple(int(cell) for cell in row) for row in confusion),
    )


def _draws(aligned: Aligned, places: NDArray[np.int64], labels: NDArray[np.int64], count: int, seed: int) -> Resamples:
    return Resamples([aligned.groups[place] for place in places], labels, count=count, seed=seed)


def _named(aligned: Aligned, card: Card, places: NDArray[np.int64]) -> _Named:
    rows = [aligned.predictions[place].class_logits for place in places]
    if card.attribution is None or any(len(row) != len(card.labels) for row in rows):
        raise UsageError(f"the rows have class logits of another model than {card.name}, which names {len(card.labels)} families")
    logits = np.array(rows).reshape(len(rows), len(card.labels)) / card.attribution.temperature
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = (odds / odds.sum(axis=1, keepdims=True))[:, [name != NO_FAMILY for name in card.labels]]
    sureness = probabilities.max(axis=1)
    return _Named(probabilities.argmax(axis=1), sureness, sureness >= card.attribution.min_probability)
