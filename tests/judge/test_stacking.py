"""Stacking against scikit-learn; groups count once; members that mislead are left out."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from fakeprint.core.score_ensemble import stacked
from fakeprint.judge.stacking import fit_stack


@pytest.fixture
def files():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 400)
    sign = 2.0 * labels - 1
    llrs = {"good": sign * 1.5 + rng.normal(0, 1.5, 800), "fair": sign * 0.5 + rng.normal(0, 1.5, 800)}
    return llrs, labels, [f"g{at}" for at in range(800)]


def test_it_is_the_logistic_regression(files):
    llrs, labels, groups = files
    found = fit_stack(llrs, labels, groups)
    reference = LogisticRegression(C=1e9, tol=1e-8).fit(np.column_stack(list(llrs.values())), labels)
    assert list(found.weights.values()) == pytest.approx(reference.coef_[0], rel=0.05)
    assert found.weights["good"] > found.weights["fair"] > 0
    assert (found.n_authentic, found.n_positive, found.groups) == (400, 400, 800)


def test_the_stack_ranks_better_than_either_member(files):
    llrs, labels, groups = files
    even, odd = np.arange(800) % 2 == 0, np.arange(800) % 2 == 1
    found = fit_stack(
        {name: one[even] for name, one in llrs.items()}, labels[even], [g for g, keep in zip(groups, even, strict=True) if keep]
    )

    def loss(scores):
        return np.logaddexp(0, -(2 * labels[odd] - 1) * scores).mean()

    both = np.array([stacked({name: one[at] for name, one in llrs.items()}, found).score for at in np.flatnonzero(odd)])
    assert loss(both) < min(loss(one[odd]) for one in llrs.values())


def test_many_files_of_one_group_count_once(files):
    llrs, labels, groups = files
    repeated = np.r_[np.arange(800), np.zeros(2000, int)]
    wide = fit_stack({name: one[repeated] for name, one in llrs.items()}, labels[repeated], [groups[at] for at in repeated])
    assert list(wide.weights.values()) == pytest.approx(list(fit_stack(llrs, labels, groups).weights.values()))


def test_a_misleading_member_weighs_nothing(files):
    llrs, labels, groups = files
    found = fit_stack(llrs | {"reversed": 1.0 - 2.0 * labels + np.random.default_rng(1).normal(0, 2, 800)}, labels, groups)
    assert found.weights["reversed"] == 0.0
    assert found.weights["good"] == pytest.approx(fit_stack(llrs, labels, groups).weights["good"])


def test_separated_files_give_a_finite_line():
    labels = np.repeat([0, 1], 6)
    found = fit_stack({"a": 4.0 * labels - 2}, labels, [f"g{at}" for at in range(12)])
    assert 0 < found.weights["a"] < 10


@pytest.mark.parametrize(
    ("llrs", "labels", "groups", "message"),
    [
        ({}, [0, 1], ["a", "b"], "members"),
        ({"a": [1.0]}, [0, 1], ["a", "b"], "different numbers"),
        ({"a": [1.0, np.nan, 0, 0]}, [0, 1, 0, 1], list("abcd"), "not finite"),
        ({"a": [1.0, 2, 3, 4]}, [0, 0, 0, 1], list("abcd"), "label 1 needs"),
        ({"a": [1.0, 2, 3, 4]}, [0, 0, 1, 1], list("aabc"), "label 0 needs"),
        ({"a": [4.0, 5, 1, 2]}, [0, 0, 1, 1], list("abcd"), "no member tells"),
    ],
)
def test_refusals(llrs, labels, groups, message):
    with pytest.raises(ValueError, match=message):
        fit_stack({name: np.array(one, float) for name, one in llrs.items()}, np.array(labels), groups)
