"""Several logits to one: what stands out leads, and many faces neither accuse nor reassure."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp

from fakeprint.detectors.several_faces import pooled

LOGITS = st.lists(st.floats(-800, 800), min_size=1, max_size=40)


@given(LOGITS)
def test_equals_the_log_of_the_mean_ratio(logits: list[float]) -> None:
    assert pooled(logits) == pytest.approx(logsumexp(logits) - math.log(len(logits)), abs=1e-9)


@given(LOGITS, st.floats(-800, 800))
def test_lies_between_the_strongest_and_that_less_the_log_of_the_number(logits: list[float], more: float) -> None:
    value, highest = pooled(logits), max(logits)
    assert highest - math.log(len(logits)) - 1e-9 <= value <= highest + 1e-9
    assert pooled(logits[::-1]) == pytest.approx(value, abs=1e-9)
    raised = [*logits[:-1], max(logits[-1], more)]
    assert pooled(raised) >= value - 1e-9


def test_one_face_is_left_as_it_is_and_equal_faces_count_once() -> None:
    assert pooled([1.25]) == 1.25
    assert pooled([-3.0] * 20) == pytest.approx(-3.0)
    assert pooled([5.0, -9.0], "max") == 5.0


@pytest.mark.parametrize("count", [2, 5, 20])
def test_many_unaltered_faces_are_not_flagged_more_often_than_one(count: int) -> None:
    """Calibrated ratios of a detector with unit-variance scores two apart; the threshold that 5 % of single faces pass."""
    unaltered = 2 * np.random.default_rng(0).normal(-1.0, 1.0, (20_000, count))
    threshold = float(np.quantile(unaltered[:, 0], 0.95))
    share = float(np.mean([pooled(row) >= threshold for row in unaltered.tolist()]))
    assert share <= 0.055
    highest = float(np.mean(unaltered.max(axis=1) >= threshold))
    assert highest > 1.8 * share


def test_refuses_nothing() -> None:
    with pytest.raises(ValueError, match="max"):
        pooled([])
