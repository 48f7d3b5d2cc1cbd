"""Measured numbers of one detector on one set: values with intervals, slices, counts, and everything needed to repeat them."""

from typing import Literal

from pydantic import Field

from fakeprint.core.media import Sha256
from fakeprint.core.prediction import Counts
from fakeprint.core.record import SCHEMA_VERSION, Record
from fakeprint.core.run import RunRecord
from fakeprint.core.sample import Split


class MetricValue(Record):
    """One number with its 95 % grouped bootstrap interval, or null with the reason.

    ``degenerate`` is the share of draws on which the metric had no value.  Where ``low`` and ``high`` are null beside a value,
    ``reason`` says why there is no interval.
    """

    metric: str
    value: float | None
    low: float | None = None
    high: float | None = None
    groups: int = Field(0, ge=0)
    degenerate: float = Field(0.0, ge=0, le=1)
    reason: str | None = None


class Slice(Record):
    """A part of the rows.

    ``kind`` says by what: ``family``, ``generator`` and ``source-1`` are rows of label 1 against all of label 0; ``source-0`` are rows of
    label 0 against all of label 1; ``bucket`` is a delivery condition.  ``pooled`` names the members that were too few to stand alone.
    """

    kind: Literal["family", "generator", "source-0", "source-1", "bucket"]
    name: str
    n: int = Field(ge=0)
    pooled: tuple[str, ...] = ()
    values: tuple[MetricValue, ...]


class BucketFit(Record):
    """How well the calibration holds in one bucket: slope 1 and intercept 0 are perfect; null with too few rows."""

    bucket: str
    n_0: int = Field(ge=0)
    n_1: int = Field(ge=0)
    ece: MetricValue
    slope: float | None = None
    intercept: float | None = None
    covered_0: MetricValue
    covered_1: MetricValue


class ReliabilityBin(Record):
    """One bin of the reliability diagram: mean stated probability and observed share of label 1."""

    stated: float = Field(ge=0, le=1)
    observed: float = Field(ge=0, le=1)
    n: int = Field(gt=0)


class FormatAudit(Record):
    """How far facts that need no pixels tell the labels apart (specs: evaluation 11).

    ``verdict`` is ``clean`` up to an AUROC of 0.55, ``note`` up to 0.60, ``warn`` above: then the pixels' number cannot be told from
    that of the format.  ``single`` holds the AUROC of each feature alone, its direction chosen freely, strongest first.  ``tables``
    are the largest cross-tabs: value, rows of label 0 and of label 1 that have it.
    """

    auroc: MetricValue
    verdict: Literal["clean", "note", "warn"] | None
    n_0: int = Field(ge=0)
    n_1: int = Field(ge=0)
    unread: int = Field(0, ge=0)
    single: tuple[MetricValue, ...] = ()
    tables: tuple[tuple[str, str, int, int], ...] = ()


class Attribution(Record):
    """Naming the family; ``known`` families are those that the model has a class for, the ``n_unknown`` rows of label 1 have another.

    ``top_1`` and ``macro_f1`` are over the ``n`` rows of known families, where *unknown* is a wrong answer.  ``values`` say how often a
    name is given (``named-known``, ``named-others``, ``named-0`` over the ``n_0`` rows of label 0, whatever the verdict on them), how
    often it is right where given (``right-of-named``), and what the most probable class is worth where it must be named
    (``top-1-forced``, ``macro-recall-forced``).  ``confusion`` holds rows true, columns named.
    """

    classes: tuple[str, ...]
    n: int = Field(ge=0)
    n_unknown: int = Field(ge=0)
    n_0: int = Field(0, ge=0)
    top_1: MetricValue
    macro_f1: MetricValue
    known_against_unknown: MetricValue
    values: tuple[MetricValue, ...] = ()
    confusion: tuple[tuple[int, ...], ...]


class ConditionCard(Record):
    """Everything measured under one delivery condition; ``values`` are in the order of the headline row."""

    condition: str
    definition: str
    counts: Counts
    prevalence: float | None = Field(None, ge=0, le=1)
    values: tuple[MetricValue, ...]
    audit: FormatAudit | None = None
    slices: tuple[Slice, ...] = ()
    buckets: tuple[BucketFit, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    risk_coverage: tuple[tuple[float, float], ...] = ()
    attribution: Attribution | None = None
    reasons: dict[str, int] = Field(default_factory=dict)


class Comparison(Record):
    """A paired comparison on the same rows and draws: the same detector under two conditions, or two detectors under one."""

    what: Literal["flips", "difference"]
    first: str
    second: str
    values: tuple[MetricValue, ...]


class Scorecard(Record):
    """All that a table, a page or a card needs.

    ``id`` is derived from suite, manifest, weights, conditions, seed and rows, so that equal measurements have equal ids.
    ``calibration`` is the scorecard id that the applied calibration cites, null where none was applied.
    """

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    id: str = Field(pattern=r"^[0-9a-f]{16}$")
    suite: str
    suite_version: str
    examiner: str
    examiner_version: str
    weights_sha256: Sha256 | None
    manifest: str
    manifest_version: str
    manifest_sha256: Sha256
    predictions_sha256: Sha256
    split: Split
    task: str | None = None
    seed: int
    resamples: int
    unit: str
    threshold: str
    calibration: str | None = None
    conditions: tuple[ConditionCard, ...] = Field(min_length=1)
    comparisons: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()
    run: RunRecord
