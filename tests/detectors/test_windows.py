from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fakeprint.core.card import MapSpec
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


def test_the_map_reads_smaller_windows_and_leaves_the_score_alone(make: SimpleNamespace, artifact: Path, tmp_path: Path) -> None:
    halves = np.zeros((192, 384, 3), np.uint8)
    halves[:, 192:, 0] = 255
    mapped = window_model(make.write_artifact(tmp_path / "mapped", cells=MapSpec(size=48, max_windows=200)))
    plain, scores, cells = window_model(artifact).score(halves), mapped.score(halves), mapped.map(halves)
    assert plain is not None
    assert scores is not None
    assert cells is not None
    assert scores.logit == plain.logit
    assert {right - left for left, _, right, _ in cells.boxes} == {48}
    means = cells.outputs["logit"]
    assert max(means[[box[2] <= 192 for box in cells.boxes]]) < 0 < min(means[[box[0] >= 192 for box in cells.boxes]])
    assert mapped.map(halves[:90]) is None
