"""Golden values of the specification (specs: recce 2), plain references, batches of one class and of one face."""

import itertools

import pytest
import torch
from torch.nn import functional

from fakeprint.learn.recce.losses import flooded, likeness, reconstruction_loss, separation_loss
from fakeprint.learn.recce.network import RecceNet, RecceTraining
from fakeprint.learn.recipe import NetworkMember, RecceSettings

MATRIX = torch.tensor([[1, 0.8, 0.3, 0.4], [0.8, 1, 0.2, 0.1], [0.3, 0.2, 1, 0.9], [0.4, 0.1, 0.9, 1]])


@pytest.mark.parametrize(("labels", "term"), [((0, 0, 1, 1), 0.45), ((0, 1, 1, 1), 1.5), ((1, 1, 1, 1), 1.0), ((0, 0, 0, 0), 0.55)])
def test_separation_has_the_specified_values(labels: tuple[int, ...], term: float) -> None:
    labelled = torch.tensor(labels)
    assert float(separation_loss([MATRIX], labelled, compat=True)) == pytest.approx(term, abs=1e-5)
    assert float(separation_loss([MATRIX] * 3, labelled, compat=True)) == pytest.approx(3 * term, abs=1e-5)
    expected = term if labels.count(0) >= 2 else 0.0
    assert float(separation_loss([MATRIX], labelled)) == pytest.approx(expected, abs=1e-5), "no penalty without a pair to compare"


@pytest.mark.parametrize(("labels", "expected"), [((0, 0, 1, 1), 0.2), ((1, 1, 1, 1), 0.0), ((0, 1, 1, 1), 0.1)])
def test_reconstruction_counts_unaltered_faces_alone(labels: tuple[int, ...], expected: float) -> None:
    redrawn = torch.tensor([0.1, 0.3, 0.5, 0.7]).reshape(4, 1, 1, 1).expand(4, 3, 5, 5)
    assert float(reconstruction_loss(redrawn, torch.zeros(4, 3, 5, 5), torch.tensor(labels))) == pytest.approx(expected)


def test_flood_turns_the_gradient_round() -> None:
    for value, slope in ((0.5, 1.0), (0.01, -1.0)):
        loss = torch.tensor(value, requires_grad=True)
        flooded(loss, 0.04).backward()
        assert loss.grad is not None
        assert float(loss.grad) == slope


def test_likeness_is_the_cosine_of_pairs() -> None:
    torch.manual_seed(1)
    features = torch.randn(5, 7)
    found = likeness(features)
    for i, j in itertools.product(range(5), repeat=2):
        cosine = float(functional.cosine_similarity(features[i], features[j], dim=0))
        assert float(found[i, j]) == pytest.approx((cosine + 1) / 2, abs=1e-6)


def test_a_batch_of_one_stays_a_batch() -> None:
    assert likeness(torch.randn(1, 7)).shape == (1, 1)
    assert float(separation_loss([likeness(torch.randn(1, 7))], torch.tensor([0]))) == 0.0


def member(**changes: object) -> NetworkMember:
    settings: dict[str, object] = {"name": "recce", "front": "recce", "channels": (4, 8, 8, 8, 16, 16, 24, 32), "steps": 1, "batch": 4}
    return NetworkMember.model_validate({**settings, "rate": 1e-3, "smoothing": 0.0, **changes})


@pytest.mark.parametrize("labels", [(0, 1, 0, 1), (1, 1, 1, 1), (0,), (1,)])
def test_the_whole_loss_is_the_sum_of_the_three(labels: tuple[int, ...]) -> None:
    torch.manual_seed(2)
    settings = RecceSettings(reconstruction=0.3, separation=0.7, flood=0.05)
    network = RecceNet(member().channels, 0.0, settings).train()
    images, labelled = torch.rand(len(labels), 3, 96, 96), torch.tensor(labels)
    learned = network(images)
    outputs = RecceTraining(*(one.detach() for one in learned))
    logits = [float(one) for one in outputs.logit]
    classified = sum(float(torch.tensor(one if not label else -one).exp().log1p()) for one, label in zip(logits, labels, strict=True))
    authentic = [i for i, label in enumerate(labels) if not label]
    altered = [i for i, label in enumerate(labels) if label]
    redrawn = sum(float((outputs.reconstruction[i] - images[i]).abs().mean() * 2) for i in authentic) / max(1, len(authentic))
    separated = 0.0
    for features in (outputs.encoded, outputs.decoded, outputs.decoded_fine):
        pooled = functional.normalize(features, dim=1)
        near = [float(pooled[i] @ pooled[j] + 1) / 2 for i in authentic for j in authentic if i != j]
        far = [float(pooled[i] @ pooled[j] + 1) / 2 for i in authentic for j in altered]
        if near:
            separated += max(0.0, 1 - sum(near) / len(near) + (sum(far) / len(far) if far else 0.0))
    expected = abs(classified / len(labels) - 0.05) + 0.05 + 0.3 * redrawn + 0.7 * separated
    loss = network.loss(learned, images, labelled, member())
    assert float(loss.detach()) == pytest.approx(expected, abs=2e-5)
    loss.backward()
    assert all(one.grad is not None and torch.isfinite(one.grad).all() for one in network.parameters())
