"""All cells at once against the original's way, cell by cell and node by node."""

import pytest
import torch
from torch import Tensor

from fakeprint.learn.recce.graph_step import GraphStep


def linear(weight: Tensor, values: Tensor) -> Tensor:
    return weight.reshape(weight.shape[0], -1) @ values


def gathered(own: Tensor, nodes: list[Tensor], weight: Tensor) -> Tensor:
    scores = torch.stack([(weight[0] @ torch.cat([own, node])).clamp(min=0) for node in nodes])
    shares = scores.exp() / scores.exp().sum()
    return sum((share * node for share, node in zip(shares, nodes, strict=True)), torch.zeros_like(own))


def one_by_one(step: GraphStep, cells: Tensor, coarse: Tensor, fine: Tensor) -> Tensor:
    weights = {name: value.double() for name, value in step.state_dict().items()}
    cells, coarse, fine = cells.double(), coarse.double(), fine.double()
    result = torch.zeros_like(cells)

    def embedded(name: str, values: Tensor) -> Tensor:
        return linear(weights[f"{name}.2.weight"], linear(weights[f"{name}.0.weight"], values).clamp(min=0))

    for sample in range(len(cells)):
        for row in range(cells.shape[2]):
            for column in range(cells.shape[3]):
                cell = cells[sample, :, row, column]
                own = embedded("va_embedding", cell)
                parts = []
                for branch, whole, side in (("b", coarse, 2), ("c", fine, 4)):
                    places = [(row * side + down, column * side + across) for across in range(side) for down in range(side)]
                    nodes = [embedded(f"v{branch}_embedding", whole[sample, :, y, x]) for y, x in places]
                    gate = 1 - torch.sigmoid(linear(weights[f"va_gated_{branch}.0.weight"], cell))
                    parts.append(gathered(own, nodes, weights[f"reweight_a{branch}.0.weight"]) * gate)
                joined = torch.sigmoid(torch.cat([*parts, own]))
                result[sample, :, row, column] = embedded("reproject", joined)
    return result


@pytest.mark.parametrize(("count", "height", "width"), [(1, 1, 1), (2, 3, 4), (1, 5, 2)])
def test_equals_the_loop_over_cells(count: int, height: int, width: int) -> None:
    torch.manual_seed(count)
    step = GraphStep(12, 8, 6, 0.2).eval()
    cells, coarse = torch.randn(count, 12, height, width), torch.randn(count, 8, 2 * height, 2 * width)
    fine = torch.randn(count, 6, 4 * height, 4 * width)
    with torch.inference_mode():
        found, wanted = step(cells, coarse, fine), one_by_one(step, cells, coarse, fine)
    assert float((found - wanted).abs().max()) < 1e-5


def test_nodes_of_one_cell_may_change_places() -> None:
    torch.manual_seed(0)
    step = GraphStep(12, 8, 6, 0.0).eval()
    cells, coarse, fine = torch.randn(1, 12, 1, 1), torch.randn(1, 8, 2, 2), torch.randn(1, 6, 4, 4)
    with torch.inference_mode():
        torch.testing.assert_close(step(cells, coarse.flip(2), fine.flip(3)), step(cells, coarse, fine))


def test_maps_that_are_not_twice_and_four_times_as_large_are_refused() -> None:
    with pytest.raises(RuntimeError):
        GraphStep(12, 8, 6, 0.0)(torch.randn(1, 12, 3, 3), torch.randn(1, 8, 7, 6), torch.randn(1, 6, 12, 12))
