"""Pairs out of pictures as filmed: stored alike, marked, replayable; pictures without a face are failed."""

import json

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from fakeprint.cli.main import app
from fakeprint.collect.self_blended import STEP_KEY, BlendTally, blend_samples
from fakeprint.core.sample import Label, Sample, Split, Step
from fakeprint.generators.self_blend import SelfBlend
from fakeprint.media.faces import Face

KEYPOINTS = np.array(((35, 45), (75, 45), (55, 65), (55, 85), (15, 50), (95, 50)), np.float32)
FACE = Face((10.0, 20.0, 100.0, 110.0), 0.9, KEYPOINTS)


def faces_of(rgb):
    """One face, and none in a dark picture."""
    return (FACE,) if rgb.mean() > 40 else ()


@pytest.fixture
def filmed(tmp_path):
    rng = np.random.default_rng(0)
    folder = tmp_path / "filmed"
    folder.mkdir()
    samples = []
    for name, high in (("a.jpg", 255), ("b.png", 255), ("dark.png", 30)):
        Image.fromarray(rng.integers(0, high, (120, 110, 3), np.uint8)).save(folder / name)
        samples.append(Sample(id=name, path=name, label=Label.AUTHENTIC, split=Split.TRAIN, group=f"g-{name}", source="camera"))
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    samples.append(samples[0].model_copy(update={"id": "broken", "path": "broken.jpg"}))
    samples.append(samples[0].model_copy(update={"id": "made", "label": Label.SYNTHETIC}))
    return folder, samples


def test_pairs_are_stored_alike_marked_and_replayable(filmed, tmp_path):
    root, samples = filmed
    tally = BlendTally()
    made = list(blend_samples(samples, root, tmp_path / "out", tally, count=2, seed=7, find=faces_of))
    by_id = {one.id: one for one in made}
    blends = [one for one in made if one.label is Label.MANIPULATED]
    assert (len(made), len(blends), tally.written) == (6, 4, 4)
    assert {one.path.rpartition(".")[2] for one in made} == {"png"}
    for one in blends:
        partner = by_id[one.pair]
        assert (partner.group, partner.split, partner.history) == (one.group, one.split, ())
        pixels = np.asarray(Image.open(tmp_path / "out" / partner.path))
        image = Image.open(tmp_path / "out" / one.path)
        assert Step.model_validate_json(image.text[STEP_KEY]) == one.history[-1]
        again = SelfBlend.of(one.history[-1]).apply(pixels)
        np.testing.assert_array_equal(again.pixels, np.asarray(image))
        np.testing.assert_array_equal(np.rint(255 * again.mask), np.asarray(Image.open(tmp_path / "out" / one.mask)))
    assert STEP_KEY not in Image.open(tmp_path / "out" / by_id["a.jpg"].path).text


def test_equal_seeds_give_equal_bytes_whatever_else_is_blended(filmed, tmp_path):
    root, samples = filmed
    whole = {one.id: one.sha256 for one in blend_samples(samples, root, tmp_path / "1", BlendTally(), seed=7, find=faces_of)}
    alone = {one.id: one.sha256 for one in blend_samples(samples[1:2], root, tmp_path / "2", BlendTally(), seed=7, find=faces_of)}
    other = {one.id: one.sha256 for one in blend_samples(samples[1:2], root, tmp_path / "3", BlendTally(), seed=8, find=faces_of)}
    assert alone.items() <= whole.items()
    assert other["b.png#self-blend-0"] != alone["b.png#self-blend-0"]


def test_what_cannot_be_blended_is_failed_with_a_reason(filmed, tmp_path):
    root, samples = filmed
    tally = BlendTally()
    made = list(blend_samples(samples, root, tmp_path / "out", tally, find=faces_of))
    assert {one.group for one in made} == {"g-a.jpg", "g-b.png"}
    assert set(tally.reasons) == {"dark.png", "broken", "made"}
    assert "no face" in tally.reasons["dark.png"]
    assert "not authentic" in tally.reasons["made"]
    assert tally.read == 5
    too_small = BlendTally()
    assert not list(blend_samples(samples[:1], root, tmp_path / "out", too_small, min_side=91, find=faces_of))
    assert "91 pixels" in too_small.reasons["a.jpg"]


def test_the_command_lists_failures_even_when_nothing_is_left(filmed, tmp_path):
    root, _ = filmed
    label = tmp_path / "set" / "0_real"
    label.mkdir(parents=True)
    (root / "dark.png").rename(label / "dark.png")
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["data", "self-blend", str(tmp_path / "set"), "--out", str(out)])
    assert result.exit_code != 0
    assert "no sample was left" in str(result.exception)
    assert list(json.loads((out / "failed.json").read_text()).values()) == ["no face of at least 48 pixels was found"]


def test_the_command_refuses_to_write_into_its_source(tmp_path):
    result = CliRunner().invoke(app, ["data", "self-blend", str(tmp_path), "--out", str(tmp_path)])
    assert result.exit_code != 0
