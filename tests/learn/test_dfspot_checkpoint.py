"""Checkpoints in the originals' layout, randomly initialised, become artifacts that give the networks' own numbers."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from fakeprint.core.card import FaceSpec
from fakeprint.core.errors import UsageError
from fakeprint.detectors.artifact import load_artifact
from fakeprint.learn.backbone import MEAN, STD, load_timm
from fakeprint.learn.convert import convert
from fakeprint.learn.dfspot_checkpoint import is_dfspot, renamed
from fakeprint.learn.network import count_parameters
from fakeprint.learn.networks import make_network
from fakeprint.learn.recipe import SiameseMember, read_recipe
from fakeprint.learn.weights_file import start_weights

SMALL = {"v2": "test_efficientnet", "vit": "test_vit"}
INSIDE = {"v2": "efficientnet", "vit": "vit"}


def small(recipes, tmp_path, name):
    """Write a shipped recipe with its backbone exchanged for a tiny one of the same kind."""
    text = (recipes / f"dfspot-{name}.yaml").read_text(encoding="utf-8").replace("224", "64")
    for timm, tiny in (("tf_efficientnetv2_l", "test_efficientnet"), ("vit_large_patch16_64", "test_vit")):
        text = text.replace(timm, tiny)
    path = tmp_path / f"dfspot-{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def original(name):
    """Return backbone, head and the checkpoint in the original's names, all randomly initialised."""
    timm = load_timm()
    torch.manual_seed(7)
    kind = name.removesuffix("st")
    size = {"img_size": 64} if kind == "vit" else {}
    backbone = timm.create_model(SMALL[kind], pretrained=False, num_classes=0, **size).eval()
    for one in backbone.modules():
        if isinstance(one, torch.nn.BatchNorm2d):
            one.running_mean.normal_()
            one.running_var.uniform_(0.5, 2.0)
    width = backbone.num_features
    linear, norm = torch.nn.Linear(width, 1), torch.nn.BatchNorm1d(width).eval()
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2.0)
    net = {f"{INSIDE[kind]}.{key}": value for key, value in backbone.state_dict().items()}
    net |= {f"classifier1.{key}": value for key, value in linear.state_dict().items()}
    if name.endswith("st"):
        net = {f"feat_ext.{key}": value for key, value in net.items()}
        net |= {f"classifier.0.{key}": value for key, value in norm.state_dict().items()}
        net |= {f"classifier.1.{key}": value for key, value in linear.state_dict().items()}
        return backbone, torch.nn.Sequential(norm, linear), net
    return backbone, linear, net


def save(net, path):
    if path.suffix == ".safetensors":  # the layout without the sandbox, which costs seconds
        save_file({name: one.clone() for name, one in net.items()}, path)
        return path
    content = {"net": net, "opt": {"state": {}}, "train_loss": 0.1, "val_loss": 0.2, "iteration": 3, "batch_size": 32, "epoch": 1}
    torch.save(content, path)
    return path


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("name", ["v2", "v2st", "vit", "vitst"])
def test_a_checkpoint_of_each_kind_gives_its_own_numbers(recipes, tmp_path, name):
    backbone, head, net = original(name)
    file = tmp_path / f"ffpp_{name}.{'pth' if name == 'vitst' else 'safetensors'}"
    folder = convert(save(net, file), small(recipes, tmp_path, name), tmp_path / "models")
    artifact = load_artifact(folder)
    image = np.random.default_rng(0).random((3, 3, 64, 64), np.float32)
    logit, patches = artifact.session().run(["logit", "patch_logits"], {"image": image})
    standard = (torch.from_numpy(image) - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    with torch.inference_mode():
        features = backbone.forward_features(standard)
        features = features[:, 0] if name.startswith("vit") else features.mean((2, 3))
        expected = head(features)[:, 0].numpy()
    assert np.ptp(expected) > 1e-3, "the network must tell the pictures apart"
    np.testing.assert_allclose(logit, expected, atol=1e-4)
    np.testing.assert_allclose(patches.mean((1, 2, 3)), logit, atol=1e-4)
    assert patches.shape[2:] == ((1, 1) if name.startswith("vit") else (2, 2))
    crop = artifact.card.input.crop
    assert isinstance(crop, FaceSpec)
    assert (crop.size, crop.margin, crop.resize) == (64, "dfspot", "scale")
    assert "sha256" in artifact.card.architecture
    assert artifact.card.calibration is None


@pytest.mark.parametrize(
    ("name", "recipe", "message"), [("v2", "v2st", "a plain network"), ("vitst", "vit", "a Siamese-tuned network.*dfspot-v2st")]
)
def test_a_head_of_the_other_kind_is_refused(recipes, tmp_path, name, recipe, message):
    path = save(original(name)[2], tmp_path / "celeb_net.safetensors")
    with pytest.raises(UsageError, match=message):
        convert(path, small(recipes, tmp_path, recipe), tmp_path / "models")


def test_another_backbone_missing_and_surplus_tensors_are_refused(recipes, tmp_path):
    net = original("vit")[2]
    with pytest.raises(UsageError, match=r"does not fit .* missing: backbone"):
        convert(save(net, tmp_path / "ffpp_vit.safetensors"), small(recipes, tmp_path, "v2"), tmp_path / "models")
    net["vit.surprise"] = torch.zeros(1)
    del net["vit.norm.weight"]
    with pytest.raises(UsageError, match=r"missing: backbone\.norm\.weight; not wanted: backbone\.surprise"):
        convert(save(net, tmp_path / "ffpp_vit.safetensors"), small(recipes, tmp_path, "vit"), tmp_path / "models")


def test_a_triplet_network_has_no_score_but_a_run_can_start_from_it(recipes, tmp_path):
    net = {name: one for name, one in original("vitst")[2].items() if name.startswith("feat_ext.")}
    path = save(net, tmp_path / "triplet.safetensors")
    recipe = small(recipes, tmp_path, "vitst")
    with pytest.raises(UsageError, match="no score can come from it"):
        convert(path, recipe, tmp_path / "models")
    member = read_recipe(recipe).members[0]
    assert isinstance(member, SiameseMember)
    stage = member.embedding.model_copy(update={"backbone": member.embedding.backbone.model_copy(update={"start": "triplet.safetensors"})})
    start = start_weights(stage, tmp_path)
    assert start.keys() == make_network(stage).state_dict().keys()
    assert torch.equal(start["backbone.norm.weight"], net["feat_ext.vit.norm.weight"])


def test_a_run_starts_from_timms_own_file_whose_classifier_is_left_out(recipes, tmp_path):
    import timm

    torch.manual_seed(1)
    whole = timm.create_model("test_efficientnet", pretrained=False).state_dict()
    (tmp_path / "weights").mkdir()
    save_file(whole, tmp_path / "weights" / "test_efficientnet.safetensors")
    member = read_recipe(small(recipes, tmp_path, "v2")).members[0]
    start = start_weights(member, tmp_path)
    assert {name for name in make_network(member).state_dict() if name.startswith("backbone.")} == start.keys()
    with pytest.raises(UsageError, match="no weights file at test_efficientnet"):
        start_weights(member, tmp_path / "elsewhere")
    save_file({"conv_stem.weight": torch.zeros(1)}, tmp_path / "weights" / "test_efficientnet.safetensors")
    with pytest.raises(UsageError, match="holds no weights of timm:test_efficientnet"):
        start_weights(member, tmp_path)


def test_a_broken_file_is_told(recipes, tmp_path):
    (tmp_path / "ffpp_v2.safetensors").write_bytes(b"\xff" * 40)
    with pytest.raises(UsageError, match="not a safetensors file"):
        convert(tmp_path / "ffpp_v2.safetensors", small(recipes, tmp_path, "v2"), tmp_path / "models")


def test_names_of_others_are_left_alone():
    assert not is_dfspot({"backbone.norm.weight": 1, "head.1.weight": 2})
    assert renamed({"vit.a": 1, "classifier1.weight": 2, "other": 3})["other"] == 3
    assert renamed({"feat_ext.vit.a": 1, "classifier.1.weight": 2, "other": 3})["other"] == 3


def test_the_shipped_recipes_have_the_published_numbers(recipes):
    published = {
        "v2": (117_235_553, 1546),
        "vit": (303_302_657, 294),
        "v2st": (117_239_394 - 1281, 1546),
        "vitst": (303_305_730 - 1025, 294),
    }
    for name, (parameters, tensors) in published.items():  # the tuned ones without the plain head that they carry unused
        recipe = read_recipe(recipes / f"dfspot-{name}.yaml")
        member = recipe.members[0]
        with torch.device("meta"):
            network = make_network(member.classifier if isinstance(member, SiameseMember) else member)
        assert count_parameters(network) == parameters
        assert len(network.backbone.state_dict()) == tensors
        assert recipe.seed == 41


def test_two_networks_in_one_file_are_refused():
    with pytest.raises(UsageError, match="two networks"):
        renamed({"vit.a": 1, "efficientnet.a": 2, "classifier1.weight": 3})
