"""The network that learns where two faces differ: what is counted as exchanged, and what leaves training with it."""

import torch

from fakeprint.learn.face_trace import FaceTraceNet, exchanged
from fakeprint.learn.networks import make_network
from fakeprint.learn.recipe import NetworkMember

MEMBER = NetworkMember(name="face", front="face-trace", channels=(8, 12, 16), steps=1, batch=4, rate=1e-3, margin=0.3)


def pairs(side: int = 64) -> torch.Tensor:
    """Two pairs: one changed in the middle, one that is no pair at all."""
    images = torch.rand(4, 3, side, side, generator=torch.Generator().manual_seed(0)) * 0.5
    images[1] = images[0]
    images[1, :, 16:48, 16:48] += 0.2
    return images


def test_the_changed_middle_is_counted_and_strangers_are_not():
    shares, weights = exchanged(pairs(), torch.Size((8, 8)))
    assert weights.tolist() == [1, 1, 1, 0]
    assert shares[0].sum() == shares[2].sum() == 0
    assert (shares[1, 0, 2:6, 2:6] == 1).all()
    assert shares[1].sum() == 16


def test_compression_alone_counts_as_nothing():
    images = pairs()
    images[1] = images[0] + 2 / 255
    shares, _ = exchanged(images, torch.Size((8, 8)))
    assert shares[1].sum() == 0


def test_the_trace_is_there_in_training_only():
    torch.manual_seed(0)
    network = make_network(MEMBER)
    assert isinstance(network, FaceTraceNet)
    assert [one.shape for one in network.train()(pairs())] == [(4,), (4, 1, 8, 8), (4, 1, 8, 8)]
    logit, patches = network.eval()(pairs())
    torch.testing.assert_close(patches.mean((1, 2, 3)), logit)


def test_learning_lowers_the_loss_and_finds_the_middle():
    torch.manual_seed(0)
    network = make_network(MEMBER).train()
    optimiser = torch.optim.AdamW(network.parameters(), 3e-3)
    images, labels = pairs()[:2], torch.tensor([0, 1])
    losses = []
    for _ in range(60):
        loss = network.loss(network(images), images, labels, MEMBER)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]
    trace = network(images)[2][1, 0]
    assert trace[3:5, 3:5].mean() > trace[0].mean()
