"""Suite and detector to predictions, predictions to a scorecard or a calibration.

``manifest -> sandboxed workers (fakeprint.suites.measure_worker) -> Prediction -> align -> Scorecard | Calibration``
"""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.calibration import MIN_ROWS, Bucket, BucketCalibration, Calibration
from fakeprint.core.card import Card
from fakeprint.core.errors import ErrorInfo, UsageError
from fakeprint.core.evidence import ScoreUnit
from fakeprint.core.limits import Limits
from fakeprint.core.manifest import Manifest
from fakeprint.core.media import MediaKind
from fakeprint.core.prediction import FormatFacts, Judged, Prediction, align
from fakeprint.core.sample import Sample, Split, Step
from fakeprint.core.scorecard import FormatAudit
from fakeprint.core.verdict import FileConditions, Level
from fakeprint.detectors.load import measured_artifact
from fakeprint.judge.calibration import Method, calibrate_bucket
from fakeprint.judge.domain import outside_domain
from fakeprint.judge.fuse import decide
from fakeprint.judge.policy import DEFAULT, Policy
from fakeprint.media.container.sniff import sniff
from fakeprint.media.workers import Outcome, Task, WorkerPool
from fakeprint.suites.assemble import build_scorecard, compare_detectors
from fakeprint.suites.audit import audit
from fakeprint.suites.conditions import condition_of
from fakeprint.suites.facts_worker import BatchFacts, batch_of
from fakeprint.suites.measure_worker import MeasuredSample, Raw, Setup, target_of
from fakeprint.suites.protocol import EvalConfig

__all__ = ["EvalConfig", "audit_format", "build_scorecard", "calibrate", "compare_detectors", "judged", "measure", "samples_of"]


_HEAD_BYTES = 4096
_BATCH = 32
"""Headers read by one task."""


def measure(
    manifest: Manifest, root: Path, config: EvalConfig, *, done: Collection[str] = (), jobs: int = 0
) -> Iterator[tuple[Prediction, ...]]:
    """Yield the predictions of one sample after the other, one for each condition, in manifest order; ``done`` ids are left out.

    ``root`` is the folder that the manifest's paths are relative to; ``jobs`` is the number of worker processes, 0 one for each
    processor.  A sample that cannot be read or decoded gives rows with status ``failed`` and a reason.

    Raises:
        UsageError: the split holds no samples, or names of detector or conditions are unknown.
    """
    if config.detector is None:
        raise UsageError("measuring needs a detector")
    samples = [sample for sample in samples_of(manifest, config.split) if sample.id not in done]
    artifact, suite = measured_artifact(config.detector), config.protocol()
    for name in suite.conditions:
        condition_of(name)
    setup = Setup(
        detector=config.detector, conditions=suite.conditions, seed=config.seed, frames=config.frames, limits=config.limits
    ).model_dump(mode="json")
    more = 1 + len(suite.conditions)
    tasks = (
        Task(place, target_of(one.id, root / one.path, one.path), more * _seconds(root / one.path, config.limits))
        for place, one in enumerate(samples)
    )
    count = min(jobs or os.cpu_count() or 1, max(1, len(samples)))
    with WorkerPool("fakeprint.suites.measure_worker:MeasureWorker", setup, config.limits, count) as pool:
        for outcome in pool.run(tasks):
            sample = samples[outcome.index]
            yield tuple(_rows_of(outcome, sample, suite.conditions, artifact.card, artifact.weights_sha256))


def _seconds(path: Path, limits: Limits) -> float:
    """Return the wall-clock limit of one delivery of a file, more for videos, as judged by the first bytes."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return limits.image_seconds
    return limits.video_seconds if sniff(head).kind is MediaKind.VIDEO else limits.image_seconds


def samples_of(manifest: Manifest, split: Split) -> tuple[Sample, ...]:
    """Return the samples of a split, or refuse an empty one."""
    found = manifest.of_split(split)
    if not found:
        there = ", ".join(f"{name} ({count})" for name, count in Counter(sample.split.value for sample in manifest.samples).items())
        raise UsageError(f"the manifest has no samples of split {split}; it has {there}")
    return found


def _rows_of(outcome: Outcome, sample: Sample, conditions: Sequence[str], card: Card, weights: str) -> Iterator[Prediction]:
    measured = MeasuredSample.model_validate_json(outcome.reply) if outcome.reply is not None else None
    found = {raw.condition: raw for raw in measured.raws} if measured else {}
    for place, name in enumerate(conditions):
        base = {
            "sample_id": sample.id,
            "condition": name,
            "examiner": card.name,
            "examiner_version": card.version,
            "weights_sha256": weights,
            "unit": ScoreUnit.LOGIT,
            "group_id": sample.group,
            "label": sample.label,
            "generator": sample.generator,
            "split": sample.split,
        }
        if measured is None:
            yield Prediction.model_validate({**base, "status": "failed", "reason": _reason(outcome.error)})
            continue
        raw = found[name]
        first = measured.facts if place == 0 else None
        yield judged(Prediction.model_validate({**base, **_measured(raw), "media_sha256": measured.sha256, "facts": first}), card)


def _reason(error: ErrorInfo | None) -> str:
    return error.code.value if error else "E_INTERNAL"


def _measured(raw: Raw) -> dict[str, object]:
    applies = raw.logit is not None or bool(raw.class_logits)
    return {
        "status": "ok" if applies else "not_applicable",
        "score": raw.logit,
        "reason": None if applies else raw.reason or "not-applicable",
        "class_logits": raw.class_logits,
        "bucket": raw.bucket,
        "width": raw.width,
        "height": raw.height,
        "frames": raw.frames,
        "frames_scored": raw.frames_scored,
        "steps": raw.steps,
    }


def judged(row: Prediction, card: Card, policy: Policy = DEFAULT) -> Prediction:
    """Return the row with what the card's calibration makes of its logit; unchanged where the card has none or the row no logit."""
    if row.score is None or row.unit is not ScoreUnit.LOGIT or card.calibration is None or row.bucket is None:
        return row.model_copy(update={"judged": None})
    claim = card.calibration.detect(row.score, row.bucket, question=card.question, route=card.route)
    if claim is None:
        return row.model_copy(update={"judged": None})
    short_side = min(row.width, row.height) if row.width is not None and row.height is not None else None
    conditions = FileConditions(short_side=short_side, jpeg_quality=_quality(row.steps, row))
    away = outside_domain(claim, conditions, screenshot=False, signed_at=None, policy=policy)
    decision = away or decide(claim, policy)
    level = decision if isinstance(decision, Level) else Level.INCONCLUSIVE
    found = Judged(
        calibrated_on=claim.calibrated_on,
        mapped=claim.mapped,
        llr=claim.llr,
        some=claim.mapped >= claim.some.llr if claim.some else None,
        strong=claim.mapped >= claim.strong.llr if claim.strong else None,
        level=level,
        reason=None if isinstance(decision, Level) else decision.value,
        conformal=claim.conformal,
    )
    return row.model_copy(update={"judged": found})


def _quality(steps: tuple[Step, ...], row: Prediction) -> int | None:
    """Return the quality of the last JPEG compression of what was measured."""
    if not steps:
        return row.facts.quality if row.facts else None
    value = steps[-1].parameters.get("quality")
    return int(value) if steps[-1].name == "jpeg" and value is not None else None


def audit_format(samples: Sequence[Sample], root: Path, config: EvalConfig, *, jobs: int = 0) -> FormatAudit:
    """Say how far the stored format of samples tells their labels, at header speed: no pixel is decoded (specs: evaluation 11).

    Headers are read in sandboxed workers; samples whose header cannot be read are counted as unread.
    """
    batches = [samples[start : start + _BATCH] for start in range(0, len(samples), _BATCH)]
    tasks = (
        Task(place, batch_of([(root / one.path, one.path) for one in batch]), config.limits.image_seconds)
        for place, batch in enumerate(batches)
    )
    count = min(jobs or os.cpu_count() or 1, max(1, len(batches)))
    facts: list[FormatFacts | None] = []
    with WorkerPool("fakeprint.suites.facts_worker:FactsWorker", config.limits.model_dump(mode="json"), config.limits, count) as pool:
        for outcome, batch in zip(pool.run(tasks), batches, strict=True):
            read = BatchFacts.model_validate_json(outcome.reply).facts if outcome.reply is not None else (None,) * len(batch)
            facts += read
    labels, groups = [one.label.positive for one in samples], [one.group for one in samples]
    return audit(facts, labels, groups, resamples=config.resamples, seed=config.seed)


def calibrate(
    predictions: Iterable[Prediction],
    manifest: Manifest,
    *,
    split: Split,
    scorecard: str,
    created: str,
    validated_until: str,
    conditions: Sequence[str] | None = None,
    method: Method = "platt",
    seed: int = 0,
    policy: Policy = DEFAULT,
) -> Calibration:
    """Fit calibration, operating points and prediction sets on raw logits of the calibration split (specs: evaluation 5 to 7).

    A bucket of delivery conditions stands on its own where it has 200 rows of each class over all ``conditions`` (default: all that
    the predictions have); thinner ones fall back to their parents.  The map is fitted on all rows of a bucket.  Whatever counts
    errors (operating points, bounds of the likelihood ratio, prediction sets) sees one row of each label from each group, drawn with
    ``seed``, because deliveries of one file and files of one group are not independent: the counts in the result are such rows.
    An operating point is null where they cannot bound its false-positive rate: *some* needs 59 groups of label 0, *strong* 299.

    Raises:
        UsageError: a split that thresholds may not come from (they come from ``calib``, or ``dev`` in sets too small to divide), scores
            that are no raw logits, too few rows, or scores that rank the labels the wrong way round.
        AlignmentError, LeakageError: see :func:`~fakeprint.core.prediction.align`.
    """
    if split not in (Split.CALIB, Split.DEV):
        raise UsageError(f"thresholds and calibration come from the split calib (or dev), never from {split}")
    rows = _calibration_rows(predictions, manifest, split, conditions)
    buckets = sorted({one for bucket in rows.buckets for one in (bucket, *bucket.parents())}, key=lambda one: one.name)
    fitted = []
    for bucket in buckets:
        inside = np.array([bucket == one or bucket in one.parents() for one in rows.buckets])
        if np.bincount(rows.labels[inside], minlength=2).min() >= MIN_ROWS:
            fitted.append(_fit_bucket(bucket, rows, inside, method, seed, policy))
    if Bucket() not in {one.bucket for one in fitted}:
        counts = np.bincount(rows.labels, minlength=2)
        raise UsageError(f"calibration needs {MIN_ROWS} rows of each label; there are {counts[0]} of label 0 and {counts[1]} of label 1")
    return Calibration(scorecard=scorecard, created=created, validated_until=validated_until, buckets=tuple(fitted))


@dataclass(frozen=True)
class _CalibrationRows:
    logits: NDArray[np.float64]
    labels: NDArray[np.int64]
    groups: tuple[str, ...]
    buckets: tuple[Bucket, ...]


def _calibration_rows(
    predictions: Iterable[Prediction], manifest: Manifest, split: Split, conditions: Sequence[str] | None
) -> _CalibrationRows:
    by_condition: dict[str, list[Prediction]] = {}
    for row in predictions:
        if conditions is None or row.condition in conditions:
            by_condition.setdefault(row.condition, []).append(row)
    if absent := sorted(set(conditions or ()) - set(by_condition)):
        raise UsageError(f"there are no predictions under {', '.join(absent)}")
    parts = [align(rows, manifest, split, unit=ScoreUnit.LOGIT) for rows in by_condition.values()]
    if not parts or not all(len(part.scores) for part in parts):
        raise UsageError("there are no scored predictions to calibrate on")
    return _CalibrationRows(
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.labels for part in parts]),
        tuple(group for part in parts for group in part.groups),
        tuple(row.bucket or Bucket() for part in parts for row in part.predictions),
    )


def _fit_bucket(
    bucket: Bucket, rows: _CalibrationRows, inside: NDArray[np.bool_], method: Method, seed: int, policy: Policy
) -> BucketCalibration:
    places = np.flatnonzero(inside)
    counted = np.isin(places, _one_per_group(rows, places, seed))
    try:
        return calibrate_bucket(rows.logits[inside], rows.labels[inside], bucket, method, policy, counted=counted)
    except (ValueError, ArithmeticError) as error:
        raise UsageError(f"bucket {bucket.name} cannot be calibrated: {error}") from error


def _one_per_group(rows: _CalibrationRows, places: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Draw one row of each label from each group; the draw depends on the seed and the order of the rows alone."""
    kept: dict[tuple[str, int], int] = {}
    for place in np.random.default_rng(seed).permutation(places):
        kept.setdefault((rows.groups[place], int(rows.labels[place])), int(place))
    return np.array(sorted(kept.values()), dtype=np.int64)
