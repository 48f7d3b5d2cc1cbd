"""Masks: around the face, bent repeatably, larger or smaller by their level."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from fakeprint.core.errors import UsageError
from fakeprint.generators.face_mask import OUTLINE, FaceMask, _hull, face_size

PLAIN = FaceMask(forehead=0.5, chin=0.6, grow=1.0, bend=0.0, soften=0.02, level=0.5, feather=0.02, seed=1)


def test_the_hull_agrees_with_scipy():
    rng = np.random.default_rng(0)
    for _ in range(20):
        points = rng.normal(0, 10, (11, 2))
        ours = {tuple(one) for one in _hull(points)}
        assert ours == {tuple(points[at]) for at in ConvexHull(points).vertices}


def test_the_mask_covers_the_keypoints_and_not_the_corners(keypoints):
    mask = PLAIN.raster(PLAIN.outline(keypoints), 160, 160, face_size(keypoints))
    inner = keypoints[:4].astype(int)
    assert (mask[inner[:, 1], inner[:, 0]] > 0.9).all()
    assert mask[0, 0] == mask[-1, -1] == mask[0, -1] == mask[-1, 0] == 0
    assert mask.max() == 1


def test_bending_moves_the_outline_repeatably(keypoints):
    bent = replace(PLAIN, bend=0.05)
    np.testing.assert_array_equal(bent.outline(keypoints), bent.outline(keypoints))
    apart = np.linalg.norm(bent.outline(keypoints) - PLAIN.outline(keypoints), axis=1)
    assert apart.shape == (OUTLINE,)
    assert 0 < apart.max() < 0.25 * face_size(keypoints)
    assert (np.abs(np.diff(apart)) < 0.1 * face_size(keypoints)).all(), "neighbours move together"
    assert not np.array_equal(bent.outline(keypoints), replace(bent, seed=2).outline(keypoints))


def test_a_high_level_erodes_and_a_low_one_dilates(keypoints):
    outline, size = PLAIN.outline(keypoints), face_size(keypoints)
    areas = [replace(PLAIN, level=level, soften=0.06).raster(outline, 160, 160, size).sum() for level in (0.2, 0.5, 0.8)]
    assert areas[0] > areas[1] > areas[2] > 0


def test_size_does_not_matter(keypoints):
    small = PLAIN.raster(PLAIN.outline(keypoints), 160, 160, face_size(keypoints))
    large = PLAIN.raster(PLAIN.outline(2 * keypoints), 320, 320, face_size(2 * keypoints))
    assert np.abs(large.reshape(160, 2, 160, 2).mean((1, 3)) - small).mean() < 0.01


def test_refusals(keypoints):
    with pytest.raises(UsageError, match="outside"):
        PLAIN.raster(PLAIN.outline(keypoints + 1000), 160, 160, face_size(keypoints))
    for wrong in ({"grow": 0.0}, {"bend": -1.0}, {"level": 0.0}, {"feather": float("nan")}):
        with pytest.raises(UsageError):
            replace(PLAIN, **wrong)
