"""Recipes of face detectors on a small scale: pairs with self-blends, faces as filmed alone, statistics beside a network."""

import json

import numpy as np
import onnxruntime
import pytest
import yaml
from PIL import Image, ImageFilter

from fakeprint.core.card import Card
from fakeprint.core.errors import UsageError
from fakeprint.learn import found_faces
from fakeprint.media.faces import Face
from fakeprint.train import train

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")

FACE = Face((30.0, 30.0, 130.0, 130.0), 0.9, np.array(((58, 65), (102, 65), (80, 85), (80, 108), (35, 72), (125, 72)), np.float32))
STATISTICS = {"type": "statistics", "name": "shapes", "groups": ["shape", "centre:haar"], "views": 2, "ridge": 0.1}


@pytest.fixture(scope="module")
def face_set(make, tmp_path_factory):
    """Pairs of which the manipulated picture is brighter and smoother; one in seven dev pairs is labelled the other way round."""
    folder, rng, rows = tmp_path_factory.mktemp("faces"), np.random.default_rng(2), ["path,label,split,group,source,generator"]
    for number in range(36):
        split = "train" if number < 15 else "dev"
        darker = make.picture(rng, 160) // 3
        pictures = (darker, np.array(Image.fromarray(darker + np.uint8(140)).filter(ImageFilter.GaussianBlur(1.5))))
        if split == "dev" and number % 7 == 0:
            pictures = pictures[::-1]
        for label, pixels in zip(("real", "fake"), pictures, strict=True):
            Image.fromarray(pixels).save(folder / f"{number}-{label}.png")
            rows.append(f"{number}-{label}.png,{label},{split},g{number},camera,{'' if label == 'real' else 'swap'}")
    (folder / "manifest.csv").write_text("\n".join(rows))
    return folder


@pytest.fixture(autouse=True)
def _a_face_in_every_picture(monkeypatch):
    monkeypatch.setattr(found_faces.FaceFinder, "find", lambda _, rgb: (FACE,))


@pytest.fixture
def recipe_of(recipes, tmp_path):
    """Write a small version of a recipe of the repository and return its path."""

    def write(name, *, members=(), size=96, **view):
        content = yaml.safe_load((recipes / f"{name}.yaml").read_text())
        content["data"] = {"manifest": "manifest.csv", "positive": "manipulated"}
        content["view"] |= {"size": size, **view}
        content["input"]["crop"]["size"] = size
        small = {"channels": [8, 12, 12], "steps": 16, "batch": 8, "validate_every": 8, "warm_up": 1, "average": 0.8, "side": 96}
        content["members"][0] |= small
        content["members"] = [content["members"][0], *members]
        content["conditions"] = [content["conditions"][0], content["conditions"][-1]]
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(content))
        return path

    return write


def told(_):
    pass


def test_pairs_with_self_blends_train_and_export(recipe_of, face_set, tmp_path):
    folder = train(recipe_of("face-swap"), data=face_set, output=tmp_path / "out", device="cpu", tell=told)
    card = Card.model_validate_json((folder / "card.json").read_text())
    assert card.calibration is not None
    assert all(one.strong is None for one in card.calibration.buckets)
    assert next(one.value for one in card.measured if one.metric == "auroc") > 0.7
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    logit, patches = session.run(["logit", "patch_logits"], {"image": np.random.default_rng(0).random((2, 3, 96, 96), np.float32)})
    np.testing.assert_allclose(patches.mean((1, 2, 3)), logit, atol=1e-4)


def test_faces_as_filmed_are_enough_to_learn_from(recipe_of, face_set, tmp_path):
    assert train(recipe_of("self-blend"), data=face_set, output=tmp_path / "out", device="cpu", tell=told, stop_after=4) is None
    rows = [json.loads(line) for line in (tmp_path / "out" / "self-blend.run" / "log.jsonl").read_text().splitlines()]
    assert rows[0] == {"member": "self-blend", "step": 0, "authentic": 15, "with a face": 15}


def test_statistics_may_stand_beside_a_face_network(recipe_of, face_set, tmp_path):
    recipe = recipe_of("face-swap", members=[STATISTICS], size=192, blend=0.0)
    folder = train(recipe, data=face_set, output=tmp_path / "out", device="cpu", tell=told)
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].shape[1:] == [3, 192, 192]
    assert "shapes (statistics)" in Card.model_validate_json((folder / "card.json").read_text()).architecture


def test_a_view_smaller_than_a_member_is_refused(recipe_of, face_set, tmp_path):
    with pytest.raises(UsageError, match="side is for views"):
        train(recipe_of("face-swap", size=64), data=face_set, output=tmp_path / "out", device="cpu", tell=told)


def test_a_stopped_run_ends_with_the_same_weights(recipe_of, face_set, tmp_path):
    recipe = recipe_of("face-swap", blend=0.5)
    whole = train(recipe, data=face_set, output=tmp_path / "whole", device="cpu", tell=told)
    assert train(recipe, data=face_set, output=tmp_path / "parts", device="cpu", tell=told, stop_after=8) is None
    parts = train(recipe, data=face_set, output=tmp_path / "parts", device="cpu", tell=told)
    assert (whole / "model.onnx").read_bytes() == (parts / "model.onnx").read_bytes()


def test_faces_as_filmed_alone_need_faces(recipe_of, face_set, tmp_path, monkeypatch):
    monkeypatch.setattr(found_faces.FaceFinder, "find", lambda _, rgb: ())
    with pytest.raises(UsageError, match="no authentic face can be blended"):
        train(recipe_of("self-blend"), data=face_set, output=tmp_path / "out", device="cpu", tell=told)
