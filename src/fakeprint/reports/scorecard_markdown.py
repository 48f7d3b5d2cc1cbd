"""The scorecard as Markdown: one headline table, then what stands behind it."""

from collections.abc import Iterable, Iterator, Sequence

from fakeprint.core.sanitise import plain
from fakeprint.core.scorecard import Attribution, ConditionCard, FormatAudit, Scorecard
from fakeprint.reports.scorecard_rows import (
    attribution_rows,
    attribution_sentence,
    audit_sentence,
    counts_row,
    metrics_of,
    number,
    slice_name,
    slices_by_kind,
    title,
    value_in,
    with_interval,
)


def scorecard_markdown(scorecard: Scorecard) -> bytes:
    """Return the page."""
    return ("\n".join(_lines(scorecard)) + "\n").encode()


def headline_table(scorecard: Scorecard) -> list[str]:
    """Return the headline table: a line for each metric, a column for each condition."""
    cards = scorecard.conditions
    counted = [counts_row(card) for card in cards]
    body = [(name, *(f"{row[name]:,}" for row in counted)) for name in counted[0]]
    body.append(("prevalence of label 1", *(number(card.prevalence) if card.prevalence is not None else "n/a" for card in cards)))
    for metric in metrics_of(scorecard):
        cells = [value_in(card, metric) for card in cards]
        body.append((title(metric), *(with_interval(cell) if cell else "n/a" for cell in cells)))
    body.append(("Format audit, AUROC without pixels", *(with_interval(card.audit.auroc) if card.audit else "n/a" for card in cards)))
    return _table(("", *(card.condition for card in cards)), body)


def _lines(scorecard: Scorecard) -> Iterator[str]:
    yield f"# Scorecard {scorecard.id}"
    yield ""
    examiner = "@".join(filter(None, (scorecard.examiner, scorecard.examiner_version)))
    weights = f", weights `{scorecard.weights_sha256[:12]}`" if scorecard.weights_sha256 else ""
    task = f", task `{_cell(scorecard.task)}`" if scorecard.task else ""
    yield f"`{_cell(examiner)}`{weights},"
    yield f"on `{_cell(scorecard.manifest)}@{_cell(scorecard.manifest_version)}` (`{scorecard.manifest_sha256[:12]}`), "
    yield f"split `{scorecard.split}`{task}, suite `{_cell(scorecard.suite)}@{_cell(scorecard.suite_version)}`."
    yield ""
    yield (
        f"95 % intervals: percentiles of {scorecard.resamples:,} grouped resamples, seed {scorecard.seed}. "
        f"Threshold: {_cell(scorecard.threshold)}. Label 1 is synthetic or manipulated."
    )
    yield ""
    for note in scorecard.notes:
        yield f"- {note}"
    yield ""
    yield from headline_table(scorecard)
    yield from _comparisons(scorecard)
    for card in scorecard.conditions:
        yield from _condition(card)
    yield ""
    run = scorecard.run
    state = ", changed" if run.dirty else ""
    yield f"Run {run.id}, {run.started}, fakeprint {run.fakeprint}, commit {(run.commit or 'unknown')[:12]}{state}."


def _comparisons(scorecard: Scorecard) -> Iterator[str]:
    rows = [
        (
            f"{one.first} against {one.second}",
            "difference of AUROC" if one.what == "difference" else title(value.metric),
            with_interval(value),
        )
        for one in scorecard.comparisons
        for value in one.values
    ]
    if rows:
        yield from ("", "## Paired comparisons, same rows and same resamples", "")
        yield from _table(("rows", "number", "value"), rows)


def _condition(card: ConditionCard) -> Iterator[str]:
    yield from (
        "",
        f"## {_cell(card.condition)}",
        "",
        f"{_cell(card.definition)}. {card.counts.total:,} samples, {card.counts.scored:,} scored.",
    )
    if card.reasons:
        told = ", ".join(f"{_cell(reason)} {count}" for reason, count in sorted(card.reasons.items()))
        yield from ("", f"Without a score: {told}.")
    if card.audit is not None:
        yield ""
        yield from audit_lines(card.audit)
    for words, parts in slices_by_kind(card):
        yield from ("", f"### {words}", "")
        names = [value.metric for value in parts[0].values]
        rows = [(slice_name(part), f"{part.n:,}", *(with_interval(value) for value in part.values)) for part in parts]
        yield from _table(("", "n", *map(title, names)), rows)
    if card.buckets:
        yield from ("", "### Calibration by delivery bucket", "")
        yield from _table(("bucket", "n label 0", "n label 1", "ECE", "slope", "intercept", "sets hold label 0", "sets hold label 1"), [
            (
                one.bucket, f"{one.n_0:,}", f"{one.n_1:,}", with_interval(one.ece),
                number(one.slope) if one.slope is not None else "n/a", number(one.intercept) if one.intercept is not None else "n/a",
                with_interval(one.covered_0), with_interval(one.covered_1),
            )
            for one in card.buckets
        ])  # fmt: skip
    if card.attribution is not None:
        yield from ("", "### Naming the family", "", *attribution_lines(card.attribution))


def audit_lines(found: FormatAudit) -> Iterator[str]:
    """Yield the format audit: its verdict, the strongest features, and the values that give most away."""
    yield audit_sentence(found)
    if found.single:
        yield ""
        yield from _table(("feature alone", "AUROC"), [(one.metric, number(one.value or 0.0)) for one in found.single[:6]])
    if found.tables:
        yield ""
        yield from _table(("feature", "value", "label 0", "label 1"), [(a, b, str(n), str(m)) for a, b, n, m in found.tables])


def attribution_lines(found: Attribution) -> Iterator[str]:
    """Yield how well the family is named: the numbers, and which family was named for which."""
    yield from (attribution_sentence(found), "")
    yield from _table(("number", "value"), [(words, with_interval(value)) for words, value in attribution_rows(found)])
    yield ""
    rows = [(name, *map(str, counts)) for name, counts in zip(found.classes, found.confusion, strict=True)]
    yield from _table(("true \\ named", *found.classes), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(map(_cell, head)) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(map(_cell, row)) + " |" for row in rows)]


def _cell(text: str) -> str:
    """Keep names of files and generators from breaking the table or starting markup."""
    return plain(text).replace("\\", "\\\\").replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
