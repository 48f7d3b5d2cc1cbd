"""What a detector said about one sample under one condition, and the only road from there to arrays (specs: evaluation 1)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from fakeprint.core.calibration import Bucket
from fakeprint.core.errors import AlignmentError, LeakageError
from fakeprint.core.evidence import ScoreUnit
from fakeprint.core.manifest import Manifest
from fakeprint.core.media import Sha256
from fakeprint.core.record import Record
from fakeprint.core.sample import Label, Sample, Split, Step
from fakeprint.core.verdict import Level

PredictionStatus = Literal["ok", "failed", "not_applicable"]


class FormatFacts(Record):
    """What a stored file tells without its pixels, null where it tells nothing of the kind (specs: evaluation 11).

    ``name_length`` counts the characters of the file's name without its ending.
    """

    container: str
    lossless: bool | None = None
    quality: int | None = None
    standard_table: bool | None = None
    subsampling: str | None = None
    process: str | None = None
    tables: int | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    bit_depth: int | None = None
    mode: str | None = None
    icc: bool | None = None
    exif: bool | None = None
    xmp: bool | None = None
    texts: int | None = None
    other_parts: int | None = None
    extension: str | None = None
    name_length: int | None = None


class Judged(Record):
    """What the shipped calibration and thresholds make of a raw score.

    ``calibrated_on`` is the bucket whose rows were used, ``mapped`` the natural-log likelihood ratio that thresholds are compared
    with, ``llr`` the same within what those rows can carry.  ``some`` and ``strong`` tell whether the thresholds are reached, null
    where there is none; ``level`` is what the detector alone concludes after abstention, with ``reason`` where it abstains.
    ``conformal`` is the prediction set.
    """

    calibrated_on: str
    mapped: float
    llr: float
    some: bool | None = None
    strong: bool | None = None
    level: Level
    reason: str | None = None
    conformal: tuple[Literal[0, 1], ...] | None = None


class Prediction(Record):
    """One row: one sample, one condition, one examiner.

    ``score`` is in ``unit``, higher is more synthetic or manipulated (label 1), and there only where ``status`` is ``ok``; else
    ``reason`` says why there is none.  Models that only name families give ``class_logits`` and no score.  ``media_sha256``,
    ``group_id``, ``label``, ``generator`` and ``split`` are copies for readers of the row: labels come from the manifest, and a copy
    that differs from it is an error.  ``bucket`` is the delivery condition of what was measured, ``width`` and ``height`` its size in
    pixels, ``steps`` what was done to it, ``facts`` what a stored file tells without its pixels.  ``frames`` is the number of frames
    that were read of a video, ``frames_scored`` of those with a score.
    """

    sample_id: str = Field(min_length=1)
    condition: str = Field(min_length=1)
    examiner: str = Field(min_length=1)
    examiner_version: str = ""
    weights_sha256: Sha256 | None = None
    status: PredictionStatus
    score: float | None = None
    unit: ScoreUnit
    reason: str | None = None
    media_sha256: Sha256 | None = None
    group_id: str | None = None
    label: Label | None = None
    generator: str | None = None
    split: Split | None = None
    bucket: Bucket | None = None
    width: int | None = Field(None, ge=0)
    height: int | None = Field(None, ge=0)
    frames: int | None = Field(None, ge=0)
    frames_scored: int | None = Field(None, ge=0)
    facts: FormatFacts | None = None
    steps: tuple[Step, ...] = ()
    class_logits: tuple[float, ...] = ()
    judged: Judged | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        measured = self.score is not None or bool(self.class_logits)
        if self.status == "ok" and (not measured or self.reason is not None):
            raise ValueError("a row with status ok has a score or class logits, and no reason")
        if self.status != "ok" and (measured or not self.reason):
            raise ValueError(f"a row with status {self.status} has a reason and no score")
        if self.unit is ScoreUnit.PROBABILITY and self.score is not None and not 0.0 <= self.score <= 1.0:
            raise ValueError(f"a probability lies in 0 to 1, not {self.score}")
        return self


class Counts(Record):
    """How many samples stand behind a number; what failed or does not apply is told, never dropped."""

    total: int = Field(ge=0)
    scored: int = Field(ge=0)
    failed: int = Field(ge=0)
    not_applicable: int = Field(ge=0)
    n_0: int = Field(ge=0)
    n_1: int = Field(ge=0)
    groups: int = Field(ge=0)


@dataclass(frozen=True)
class Aligned:
    """Scored rows beside their labels, and the rows without a score.

    ``scores`` (N,) float64 in ``unit``, (0,) for a model that only names families; ``labels`` (N,) int64, 1 = synthetic or manipulated;
    ``groups``, ``sources``, ``families`` and ``generators`` N texts (the last two empty for label 0); ``predictions`` and ``samples`` the
    N rows themselves.  ``missed`` are the rows that failed or do not apply, with their samples.
    """

    scores: NDArray[np.float64]
    labels: NDArray[np.int64]
    groups: tuple[str, ...]
    sources: tuple[str, ...]
    families: tuple[str, ...]
    generators: tuple[str, ...]
    predictions: tuple[Prediction, ...]
    samples: tuple[Sample, ...]
    missed: tuple[tuple[Prediction, Sample], ...]
    unit: ScoreUnit
    condition: str
    examiner: str
    counts: Counts


def align(predictions: Iterable[Prediction], manifest: Manifest, split: Split, *, unit: ScoreUnit | None = None) -> Aligned:
    """Join the predictions of one condition and one examiner to the samples of one split, by sample id, in manifest order.

    Raises:
        AlignmentError: no rows, an id that is missing, double or unknown, rows of several conditions, examiners, weights or units, or a
            copy of label, group, generator or hash that differs from the manifest.
        LeakageError: a prediction for a sample of another split, or one that claims another split than the manifest's.
    """
    rows = tuple(predictions)
    if not rows:
        raise AlignmentError("there are no predictions to align")
    _require_one("condition", {row.condition for row in rows})
    _require_one("examiner", {row.examiner for row in rows})
    _require_one("weights", {row.weights_sha256 or "" for row in rows})
    _require_one("unit", {row.unit.value for row in rows})
    if unit is not None and rows[0].unit is not unit:
        raise AlignmentError(f"scores are {rows[0].unit}, but {unit} is asked for")
    samples = {sample.id: sample for sample in manifest.samples}
    found: dict[str, Prediction] = {}
    for row in rows:
        if row.sample_id in found:
            raise AlignmentError(f"two predictions for sample {row.sample_id!r} under {row.condition!r}")
        if row.sample_id not in samples:
            raise AlignmentError(f"a prediction for sample {row.sample_id!r}, which the manifest does not hold")
        _require_same(row, samples[row.sample_id], split)
        found[row.sample_id] = row
    wanted = manifest.of_split(split)
    missing = [sample.id for sample in wanted if sample.id not in found]
    if missing:
        raise AlignmentError(f"{len(missing)} of {len(wanted)} samples of {split} have no prediction; the first is {missing[0]!r}")
    return _aligned([(found[sample.id], sample) for sample in wanted])


def _require_one(what: str, values: set[str]) -> None:
    if len(values) > 1:
        raise AlignmentError(f"predictions of more than one {what} cannot be aligned together: {', '.join(sorted(values)[:4])}")


def _require_same(row: Prediction, sample: Sample, split: Split) -> None:
    if sample.split is not split or row.split not in (None, split):
        claimed = f", the row says {row.split}" if row.split else ""
        raise LeakageError(f"sample {sample.id!r} lies in {sample.split}{claimed}; the table is of {split}")
    pairs = (
        ("label", row.label, sample.label),
        ("group", row.group_id, sample.group),
        ("generator", row.generator, sample.generator),
        ("sha256", row.media_sha256, sample.sha256),
    )
    for what, told, known in pairs:
        if told is not None and known is not None and told != known:
            raise AlignmentError(f"the {what} of sample {sample.id!r} is {known!r} in the manifest and {told!r} in its prediction")


def _aligned(pairs: Sequence[tuple[Prediction, Sample]]) -> Aligned:
    kept = [(row, sample) for row, sample in pairs if row.status == "ok"]
    statuses = Counter(row.status for row, _ in pairs)
    labels = np.array([sample.label.positive for _, sample in kept], dtype=np.int64)
    positives = int(labels.sum())
    first = pairs[0][0]
    scores = [row.score for row, _ in kept if row.score is not None]
    if 0 < len(scores) < len(kept):
        raise AlignmentError(f"{len(kept) - len(scores)} of {len(kept)} rows have class logits only, the others a score")
    return Aligned(
        scores=np.array(scores, dtype=np.float64),
        labels=labels,
        groups=tuple(sample.group for _, sample in kept),
        sources=tuple(sample.source for _, sample in kept),
        families=tuple((sample.family or sample.generator or "unnamed") if sample.label.positive else "" for _, sample in kept),
        generators=tuple((sample.generator or "unnamed") if sample.label.positive else "" for _, sample in kept),
        predictions=tuple(row for row, _ in kept),
        samples=tuple(sample for _, sample in kept),
        missed=tuple((row, sample) for row, sample in pairs if row.status != "ok"),
        unit=first.unit,
        condition=first.condition,
        examiner=first.examiner,
        counts=Counts(
            total=len(pairs),
            scored=len(kept),
            failed=statuses["failed"],
            not_applicable=statuses["not_applicable"],
            n_0=len(kept) - positives,
            n_1=positives,
            groups=len({sample.group for _, sample in kept}),
        ),
    )
