import numpy as np
import pytest


@pytest.fixture
def keypoints():
    """Six keypoints of an upright face in a picture of 160 x 160."""
    return np.array(((55, 65), (105, 65), (80, 90), (80, 115), (30, 75), (130, 75)), np.float32)


@pytest.fixture
def picture():
    """(160, 160, 3) uint8: slopes of colour with grain."""
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[:160, :160]
    slopes = np.stack([rows, columns, 160 - rows], 2) + rng.normal(0, 6, (160, 160, 3))
    return np.clip(slopes + 30, 0, 255).astype(np.uint8)
