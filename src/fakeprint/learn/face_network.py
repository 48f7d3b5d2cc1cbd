"""A small residual network for face crops; its last map, not a summary of it, carries the logits."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, 1, 1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return features of the same shape."""
        return functional.relu(features + self.body(features))


class FaceNet(nn.Module):
    """Colour and local residual in, one logit per patch out.

    Takes (N, 3, S, S) float32 RGB in [0, 1]; gives ``logit`` (N,) and ``patch_logits`` (N, 1, h, w), whose mean is the logit.
    """

    def __init__(self, channels: Sequence[int], dropout: float) -> None:
        super().__init__()
        width = channels[0]
        layers: list[nn.Module] = [nn.Conv2d(6, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
        for wider in channels[1:]:
            layers += [nn.Conv2d(width, wider, 3, 2, 1, bias=False), nn.BatchNorm2d(wider), nn.ReLU(inplace=True), Block(wider)]
            width = wider
        self.trunk = nn.Sequential(*layers)
        self.dropout = nn.Dropout2d(dropout)
        self.head = nn.Conv2d(width, 1, 1)

    def features(self, image: Tensor) -> Tensor:
        """Return the last map (N, C, h, w)."""
        centred = image - 0.5
        residual = centred - functional.avg_pool2d(functional.pad(centred, (1, 1, 1, 1), mode="replicate"), 3, 1)
        features: Tensor = self.trunk(torch.cat([2.0 * centred, 10.0 * residual], 1))
        return features

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return (N,) logits and (N, 1, h, w) patch logits."""
        patches = self.head(self.dropout(self.features(image)))
        return patches.mean((1, 2, 3)), patches
