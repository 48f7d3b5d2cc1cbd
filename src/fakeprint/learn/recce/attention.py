"""Attention led by what the reconstruction could not redraw (specs: recce 1)."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class ResidualAttention(nn.Module):
    """Weighs features by a learned gate of the residual; the gate need not grow with the residual."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.gated = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1, bias=False), nn.ReLU(), nn.Conv2d(3, 1, 1, bias=False))
        self.h = nn.Sequential(nn.Conv2d(width, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.dropout = nn.Dropout(dropout)

    def forward(self, residual: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return (N, C, h, w) features and the gate (N, 1, h, w) in [0, 1], of (N, 3, H, W) residuals and (N, C, h, w) features."""
        small = functional.interpolate(residual, size=features.shape[2:], mode="bilinear", align_corners=True)
        gate = torch.sigmoid(self.gated(small))
        return gate * self.h(features) + self.dropout(features), gate
