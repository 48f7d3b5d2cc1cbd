"""Predictions, fresh or stored, to a scorecard."""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

import numpy as np

from fakeprint.core.card import Card
from fakeprint.core.errors import UsageError
from fakeprint.core.manifest import Manifest
from fakeprint.core.prediction import Aligned, FormatFacts, Prediction, align
from fakeprint.core.run import RunRecord, start_run
from fakeprint.core.sample import Split
from fakeprint.core.scorecard import Comparison, ConditionCard, MetricValue, Scorecard
from fakeprint.metrics import METRICS
from fakeprint.metrics.bootstrap import Resamples, difference, interval
from fakeprint.metrics.decisions import flips
from fakeprint.suites.audit import audit
from fakeprint.suites.conditions import condition_of
from fakeprint.suites.format_facts import delivered_facts
from fakeprint.suites.naming import attribution_of
from fakeprint.suites.protocol import EvalConfig
from fakeprint.suites.tables import (
    NO_CALIBRATION,
    Rows,
    bucket_fits,
    headline,
    no_value,
    reliability,
    risk_coverage,
    slices_of,
    value_of,
    worst_group,
)

FEW_GENERATORS = 8


def build_scorecard(
    predictions: Iterable[Prediction], manifest: Manifest, config: EvalConfig, *, card: Card | None = None, run: RunRecord | None = None
) -> Scorecard:
    """Turn predictions, fresh or stored, into a scorecard; ``card`` adds attribution and names the calibration.

    Raises:
        AlignmentError, LeakageError: see :func:`~fakeprint.core.prediction.align`.
    """
    rows = tuple(predictions)
    suite = config.protocol()
    by_condition = _by_condition(rows)
    names = [name for name in suite.conditions if name in by_condition] or list(by_condition)
    aligned = {name: align(by_condition[name], manifest, config.split) for name in names}
    if not aligned:
        raise UsageError("there are no predictions under these conditions")
    tables = {name: _rows(one, config) for name, one in aligned.items()}
    facts = {row.sample_id: row for row in rows if row.facts is not None}
    first, manifest_hash = next(iter(aligned.values())), manifest.sha256()
    lines = sorted(row.model_dump_json(exclude={"facts"}) for name in names for row in by_condition[name])
    predictions_hash = sha256("\n".join(lines).encode()).hexdigest()
    example = (first.predictions or tuple(row for row, _ in first.missed))[0]
    parts = (suite.name, suite.version, manifest_hash, predictions_hash, config.split.value, str(config.seed), str(config.resamples))
    identity = "\0".join(parts)
    return Scorecard(
        id=sha256(identity.encode()).hexdigest()[:16],
        suite=suite.name,
        suite_version=suite.version,
        examiner=first.examiner,
        examiner_version=example.examiner_version,
        weights_sha256=example.weights_sha256,
        manifest=manifest.header.name,
        manifest_version=manifest.header.version,
        manifest_sha256=manifest_hash,
        predictions_sha256=predictions_hash,
        split=config.split,
        task=config.task,
        seed=config.seed,
        resamples=config.resamples,
        unit=first.unit.value,
        threshold=_threshold_words(config, first, card),
        calibration=card.calibration.scorecard if card and card.calibration else None,
        conditions=tuple(_condition_card(tables[name], facts, config, card) for name in names),
        comparisons=tuple(
            comparison
            for name in names[1:]
            if len(first.scores) and len(aligned[name].scores)
            for comparison in compare(tables[names[0]], tables[name], resamples=config.resamples, seed=config.seed, what=(names[0], name))
        ),
        notes=_notes(first, config),
        run=run or start_run("eval", config.shareable(), limits=config.limits, seed=config.seed),
    )


def _rows(aligned: Aligned, config: EvalConfig) -> Rows:
    return Rows(aligned, Resamples(aligned.groups, aligned.labels, count=config.resamples, seed=config.seed), config.threshold)


def _threshold_words(config: EvalConfig, aligned: Aligned, card: Card | None) -> str:
    if not len(aligned.scores) and card and card.attribution:
        return f"a family is named from a probability of {card.attribution.min_probability:.3g}"
    if aligned.predictions and all(row.judged for row in aligned.predictions):
        return "the card's operating points"
    return "none" if config.threshold is None else f"{config.threshold:g} {aligned.unit}, given"


def _condition_card(rows: Rows, facts: dict[str, Prediction], config: EvalConfig, card: Card | None) -> ConditionCard:
    aligned = rows.aligned
    scored = len(aligned.scores) > 0
    slices = slices_of(rows) if scored else ()
    counts = aligned.counts
    pairs = [*zip(aligned.predictions, aligned.samples, strict=True), *aligned.missed]
    stored = all(not row.steps for row, _ in pairs)
    known = [_facts(row, facts, stored=stored) for row, _ in pairs]
    labels, groups = [sample.label.positive for _, sample in pairs], [sample.group for _, sample in pairs]
    return ConditionCard(
        condition=aligned.condition,
        definition=_definition(aligned.condition),
        counts=counts,
        prevalence=counts.n_1 / counts.scored if counts.scored else None,
        values=(*headline(rows), worst_group(slices)) if scored else (),
        audit=audit(known, labels, groups, resamples=config.resamples, seed=config.seed) if facts else None,
        slices=slices,
        buckets=bucket_fits(rows) if scored else (),
        reliability=reliability(rows) if scored else (),
        risk_coverage=risk_coverage(rows) if scored else (),
        attribution=attribution_of(aligned, card, resamples=config.resamples, seed=config.seed) if card else None,
        reasons=dict(Counter(row.reason or "" for row, _ in aligned.missed)),
    )


def _definition(name: str) -> str:
    try:
        return condition_of(name).definition
    except UsageError:
        return "as the rows name it"


def _facts(row: Prediction, stored_rows: dict[str, Prediction], *, stored: bool) -> FormatFacts | None:
    """Return the facts of what arrived: the stored file's own, or size alone after a delivery that wrote every file alike."""
    if stored:
        known = stored_rows.get(row.sample_id)
        return known.facts if known else None
    return delivered_facts(row.width, row.height) if row.width is not None and row.height is not None else None


def compare(first: Rows, second: Rows, *, resamples: int, seed: int, what: tuple[str, str]) -> tuple[Comparison, ...]:
    """Compare two sets of rows of the same samples, paired: differences of AUROC and of rates, first minus second.

    Samples that only one of them scored are left out of the comparison; their number stands in the groups of its values.
    """
    places = {sample.id: place for place, sample in enumerate(second.aligned.samples)}
    pairs = [(place, places[sample.id]) for place, sample in enumerate(first.aligned.samples) if sample.id in places]
    if not pairs:
        raise UsageError("the two sets of rows have no sample in common")
    one, two = (np.array(side) for side in zip(*pairs, strict=True))
    labels = first.aligned.labels[one]
    draws = Resamples([first.aligned.groups[place] for place in one], labels, count=resamples, seed=seed)
    gaps = [value_of("auroc", difference(METRICS.load("auroc"), first.aligned.scores[one], second.aligned.scores[two], labels, draws))]
    if first.decisions is None or second.decisions is None:
        missing = no_value("flip-rate", NO_CALIBRATION)
        return (
            Comparison(what="difference", first=what[0], second=what[1], values=tuple(gaps)),
            Comparison(what="flips", first=what[0], second=what[1], values=(missing,)),
        )
    opposite = flips(first.decisions[one], second.decisions[two])
    found: list[MetricValue] = []
    for name, rows in (("flip-rate", None), ("flip-rate-0", labels == 0), ("flip-rate-1", labels == 1)):
        found.append(value_of(name, interval(METRICS.load("flip-rate"), opposite, labels, draws, rows)))
    return (
        Comparison(what="difference", first=what[0], second=what[1], values=tuple(gaps)),
        Comparison(what="flips", first=what[0], second=what[1], values=tuple(found)),
    )


def compare_detectors(
    predictions: Iterable[Prediction], others: Iterable[Prediction], manifest: Manifest, config: EvalConfig
) -> tuple[Comparison, ...]:
    """Compare two detectors on the same rows under every condition that both were measured under (specs: evaluation 3.5).

    Raises:
        UsageError: no condition in common, or scores of unlike units.
    """
    first, second = _by_condition(predictions), _by_condition(others)
    names = [name for name in first if name in second]
    if not names:
        raise UsageError("the two sets of predictions have no condition in common")
    found: list[Comparison] = []
    for name in names:
        one, two = (_rows(align(rows[name], manifest, config.split), config) for rows in (first, second))
        if len(one.aligned.scores) and len(two.aligned.scores):
            told = (f"{one.aligned.examiner}, {name}", f"{two.aligned.examiner}, {name}")
            gap, _ = compare(one, two, resamples=config.resamples, seed=config.seed, what=told)
            found.append(gap)
    return tuple(found)


def _by_condition(predictions: Iterable[Prediction]) -> dict[str, list[Prediction]]:
    found: dict[str, list[Prediction]] = {}
    for row in predictions:
        found.setdefault(row.condition, []).append(row)
    return found


def _notes(aligned: Aligned, config: EvalConfig) -> tuple[str, ...]:
    notes = []
    if config.split in (Split.DEV, Split.VAL, Split.TRAIN):
        notes.append(f"Split {config.split}: models or thresholds were chosen with it; these numbers do not tell how unseen data fare.")
    generators = len({name for name in aligned.generators if name})
    if generators < FEW_GENERATORS:
        notes.append(f"{generators} generators: too few for any claim about unseen ones.")
    if aligned.predictions and any(row.frames for row in aligned.predictions):
        notes.append("A video counts once: faces person by person, other detectors as the mean over the sampled frames that have a score.")
    return (*notes, "Intervals are conditional on the fitted calibration and thresholds.")
