"""A network behind a fixed reduction of its input, so that members which look at different sizes share one graph."""

import math

import torch
from torch import Tensor, nn


def reduction(side: int, to: int) -> Tensor:
    """Return the matrix (to, side) that reduces one axis as Pillow's BILINEAR does: a triangle as wide as the pixels that it merges.

    >>> reduction(4, 2).tolist()
    [[0.4285714328289032, 0.4285714328289032, 0.1428571492433548, 0.0], [0.0, 0.1428571492433548, 0.4285714328289032, 0.4285714328289032]]
    """
    scale = side / to
    reach = max(scale, 1.0)
    matrix = torch.zeros(to, side, dtype=torch.float64)
    for row in range(to):
        middle = (row + 0.5) * scale
        first, last = max(0, math.floor(middle - reach + 0.5)), min(side, math.floor(middle + reach + 0.5))
        for column in range(first, last):
            matrix[row, column] = max(0.0, 1.0 - abs((column + 0.5 - middle) / reach))
    return (matrix / matrix.sum(1, keepdim=True)).float()


class Reduced(nn.Module):
    """Takes (N, 3, side, side) in [0, 1], reduces it to (N, 3, to, to), and returns what the network makes of that."""

    matrix: Tensor

    def __init__(self, network: nn.Module, side: int, to: int) -> None:
        super().__init__()
        self.network, self.fixed_side = network, side
        self.register_buffer("matrix", reduction(side, to), persistent=False)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return the network's outputs."""
        found: tuple[Tensor, ...] = self.network(self.matrix @ image @ self.matrix.t())
        return found
