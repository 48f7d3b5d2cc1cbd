"""Unlike members averaged after calibration, as one graph."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from fakeprint.learn.discriminant import Discriminant
from fakeprint.learn.outputs import OUTPUTS, output_names
from fakeprint.learn.statistics import Statistics


class StatisticsNet(nn.Module):
    """Residual statistics and their linear head: (N, 3, H, W) in [0, 1] -> ``logit`` (N,)."""

    mean: Tensor
    scale: Tensor
    weights: Tensor
    bias: Tensor

    def __init__(self, groups: Sequence[str], head: Discriminant) -> None:
        super().__init__()
        self.statistics = Statistics(groups)
        self.limit = head.limit
        self.register_buffer("mean", torch.from_numpy(head.mean.astype(np.float32)))
        self.register_buffer("scale", torch.from_numpy(head.scale.astype(np.float32)))
        self.register_buffer("weights", torch.from_numpy(head.weights.astype(np.float32)))
        self.register_buffer("bias", torch.tensor(head.bias, dtype=torch.float32))

    def forward(self, image: Tensor) -> Tensor:
        """Return (N,) logits."""
        return self.score(self.statistics(image))

    def score(self, rows: Tensor) -> Tensor:
        """Return (N,) logits of statistics (N, D)."""
        standard = ((rows - self.mean) / self.scale).clamp(-self.limit, self.limit)
        logit: Tensor = standard @ self.weights + self.bias
        return logit


class Ensemble(nn.Module):
    """``logit = sum of share * (slope * member + offset)``.

    ``patch_logits`` are those of the networks on the grid of the first, weighted alike; members that judge the window as a whole
    (statistics) add the same amount everywhere.  So the mean of the map is the logit wherever the networks share one grid.  What the
    first network that has more outputs returns besides is passed on as it is.
    """

    def __init__(self, members: Sequence[nn.Module], slopes: Sequence[float], offsets: Sequence[float], shares: Sequence[float]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        total = sum(shares)
        self.factors = [share / total * slope for share, slope in zip(shares, slopes, strict=True)]
        self.outputs = next((output_names(one) for one in members if len(output_names(one)) > len(OUTPUTS)), OUTPUTS)
        self.constant = sum(share / total * offset for share, offset in zip(shares, offsets, strict=True))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return (N,) logits and (N, 1, h, w) patch logits, then what ``outputs`` names; without a network the map is one cell."""
        return self.combine([member(image) for member in self.members])

    def combine(self, judged: Sequence[Tensor | tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
        """Combine what the members returned: a network a tuple, statistics their logits (N,)."""
        more: tuple[Tensor, ...] = ()
        maps: list[Tensor] = []
        first = judged[0]
        whole = torch.zeros_like(first[0] if isinstance(first, tuple) else first) + self.constant
        logit = whole
        for found, factor in zip(judged, self.factors, strict=True):
            if isinstance(found, tuple):
                logit = logit + factor * found[0]
                maps.append(factor * found[1])
                more = more or tuple(found[len(OUTPUTS) :])
            else:
                logit = logit + factor * found
                whole = whole + factor * found
        patches = whole[:, None, None, None]
        for one in maps:
            aligned = one if one is maps[0] else functional.interpolate(one, size=maps[0].shape[2:], mode="bilinear", align_corners=False)
            patches = patches + aligned
        return logit, patches, *more
