"""Small convolutional networks whose patch logits are averaged: the score of a picture is the mean of its evidence map."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fakeprint.learn.frontend import FRONT_ENDS


class PatchNet(nn.Module):
    """Fixed residual front end, a few unpadded 3x3 convolutions, one logit per patch.

    Takes (N, 3, H, W) float32 RGB in [0, 1]; gives ``logit`` (N,) and ``patch_logits`` (N, 1, h, w).  No padding: every patch sees
    pixels only, so the map has no border effects and any H, W >= 96 works.
    """

    def __init__(self, front: str, channels: Sequence[int], strides: Sequence[int], dropout: float) -> None:
        super().__init__()
        self.front = FRONT_ENDS[front]()
        width = self.front.channels
        layers: list[nn.Module] = [nn.BatchNorm2d(width)]
        for wider, stride in zip(channels, strides, strict=True):
            layers += [nn.Conv2d(width, wider, 3, stride, bias=False), nn.BatchNorm2d(wider), nn.ReLU(inplace=True)]
            width = wider
        self.trunk = nn.Sequential(*layers)
        self.dropout = nn.Dropout2d(dropout)
        self.head = nn.Conv2d(width, 1, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return (N,) logits and (N, 1, h, w) patch logits."""
        patches = self.head(self.dropout(self.trunk(self.front(image * 255.0))))
        return patches.mean((1, 2, 3)), patches


def parameter_groups(network: nn.Module, decay: float) -> list[dict[str, object]]:
    """Split parameters: matrices and kernels decay, biases and normalisation do not."""
    heavy = [one for one in network.parameters() if one.ndim > 1]
    light = [one for one in network.parameters() if one.ndim <= 1]
    return [{"params": heavy, "weight_decay": decay}, {"params": light, "weight_decay": 0.0}]


def count_parameters(network: nn.Module) -> int:
    """Return the number of trained values.

    >>> count_parameters(PatchNet("differences", (8,), (2,), 0.0)) == 9 * 2 + 9 * 8 * 9 + 8 * 2 + 8 + 1
    True
    """
    return sum(one.numel() for one in network.parameters())


def channels_last(network: nn.Module) -> nn.Module:
    """Lay kernels out for the fastest CPU and GPU convolutions."""
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]
