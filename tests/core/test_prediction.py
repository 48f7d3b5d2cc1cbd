"""Predictions join the manifest by id, and refuse whatever does not fit."""

from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import ValidationError

from fakeprint.core.errors import AlignmentError, LeakageError
from fakeprint.core.evidence import ScoreUnit
from fakeprint.core.manifest import Manifest
from fakeprint.core.prediction import Prediction, align
from fakeprint.core.sample import Label, Split

ROW = {"sample_id": "s0", "condition": "clean", "examiner": "e", "unit": "logit"}


@pytest.fixture(scope="module")
def make() -> SimpleNamespace:
    return SimpleNamespace(**run_path(str(Path(__file__).parents[1] / "suites" / "make.py")))


@pytest.fixture(scope="module")
def manifest(make: SimpleNamespace) -> Manifest:
    return make.manifest(20)


@pytest.fixture(scope="module")
def rows(make: SimpleNamespace, manifest: Manifest) -> list[Prediction]:
    return make.predictions(manifest, conditions=("clean",))


def changed(row: Prediction, **update: object) -> Prediction:
    return Prediction.model_validate({**row.model_dump(), **update})


def test_order_does_not_matter(manifest: Manifest, rows: list[Prediction]) -> None:
    one, two = align(rows, manifest, Split.DEV), align(reversed(rows), manifest, Split.DEV)
    assert np.array_equal(one.scores, two.scores)
    assert one.labels.tolist() == [sample.label.positive for sample in manifest.samples]
    assert one.predictions == two.predictions
    assert one.counts.scored == one.counts.total == 20
    assert one.families[0] == ""
    assert one.families[1] == "family-1"


def test_missing_double_and_unknown_ids_are_errors(manifest: Manifest, rows: list[Prediction]) -> None:
    with pytest.raises(AlignmentError, match=r"1 of 20 samples of dev have no prediction; the first is 's3'"):
        align([row for row in rows if row.sample_id != "s3"], manifest, Split.DEV)
    with pytest.raises(AlignmentError, match="two predictions for sample 's0'"):
        align([*rows, rows[0]], manifest, Split.DEV)
    with pytest.raises(AlignmentError, match="which the manifest does not hold"):
        align([*rows, changed(rows[0], sample_id="stranger")], manifest, Split.DEV)
    with pytest.raises(AlignmentError, match="no predictions"):
        align([], manifest, Split.DEV)


@pytest.mark.parametrize(
    ("update", "what"),
    [
        ({"condition": "web"}, "condition"),
        ({"examiner": "x"}, "examiner"),
        ({"unit": "llr"}, "unit"),
        ({"weights_sha256": "0" * 64}, "weights"),
    ],
)
def test_rows_of_two_kinds_are_not_mixed(manifest: Manifest, rows: list[Prediction], update: dict[str, str], what: str) -> None:
    with pytest.raises(AlignmentError, match=f"more than one {what}"):
        align([changed(rows[0], **update), *rows[1:]], manifest, Split.DEV)


def test_another_unit_than_asked_for_is_refused(manifest: Manifest, rows: list[Prediction]) -> None:
    with pytest.raises(AlignmentError, match="probability is asked for"):
        align(rows, manifest, Split.DEV, unit=ScoreUnit.PROBABILITY)


@pytest.mark.parametrize("update", [{"label": "synthetic"}, {"group_id": "other"}])
def test_copies_that_differ_from_the_manifest_are_errors(manifest: Manifest, rows: list[Prediction], update: dict[str, str]) -> None:
    with pytest.raises(AlignmentError, match="in the manifest and"):
        align([changed(rows[0], **update), *rows[1:]], manifest, Split.DEV)
    align([changed(rows[0], label=Label.AUTHENTIC, group_id="g0"), *rows[1:]], manifest, Split.DEV)


def test_train_rows_never_enter_a_dev_table(manifest: Manifest, rows: list[Prediction]) -> None:
    moved = manifest.samples[0].model_copy(update={"split": Split.TRAIN})
    mixed = Manifest(header=manifest.header, samples=(moved, *manifest.samples[1:]))
    with pytest.raises(LeakageError, match="lies in train; the table is of dev"):
        align(rows, mixed, Split.DEV)
    assert align(rows[1:], mixed, Split.DEV).counts.total == 19
    with pytest.raises(LeakageError, match="the row says train"):
        align([changed(rows[0], split="train"), *rows[1:]], manifest, Split.DEV)


def test_failed_and_not_applicable_rows_are_counted(manifest: Manifest, rows: list[Prediction]) -> None:
    lost = [
        Prediction(**{**ROW, "examiner": "drawn", "status": "failed", "reason": "E_CORRUPT"}),
        Prediction(**{**ROW, "examiner": "drawn", "sample_id": "s1", "status": "not_applicable", "reason": "too-small"}),
    ]
    found = align([*lost, *rows[2:]], manifest, Split.DEV)
    assert (found.counts.scored, found.counts.failed, found.counts.not_applicable) == (18, 1, 1)
    assert [(row.reason, sample.id) for row, sample in found.missed] == [("E_CORRUPT", "s0"), ("too-small", "s1")]
    assert len(found.scores) == len(found.labels) == len(found.groups) == 18


@pytest.mark.parametrize(
    "row",
    [
        {"status": "ok"},
        {"status": "ok", "score": 1.0, "reason": "why"},
        {"status": "failed"},
        {"status": "failed", "score": 1.0, "reason": "E_CORRUPT"},
        {"status": "ok", "score": float("nan")},
        {"status": "ok", "score": 1.5, "unit": "probability"},
        {"status": "ok", "score": 1.0, "mood": "good"},
    ],
)
def test_rows_that_make_no_sense_are_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Prediction.model_validate({**ROW, **row})


def test_class_logits_alone_are_a_result_and_are_not_mixed_with_scores(manifest: Manifest, rows: list[Prediction]) -> None:
    named = [changed(row, score=None, class_logits=(0.0, 1.0)) for row in rows]
    assert len(align(named, manifest, Split.DEV).scores) == 0
    with pytest.raises(AlignmentError, match="class logits only"):
        align([named[0], *rows[1:]], manifest, Split.DEV)
