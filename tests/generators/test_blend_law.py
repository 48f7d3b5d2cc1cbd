"""Laws of self-blending: inside their ranges, from files, and refused when they cannot be drawn."""

import numpy as np
import pytest
from pydantic import ValidationError

from fakeprint.core.errors import UsageError
from fakeprint.generators.blend_law import BlendLaw, read_law


def test_draws_stay_within_the_law(keypoints):
    law = BlendLaw()
    drawn = [law.draw(keypoints, np.random.default_rng(seed)) for seed in range(400)]
    assert all(law.grow[0] <= one.mask.grow <= law.grow[1] and abs(one.across) <= law.across and abs(one.down) <= law.down for one in drawn)
    assert all(0.95 <= one.scale <= 1 / 0.95 for one in drawn)
    assert {one.ratio for one in drawn} == set(law.ratios)
    assert {one.change.detail for one in drawn} == set(law.details)
    assert 0.4 < np.mean([one.changed == "target" for one in drawn]) < 0.6
    assert 0.2 < np.mean([one.change.red != 0 for one in drawn]) < 0.4
    assert 0.2 < np.mean([one.change.quality > 0 for one in drawn]) < 0.4
    assert 0.4 < np.mean([one.ratio == 1 for one in drawn]) < 0.6
    assert 0.17 < np.mean([one.mask.forehead == 0.15 for one in drawn]) < 0.33


def test_a_law_is_read_from_yaml(tmp_path):
    file = tmp_path / "law.yaml"
    file.write_text("p_jpeg: 0.0\nratios: [1.0]\n")
    assert read_law(file) == BlendLaw(p_jpeg=0.0, ratios=(1.0,))
    file.write_text("")
    assert read_law(file) == BlendLaw()


@pytest.mark.parametrize("text", ["more: 1", "rescale: [0.9, 0.3]", "ratios: [2.0]", "details: [melt]", "[1, 2]", "a: [", "chin: [0, 99]"])
def test_wrong_files_are_refused(tmp_path, text):
    file = tmp_path / "law.yaml"
    file.write_text(text)
    with pytest.raises(UsageError):
        read_law(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="none"):
        read_law(tmp_path / "none.yaml")


def test_ranges_that_cannot_be_drawn_are_refused():
    with pytest.raises(ValidationError):
        BlendLaw(rescale=(0.0, 0.01))
    with pytest.raises(ValidationError):
        BlendLaw(quality=(90, 40))
