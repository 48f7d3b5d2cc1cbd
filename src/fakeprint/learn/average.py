"""Exponential moving average of a network's weights."""

from copy import deepcopy

import torch
from torch import nn


class Average:
    """A copy of ``network`` whose weights follow it slowly; it is what gets evaluated and exported.

    The decay is ``min(decay, (1 + n) / (10 + n))`` after n updates, so that early averages forget the initial weights.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self.updates = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the averaged weights towards those of ``network``; counters are copied."""
        self.updates += 1
        keep = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for mine, theirs in zip(self.network.state_dict().values(), network.state_dict().values(), strict=True):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs.to(mine.dtype), 1.0 - keep)
            else:
                mine.copy_(theirs)
