"""Ensembles over what ran; the published golden vector."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fakeprint.core.score_ensemble import Stack, ensemble, sequence_score, stacked

GOLDEN = """
.00872216 .01763926 .02246069 .01132695 .03835763 .0131454 .11518755 .00667132 .01133874 .01895693 .00206885 .00480219 .00062077
.00691775 .00430566 .00380525 .00092641 .01116817 .07216255 .09467141 .00591475 .04562845 .01535223 .03690802 .0389526 .01133066
.01979582 .06682755 .01950602 .05097976 .00160344 .0018279
"""
STACK = Stack(weights={"a": 1.0, "b": 0.5, "c": 0.0}, intercept=-0.5, n_authentic=9, n_positive=9, groups=6)


def test_the_published_video_score() -> None:
    logits = [math.log(p / (1 - p)) for p in map(float, GOLDEN.split())]
    assert sequence_score(logits) == pytest.approx(0.012232, abs=1e-6)
    assert ensemble({str(at): p for at, p in enumerate(map(float, GOLDEN.split()))}).score == pytest.approx(0.024371, abs=1e-6)


@pytest.mark.parametrize(
    ("scores", "expected"), [((0.012232, 0.619181, 0.145865, 0.169166), 0.236611), ((0.006005, 0.072424, 0.0074, 0.020096), 0.026481)]
)
def test_the_published_ensembles(scores: tuple[float, ...], expected: float) -> None:
    found = ensemble(dict(zip(("TimmV2", "TimmV2ST", "ViT", "ViTST"), scores, strict=True)))
    assert found.score == pytest.approx(expected, abs=1e-6)
    assert found.absent == ()


def test_an_absent_member_is_no_low_score() -> None:
    whole, part = ensemble({"a": 0.8, "b": 0.6}), ensemble({"a": 0.8, "c": None, "b": 0.6})
    assert part.score == whole.score
    assert (part.used, part.absent) == (("a", "b"), ("c",))


def test_nothing_that_counts_gives_no_score() -> None:
    assert ensemble({}).score is None
    assert ensemble({"a": None}).score is None
    assert ensemble({"a": 0.5, "b": None}, {"a": 0.0, "b": 1.0}).score is None


@given(st.dictionaries(st.text(max_size=3), st.none() | st.floats(0, 1), min_size=1), st.randoms(use_true_random=False))
def test_order_plays_no_part_and_the_mean_lies_within(scores: dict[str, float | None], random: object) -> None:
    found = ensemble(scores)
    present = [one for one in scores.values() if one is not None]
    assert (found.score is None) == (not present)
    if found.score is not None:
        assert min(present) - 1e-12 <= found.score <= max(present) + 1e-12
        assert ensemble(dict(reversed(scores.items()))).score == found.score


@pytest.mark.parametrize("weights", [{"a": 1.0}, {"a": 1.0, "b": -1.0}, {"a": 1.0, "b": math.inf}, {"a": 1.0, "b": 1.0, "c": 1.0}])
def test_weights_must_fit(weights: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        ensemble({"a": 0.1, "b": 0.2}, weights)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_scores_must_be_finite(value: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        ensemble({"a": value})
    with pytest.raises(ValueError, match="not finite"):
        sequence_score([0.0, value])


def test_stacked_is_the_line_and_scales_up_for_the_absent() -> None:
    assert stacked({"a": 2.0, "b": -1.0, "c": 9.0}, STACK).score == pytest.approx(1.0)
    assert stacked({"a": 2.0, "b": None, "c": 9.0}, STACK).score == pytest.approx(1.5 * 2.0 - 0.5)
    assert stacked({"a": None, "b": None, "c": 9.0}, STACK).score is None, "what weighs nothing says nothing"
    with pytest.raises(ValueError, match="weights are for"):
        stacked({"a": 2.0}, STACK)


@pytest.mark.parametrize("weights", [{}, {"a": -0.1, "b": 1.0}, {"a": 0.0}])
def test_a_stack_weighs_something(weights: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Stack(weights=weights, intercept=0.0, n_authentic=9, n_positive=9, groups=6)
