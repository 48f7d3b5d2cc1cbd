"""What all forms of a scorecard share: titles, number formats, and the headline row in its fixed order (specs: evaluation 13)."""

from collections.abc import Iterator

from fakeprint.core.scorecard import Attribution, ConditionCard, FormatAudit, MetricValue, Scorecard, Slice

TITLES = {
    "r-acc": "Accuracy on label 0",
    "f-acc": "Accuracy on label 1",
    "balanced-accuracy": "Balanced accuracy",
    "balanced-accuracy-strict": "Balanced accuracy, failed rows wrong",
    "auroc": "AUROC",
    "ap": "Average precision",
    "eer": "Equal error rate (oracle)",
    "tpr-at-fpr-10": "TPR at FPR 10 % (oracle)",
    "tpr-at-fpr-5": "TPR at FPR 5 % (oracle)",
    "tpr-at-fpr-1": "TPR at FPR 1 % (oracle)",
    "tpr-at-fpr-0.1": "TPR at FPR 0.1 % (oracle)",
    "fpr-some": "FPR as shipped, some or strong",
    "tpr-some": "TPR as shipped, some or strong",
    "fpr-strong": "FPR as shipped, strong",
    "tpr-strong": "TPR as shipped, strong",
    "ece": "ECE, 15 equal-mass bins",
    "brier": "Brier score",
    "log-loss": "Log-loss",
    "cllr": "Cllr",
    "cllr-min": "Cllr after optimal recalibration",
    "aurc": "Area under risk against coverage",
    "risk-at-80": "Error rate at 80 % coverage",
    "risk-at-90": "Error rate at 90 % coverage",
    "coverage": "Coverage (not inconclusive)",
    "selective-accuracy": "Balanced accuracy where decided",
    "worst-group": "Worst group, AUROC",
    "flip-rate": "Opposite levels, all",
    "flip-rate-0": "Opposite levels, label 0",
    "flip-rate-1": "Opposite levels, label 1",
    "top-1": "Top-1 accuracy",
    "macro-f1": "Macro F1",
    "named-known": "Named, of known families",
    "right-of-named": "Rightly, of those named",
    "named-others": "Named, of families that the model does not know",
    "named-0": "Named, of label 0, whatever the verdict",
    "top-1-forced": "Top-1 accuracy where a name must be given",
    "macro-recall-forced": "Balanced accuracy where a name must be given",
}
KINDS = {
    "family": "By family of generators, against all of label 0",
    "generator": "By generator, against all of label 0",
    "source-1": "By source of label 1, against all of label 0",
    "source-0": "By source of label 0, against all of label 1",
    "bucket": "By delivery bucket",
}
AUDIT = {
    "clean": "the format says next to nothing about the label",
    "note": "the format says a little about the label",
    "warn": "the format alone tells the labels apart: numbers from pixels may be numbers of the format",
}


def title(metric: str) -> str:
    """Return the words for a metric."""
    return TITLES.get(metric, metric)


def number(value: float) -> str:
    """Return a number with three decimals, more where it is tiny.

    >>> number(0.91749), number(0.0), number(0.00042)
    ('0.917', '0.000', '0.00042')
    """
    return f"{value:.3f}" if value == 0 or abs(value) >= 0.0005 else f"{value:.2g}"


def with_interval(value: MetricValue) -> str:
    """Return ``value [low, high]``, with the reason where something is missing.

    >>> with_interval(MetricValue(metric="auroc", value=0.9, low=0.8, high=0.95))
    '0.900 [0.800, 0.950]'
    >>> with_interval(MetricValue(metric="auroc", value=None, reason="no rows"))
    'n/a (no rows)'
    """
    if value.value is None:
        return f"n/a ({value.reason or 'no value'})"
    if value.low is None or value.high is None:
        return f"{number(value.value)} ({value.reason or 'no interval'})"
    note = f" ({value.reason})" if value.metric == "worst-group" and value.reason else ""
    return f"{number(value.value)} [{number(value.low)}, {number(value.high)}]{note}"


def counts_row(card: ConditionCard) -> dict[str, int]:
    """Return the counts that stand before every metric."""
    counts = card.counts
    return {
        "n label 0": counts.n_0,
        "n label 1": counts.n_1,
        "groups": counts.groups,
        "failed": counts.failed,
        "not applicable": counts.not_applicable,
    }


def metrics_of(scorecard: Scorecard) -> list[str]:
    """Return the names of the headline metrics that any condition has, in their order."""
    return list(dict.fromkeys(value.metric for card in scorecard.conditions for value in card.values))


def value_in(card: ConditionCard, metric: str) -> MetricValue | None:
    """Return one headline value of a condition."""
    return next((value for value in card.values if value.metric == metric), None)


def slices_by_kind(card: ConditionCard) -> Iterator[tuple[str, list[Slice]]]:
    """Yield the slices of a condition, kind by kind."""
    for kind, words in KINDS.items():
        found = [one for one in card.slices if one.kind == kind]
        if found:
            yield words, found


def slice_name(part: Slice) -> str:
    """Return a slice's name, with its members where it was pooled."""
    return f"{part.name}: {', '.join(part.pooled)}" if part.pooled else part.name


def audit_sentence(found: FormatAudit) -> str:
    """Return what the format audit found, in words."""
    unread = f" {found.unread:,} files could not be read." if found.unread else ""
    if found.verdict is None:
        return f"Format audit: {with_interval(found.auroc)}.{unread}"
    return f"Format audit: AUROC {with_interval(found.auroc)} without a single pixel; {AUDIT[found.verdict]}.{unread}"


def audit_words(card: ConditionCard) -> str | None:
    """Return the sentence that stands beside every number of a condition, None where the format was not audited."""
    return None if card.audit is None else audit_sentence(card.audit)


def attribution_rows(found: Attribution) -> Iterator[tuple[str, MetricValue]]:
    """Yield the numbers of naming the family with their words, in their order."""
    for value in found.values:
        yield title(value.metric), value
    yield "Known against unknown, AUROC", found.known_against_unknown
    yield "Top-1 accuracy, unknown counted as wrong", found.top_1
    yield "Macro F1, unknown counted as wrong", found.macro_f1


def attribution_sentence(found: Attribution) -> str:
    """Return over how many rows the family was named."""
    return f"{found.n:,} rows of known families, {found.n_unknown:,} of other families, {found.n_0:,} of label 0."
