"""The dataset-bias audit: does anything but the picture tell the classes apart (specs: evaluation 11; dflip3k 3.7, R38)?

Two trivial classifiers look at container facts alone, cross-validated by group.  A second pass looks at 8x8 mean colours (content) and
at exact sizes.  Nothing here decodes; facts come from a survey of the files or from the columns of a table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from fakeprint.core.errors import MissingExtraError, UsageError
from fakeprint.core.prediction import FormatFacts
from fakeprint.core.record import SCHEMA_VERSION, Record
from fakeprint.metrics.bootstrap import Interval, Resamples, interval
from fakeprint.metrics.ranking import AUROC
from fakeprint.suites.audit import CLEAN, verdict_of
from fakeprint.suites.boosted_trees import boosted_out_of_fold
from fakeprint.suites.container_baseline import FOLDS, Column, cross_tabs, feature_table, out_of_fold, single_features
from fakeprint.suites.file_survey import THUMBNAIL_SIDE

MOST_FEATURES = 12
MATCHED_QUALITY = 96
"""The quality given to a lossless class in the minimum accepted form of matching."""

CONTENT_FACTS = ("bytes", "bits per pixel")
"""Facts that a re-encoder does not choose: at equal settings, busier pictures make larger files."""

NAME_FACTS = ("extension", "name_length")
SIZE_FACTS = ("width", "height", "aspect", "megapixels", "multiple of 8", "multiple of 32", "multiple of 64")

Model = Callable[[dict[str, Column], NDArray[np.int64], Sequence[str], int], NDArray[np.float64]]
MODELS: dict[str, Model] = {"logistic regression": out_of_fold, "boosted trees": boosted_out_of_fold}


class AuditVerdict(StrEnum):
    """How much the facts tell: up to 0.55, up to 0.60, or more."""

    CLEAN = "clean"
    NOTE = "note"
    WARN = "warn"


class AuditScore(Record):
    """One classifier on one set of facts: pooled out-of-fold AUROC with its grouped 95 % interval, or the reason why there is none."""

    model: str
    facts: str
    auroc: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


class FeatureScore(Record):
    """One fact alone.  The direction is chosen on the same rows, so small values flatter it a little."""

    name: str
    auroc: float


class CrossTab(Record):
    """How many files of each class have one value of one fact."""

    name: str
    value: str
    authentic: int
    positive: int


class Audit(Record):
    """The audit of one set; ``scores`` holds the headline first (all facts, the stronger model decides the verdict).

    ``source`` says where the facts come from: ``files`` as they lie there, or ``recorded`` columns of the table, which may describe the
    originals instead.  ``unreadable`` files are counted and not used.
    """

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    name: str
    source: Literal["files", "recorded"]
    authentic: int = Field(ge=0)
    positive: int = Field(ge=0)
    groups: int = Field(ge=0)
    unreadable: int = Field(0, ge=0)
    seed: int
    resamples: int
    verdict: AuditVerdict | None
    auroc: float | None
    scores: tuple[AuditScore, ...]
    features: tuple[FeatureScore, ...]
    cross_tabs: tuple[CrossTab, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True)
class AuditRows:
    """What the audit looks at: N files with (N,) labels 0 or 1 and groups; thumbnails are N rows of 192 values, or none at all."""

    facts: Sequence[FormatFacts]
    labels: Sequence[int]
    groups: Sequence[str]
    thumbnails: Sequence[Sequence[int]] = ()


def audit(
    rows: AuditRows, *, name: str, source: Literal["files", "recorded"], unreadable: int = 0, seed: int = 0, resamples: int = 1000
) -> Audit:
    """Audit a set.

    Raises:
        UsageError: fewer than five files or groups of either class.
    """
    labels = np.asarray(rows.labels, np.int64)
    _require_enough(labels, rows.groups)
    draws = Resamples(rows.groups, labels, count=resamples, seed=seed)
    table = feature_table(rows.facts)
    asked = _Asked(labels, rows.groups, draws, seed)
    scores = [asked.score(model, table, "all facts") for model in MODELS]
    headline = _stronger(scores)
    scores += _parts(asked, table)
    if rows.thumbnails:
        scores.append(asked.score("logistic regression", _thumbnail_table(rows.thumbnails), f"{THUMBNAIL_SIDE}x{THUMBNAIL_SIDE} colours"))
    features = tuple(FeatureScore(name=name, auroc=value) for name, value in single_features(table, labels).items())[:MOST_FEATURES]
    tabs = tuple(CrossTab(name=fact, value=value, authentic=zero, positive=one) for fact, value, zero, one in cross_tabs(table, labels))
    named = verdict_of(headline)
    verdict = AuditVerdict(named) if named else None
    return Audit(
        name=name,
        source=source,
        authentic=int((labels == 0).sum()),
        positive=int(labels.sum()),
        groups=draws.groups,
        unreadable=unreadable,
        seed=seed,
        resamples=resamples,
        verdict=verdict,
        auroc=headline,
        scores=tuple(scores),
        features=features,
        cross_tabs=tabs,
        advice=_advice(verdict, scores, features, tabs),
    )


@dataclass(frozen=True)
class _Asked:
    labels: NDArray[np.int64]
    groups: Sequence[str]
    draws: Resamples
    seed: int

    def score(self, model: str, table: dict[str, Column], facts: str) -> AuditScore:
        if not table:
            return AuditScore(model=model, facts=facts, auroc=0.5, reason="no such fact differs between any two files")
        try:
            found = MODELS[model](table, self.labels, self.groups, self.seed)
        except MissingExtraError as error:
            return AuditScore(model=model, facts=facts, auroc=None, reason=str(error))
        value: Interval = interval(AUROC, found, self.labels, self.draws)
        return AuditScore(model=model, facts=facts, auroc=value.value, low=value.low, high=value.high, reason=value.reason)


def _require_enough(labels: NDArray[np.int64], groups: Sequence[str]) -> None:
    for label in (0, 1):
        chosen = [group for group, one in zip(groups, labels.tolist(), strict=True) if one == label]
        if len(set(chosen)) < FOLDS:
            message = f"an audit needs at least {FOLDS} groups of each class; there are {len(set(chosen))} with label {label}"
            raise UsageError(message)


def _parts(asked: _Asked, table: dict[str, Column]) -> list[AuditScore]:
    """Score parts of the facts: what a re-encoder sets, what the content sets, names, exact sizes."""
    left_out = (*CONTENT_FACTS, *NAME_FACTS)
    settable = {name: column for name, column in table.items() if name not in left_out}
    found = [asked.score("logistic regression", settable, "what a re-encoder sets")]
    for facts, names in (("file size", CONTENT_FACTS), ("file names", NAME_FACTS)):
        part = {name: table[name] for name in names if name in table}
        if part:
            found.append(asked.score("logistic regression", part, facts))
    width, height = table.get("width"), table.get("height")
    if width is not None or height is not None:
        sizes = [f"{one}" for one in zip(*(column for column in (width, height) if column is not None), strict=True)]
        found.append(asked.score("logistic regression", {"size": sizes}, "exact width and height"))
    return found


def _thumbnail_table(thumbnails: Sequence[Sequence[int]]) -> dict[str, Column]:
    """Return luma and two colour differences of each cell, as columns."""
    cells = np.asarray(thumbnails, np.float64).reshape(len(thumbnails), -1, 3)
    red, green, blue = cells[:, :, 0], cells[:, :, 1], cells[:, :, 2]
    planes = {"luma": (red + green + blue) / 3, "red": red - green, "blue": blue - green}
    columns: dict[str, Column] = {}
    for plane, values in planes.items():
        coarse = values if plane == "luma" else values.mean(axis=1, keepdims=True)
        columns.update({f"{plane} {at}": coarse[:, at] for at in range(coarse.shape[1])})
    columns["contrast"] = planes["luma"].std(axis=1)
    return columns


def _stronger(scores: Sequence[AuditScore]) -> float | None:
    values = [one.auroc for one in scores if one.auroc is not None]
    return max(values) if values else None


def _advice(
    verdict: AuditVerdict | None, scores: Sequence[AuditScore], features: Sequence[FeatureScore], tabs: Sequence[CrossTab]
) -> tuple[str, ...]:
    """Return what to do, most important first."""
    if verdict in (None, AuditVerdict.CLEAN):
        return ("Nothing has to be done about formats. Run the audit again after every change of the set.",)
    by_facts = {one.facts: one.auroc or 0.5 for one in scores if one.model == "logistic regression"}
    advice = [f"The facts that tell most: {', '.join(f'{one.name} ({one.auroc:.2f})' for one in features[:4])}."]
    lossless = [one for one in tabs if one.name == "lossless" and one.value == "1"]
    if by_facts.get("what a re-encoder sets", 0.5) > CLEAN:
        advice.append("Re-encode both classes by one law: fakeprint data match MANIFEST --out FOLDER")
        if lossless and lossless[0].positive > lossless[0].authentic:
            advice.append(
                f"The least that counts as matched: JPEG quality {MATCHED_QUALITY} for the lossless class (--law jpeg{MATCHED_QUALITY})."
            )
    if by_facts.get("exact width and height", 0.5) > CLEAN:
        advice.append("Cut both classes to one size; fakeprint data match does so, at native resolution.")
    if by_facts.get("file size", 0.5) > CLEAN:
        advice.append("File sizes differ by content: re-encoding alone does not remove that; --balance-bytes keeps as many of each class.")
    if by_facts.get("file names", 0.5) > CLEAN:
        advice.append("File names tell the classes apart: a reader must never see them; fakeprint data match names files by hash.")
    advice.append("Until then print this number beside every score that is measured on the set.")
    return tuple(advice)
