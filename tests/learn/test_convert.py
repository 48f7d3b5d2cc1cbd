"""Legacy checkpoints become artifacts that give the network's own numbers; bait does not run."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from fakeprint.core.errors import UsageError
from fakeprint.detectors.artifact import load_artifact
from fakeprint.learn.convert import convert
from fakeprint.learn.legacy_checkpoint import read_legacy
from fakeprint.learn.networks import make_network
from fakeprint.learn.recipe import NetworkMember, read_recipe

RECIPE = """
name: foreign
version: "1"
question: synthetic
route: whole_image
data: {manifest: none.csv}
view: {type: windows, crop: 96, window: 96, law: []}
members:
  - {type: network, name: net, front: differences, channels: [8, 16], strides: [2, 2], steps: 1, batch: 1, rate: 0.001}
conditions: [{name: plain}]
input: {crop: {type: windows, size: 128, stride: 128, max_windows: 4}}
card: {title: Foreign, description: From elsewhere., terms: unknown, validated_until: "2020-01-01", known_failures: [unknown]}
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "foreign.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.fixture
def network(recipe: Path) -> torch.nn.Module:
    torch.manual_seed(3)
    member = read_recipe(recipe).members[0]
    assert isinstance(member, NetworkMember)
    return make_network(member).eval()


@pytest.mark.parametrize("nest", [None, "net", "state_dict", "model"])
def test_a_checkpoint_gives_the_networks_numbers(recipe: Path, network: torch.nn.Module, tmp_path: Path, nest: str | None) -> None:
    state = {f"module.{name}": value for name, value in network.state_dict().items()}
    torch.save(state if nest is None else {nest: state, "epoch": 3}, tmp_path / "old.pth")
    artifact = load_artifact(convert(tmp_path / "old.pth", recipe, tmp_path / "models"))
    image = np.random.default_rng(0).random((2, 3, 128, 128), np.float32)
    (logit,) = artifact.session().run(["logit"], {"image": image})
    with torch.inference_mode():
        expected = network(torch.from_numpy(image))[0].numpy()
    assert np.allclose(logit, expected, atol=1e-4)
    assert artifact.card.calibration is None, "nothing was measured"


def test_safetensors_need_no_sandbox(recipe: Path, network: torch.nn.Module, tmp_path: Path) -> None:
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, tmp_path / "weights.safetensors")
    assert load_artifact(convert(tmp_path / "weights.safetensors", recipe, tmp_path / "models")).card.name == "foreign"


def test_weights_of_another_network_are_refused(recipe: Path, tmp_path: Path) -> None:
    torch.save({"net": {"first.weight": torch.zeros(2)}}, tmp_path / "other.pth")
    with pytest.raises(UsageError, match=r"does not fit .* missing: .* not wanted: first\.weight"):
        convert(tmp_path / "other.pth", recipe, tmp_path / "models")


class Bait:
    def __reduce__(self) -> tuple[object, ...]:
        return (open, ("canary", "w"))


def test_bait_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"net": {"weight": torch.zeros(1), "more": Bait()}}, tmp_path / "bait.pth")
    (tmp_path / "bare.pth").write_bytes(pickle.dumps(Bait()))
    for name in ("bait.pth", "bare.pth"):
        with pytest.raises(UsageError, match="cannot be read as a dictionary of tensors"):
            read_legacy(tmp_path / name)
    assert not (tmp_path / "canary").exists()
