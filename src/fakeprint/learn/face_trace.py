"""A face network that also learns where the two faces of a pair differ.

Both faces of a pair come under one delivery, so wherever the manipulated one was left alone the two are nearly equal: their difference
shows what was exchanged, without any stored mask.  A second head learns it in training and is not exported.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from fakeprint.learn.face_network import FaceNet
from fakeprint.learn.losses import classification_loss
from fakeprint.learn.recipe import NetworkMember

LEAST = 4.0
"""Mean difference in grey levels below which a patch counts as left alone: compression alone makes that much."""

WHOLE = 10.0
"""Mean difference from which a patch counts as exchanged whole; shares between are linear."""

ALIGNED = 8.0
"""Mean difference along the border above which the two faces are no pair of one frame and one colour: nothing is learned from it."""


class FaceTraceNet(FaceNet):
    """A :class:`FaceNet` that returns ``trace`` (N, 1, h, w), logits of the share exchanged, as third output in training."""

    def __init__(self, channels: Sequence[int], dropout: float) -> None:
        super().__init__(channels, dropout)
        self.trace = nn.Conv2d(channels[-1], 1, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return (N,) logits, (N, 1, h, w) patch logits, and in training the trace."""
        features = self.features(image)
        patches = self.head(self.dropout(features))
        logit = patches.mean((1, 2, 3))
        return (logit, patches, self.trace(features)) if self.training else (logit, patches)

    def loss(self, outputs: tuple[Tensor, ...], images: Tensor, labels: Tensor, member: NetworkMember) -> Tensor:
        """Return the classification loss and, as heavy, the cross-entropy of the trace; images at 2k and 2k + 1 are pairs."""
        trace = outputs[2].float()
        shares, weights = exchanged(images.float(), trace.shape[2:])
        each = functional.binary_cross_entropy_with_logits(trace, shares, reduction="none").mean((1, 2, 3))
        return classification_loss(outputs, images, labels, member) + (each * weights).mean()


def exchanged(images: Tensor, grid: torch.Size) -> tuple[Tensor, Tensor]:
    """Return the share exchanged (N, 1, h, w) in [0, 1], and weights (N,): 0 for manipulated faces without an aligned partner.

    >>> pair = torch.zeros(2, 3, 8, 8)
    >>> pair[1, :, 2:4, 2:4] = 1.0
    >>> shares, weights = exchanged(pair, torch.Size((4, 4)))
    >>> int(shares.sum()), float(shares[1, 0, 1, 1]), weights.tolist()
    (1, 1.0, [1.0, 1.0])
    """
    apart = 255.0 * (images[1::2] - images[::2]).abs().mean(1, keepdim=True)
    apart = functional.adaptive_avg_pool2d(apart, (grid[0], grid[1]))
    border = torch.ones_like(apart[:1])
    border[:, :, 1:-1, 1:-1] = 0.0
    aligned = (apart * border).sum((1, 2, 3)) / border.sum() < ALIGNED
    shares, weights = images.new_zeros((len(images), 1, *grid)), images.new_ones(len(images))
    shares[1::2] = ((apart - LEAST) / (WHOLE - LEAST)).clamp(0.0, 1.0)
    weights[1::2] = aligned.to(weights.dtype)
    return shares, weights
