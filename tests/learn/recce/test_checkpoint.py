"""Published files in every shape they come in give the network's own numbers; what does not fit is refused by name."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from fakeprint.core.errors import UsageError
from fakeprint.detectors.artifact import load_artifact
from fakeprint.learn.convert import convert
from fakeprint.learn.legacy_checkpoint import read_legacy, tensors_of
from fakeprint.learn.recce.network import RecceNet
from fakeprint.learn.recipe import NetworkMember
from fakeprint.learn.weights_file import start_weights

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
RECIPE = Path(__file__).parents[3] / "recipes" / "recce-smoke.yaml"
State = dict[str, Tensor]


def published(network: RecceNet) -> State:
    """A state dict as the authors' trainer writes it, with the head that nothing uses."""
    state = {name: value.clone() for name, value in network.state_dict().items()}
    last = state["fc.weight"].shape[1]
    return state | {"encoder.fc.weight": torch.randn(1000, last), "encoder.fc.bias": torch.randn(1000)}


def trainer_file(state: State) -> object:
    numbers = {"best_metric": np.float64(0.95), "eval_metric": np.float32(0.5), "best_step": np.int64(3), "step": torch.tensor(4)}
    return {**numbers, "model": state, "optimizer": {"state": {}, "param_groups": [{"lr": 2e-4}]}, "scheduler": {"last_epoch": 4}}


def two_classes(state: State) -> State:
    """A head of two classes whose softmax of class 1 is the sigmoid of the single logit."""
    other = torch.randn_like(state["fc.weight"]), torch.randn_like(state["fc.bias"])
    parts = zip(("fc.weight", "fc.bias"), other, strict=True)
    return state | {name: torch.cat([one, one + state[name]]) for name, one in parts}


def ported(state: State) -> State:
    """The layout of DeepfakeBench."""
    own = {f"module.model.{name}": value for name, value in two_classes(state).items()}
    return own | {f"module.backbone.{name}": torch.randn(2) for name in ("conv1.weight", "fc.bias")}


def bytes_of(content: object) -> bytes:
    stream = BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("layout", "maps"),
    [
        (lambda state: state, True),
        (lambda state: {"state_dict": {f"module.{name}": value for name, value in state.items()}}, True),
        (lambda state: {name: value for name, value in state.items() if not name.startswith("encoder.fc.")}, True),
        (two_classes, True),
        (trainer_file, True),
        (ported, False),
    ],
    ids=["bare", "nested", "without-unused-head", "two-classes", "trainer", "deepfakebench"],
)
def test_every_layout_gives_the_networks_numbers(
    network: RecceNet, tiny: tuple[int, ...], layout: Callable[[State], object], maps: bool
) -> None:
    made = RecceNet(tiny, 0.2).eval()
    state, notes = made.from_published(tensors_of(bytes_of(layout(published(network)))))
    made.load_state_dict(state)
    assert bool(notes) is not maps
    image = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        found, wanted = made(image), network(image)
    assert len(found) == (5 if maps else 2)
    for one, expected in zip(found, wanted, strict=False):
        torch.testing.assert_close(one, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("layout", [trainer_file, ported])
def test_a_published_file_becomes_an_artifact(network: RecceNet, tmp_path: Path, layout: Callable[[State], object]) -> None:
    torch.save(layout(published(network)), tmp_path / "best_model_9.bin")
    artifact = load_artifact(convert(tmp_path / "best_model_9.bin", RECIPE, tmp_path / "models"))
    names = [one.name for one in artifact.card.outputs]
    maps = layout is trainer_file
    assert names == ["logit", "patch_logits", *(("reconstruction", "residual", "attention") if maps else ())]
    assert any("never trained" in one for one in artifact.card.known_failures) is not maps
    assert artifact.card.calibration is None, "nothing was measured"
    image = np.random.default_rng(0).random((2, 3, 96, 96), np.float32)
    with torch.inference_mode():
        wanted = network(torch.from_numpy(image))
    for found, expected in zip(artifact.session().run(names, {"image": image}), wanted, strict=False):
        assert np.abs(found - expected.numpy()).max() < 1e-4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("decoder6.0.weight"), r"missing: decoder6\.0\.weight"),
        (lambda state: state.update({"decoder7.0.weight": torch.zeros(1)}), r"not wanted: decoder7\.0\.weight"),
        (lambda state: state.pop("encoder.fc.bias"), r"not wanted: encoder\.fc\.weight"),
        (lambda state: state.update({"reasoning.reproject.0.weight": torch.zeros(16, 16, 1, 1)}), "another shape: reasoning.reproject.0"),
        (lambda state: state.update({"backbone.conv1.weight": torch.zeros(1)}), r"not wanted: backbone\.conv1\.weight"),
    ],
)
def test_keys_that_do_not_fit_are_named(network: RecceNet, tmp_path: Path, change: Callable[[State], object], message: str) -> None:
    state = published(network)
    change(state)
    save_file(state, tmp_path / "other.safetensors")
    with pytest.raises(UsageError, match=message):
        convert(tmp_path / "other.safetensors", RECIPE, tmp_path / "models")
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("whole", [True, False], ids=["published", "xception"])
def test_training_may_begin_with_a_trained_encoder(network: RecceNet, tiny: tuple[int, ...], tmp_path: Path, whole: bool) -> None:
    state = published(network)
    if not whole:
        state = {name.removeprefix("encoder."): value for name, value in state.items() if name.startswith("encoder.")}
    save_file(state, tmp_path / "begin.safetensors")
    settings = {"name": "recce", "front": "recce", "channels": tiny, "steps": 1, "batch": 2, "rate": 1e-3}
    member = NetworkMember.model_validate(settings | {"recce": {"start": "begin.safetensors"}})
    begun = start_weights(member, tmp_path)
    assert begun is not None
    assert begun.keys() == {name for name in network.state_dict() if name.startswith("encoder.")}
    del state["encoder.bn4.bias" if whole else "bn4.bias"]
    save_file(state, tmp_path / "begin.safetensors")
    with pytest.raises(UsageError, match=r"holds no weights of recce; .*encoder\.bn4\.bias"):
        start_weights(member, tmp_path)


class Trainer:
    """A class of a foreign program."""


def test_a_foreign_class_is_refused_by_name(tmp_path: Path) -> None:
    torch.save({"model": {"fc.weight": torch.zeros(1)}, "trainer": np.array([Trainer], object)}, tmp_path / "odd.bin")
    with pytest.raises(UsageError, match=r"it names numpy\.\w*core\.multiarray\._reconstruct"):
        read_legacy(tmp_path / "odd.bin")
