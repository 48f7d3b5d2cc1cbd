"""The grouped bootstrap: what is drawn, how wide it gets, and when it refuses."""

import time

import numpy as np
import pytest

from fakeprint.metrics import METRICS
from fakeprint.metrics.bootstrap import TOO_FEW, Resamples, difference, interval
from fakeprint.metrics.holm import holm

AUROC = METRICS.load("auroc")


def grouped(seed: int, groups: int, size: int, spread: float = 1.0) -> tuple[np.ndarray, np.ndarray, list[str]]:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(groups) % 2, size)
    scores = labels + np.repeat(rng.normal(0, spread, groups), size) + rng.normal(0, 0.2, groups * size)
    return scores, labels, [f"g{place // size}" for place in range(groups * size)]


def test_same_seed_same_interval() -> None:
    scores, labels, groups = grouped(0, 80, 3)
    one, two = (interval(AUROC, scores, labels, Resamples(groups, labels, seed=4)) for _ in range(2))
    other = interval(AUROC, scores, labels, Resamples(groups, labels, seed=5))
    assert one == two
    assert one != other
    assert one.low is not None
    assert one.high is not None
    assert one.low < one.value < one.high
    assert one.groups == 80


def test_whole_groups_are_drawn_and_strata_keep_their_size() -> None:
    groups = ["a", "a", "b", "c", "c", "d", "e"]
    labels = [0, 0, 0, 1, 1, 1, 0]
    weights = np.concatenate(list(Resamples([*groups, "m", "m"], [*labels, 0, 1], count=1000, seed=0).weights()))
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 4]).all()
    assert (weights[:, [0, 2, 6]].sum(axis=1) == 3).all(), "three groups of label 0 alone"
    assert (weights[:, [3, 5]].sum(axis=1) == 2).all(), "two groups of label 1 alone"
    assert (weights[:, 7] == 1).all(), "one mixed group"


def test_ignoring_groups_would_be_too_narrow() -> None:
    scores, labels, groups = grouped(1, 60, 10)
    by_group = interval(AUROC, scores, labels, Resamples(groups, labels, seed=0))
    by_row = interval(AUROC, scores, labels, Resamples([str(place) for place in range(len(labels))], labels, seed=0))
    assert by_group.high - by_group.low > 2 * (by_row.high - by_row.low)


def test_intervals_cover() -> None:
    """95 % intervals of a rate over 60 groups hold the true rate in most of 200 repetitions (percentile intervals run a little short)."""
    rng, hits = np.random.default_rng(2), 0
    for seed in range(200):
        labels = np.r_[np.zeros(60, int), np.ones(60, int)]
        called = (rng.random(120) < np.where(labels == 1, 0.7, 0.2)).astype(float)
        found = interval(METRICS.load("tpr"), called, labels, Resamples(list(map(str, range(120))), labels, count=1000, seed=seed))
        hits += found.low <= 0.7 <= found.high
    assert 178 <= hits <= 200


def test_a_rate_without_exceptions_gets_the_exact_bound() -> None:
    labels = np.r_[np.zeros(100, int), np.ones(40, int)]
    found = interval(METRICS.load("fpr"), labels.astype(float), labels, Resamples(list(map(str, range(140))), labels))
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(1 - 0.05 ** (1 / 100))
    hit = interval(METRICS.load("tpr"), labels.astype(float), labels, Resamples(list(map(str, range(140))), labels))
    assert (hit.value, hit.high) == (1.0, 1.0)
    assert hit.low == pytest.approx(0.05 ** (1 / 40))


def test_too_few_groups_give_no_interval() -> None:
    scores, labels, groups = grouped(0, 19, 5)
    found = interval(AUROC, scores, labels, Resamples(groups, labels))
    assert found.value is not None
    assert (found.low, found.high, found.reason) == (None, None, TOO_FEW)


def test_degenerate_draws_are_counted_and_refuse_beyond_five_percent() -> None:
    """One row of label 1 inside one of 30 mixed groups is lost in a third of the draws of that stratum."""
    groups, labels = [], []
    for place in range(30):
        groups += [f"g{place}"] * 2
        labels += [0, 1]
    scores = np.arange(60.0)
    part = np.array([label == 0 or place == 1 for place, label in enumerate(labels)])
    found = interval(AUROC, scores, labels, Resamples(groups, labels), part)
    assert found.value is None
    assert found.degenerate == pytest.approx((29 / 30) ** 30, abs=0.05)
    assert "have no value" in found.reason


def test_refusals_become_reasons() -> None:
    labels = np.ones(50, int)
    found = interval(AUROC, np.zeros(50), labels, Resamples(list(map(str, range(50))), labels))
    assert (found.value, found.reason) == (None, "all rows have the label 1")


def test_paired_differences_are_narrower_than_unpaired_ones_and_exclude_zero_only_for_a_better_detector() -> None:
    scores, labels, groups = grouped(3, 200, 2)
    rng = np.random.default_rng(0)
    draws = Resamples(groups, labels, seed=1)
    same = difference(AUROC, scores + rng.normal(0, 0.02, len(scores)), scores, labels, draws)
    assert same.low <= 0.0 <= same.high
    assert same.high - same.low < 0.2 * (interval(AUROC, scores, labels, draws).high - interval(AUROC, scores, labels, draws).low)
    worse = difference(AUROC, scores, rng.normal(0, 1, len(scores)), labels, draws)
    assert worse.low > 0
    assert difference(AUROC, scores, np.full(len(scores), np.nan), labels, draws).reason == "a value is not finite"


def test_outer_units_widen_the_interval() -> None:
    rng = np.random.default_rng(4)
    labels = np.tile([0, 1], 300)
    units = np.repeat([f"u{place}" for place in range(10)], 60)
    scores = labels * np.repeat(rng.normal(1, 1.0, 10), 60) + rng.normal(0, 1, 600)
    groups = list(map(str, range(600)))
    inner = interval(AUROC, scores, labels, Resamples(groups, labels))
    outer = interval(AUROC, scores, labels, Resamples(groups, labels, outer=list(units)))
    assert outer.high - outer.low > 1.5 * (inner.high - inner.low)
    with pytest.raises(ValueError, match="two outer units"):
        Resamples(["a", "a"], [0, 1], outer=["x", "y"])


def test_bad_draws_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1000"):
        Resamples(["a"], [0], count=999)
    with pytest.raises(ValueError, match="2 groups for 1 rows"):
        Resamples(["a", "b"], [0])


def test_two_thousand_resamples_of_six_hundred_rows_take_seconds() -> None:
    scores, labels, groups = grouped(0, 300, 2)
    draws, started = Resamples(groups, labels), time.process_time()
    for name in ("auroc", "ap", "eer", "cllr", "cllr-min", "aurc"):
        interval(METRICS.load(name), scores, labels, draws)
    assert time.process_time() - started < 15


def test_holm() -> None:
    assert holm([0.04]) == (0.04,)
    assert holm([0.5, 0.9]) == (1.0, 1.0)
    with pytest.raises(ValueError, match="0 to 1"):
        holm([1.2])
