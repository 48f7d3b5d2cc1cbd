import pytest
from pydantic import ValidationError

from fakeprint.core.sample import Label, Sample, Split, Step

GOOD = {"id": "a", "path": "x/a.jpg", "label": "synthetic", "split": "train", "group": "g", "source": "s"}


def test_round_trip():
    sample = Sample(**GOOD, generator="m", history=(Step(name="jpeg", parameters={"quality": 80}, seed=3),))
    assert Sample.model_validate_json(sample.model_dump_json()) == sample


@pytest.mark.parametrize("path", ["", "/etc/passwd", "a/../../b", "..", "a\\b", "a\0b"])
def test_paths_that_leave_the_root_are_refused(path):
    with pytest.raises(ValidationError):
        Sample(**{**GOOD, "path": path})


@pytest.mark.parametrize("change", [{"id": ""}, {"group": ""}, {"label": "fake"}, {"split": "all"}, {"sha256": "12"}, {"extra": 1}])
def test_fields_that_make_no_sense_are_refused(change):
    with pytest.raises(ValidationError):
        Sample(**{**GOOD, **change})


def test_polarity():
    assert [Label.AUTHENTIC.positive, Label.SYNTHETIC.positive, Label.MANIPULATED.positive] == [0, 1, 1]
    assert {one.value for one in Split} == {"train", "val", "dev", "calib", "test"}
