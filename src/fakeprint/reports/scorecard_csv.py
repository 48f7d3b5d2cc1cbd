"""The scorecard as one long CSV table: a line for each number."""

import csv
from collections.abc import Iterator
from io import StringIO

from fakeprint.core.scorecard import Attribution, ConditionCard, MetricValue, Scorecard
from fakeprint.reports.scorecard_rows import counts_row, slice_name

COLUMNS = (
    "scorecard", "suite", "examiner", "condition", "table", "slice", "n_0", "n_1", "failed", "not_applicable", "metric", "value", "low",
    "high", "groups", "reason",
)  # fmt: skip


def scorecard_csv(scorecard: Scorecard) -> bytes:
    """Return all numbers with counts and intervals.  Cells that a spreadsheet would compute are defused with a leading apostrophe."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    suite = f"{scorecard.suite}@{scorecard.suite_version}"
    examiner = "@".join(filter(None, (scorecard.examiner, scorecard.examiner_version)))
    for card in scorecard.conditions:
        counts = tuple(counts_row(card).values())
        for table, part, n_0, n_1, value in _numbers(card, counts[0], counts[1]):
            cells = (value.metric, value.value, value.low, value.high, value.groups, value.reason)
            row = (scorecard.id, suite, examiner, card.condition, table, part, n_0, n_1, counts[3], counts[4], *cells)
            writer.writerow([_safe(cell) for cell in row])
    for comparison in scorecard.comparisons:
        for value in comparison.values:
            cells = (value.metric, value.value, value.low, value.high, value.groups, value.reason)
            pair = f"{comparison.first} / {comparison.second}"
            writer.writerow([_safe(cell) for cell in (scorecard.id, suite, examiner, pair, comparison.what, "", "", "", "", "", *cells)])
    return text.getvalue().encode()


def _numbers(card: ConditionCard, n_0: int, n_1: int) -> Iterator[tuple[str, str, int, int, MetricValue]]:
    for value in card.values:
        yield "headline", "", n_0, n_1, value
    if card.audit is not None:
        for value in (card.audit.auroc, *card.audit.single):
            yield "format audit", "all" if value is card.audit.auroc else "one feature", card.audit.n_0, card.audit.n_1, value
    for part in card.slices:
        sizes = (part.n, n_1) if part.kind == "source-0" else (n_0, part.n)
        for value in part.values:
            yield part.kind, slice_name(part), *sizes, value
    for bucket in card.buckets:
        slope = (("slope", bucket.slope), ("intercept", bucket.intercept))
        fits = [MetricValue(metric=name, value=found, reason=None if found is not None else "too few rows") for name, found in slope]
        for value in (bucket.ece, *fits, bucket.covered_0, bucket.covered_1):
            yield "bucket", bucket.bucket, bucket.n_0, bucket.n_1, value
    if card.attribution is not None:
        yield from _attribution(card.attribution)


def _attribution(found: Attribution) -> Iterator[tuple[str, str, int, int, MetricValue]]:
    """Yield the numbers of naming with the rows that each is over: of label 0, or of known families, of others, of both."""
    rows = {"named-0": ("label 0", found.n_0, 0), "named-others": ("other families", 0, found.n_unknown)}
    for value in (*found.values, found.top_1, found.macro_f1):
        yield "attribution", *rows.get(value.metric, ("known families", 0, found.n)), value
    yield "attribution", "known-vs-unknown", 0, found.n + found.n_unknown, found.known_against_unknown


def _safe(cell: object) -> object:
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return "" if cell is None else cell
