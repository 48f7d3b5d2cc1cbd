"""The record of measured numbers is closed and versioned."""

import pytest
from pydantic import ValidationError

from fakeprint.core.scorecard import MetricValue, Slice


def test_a_number_keeps_its_circumstances() -> None:
    value = MetricValue(metric="auroc", value=0.9, low=0.8, high=0.95, groups=40)
    assert MetricValue.model_validate_json(value.model_dump_json()) == value
    assert Slice(kind="family", name="gan", n=30, values=(value,)).pooled == ()


@pytest.mark.parametrize("update", [{"value": float("nan")}, {"degenerate": 1.5}, {"groups": -1}, {"stars": 5}])
def test_numbers_that_make_no_sense_are_refused(update: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MetricValue.model_validate({"metric": "auroc", "value": 0.5, **update})
