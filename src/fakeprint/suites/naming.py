"""How well the family is named: rows of label 1 whose family the model knows, and whether it notices the others."""

import numpy as np

from fakeprint.core.card import Card
from fakeprint.core.prediction import Aligned
from fakeprint.core.scorecard import Attribution
from fakeprint.metrics import METRICS
from fakeprint.metrics.bootstrap import Resamples, interval
from fakeprint.suites.tables import value_of


def attribution_of(aligned: Aligned, card: Card, *, resamples: int, seed: int) -> Attribution | None:
    """Return the attribution table, or None where rows carry no class logits.

    A row's true class is its family or generator, whichever the card's labels hold.  The named class is the most probable one, or
    *unknown* where its probability stays under the card's threshold.
    """
    ones = [place for place, label in enumerate(aligned.labels) if label == 1]
    if card.attribution is None or not ones or any(not aligned.predictions[place].class_logits for place in ones):
        return None
    known = {name: index for index, name in enumerate(card.labels)}
    unknown = len(card.labels)
    logits = np.array([aligned.predictions[place].class_logits for place in ones]) / card.attribution.temperature
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    sureness = odds.max(axis=1) / odds.sum(axis=1)
    named = np.where(sureness >= card.attribution.min_probability, logits.argmax(axis=1), unknown)
    truth = np.array([known.get(aligned.families[place], known.get(aligned.generators[place], unknown)) for place in ones])
    is_known = (truth < unknown).astype(np.int64)
    draws = Resamples([aligned.groups[place] for place in ones], is_known, count=resamples, seed=seed)
    rows = is_known == 1
    confusion = np.zeros((unknown + 1, unknown + 1), int)
    np.add.at(confusion, (truth, named), 1)
    return Attribution(
        classes=(*card.labels, "unknown"),
        n=int(is_known.sum()),
        n_unknown=int((1 - is_known).sum()),
        top_1=value_of("top-1", interval(METRICS.load("top-1"), named, truth, draws, rows)),
        macro_f1=value_of("macro-f1", interval(METRICS.load("macro-f1"), named, truth, draws, rows)),
        known_against_unknown=value_of("auroc", interval(METRICS.load("auroc"), sureness, is_known, draws)),
        confusion=tuple(tuple(int(cell) for cell in row) for row in confusion),
    )
