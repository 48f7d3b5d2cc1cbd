"""The small face network that ships: layers of our own under the teachers' heads (specs: dfspot 5)."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from fakeprint.learn.blazeface import Heads

_RARE = -4.0
"""Logit of a face before anything is learned."""
_TYPICAL = 60.0
"""Width of a typical face in pixels, likewise."""


class Unit(nn.Module):
    """Depthwise k x k, then 1x1, each normalised; a shortcut where shapes allow, then ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.short = stride == 1 and inputs == outputs
        self.convs = nn.Sequential(
            nn.Conv2d(inputs, inputs, kernel, stride, kernel // 2, groups=inputs, bias=False),
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        mapped: Tensor = self.convs(x)
        return functional.relu(mapped + x if self.short else mapped)


def _dense(inputs: int, outputs: int, kernel: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, kernel, 2, kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


class StudentNet(Heads):
    """Takes (N, 3, 256, 256) and returns (N, 896, 17) as the teachers do.

    ``channels`` are those at strides 2, 4, 8, 16 and 32, ``units`` the residual units at strides 4, 8, 16 and 32.
    """

    def __init__(
        self, channels: tuple[int, int, int, int, int] = (16, 32, 64, 96, 128), units: tuple[int, int, int, int] = (2, 4, 5, 3)
    ) -> None:
        super().__init__(channels[3], channels[4])
        stages: list[nn.Sequential] = []
        for (before, width), count in zip(pairwise(channels), units, strict=True):
            kernel = 5 if width == channels[3] else 3
            down = _dense(before, width, 3) if not stages else [Unit(before, width, 3, 2)]
            stages.append(nn.Sequential(*down, *(Unit(width, width, kernel) for _ in range(count))))
        self.fine = nn.Sequential(*_dense(3, channels[0], 5), *stages[:3])
        self.coarse = stages[3]
        for logits, places in ((self.classifier_8, self.regressor_8), (self.classifier_16, self.regressor_16)):
            _start(logits, [_RARE], 1.0)
            _start(places, [0.0, 0.0, _TYPICAL, _TYPICAL] + [0.0] * 12, _TYPICAL)

    def forward(self, image: Tensor) -> Tensor:
        """Map (N, 3, 256, 256) to (N, 896, 17)."""
        fine = self.fine(image)
        return self.read(fine, self.coarse(fine))


@torch.no_grad()
def _start(head: nn.Conv2d, values: list[float], unit: float) -> None:
    """Give a head biases that repeat the values, and weights in a unit."""
    head.weight *= unit
    if head.bias is not None:
        head.bias.copy_(torch.tensor(values).repeat(len(head.bias) // len(values)))
