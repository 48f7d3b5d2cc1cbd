"""Thresholds of ensemble scores: the fixed one, equal errors, a bounded false-positive rate."""

import numpy as np
import pytest

from fakeprint.judge.score_threshold import COMPATIBLE, equal_error_threshold, false_positive_threshold


@pytest.fixture
def scores():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 1000)
    return rng.normal(2.0 * labels, 1.0), labels


def test_the_compatible_threshold_is_reached_from_above() -> None:
    assert COMPATIBLE.calls(0.3)
    assert not COMPATIBLE.calls(0.29999)
    assert COMPATIBLE.fpr is None


def test_equal_errors_meet(scores):
    found = equal_error_threshold(*scores)
    assert found.value == pytest.approx(1.0, abs=0.15)
    assert found.fpr == pytest.approx(1 - found.tpr, abs=0.002)
    values, labels = scores
    assert found.fpr == np.mean([found.calls(float(one)) for one in values[labels == 0]])


def test_the_false_positive_bound_holds_and_is_nearly_used(scores):
    found = false_positive_threshold(*scores, 0.05)
    assert found is not None
    assert 0.02 < found.fpr <= 0.05
    assert (found.n_authentic, found.n_positive) == (1000, 1000)
    assert false_positive_threshold(scores[0][980:1020], scores[1][980:1020], 0.01) is None, "too few files to promise that"


def test_separated_scores_make_no_errors() -> None:
    found = equal_error_threshold(np.array([0.0, 0.1, 0.8, 0.9]), np.array([0, 0, 1, 1]))
    assert (found.fpr, found.tpr, found.value) == (0.0, 1.0, 0.8)


@pytest.mark.parametrize(("values", "labels"), [([0.1, np.nan], [0, 1]), ([0.1, 0.2], [1, 1]), ([0.1, 0.2, 0.3], [0, 1])])
def test_refusals(values, labels):
    with pytest.raises(ValueError, match=r"threshold needs|not finite"):
        equal_error_threshold(np.array(values), np.array(labels))
