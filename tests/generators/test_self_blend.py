"""Blends: what is drawn is recorded, what is recorded replays, and what lies outside the mask stays."""

from dataclasses import replace

import numpy as np
import pytest

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Step
from fakeprint.generators import GENERATORS
from fakeprint.generators.blend_law import BlendLaw
from fakeprint.generators.face_change import FaceChange
from fakeprint.generators.face_mask import face_size
from fakeprint.generators.self_blend import SelfBlend

STILL = BlendLaw(shift=0, hue=0, saturation=0, brightness=0, contrast=0, details=("none",), p_jpeg=0)


def test_every_step_replays_to_equal_bytes(picture, keypoints):
    for seed in range(25):
        drawn = BlendLaw().draw(keypoints, np.random.default_rng(seed))
        made = drawn.apply(picture)
        step = Step.model_validate_json(drawn.step().model_dump_json())
        again = GENERATORS.load(step.name).of(step)
        assert again == drawn
        np.testing.assert_array_equal(again.apply(picture).pixels, made.pixels)
        np.testing.assert_array_equal(again.apply(picture).mask, made.mask)


def test_different_seeds_blend_differently(picture, keypoints):
    made = {BlendLaw().draw(keypoints, np.random.default_rng(seed)).apply(picture).pixels.tobytes() for seed in range(10)}
    assert len(made) == 10


def test_shapes_types_and_ranges(picture, keypoints):
    for seed in range(25):
        made = BlendLaw().draw(keypoints, np.random.default_rng(seed)).apply(picture)
        assert (made.pixels.shape, made.pixels.dtype) == ((160, 160, 3), np.uint8)
        assert (made.mask.shape, made.mask.dtype) == ((160, 160), np.float32)
        assert made.mask.min() >= 0
        assert 0.2 < made.mask.max() <= 1


def test_the_target_stays_outside_the_mask(picture, keypoints):
    for seed in range(25):
        drawn = replace(BlendLaw().draw(keypoints, np.random.default_rng(seed)), changed="source")
        made = drawn.apply(picture)
        np.testing.assert_array_equal(made.pixels[made.mask == 0], picture[made.mask == 0])


def test_a_source_that_is_neither_changed_nor_moved_changes_nothing(picture, keypoints):
    drawn = replace(STILL.draw(keypoints, np.random.default_rng(0)), scale=1.0, across=0.0, down=0.0, change=FaceChange())
    np.testing.assert_array_equal(drawn.apply(picture).pixels, picture)


def test_no_border_creeps_into_the_picture(keypoints):
    plain = np.full((60, 60, 3), 200, np.uint8)
    near_the_edge = (keypoints - keypoints.min(0)) / 2
    for seed in range(60):
        assert (STILL.draw(near_the_edge, np.random.default_rng(seed)).apply(plain).pixels == 200).all()


@pytest.mark.parametrize(("across", "scale"), [(0.1, 1.0), (-0.1, 1.0), (0.0, 0.8), (0.0, 1.25)])
def test_source_and_mask_move_together(keypoints, across, scale):
    dot = np.zeros((160, 160, 3), np.uint8)
    dot[85:95, 75:85] = 255
    still = replace(STILL.draw(keypoints, np.random.default_rng(0)), down=0.0, ratio=1.0, change=FaceChange())
    drawn = replace(still, across=across, scale=scale)
    rows, columns = np.nonzero(drawn.apply(dot).mask > 0.5)
    before = np.nonzero(replace(still, across=0.0, scale=1.0).apply(dot).mask > 0.5)
    size = face_size(keypoints)
    assert columns.mean() - before[1].mean() == pytest.approx(across * size, abs=1.0)
    assert len(rows) / len(before[0]) == pytest.approx(scale**2, rel=0.12)
    moved = drawn._moved(dot, drawn.mask.outline(keypoints), size)
    middle = drawn.mask.outline(keypoints).mean(0)
    found = np.argwhere(moved[:, :, 0] > 127)[:, ::-1].mean(0)
    np.testing.assert_allclose(found, middle + scale * (np.array((79.5, 89.5)) - middle) + (across * size, 0), atol=0.7)


def test_faces_of_any_place_and_size_blend_or_are_refused(picture, keypoints):
    rng = np.random.default_rng(0)
    for _ in range(60):
        placed = (keypoints - 80) * np.float32(rng.uniform(0.05, 3)) + rng.uniform(-300, 400, 2).astype(np.float32)
        try:
            made = BlendLaw().draw(placed, rng).apply(picture)
        except UsageError:
            continue
        assert made.pixels.shape == picture.shape
        assert np.isfinite(made.mask).all()


@pytest.mark.parametrize("points", [np.zeros((6, 2)), np.full((6, 2), np.nan), np.ones((5, 2)), np.full((6, 2), np.inf)])
def test_keypoints_that_are_no_face_are_refused(points):
    with pytest.raises(UsageError):
        BlendLaw().draw(points.astype(np.float32), np.random.default_rng(0))


def test_broken_steps_are_refused(keypoints):
    step = BlendLaw().draw(keypoints, np.random.default_rng(0)).step()
    values = step.parameters
    wrong = (
        step.model_copy(update={"name": "jpeg"}),
        step.model_copy(update={"version": "9"}),
        step.model_copy(update={"seed": None}),
        step.model_copy(update={"parameters": {**values, "more": 1}}),
        step.model_copy(update={"parameters": {name: value for name, value in values.items() if name != "ratio"} | {"ratio": 7.0}}),
        step.model_copy(update={"parameters": {name: value for name, value in values.items() if name != "mask_grow"}}),
        step.model_copy(update={"parameters": {**values, "keypoint_0_x": "left"}}),
        step.model_copy(update={"parameters": {**values, "change_kernel": "spline"}}),
        step.model_copy(update={"parameters": {**values, "mask_level": 1.0}}),
    )
    for one in wrong:
        with pytest.raises(UsageError):
            SelfBlend.of(one)
