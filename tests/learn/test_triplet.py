"""Triplets by the three rules against loops that spell them out; the loss against the definition."""

import numpy as np
import pytest
import torch

from fakeprint.learn.recipe import TripletSettings
from fakeprint.learn.triplet import triplet_loss, triplets


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(3)
    return torch.randn(12, 5, generator=generator), torch.tensor([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1])


def spelled_out(embeddings, labels, anchor, positive, mining):
    """Return the negatives that the rule allows."""
    distances = (embeddings[anchor] - embeddings).norm(dim=1).tolist()
    others = [one for one in range(len(labels)) if labels[one] != labels[anchor]]
    if mining == "random":
        return others
    if mining == "hard":
        return [min(others, key=lambda one: distances[one])]
    farther = [one for one in others if distances[one] > distances[positive]]
    return [min(farther, key=lambda one: distances[one])] if farther else [max(others, key=lambda one: distances[one])]


@pytest.mark.parametrize("mining", ["random", "semi-hard", "hard"])
def test_every_face_is_an_anchor_once_by_the_rule(batch, mining):
    embeddings, labels = batch
    torch.manual_seed(0)
    anchors, positives, negatives = triplets(embeddings, labels, TripletSettings(mining=mining))
    assert anchors.tolist() == list(range(12))
    for anchor, positive, negative in zip(anchors.tolist(), positives.tolist(), negatives.tolist(), strict=True):
        assert positive != anchor
        assert labels[positive] == labels[anchor]
        assert negative in spelled_out(embeddings, labels, anchor, positive, mining)
    if mining == "hard":
        farthest = [
            max(np.flatnonzero(labels == labels[one]), key=lambda other: (embeddings[one] - embeddings[other]).norm()) for one in range(12)
        ]
        assert positives.tolist() == farthest


def test_random_triplets_are_spread_and_repeat(batch):
    embeddings, labels = batch
    drawn = [triplets(embeddings, labels, TripletSettings(), torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)]
    assert all(torch.equal(one, other) for one, other in zip(drawn[0], drawn[1], strict=True))
    assert not torch.equal(drawn[0][2], drawn[2][2])
    seen = {int(triplets(embeddings, labels, TripletSettings(), torch.Generator().manual_seed(seed))[2][0]) for seed in range(80)}
    assert seen == set(range(5, 12))


def test_the_loss_is_the_definition(batch):
    embeddings, labels = batch
    settings = TripletSettings(mining="hard", margin=1.0)
    anchors, positives, negatives = triplets(embeddings, labels, settings)
    near, far = ((embeddings[anchors] - embeddings[one]).norm(dim=1) for one in (positives, negatives))
    assert float(triplet_loss(embeddings, labels, settings)) == pytest.approx(float((near - far + 1).clamp(min=0).mean()), abs=1e-4)
    scaled = [float(triplet_loss(embeddings * factor, labels, settings.model_copy(update={"normalise": True}))) for factor in (1, 7)]
    assert scaled[0] == pytest.approx(scaled[1], abs=1e-5), "length plays no part"


def test_separated_labels_cost_nothing_and_gradients_pull_them_apart():
    labels = torch.tensor([0, 0, 1, 1])
    apart = torch.tensor([[0.0], [0.1], [5.0], [5.1]])
    assert float(triplet_loss(apart, labels, TripletSettings(mining="hard"))) == 0.0
    mixed = torch.randn(4, 8, generator=torch.Generator().manual_seed(0), requires_grad=True)
    for _ in range(150):
        loss = triplet_loss(mixed, labels, TripletSettings(mining="hard"))
        (gradient,) = torch.autograd.grad(loss, mixed)
        mixed = (mixed - 0.1 * gradient).detach().requires_grad_(True)
    assert float(triplet_loss(mixed.detach(), labels, TripletSettings(mining="hard"))) < 0.05


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1], [1]])
def test_a_batch_without_triplets_costs_nothing_and_still_has_a_gradient(labels):
    embeddings = torch.randn(len(labels), 3, requires_grad=True)
    for mining in ("random", "semi-hard", "hard"):
        loss = triplet_loss(embeddings, torch.tensor(labels), TripletSettings(mining=mining))
        (gradient,) = torch.autograd.grad(loss, embeddings)
        assert float(loss.detach()) == 0.0
        assert not gradient.any()
