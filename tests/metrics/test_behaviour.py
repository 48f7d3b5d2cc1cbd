"""Perfect, reversed, constant and permuted detectors, and refusals, for every metric of the table."""

import numpy as np
import pytest

from fakeprint.metrics import METRICS, TABLE
from fakeprint.metrics.metric import Refused, Takes
from fakeprint.metrics.pixels import pixel_f1, pixel_iou
from fakeprint.metrics.ranking import tpr_at_fpr

LABELS = np.r_[np.zeros(10_000, int), np.ones(500, int)]


def values_for(takes: Takes, good: bool) -> np.ndarray:
    right = LABELS if good else 1 - LABELS
    if takes is Takes.PROBABILITIES:
        return right * 1.0
    if takes in (Takes.SCORES, Takes.LLR):
        return np.where(right == 1, 40.0, -40.0)
    if takes is Takes.FRACTIONS:
        return np.full(len(LABELS), 1.0 if good else 0.0)
    return right.astype(float)


@pytest.mark.parametrize("name", TABLE)
def test_perfect_and_reversed(name: str) -> None:
    metric = METRICS.load(name)
    assert metric.name == name
    best, worst = (metric(values_for(metric.takes, good), LABELS) for good in (True, False))
    if metric.takes is Takes.FRACTIONS:
        assert (best, worst) == (1.0, 0.0)
        return
    top, bottom = (metric.high, metric.low) if metric.higher_is_better else (metric.low, metric.high)
    if name == "coverage":
        assert best == worst == 1.0
        return
    assert best == pytest.approx(top, abs=2e-6), "the log-loss is clipped at 1e-6"
    if name == "ap":
        assert worst == pytest.approx(500 / len(LABELS), rel=0.6)
    elif name == "cllr-min":
        assert worst == pytest.approx(1.0)
    elif bottom is None:
        assert worst > 10
    else:
        assert worst == pytest.approx(bottom)


@pytest.mark.parametrize("name", TABLE)
def test_permutation_changes_nothing(name: str) -> None:
    metric = METRICS.load(name)
    rng = np.random.default_rng(0)
    values = {Takes.PROBABILITIES: rng.random, Takes.FRACTIONS: rng.random}.get(
        metric.takes, lambda n: rng.integers(0, 2, n).astype(float)
    )(len(LABELS))
    order = rng.permutation(len(LABELS))
    assert metric(values, LABELS) == pytest.approx(metric(values[order], LABELS[order]), abs=1e-12)


def test_constant() -> None:
    flat = np.zeros(len(LABELS))
    assert METRICS.load("auroc")(flat, LABELS) == 0.5
    assert METRICS.load("eer")(flat, LABELS) == 0.5
    assert METRICS.load("ap")(flat, LABELS) == pytest.approx(500 / len(LABELS))
    assert METRICS.load("cllr")(flat, LABELS) == pytest.approx(1.0)
    assert METRICS.load("cllr-min")(flat, LABELS) == pytest.approx(1.0)
    assert METRICS.load("tpr-at-fpr-1")(flat, LABELS) == 0.0


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(name: str, bad: float) -> None:
    values = values_for(METRICS.load(name).takes, True)
    values[3] = bad
    with pytest.raises(Refused, match="finite"):
        METRICS.load(name)(values, LABELS)


@pytest.mark.parametrize("name", [name for name in TABLE if METRICS.load(name).needs_both_classes])
def test_one_class_is_refused(name: str) -> None:
    metric = METRICS.load(name)
    with pytest.raises(Refused, match="all rows have the label 0"):
        metric(values_for(metric.takes, True)[:1000], LABELS[:1000])


@pytest.mark.parametrize("name", TABLE)
def test_no_rows_and_unlike_lengths_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="no rows"):
        METRICS.load(name)([], [])
    with pytest.raises(Refused, match="equally long"):
        METRICS.load(name)([1.0, 0.0], [1])


@pytest.mark.parametrize(
    ("name", "values"),
    [("brier", [2.0, -3.0]), ("fpr", [0.5, 1.0]), ("coverage", [2.0, 0.0]), ("top-1", [0.5, 1.0]), ("top-1", [-1.0, 1.0])],
)
def test_values_of_another_kind_are_refused(name: str, values: list[float]) -> None:
    with pytest.raises(Refused):
        METRICS.load(name)(values, [0, 1])


def test_other_labels_are_refused() -> None:
    with pytest.raises(Refused, match="0 and 1"):
        METRICS.load("auroc")([0.1, 0.2], [1, 2])


@pytest.mark.parametrize("target", [0, 1, 2, -0.1, float("nan")])
def test_impossible_targets_are_refused(target: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        tpr_at_fpr(target)


@pytest.mark.parametrize(
    ("name", "least"), [("tpr-at-fpr-10", 100), ("tpr-at-fpr-5", 200), ("tpr-at-fpr-1", 1_000), ("tpr-at-fpr-0.1", 10_000)]
)
def test_rates_at_a_fixed_fpr_need_rows(name: str, least: int) -> None:
    def measure(n: int) -> float:
        return METRICS.load(name)(np.r_[np.zeros(n), np.ones(5)], np.r_[np.zeros(n, int), np.ones(5, int)])

    assert measure(least) == 1.0
    with pytest.raises(Refused, match=f"needs {least:,} rows of label 0, there are {least - 1:,}"):
        measure(least - 1)


def test_ece_needs_a_hundred_rows() -> None:
    with pytest.raises(Refused, match="100 rows"):
        METRICS.load("ece")(np.full(99, 0.5), np.arange(99) % 2)


def test_masks() -> None:
    heat = np.full((4, 4), 0.9)
    with pytest.raises(Refused, match="false area"):
        pixel_f1(heat, np.zeros((4, 4), bool))
    with pytest.raises(Refused, match="one shape"):
        pixel_iou(heat, np.zeros((4, 5), bool))
    with pytest.raises(Refused, match="finite"):
        pixel_iou(np.full((4, 4), np.nan), np.ones((4, 4), bool))
