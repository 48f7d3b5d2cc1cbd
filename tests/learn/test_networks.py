"""The one form that every network keeps, whatever it is made of."""

from importlib.util import find_spec

import pytest
import torch

from fakeprint.learn.losses import classification_loss
from fakeprint.learn.networks import make_network
from fakeprint.learn.outputs import OUTPUTS, output_names, output_specs
from fakeprint.learn.recipe import NetworkMember

TRAINING = {"name": "one", "steps": 1, "batch": 4, "rate": 0.001}
MEMBERS = {
    "differences": {"channels": (8, 8), "strides": (2, 2)},
    "face": {"channels": (8, 8)},
    "face-trace": {"channels": (8, 8)},
    "recce": {"channels": (4, 8, 8, 8, 16, 16, 24, 32)},
    "timm:resnet10t": {"backbone": {"size": 96}},
}


@pytest.mark.parametrize("front", MEMBERS)
def test_every_network_gives_a_logit_its_map_and_a_loss(front: str) -> None:
    if front.startswith("timm:") and find_spec("timm") is None:
        pytest.skip("timm is not installed")
    torch.manual_seed(0)
    member = NetworkMember.model_validate({"front": front, **TRAINING, **MEMBERS[front]})
    network = make_network(member)
    images, labels = torch.rand(4, 3, 96, 96), torch.tensor([0, 1, 0, 1])
    outputs = network.train()(images)
    loss = getattr(network, "loss", classification_loss)(outputs, images, labels, member)
    assert loss.shape == ()
    loss.backward()
    assert all(one.grad is not None and torch.isfinite(one.grad).all() for one in network.parameters())
    with torch.inference_mode():
        found = network.eval()(images)
        alone = network(images[2:3])
    names = output_names(network)
    assert names[: len(OUTPUTS)] == OUTPUTS
    assert len(found) == len(names) == len(output_specs(network))
    assert found[0].shape == (4,)
    assert found[1].shape[:2] == (4, 1)
    torch.testing.assert_close(found[1].mean((1, 2, 3)), found[0], atol=1e-5, rtol=1e-5)
    for one, whole in zip(alone, found, strict=True):
        torch.testing.assert_close(one[0], whole[2], atol=1e-4, rtol=1e-4)


def test_settings_that_are_not_used_do_not_change_a_hash() -> None:
    member = NetworkMember.model_validate({"front": "face", **TRAINING, **MEMBERS["face"]})
    written = member.model_dump()
    assert {"adam", "recce", "backbone"}.isdisjoint(written)
    assert NetworkMember.model_validate(written) == member
