"""The graph step: every cell of the encoder's features gathers from the decoder's features that lie inside it (specs: recce 1).

The original walks over the cells one by one.  Here all cells are one convolution, one softmax and one pooling; how the nodes of a cell
are ordered does not matter, so both give the same.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional


class GraphStep(nn.Module):
    """Decoder features of twice and four times the size, brought to the encoder's cells.

    ``width`` and ``joint`` are the channels of the cells and of the space in which nodes and cells are compared; nodes have ``joint``
    channels at twice the size and ``joint_fine`` at four times.
    """

    def __init__(self, width: int, joint: int, joint_fine: int, dropout: float) -> None:
        super().__init__()
        self.va_embedding = nn.Sequential(nn.Conv2d(width, joint, 1, bias=False), nn.ReLU(), nn.Conv2d(joint, joint, 1, bias=False))
        self.va_gated_b = nn.Sequential(nn.Conv2d(width, joint, 1, bias=False), nn.Sigmoid())
        self.va_gated_c = nn.Sequential(nn.Conv2d(width, joint, 1, bias=False), nn.Sigmoid())
        self.vb_embedding = nn.Sequential(nn.Linear(joint, joint, bias=False), nn.ReLU(), nn.Linear(joint, joint, bias=False))
        self.vc_embedding = nn.Sequential(nn.Linear(joint_fine, joint, bias=False), nn.ReLU(), nn.Linear(joint, joint, bias=False))
        self.reweight_ab = nn.Sequential(nn.Linear(2 * joint, 1, bias=False), nn.ReLU())
        self.reweight_ac = nn.Sequential(nn.Linear(2 * joint, 1, bias=False), nn.ReLU())
        self.reproject = nn.Sequential(
            nn.Conv2d(3 * joint, width, 1, bias=False), nn.ReLU(), nn.Conv2d(width, width, 1, bias=False), nn.Dropout(dropout)
        )

    def forward(self, cells: Tensor, coarse: Tensor, fine: Tensor) -> Tensor:
        """Return (N, width, h, w) of cells (N, width, h, w), nodes (N, joint, 2h, 2w) and nodes (N, joint_fine, 4h, 4w)."""
        own = self.va_embedding(cells)
        gathered_b = gather(own, _pointwise(self.vb_embedding, coarse), _weight(self.reweight_ab, 0), 2)
        gathered_c = gather(own, _pointwise(self.vc_embedding, fine), _weight(self.reweight_ac, 0), 4)
        parts = [gathered_b * (1.0 - self.va_gated_b(cells)), gathered_c * (1.0 - self.va_gated_c(cells)), own]
        projected: Tensor = self.reproject(torch.sigmoid(torch.cat(parts, 1)))
        return projected


def gather(cells: Tensor, nodes: Tensor, weight: Tensor, side: int) -> Tensor:
    """Return for each cell the weighted sum of its ``side * side`` nodes, (N, C, h, w).

    ``cells`` is (N, C, h, w), ``nodes`` (N, C, side * h, side * w).  A node's share is the softmax, over the nodes of its cell, of
    ``ReLU(weight . [cell ; node])`` with ``weight`` (1, 2C).
    """
    of_cell, of_node = weight[:, :, None, None].chunk(2, 1)
    scores = functional.pixel_unshuffle(functional.conv2d(nodes, of_node), side) + functional.conv2d(cells, of_cell)
    shares = functional.pixel_shuffle(functional.relu(scores).softmax(1), side)
    return functional.avg_pool2d(nodes * shares, side) * float(side * side)


def _pointwise(layers: nn.Sequential, nodes: Tensor) -> Tensor:
    """Apply two linear layers with a ReLU between them at every place of (N, C, H, W)."""
    hidden = functional.relu(functional.conv2d(nodes, _weight(layers, 0)[:, :, None, None]))
    return functional.conv2d(hidden, _weight(layers, 2)[:, :, None, None])


def _weight(layers: nn.Sequential, at: int) -> Tensor:
    return cast(nn.Linear, layers[at]).weight
