"""The numbers of a scorecard as an artifact's card holds them."""

from collections.abc import Iterator

from fakeprint.core.card import Measured
from fakeprint.core.scorecard import ConditionCard, MetricValue, Scorecard

METRICS = ("auroc", "fpr-some", "tpr-some", "fpr-strong", "tpr-strong", "coverage", "ece")


def measured_of(scorecard: Scorecard, metrics: tuple[str, ...] = METRICS) -> tuple[Measured, ...]:
    """Return the named headline numbers of every condition, the AUROC and rates of every slice, and the format audit.

    Numbers without a value are left out; the scorecard says why they have none.
    """
    return tuple(one for card in scorecard.conditions for one in _of_condition(card, scorecard.split.value, metrics))


def _of_condition(card: ConditionCard, split: str, metrics: tuple[str, ...]) -> Iterator[Measured]:
    counts = card.counts
    for value in card.values:
        if value.metric in metrics and value.value is not None:
            yield _measured(value, value.metric, card.condition, split, "all", counts.n_0, counts.n_1)
    for part in card.slices:
        sizes = (part.n, counts.n_1) if part.kind == "source-0" else (counts.n_0, part.n)
        for value in part.values:
            if value.metric in metrics and value.value is not None:
                yield _measured(value, value.metric, card.condition, split, f"{part.kind}: {part.name}", *sizes)
    if card.audit is not None and card.audit.auroc.value is not None:
        yield _measured(card.audit.auroc, "format-audit-auroc", card.condition, split, "all", card.audit.n_0, card.audit.n_1)


def _measured(value: MetricValue, metric: str, condition: str, split: str, group: str, n_0: int, n_1: int) -> Measured:
    return Measured(
        metric=metric,
        value=round(value.value or 0.0, 6),
        low=value.low,
        high=value.high,
        condition=condition,
        split=split,
        group=group,
        n_authentic=n_0,
        n_positive=n_1,
        groups=value.groups,
    )
