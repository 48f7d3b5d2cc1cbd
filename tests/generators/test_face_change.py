"""Changes of colour and detail: nothing by default, what they say otherwise, and refusals."""

import numpy as np
import pytest

from fakeprint.core.errors import UsageError
from fakeprint.generators.face_change import FaceChange


def test_the_default_changes_nothing(picture):
    np.testing.assert_array_equal(FaceChange().apply(picture), picture)


def test_shifts_and_contrast_follow_their_formula():
    grey = np.full((4, 4, 3), 100, np.uint8)
    assert FaceChange(red=10, blue=-5).apply(grey)[0, 0].tolist() == [110, 100, 95]
    assert FaceChange(contrast=2.0, brightness=3).apply(grey)[0, 0].tolist() == [75, 75, 75]


def test_hue_and_saturation_leave_grey_and_luma_alone(picture):
    grey = np.full((4, 4, 3), 77, np.uint8)
    np.testing.assert_array_equal(FaceChange(hue=30, saturation=0.5).apply(grey), grey)
    muted = np.clip(picture // 2 + 60, 60, 190).astype(np.uint8)
    luma = np.array((0.299, 0.587, 0.114))
    assert np.abs(FaceChange(hue=10, saturation=0.8).apply(muted) @ luma - muted @ luma).max() < 1.01
    assert np.ptp(FaceChange(saturation=0.0).apply(muted).astype(int), axis=2).max() <= 1


@pytest.mark.parametrize(("detail", "amount", "rougher"), [("rescale", 0.4, False), ("blur", 1.5, False), ("sharpen", 1.0, True)])
def test_detail_is_taken_or_added(picture, detail, amount, rougher):
    changed = FaceChange(detail=detail, amount=amount).apply(picture)
    before, after = (np.abs(np.diff(one.astype(int), axis=1)).mean() for one in (picture, changed))
    assert changed.shape == picture.shape
    assert (after > before) == rougher


def test_compression_is_a_round_trip(picture):
    changed = FaceChange(quality=40).apply(picture)
    assert changed.shape == picture.shape
    assert 0 < np.abs(changed.astype(int) - picture).mean() < 20


@pytest.mark.parametrize(
    "wrong", [{"red": 300}, {"contrast": -1}, {"detail": "none of these"}, {"kernel": "x"}, {"detail": "rescale"}, {"quality": 101}]
)
def test_refusals(wrong):
    with pytest.raises(UsageError):
        FaceChange(**wrong)
