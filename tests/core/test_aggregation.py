import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import trim_mean

from fakeprint.core.aggregation import AGGREGATIONS, POOLINGS, aggregate, logit_of, parse_aggregation, pooled, sigmoid
from fakeprint.core.errors import UnknownNameError, UsageError

GOLDEN = (
    ".00872216 .01763926 .02246069 .01132695 .03835763 .0131454 .11518755 .00667132 .01133874 .01895693 .00206885 .00480219 .00062077 "
    ".00691775 .00430566 .00380525 .00092641 .01116817 .07216255 .09467141 .00591475 .04562845 .01535223 .03690802 .0389526 .01133066 "
    ".01979582 .06682755 .01950602 .05097976 .00160344 .0018279"
)
"""32 frame probabilities of one clip and what they give: specs: dfspot 10."""

logits_of_frames = st.lists(st.floats(-30, 30), min_size=1, max_size=40)


def test_golden_vector() -> None:
    logits = [logit_of(float(text)) for text in GOLDEN.split()]
    assert len(logits) == 32
    assert sigmoid(aggregate("logit_mean", logits)) == pytest.approx(0.012232, abs=5e-7)
    assert sigmoid(aggregate("prob_mean", logits)) == pytest.approx(0.024371, abs=5e-7)
    assert pooled("mean", logits) == pytest.approx(0.012232, abs=5e-7)
    assert pooled("sigmean", logits) == pytest.approx(0.024371, abs=5e-7)


@settings(deadline=None)
@given(logits_of_frames)
def test_against_references(logits: list[float]) -> None:
    assert aggregate("logit_mean", logits) == pytest.approx(float(np.mean(logits)), abs=1e-9)
    assert aggregate("median", logits) == pytest.approx(float(np.median(logits)), abs=1e-9)
    assert aggregate("trimmed_mean:share=0.2", logits) == pytest.approx(float(trim_mean(logits, 0.2)), abs=1e-9)
    assert aggregate("top_k_mean:k=4", logits) == pytest.approx(float(np.mean(np.sort(logits)[::-1][:4])), abs=1e-9)
    assert sigmoid(aggregate("prob_mean", logits)) == pytest.approx(float(np.mean(1 / (1 + np.exp(-np.array(logits))))), abs=1e-9)
    share = sum((x > 0) + 0.5 * (x == 0) for x in logits)
    assert sigmoid(aggregate("vote", logits)) == pytest.approx((share + 0.5) / (len(logits) + 1), abs=1e-9)


@pytest.mark.parametrize("name", AGGREGATIONS)
@settings(deadline=None)
@given(logits=logits_of_frames, data=st.data())
def test_order_does_not_matter_and_the_sign_rules(name: str, logits: list[float], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(logits))
    assert aggregate(name, shuffled) == pytest.approx(aggregate(name, logits), abs=1e-9)
    assert aggregate(name, [abs(x) + 0.1 for x in logits]) > 0
    assert aggregate(name, [-abs(x) - 0.1 for x in logits]) < 0
    assert math.isfinite(aggregate(name, [1e6 * x for x in logits]))


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_dead_zone(name: str) -> None:
    assert aggregate(f"{name}:dead=1", [0.5, -1.0, 1.0]) == pytest.approx(0.0)
    assert aggregate(f"{name}:dead=1", [0.5, -1.0, 3.0]) == pytest.approx(aggregate(name, [3.0]))
    assert parse_aggregation(f"{name}:dead=0.5").options == {"dead": 0.5}


@pytest.mark.parametrize(
    "text",
    [
        "logit_mean:",
        "logit_mean:k=3",
        "top_k_mean:k=0",
        "top_k_mean:k=1.5",
        "top_k_mean:k=nan",
        "top_k_mean:k=inf",
        "top_k_mean:k=3,k=4",
        "trimmed_mean:share=0.5",
        "trimmed_mean:share=-0.1",
        "vote:dead=-1",
        "vote:dead=inf",
        "vote:dead",
        "vote:dead=1,",
    ],
)
def test_refusals(text: str) -> None:
    with pytest.raises(UsageError):
        parse_aggregation(text)


def test_unknown_names_suggest() -> None:
    with pytest.raises(UnknownNameError, match="logit_mean"):
        parse_aggregation("logitmean")
    with pytest.raises(UnknownNameError, match="sigmean"):
        pooled("sigmeen", [1.0])


@pytest.mark.parametrize("logits", [[], [math.nan], [1.0, math.inf]])
def test_what_cannot_be_aggregated(logits: list[float]) -> None:
    for name in AGGREGATIONS:
        with pytest.raises(ValueError, match=r"aggregate|finite"):
            aggregate(name, logits)
    with pytest.raises(ValueError, match=r"aggregate|finite"):
        pooled("mean", logits)


@pytest.mark.parametrize("name", POOLINGS)
@settings(deadline=None)
@given(logits=st.lists(st.floats(-8, 8), min_size=1, max_size=20))
def test_the_older_menu(name: str, logits: list[float]) -> None:
    """Formulas of specs: dfspot 10, written out with numpy."""
    a, b, c, d = 1.5, 0.8, 0.05, 0.7
    x = np.array([one for one in logits if abs(one) > d] or [0.0])

    def s(values):
        return 1 / (1 + np.exp(-np.asarray(values)))

    def f(value):
        return (value - 0.5) * b + 0.5

    power = np.mean(x**3)
    largest = max((a * one for one in x), key=abs)
    expected = {
        "mean": lambda: f(s(a * x.mean())),
        "sigmean": lambda: f(s(a * x).mean()),
        "meanp": lambda: f(s(a * np.sign(power) * abs(power) ** (1 / 3))),
        "median": lambda: f(s(a * statistics.median(x))),
        "sigmedian": lambda: f(statistics.median(s(a * x))),
        "maxabs": lambda: f(s(largest)),
        "avgvoting": lambda: (b * np.sign(x).mean() + 1) / 2,
        "voting": lambda: f(np.sign((a * x).mean())),
    }[name]()
    assert pooled(name, logits, pre=a, post=b, clip=c, dead=d) == pytest.approx(float(np.clip(expected, c, 1 - c)), abs=1e-6)
