"""DFSpot's shipped recipes with tiny backbones: every kind trains, resumes, exports, and scores through a scan."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from safetensors.numpy import load_file

from fakeprint.core.card import Card, FaceSpec
from fakeprint.core.errors import UsageError
from fakeprint.detectors.load import load_detector
from fakeprint.learn.networks import make_network
from fakeprint.learn.recipe import BackboneSettings, NetworkMember, SiameseMember, read_recipe
from fakeprint.learn.sized_faces import SizedFaceDelivery
from fakeprint.train import train
from fakeprint.transforms.law import Law

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
TINY = {"timm:tf_efficientnetv2_l": "timm:test_efficientnet", "timm:vit_large_patch16_224": "timm:test_vit"}


def silent(_):
    pass


def shrunk(recipes, name, folder, mining="random"):
    """Write a shipped recipe with a tiny backbone, 64-pixel input and a few steps."""
    content = yaml.safe_load((recipes / f"dfspot-{name}.yaml").read_text(encoding="utf-8"))
    content["data"]["positive"] = "synthetic"
    content["view"]["size"] = content["input"]["crop"]["size"] = 64
    content["conditions"] = [one for one in content["conditions"] if one["name"] in ("plain", "calibration-any")]
    (member,) = content["members"]
    for stage in (member["embedding"], member["classifier"]) if member["type"] == "siamese" else (member,):
        stage |= {"front": TINY[stage["front"]], "steps": 12, "batch": 12, "validate_every": 6}
        stage["rate"] = 0.03 if stage["backbone"].get("frozen") else 0.003
        stage["backbone"]["size"] = 64
        stage["backbone"].pop("start", None)
        if "triplet" in stage["backbone"]:
            stage["backbone"]["triplet"]["mining"] = mining
    path = folder / f"dfspot-{name}.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """Smooth patterns, the manipulated ones redder; one in seven has the wrong label, since perfect sets have no finite calibration."""
    folder = tmp_path_factory.mktemp("faces")
    rng = np.random.default_rng(2)
    rows = ["path,label,split,group,source,generator"]
    for split, count in (("train", 14), ("dev", 21)):
        for number in range(count):
            for label, tint in (("real", 0), ("fake", 60)):
                coarse = rng.integers(40, 160, (6, 5, 3), np.uint8)
                pixels = np.asarray(Image.fromarray(coarse).resize((75, 90), Image.Resampling.BICUBIC)) + np.array([tint, 0, 0])
                name = f"{split}-{number}-{label}.png"
                Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(folder / name)
                told = label if number % 7 != 3 else {"real": "fake", "fake": "real"}[label]
                rows.append(f"{name},{told},{split},{split}-{number},{told}-{number % 2},{'swap' if told == 'fake' else ''}")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def tuned(faces, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tuned")
    recipes = __import__("pathlib").Path(__file__).parents[2] / "recipes"
    return train(shrunk(recipes, "vitst", folder, "semi-hard"), data=faces, output=folder, device="cpu", tell=silent)


@pytest.fixture(scope="module")
def portrait(face_scene, tmp_path_factory):
    path = tmp_path_factory.mktemp("portrait") / "portrait.png"
    Image.fromarray(face_scene(256, 256, (50, 40, 160))).save(path)
    return path


@pytest.mark.parametrize(("name", "mining"), [("v2", "random"), ("vit", "random"), ("v2st", "hard")])
def test_each_kind_trains_and_scores_a_face(recipes, faces, portrait, tmp_path, name, mining):
    folder = train(shrunk(recipes, name, tmp_path, mining), data=faces, output=tmp_path, device="cpu", tell=silent)
    card = Card.model_validate_json((folder / "card.json").read_text())
    assert isinstance(card.input.crop, FaceSpec)
    assert (card.input.crop.margin, card.input.crop.resize) == ("dfspot", "scale")
    assert card.calibration is not None
    measured = load_detector(folder).measure(np.asarray(Image.open(portrait)))
    assert measured.logit is not None
    assert np.isfinite(measured.logit)


def test_a_scan_scores_with_the_artifact(tuned, portrait):
    done = subprocess.run(
        [sys.executable, "-m", "fakeprint", "scan", str(portrait), "--model", str(tuned), "--format", "jsonl"],
        capture_output=True,
        timeout=200,
    )
    report = json.loads(done.stdout.splitlines()[0])
    (evidence,) = [one for one in report["evidence"] if one["examiner"] == "dfspot-vitst"]
    assert evidence["status"] == "ok", evidence
    assert evidence["score"]["question"] == "manipulated"


def test_a_stopped_run_ends_with_the_same_weights(recipes, faces, tuned, tmp_path):
    recipe = shrunk(recipes, "vitst", tmp_path, "semi-hard")
    ends = [train(recipe, data=faces, output=tmp_path, device="cpu", stop_after=8, tell=silent) for _ in range(3)]
    assert ends[:2] == [None, None], "each of the two stages takes two visits; the second visit ends one and begins the other"
    wanted, found = (load_file(one / "weights.safetensors") for one in (tuned, ends[2]))
    assert wanted.keys() == found.keys()
    for name, value in wanted.items():
        np.testing.assert_array_equal(found[name], value)


def test_the_frozen_backbone_is_the_one_that_learned_distances(tuned):
    work = tuned.with_name("dfspot-vitst.run") / "vitst"
    learned = torch.load(work / "embedding" / "checkpoint.pt", weights_only=True)["best"]
    head = torch.load(work / "classifier" / "checkpoint.pt", weights_only=True)["network"]
    for name, value in learned.items():
        assert torch.equal(head[name], value)


def test_statistics_of_a_frozen_backbone_do_not_move():
    settings = BackboneSettings(size=64, frozen=True)
    member = NetworkMember(name="a", front="timm:test_efficientnet", steps=1, batch=4, rate=0.1, backbone=settings)
    network = make_network(member).train()
    before = {name: value.clone() for name, value in network.backbone.state_dict().items()}
    network(torch.rand(4, 3, 64, 64))[0].sum().backward()
    assert all(torch.equal(value, before[name]) for name, value in network.backbone.state_dict().items())
    assert all(one.grad is None for one in network.backbone.parameters())
    assert int(network.head[0].num_batches_tracked) == 1
    assert network.head[1].weight.grad is not None


def test_the_law_is_the_published_one_and_keeps_the_size(recipes):
    recipe = read_recipe(recipes / "dfspot-v2.yaml")
    way = SizedFaceDelivery(Law(recipe.view.law), recipe.face_rule())
    face = np.random.default_rng(0).integers(0, 256, (130, 117, 3), np.uint8)
    seen = {}
    for seed in range(60):
        assert way.apply(face, np.random.default_rng(seed)).shape == (224, 224, 3)
    for seed in range(3000):
        for step in Law(recipe.view.law).draw(np.random.default_rng(seed)):
            one = step.step()
            seen.setdefault(one.name, []).append(one.parameters)
    shares = {name: len(found) / 3000 for name, found in seen.items()}
    assert shares == pytest.approx(
        {"downscale": 1.0, "brightness": 0.25, "hsv": 0.25, "iso-noise": 0.25, "noise": 0.25, "jpeg": 0.5}, abs=0.04
    )
    qualities = [one["quality"] for one in seen["jpeg"]]
    assert (min(qualities), max(qualities)) == (50, 99)
    assert {one["factor"] for one in seen["downscale"] if one["kernel"] == "nearest"} == {0.5}
    assert all(0.7 <= one["factor"] <= 0.9 for one in seen["downscale"] if one["kernel"] == "point")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"front": "face"}, "backbone settings go with a front timm:NAME"),
        ({"channels": [8]}, "a network needs channels, or a front timm:NAME"),
        ({"backbone": {"size": 96}}, "takes 96 pixels"),
        ({"backbone": {"size": 224, "triplet": {}}}, "put it into a siamese member"),
        ({"front": "timm:efficientnet_b00"}, "timm has no network 'efficientnet_b00'; near names: efficientnet_b0"),
        ({"front": "timm:test_convnext", "backbone": {"size": 224, "triplet": {"mining": "easy"}}}, "mining"),
    ],
)
def test_mistakes_in_a_recipe_are_told(recipes, tmp_path, change, message):
    content = yaml.safe_load((recipes / "dfspot-v2.yaml").read_text(encoding="utf-8"))
    content["members"][0] |= change
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        make_network(read_recipe(path).members[0])


@pytest.mark.parametrize(
    "change", [{"front": "timm:test_vit2"}, {"backbone": {"size": 224}}, {"backbone": {"size": 224, "frozen": True, "start": "a"}}]
)
def test_the_stages_of_a_siamese_member_must_fit(recipes, tmp_path, change):
    content = yaml.safe_load((recipes / "dfspot-vitst.yaml").read_text(encoding="utf-8"))
    content["members"][0]["classifier"] |= change
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(UsageError, match=r"one front and one size|frozen backbone"):
        read_recipe(path)


@pytest.mark.parametrize("name", ["v2", "v2st", "vit", "vitst"])
def test_the_presets_are_those_of_the_table(recipes, name):
    member = read_recipe(recipes / f"dfspot-{name}.yaml").members[0]
    if isinstance(member, SiameseMember):
        first, second = member.embedding, member.classifier
        assert (first.batch, first.steps, first.validate_every, first.backbone.triplet.margin) == (36, 60_000, 500, 1.0)
        assert (second.batch, second.steps, second.validate_every) == (32, 5_000, 50)
        stages = (first, second)
    else:
        assert (member.batch, member.steps, member.validate_every, member.dropout) == (32, 30_000, 500, 0.5)
        stages = (member,)
    assert {(one.rate, one.decay, one.average, one.smoothing) for one in stages if one.backbone.triplet is None} == {(1e-5, 0.0, 0.0, 0.0)}
