"""Calibration statistics against independent references: SciPy, scikit-learn, brute force, the tables of specs: evaluation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special
from scipy import stats as reference

from fakeprint.judge.base_rate import positive_predictive_value
from fakeprint.judge.binomial import incomplete_beta, lower_bound, upper_bound
from fakeprint.judge.conformal import fit_conformal, p_values, prediction_set
from fakeprint.judge.likelihood import VERBAL, largest_ratio, llr_bounds, verbal
from fakeprint.judge.logistic import fit_logistic


@pytest.mark.parametrize("trials", [1, 2, 19, 100, 3_000, 100_000])
def test_clopper_pearson_equals_scipy(trials: int) -> None:
    for events in sorted({0, 1, 2, trials // 50, trials // 3, trials // 2, trials - 1, trials}):
        if not 0 <= events <= trials:
            continue
        exact = reference.binomtest(events, trials)
        for confidence in (0.5, 0.95, 0.999):
            upper = exact.proportion_ci(2 * confidence - 1, "exact").high if confidence > 0.5 else None
            lower = exact.proportion_ci(2 * confidence - 1, "exact").low if confidence > 0.5 else None
            if upper is not None:
                assert upper_bound(events, trials, confidence) == pytest.approx(upper, rel=1e-9)
                assert lower_bound(events, trials, confidence) == pytest.approx(lower, rel=1e-9)


@given(st.floats(1e-12, 1 - 1e-12), st.integers(1, 5_000), st.integers(1, 5_000))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_incomplete_beta_equals_scipy(x: float, a: int, b: int) -> None:
    assert incomplete_beta(x, a, b) == pytest.approx(float(special.betainc(a, b, x)), rel=1e-7, abs=1e-12)


def test_bounds_without_events_have_a_closed_form() -> None:
    for n in (10, 100, 1_000, 30_000):
        assert upper_bound(0, n) == pytest.approx(1 - 0.05 ** (1 / n), rel=1e-12)
        assert lower_bound(n, n) == pytest.approx(0.05 ** (1 / n), rel=1e-12)


@pytest.mark.parametrize(("events", "trials", "confidence"), [(-1, 5, 0.95), (6, 5, 0.95), (0, 0, 0.95), (0, 5, 1.0), (0, 5, 0.0)])
def test_impossible_counts_are_refused(events: int, trials: int, confidence: float) -> None:
    for bound in (upper_bound, lower_bound):
        with pytest.raises(ValueError, match=r"count|confidence"):
            bound(events, trials, confidence)


def test_largest_claimable_ratio_reproduces_the_table() -> None:
    table = {100: 30, 1_000: 301, 3_000: 902, 10_000: 3_005, 30_000: 9_013}
    assert {n: round(largest_ratio(0.9, 0, n)) for n in table} == table
    with pytest.raises(ValueError, match="rate"):
        largest_ratio(1.1, 0, 10)


def test_base_rates_reproduce_the_table() -> None:
    table = {
        0.001: (99.9, 99.0, 90.1, 47.4),
        0.01: (98.9, 90.9, 47.6, 8.3),
        0.05: (94.7, 66.7, 15.4, 1.8),
        0.133: (87.1, 42.9, 6.4, 0.7),
    }
    for fpr, row in table.items():
        for prevalence, value in zip((0.5, 0.1, 0.01, 0.001), row, strict=True):
            assert round(100 * positive_predictive_value(0.9, fpr, prevalence), 1) == value


@pytest.mark.parametrize("rates", [(1.1, 0.1, 0.5), (0.5, -0.1, 0.5), (0.5, 0.1, float("nan")), (0.0, 0.0, 0.5)])
def test_impossible_rates_are_refused(rates: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match=r"rate|flagged"):
        positive_predictive_value(*rates)


@given(st.floats(-50, 50), st.floats(0, 20))
@settings(deadline=None, derandomize=True)
def test_words_never_exceed_the_bound(llr: float, bound: float) -> None:
    order = [words for _, words in VERBAL]
    assert order.index(verbal(llr, bound)) <= order.index(verbal(bound, bound))


def test_a_thousand_rows_never_say_more_than_moderately_strong() -> None:
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.normal(-20, 1, 1000), rng.normal(20, 1, 1000)])
    _, high = llr_bounds(scores, np.repeat([0, 1], 1000))
    assert math.exp(high) == pytest.approx(1 / upper_bound(0, 1000))
    assert verbal(99.0, high) == "moderately strong support"


def brute_force_bound(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    best = 0.0
    for threshold in np.concatenate([positive, negative]):
        hits, false = (positive >= threshold).mean(), int((negative >= threshold).sum())
        if hits > 0:
            best = max(best, math.log(hits / upper_bound(false, len(negative))))
    return best


@pytest.mark.parametrize("seed", range(5))
def test_llr_bounds_equal_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = np.round(np.concatenate([rng.normal(0, 1, 50), rng.normal(1.5, 1, 60)]), 1)
    labels = np.repeat([0, 1], [50, 60])
    low, high = llr_bounds(scores, labels)
    assert high == pytest.approx(brute_force_bound(scores[labels == 1], scores[labels == 0]))
    assert low == pytest.approx(-brute_force_bound(-scores[labels == 0], -scores[labels == 1]))
    assert low <= 0 <= high


def test_many_rows_only_lower_the_bound_by_thinning() -> None:
    rng = np.random.default_rng(1)
    negative, positive = rng.normal(0, 1, 400), rng.normal(1, 1, 400)
    _, high = llr_bounds(np.concatenate([negative, positive]), np.repeat([0, 1], 400))
    exact = brute_force_bound(positive, negative)
    assert exact - 0.1 < high <= exact + 1e-12


rows = st.lists(st.tuples(st.integers(-6, 6), st.booleans()), min_size=2, max_size=80).filter(lambda r: len({b for _, b in r}) == 2)


@given(rows, st.integers(-7, 7), st.sampled_from([0.01, 0.05, 0.1, 0.25, 0.5]))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_two_quantiles_give_the_sets_of_p_values(pairs: list[tuple[int, bool]], score: int, alpha: float) -> None:
    scores, labels = np.array([float(s) for s, _ in pairs]), np.array([int(b) for _, b in pairs])
    expected = prediction_set(*p_values(float(score), scores, labels), alpha)
    assert fit_conformal(scores, labels, alpha).labels(float(score)) == expected


@pytest.mark.parametrize(("n", "excludes"), [(18, False), (19, True)])
def test_nineteen_rows_are_the_least_that_exclude(n: int, excludes: bool) -> None:
    scores, labels = np.concatenate([np.zeros(n), np.ones(n)]), np.repeat([0, 1], n)
    fitted = fit_conformal(scores, labels, 0.05)
    assert (fitted.labels(50.0) == (1,)) is excludes
    assert (fitted.labels(-50.0) == (0,)) is excludes


@pytest.mark.parametrize("alpha", [0.05, 0.10])
def test_coverage_per_class_on_exchangeable_rows(alpha: float) -> None:
    rng = np.random.default_rng(7)
    covered = np.zeros(2)
    for _ in range(400):
        labels = np.repeat([0, 1, 0, 1], [100, 120, 50, 50])
        scores = rng.normal(labels * 1.2, 1.0 + labels)
        fitted = fit_conformal(scores[:220], labels[:220], alpha)
        for label in (0, 1):
            fresh = scores[220:][labels[220:] == label]
            covered[label] += np.mean([label in fitted.labels(float(one)) for one in fresh]) / 400
    for n, rate in zip((100, 120), covered, strict=True):
        assert 1 - alpha - 0.008 < rate < 1 - alpha + 1 / (n + 1) + 0.008


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1])
def test_impossible_alpha_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        fit_conformal(np.zeros(4), np.array([0, 0, 1, 1]), alpha)


def test_conformal_refuses_nan() -> None:
    with pytest.raises(ValueError, match="finite"):
        fit_conformal(np.array([np.nan, 1.0]), np.array([0, 1]))


def test_logistic_refuses_what_has_no_minimum() -> None:
    with pytest.raises(ArithmeticError, match="separated"):
        fit_logistic(np.array([[-1.0], [1.0]]), np.array([0.0, 1.0]), np.ones(2))
