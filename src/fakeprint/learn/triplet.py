"""Learning distances: faces of one label near each other, faces of the other label farther by a margin (specs: dfspot 9)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from fakeprint.core.errors import UsageError
from fakeprint.learn.backbone import Normalise, features_of, make_backbone
from fakeprint.learn.recipe import NetworkMember, TripletSettings

Triplets = tuple[Tensor, Tensor, Tensor]
"""Indices (T,) of anchors, of another face of the same label, and of a face of the other label."""


class Embedding(nn.Module):
    """Takes (N, 3, S, S) float32 RGB in [0, 1]; gives the backbone's features (N, D).  It has no head and judges nothing."""

    outputs = ("embedding",)

    def __init__(self, front: str, size: int) -> None:
        super().__init__()
        self.fixed_side = size
        self.normalise = Normalise()
        self.backbone = make_backbone(front, size)

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """Return the features."""
        return (features_of(self.backbone, self.normalise(image))[0],)

    def loss(self, outputs: tuple[Tensor, ...], _: Tensor, labels: Tensor, member: NetworkMember) -> Tensor:
        """Return the mean triplet loss of a batch."""
        if member.backbone is None or member.backbone.triplet is None:
            raise UsageError(f"member {member.name} has no triplet settings")
        return triplet_loss(outputs[0].float(), labels, member.backbone.triplet)


def triplet_loss(embeddings: Tensor, labels: Tensor, settings: TripletSettings, generator: torch.Generator | None = None) -> Tensor:
    """Return the mean over triplets of ``max(0, d(a, p) - d(a, n) + margin)`` with Euclidean distances of (N, D) embeddings.

    A batch without any triplet, of one label or of one face each, gives 0.
    """
    if settings.normalise:
        embeddings = functional.normalize(embeddings)
    anchors, positives, negatives = triplets(embeddings.detach(), labels, settings, generator)
    if len(anchors) == 0:
        return embeddings.sum() * 0.0
    return functional.triplet_margin_loss(embeddings[anchors], embeddings[positives], embeddings[negatives], settings.margin, 2)


def triplets(embeddings: Tensor, labels: Tensor, settings: TripletSettings, generator: torch.Generator | None = None) -> Triplets:
    """Form one triplet for each face of (N, D) ``embeddings`` that has both a partner of its label and a face of the other label.

    ``random``: both at random.  ``semi-hard``: a random partner, and the nearest face of the other label that is farther than it; the
    farthest of the other label where none is.  ``hard``: the farthest partner and the nearest face of the other label.
    """
    same = labels[:, None] == labels[None, :]
    partner = same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    anchors = torch.nonzero(partner.any(1) & ~same.all(1))[:, 0]
    if len(anchors) == 0:
        return anchors, anchors, anchors
    partner, other = partner[anchors], ~same[anchors]
    distances = torch.cdist(embeddings.float(), embeddings.float())[anchors]
    if settings.mining == "hard":
        return anchors, _highest(distances, partner), _highest(-distances, other)
    drawn = torch.multinomial(partner.float(), 1, generator=generator)
    if settings.mining == "random":
        return anchors, drawn[:, 0], torch.multinomial(other.float(), 1, generator=generator)[:, 0]
    farther = other & (distances > distances.gather(1, drawn))
    nearest = torch.where(farther.any(1), _highest(-distances, farther), _highest(distances, other))
    return anchors, drawn[:, 0], nearest


def _highest(values: Tensor, allowed: Tensor) -> Tensor:
    return values.masked_fill(~allowed, -torch.inf).argmax(1)
