from pathlib import Path

import numpy as np
import pytest

from fakeprint.detectors.windows import window_model


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (400, 500, 3), dtype=np.uint8)


def test_scores_equal_those_of_each_window_alone(artifact: Path, noise: np.ndarray) -> None:
    scores = window_model(artifact).score(noise)
    assert scores is not None
    alone = [10 * noise[top:bottom, left:right, 0].mean() / 255 - 5 for left, top, right, bottom in scores.boxes]
    assert np.allclose(scores.outputs["logit"], alone, atol=1e-4)
    assert scores.logit == pytest.approx(np.mean(alone), abs=1e-4)


def test_at_most_the_cards_windows_are_read(artifact: Path, noise: np.ndarray) -> None:
    scores = window_model(artifact).score(np.tile(noise, (3, 3, 1)))
    assert scores is not None
    assert len(scores.boxes) == 5


@pytest.mark.parametrize("shape", [(95, 400), (1, 1), (400, 95)])
def test_pictures_under_the_least_side_are_not_read(artifact: Path, shape: tuple[int, int]) -> None:
    assert window_model(artifact).score(np.zeros((*shape, 3), np.uint8)) is None


def test_a_picture_smaller_than_a_window_is_read_whole(artifact: Path) -> None:
    scores = window_model(artifact).score(np.zeros((96, 110, 3), np.uint8))
    assert scores is not None
    assert scores.boxes == ((0, 0, 110, 96),)
