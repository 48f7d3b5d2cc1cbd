"""BlazeFace in PyTorch: the front and back detectors, which teach our own (specs: dfspot 5).

Architecture and weights of the teachers: BlazeFace (MediaPipe, Google; Apache-2.0), by way of BlazeFace-PyTorch (Apache-2.0).

All networks take (N, 3, S, S) float32 RGB as ``value / 127.5 - 1`` and return (N, 896, 17) float32: centre x, y, width, height and
six key points in pixels of a 256 wide input (front: 128), places relative to the anchor's centre, then the logit
(see :mod:`fakeprint.media.face_boxes`).
"""

from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

FRONT_SIZE = 128
BACK_SIZE = 256
_STAGES = (24, 24, 48, 96)
"""Channels of the four stages of the back network, at strides 2, 4, 8 and 16."""
_BLOCKS = 7
"""Plain blocks per stage."""

N = TypeVar("N", bound=nn.Module)


class Block(nn.Module):
    """Depthwise 3x3, 1x1, shortcut, ReLU; with stride 2 the shortcut is a 2x2 maximum, and missing channels are zero."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.stride = stride
        self.extra = outputs - inputs
        self.convs = nn.Sequential(
            nn.Conv2d(inputs, inputs, 3, stride, padding=1 if stride == 1 else 0, groups=inputs), nn.Conv2d(inputs, outputs, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        short = x
        if self.stride == 2:
            x = functional.pad(x, (0, 2, 0, 2))
            short = functional.max_pool2d(short, 2)
        if self.extra:
            short = functional.pad(short, (0, 0, 0, 0, 0, self.extra))
        mapped: Tensor = self.convs(x)
        return functional.relu(mapped + short)


class LastBlock(nn.Module):
    """A block of stride 2 without shortcut, which makes the 8x8 map of the back network."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(nn.Conv2d(channels, channels, 3, 2, groups=channels), nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H / 2, W / 2)."""
        return functional.relu(self.convs(functional.pad(x, (0, 2, 0, 2))))


class Heads(nn.Module):
    """The part that all networks share: reads boxes and logits off the 16x16 and the 8x8 map."""

    def __init__(self, fine: int, coarse: int) -> None:
        super().__init__()
        self.classifier_8 = nn.Conv2d(fine, 2, 1)
        self.classifier_16 = nn.Conv2d(coarse, 6, 1)
        self.regressor_8 = nn.Conv2d(fine, 32, 1)
        self.regressor_16 = nn.Conv2d(coarse, 96, 1)

    def read(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """Return (N, 896, 17) from the two maps."""
        places = torch.cat([_listed(self.regressor_8(fine), 16), _listed(self.regressor_16(coarse), 16)], 1)
        logits = torch.cat([_listed(self.classifier_8(fine), 1), _listed(self.classifier_16(coarse), 1)], 1)
        return torch.cat([places, logits], 2)


def _listed(maps: Tensor, numbers: int) -> Tensor:
    return maps.permute(0, 2, 3, 1).reshape(len(maps), -1, numbers)


def first_padding(x: Tensor) -> Tensor:
    """Return pictures padded for the first layer: 1 to the left and above, 2 to the right and below."""
    return functional.pad(x, (1, 2, 1, 2))


class FrontNet(Heads):
    """The front network: 128x128 input, faces over about a fifth of the picture; 101,390 parameters."""

    def __init__(self) -> None:
        super().__init__(88, 96)
        widths = (24, 24, 28, 32, 36, 42, 48, 56, 64, 72, 80, 88)
        blocks = [Block(i, o, 2 if o in (32, 48) else 1) for i, o in pairwise(widths)]
        self.backbone1 = nn.Sequential(nn.Conv2d(3, 24, 5, 2), nn.ReLU(), *blocks)
        self.backbone2 = nn.Sequential(Block(88, 96, 2), *(Block(96, 96) for _ in range(4)))

    def forward(self, image: Tensor) -> Tensor:
        """Map (N, 3, 128, 128) to (N, 896, 17)."""
        fine = self.backbone1(first_padding(image))
        return self.read(fine, self.backbone2(fine))


class BackNet(Heads):
    """The back network: 256x256 input, faces over about a twentieth of the picture; 136,240 parameters."""

    def __init__(self) -> None:
        super().__init__(96, 96)
        layers: list[nn.Module] = [nn.Conv2d(3, 24, 5, 2), nn.ReLU()]
        for before, width in zip((0, *_STAGES), _STAGES, strict=False):
            if before:
                layers.append(Block(before, width, 2))
            layers += [Block(width, width) for _ in range(_BLOCKS)]
        self.backbone = nn.Sequential(*layers)
        self.final = LastBlock(96)

    def forward(self, image: Tensor) -> Tensor:
        """Map (N, 3, 256, 256) to (N, 896, 17)."""
        fine = self.backbone(first_padding(image))
        return self.read(fine, self.final(fine))


def load_front(path: Path) -> FrontNet:
    """Return the front teacher with its published weights, read from a safetensors file."""
    return _loaded(FrontNet(), path)


def load_back(path: Path) -> BackNet:
    """Return the back teacher with its published weights, read from a safetensors file."""
    return _loaded(BackNet(), path)


def _loaded(network: N, path: Path) -> N:
    from safetensors.torch import load_file

    network.load_state_dict(load_file(path))
    return network.eval().requires_grad_(False)
