"""BlazeFace in PyTorch: the front and back detectors, which teach, and the small network that learns from them (specs: dfspot 5).

Architecture and weights of the teachers: BlazeFace (MediaPipe, Google; Apache-2.0), by way of BlazeFace-PyTorch (Apache-2.0).

All networks take (N, 3, S, S) float32 RGB as ``value / 127.5 - 1`` and return (N, 896, 17) float32: centre x, y, width, height and
six key points in pixels of a 256 wide input (front: 128), places relative to the anchor's centre, then the logit
(see :mod:`fakeprint.media.face_boxes`).
"""

from collections.abc import Collection
from itertools import pairwise
from pathlib import Path
from typing import TypeVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

FRONT_SIZE = 128
BACK_SIZE = 256
STAGES = (24, 24, 48, 96)
"""Channels of the four stages of the back network, at strides 2, 4, 8 and 16."""
BACK_BLOCKS = (7, 7, 7, 7)

N = TypeVar("N", bound=nn.Module)


class Block(nn.Module):
    """Depthwise 3x3, 1x1, shortcut, ReLU; with stride 2 the shortcut is a 2x2 maximum, and missing channels are zero.

    ``strength`` multiplies what the convolutions add: 1 is the published block, and at 0 a plain block passes its input through, so
    that a network can learn to do without it little by little.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.stride = stride
        self.strength = 1.0
        self.extra = outputs - inputs
        self.plain = stride == 1 and inputs == outputs
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
        if self.strength == 0.0 and self.plain:
            return short
        mapped: Tensor = self.convs(x)
        return functional.relu(mapped + short if self.strength == 1.0 else mapped * self.strength + short)


class LastBlock(nn.Module):
    """A block of stride 2 without shortcut, which makes the 8x8 map of the back network."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(nn.Conv2d(channels, channels, 3, 2, groups=channels), nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H / 2, W / 2)."""
        return functional.relu(self.convs(functional.pad(x, (0, 2, 0, 2))))


class _Heads(nn.Module):
    """Reads boxes and logits off the 16x16 and the 8x8 map."""

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


def _first(x: Tensor) -> Tensor:
    return functional.pad(x, (1, 2, 1, 2))


class FrontNet(_Heads):
    """The front network: 128x128 input, faces over about a fifth of the picture; 101,390 parameters."""

    def __init__(self) -> None:
        super().__init__(88, 96)
        widths = (24, 24, 28, 32, 36, 42, 48, 56, 64, 72, 80, 88)
        blocks = [Block(i, o, 2 if o in (32, 48) else 1) for i, o in pairwise(widths)]
        self.backbone1 = nn.Sequential(nn.Conv2d(3, 24, 5, 2), nn.ReLU(), *blocks)
        self.backbone2 = nn.Sequential(Block(88, 96, 2), *(Block(96, 96) for _ in range(4)))

    def forward(self, image: Tensor) -> Tensor:
        """Map (N, 3, 128, 128) to (N, 896, 17)."""
        fine = self.backbone1(_first(image))
        return self.read(fine, self.backbone2(fine))


class BackNet(_Heads):
    """The back network: 256x256 input, faces over about a twentieth of the picture.

    ``blocks`` are the plain blocks per stage: (7, 7, 7, 7) is the published teacher with 136,240 parameters, fewer make our student,
    whose layers keep the teacher's widths, so that it can start as the teacher and be compared with it stage by stage.
    """

    def __init__(self, blocks: tuple[int, int, int, int] = BACK_BLOCKS) -> None:
        super().__init__(96, 96)
        self.blocks = blocks
        layers: list[nn.Module] = [nn.Conv2d(3, 24, 5, 2), nn.ReLU()]
        self.ends: list[int] = []
        for stage, (width, count) in enumerate(zip(STAGES, blocks, strict=True)):
            if stage:
                layers.append(Block(STAGES[stage - 1], width, 2))
            layers += [Block(width, width) for _ in range(count)]
            self.ends.append(len(layers) - 1)
        self.backbone = nn.Sequential(*layers)
        self.final = LastBlock(96)

    def forward(self, image: Tensor) -> Tensor:
        """Map (N, 3, 256, 256) to (N, 896, 17)."""
        fine = self.backbone(_first(image))
        return self.read(fine, self.final(fine))

    def stages(self, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the output and the maps at the end of the four stages and of the last block."""
        maps = []
        x = _first(image)
        for index, layer in enumerate(self.backbone):
            x = layer(x)
            if index in self.ends:
                maps.append(x)
        last = self.final(x)
        return self.read(x, last), [*maps, last]


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


@torch.no_grad()
def balance(network: BackNet) -> None:
    """Rescale every pair of convolutions, channel by channel, so that each depthwise kernel has length 1; what is computed stays.

    The published weights are far from even (depthwise about 2, pointwise about 0.03), and a gradient step that suits one breaks the other.
    """
    for layer in (*list(network.backbone)[2:], network.final):
        depth, point = cast(nn.Sequential, layer.convs)
        length = depth.weight.flatten(1).norm(dim=1).clamp_min(1e-3)
        depth.weight /= length[:, None, None, None]
        depth.bias /= length
        point.weight *= length[None, :, None, None]


def without(network: BackNet, dropped: Collection[int]) -> BackNet:
    """Return a copy without the plain blocks at those indices of ``backbone``.

    Raises:
        ValueError: an index is no plain block.
    """
    kept = [index for index in range(len(network.backbone)) if index not in dropped]
    blocks = []
    for stage, end in enumerate(network.ends):
        first = end - network.blocks[stage] + 1
        blocks.append(sum(first <= index <= end for index in kept))
    if sum(blocks) != sum(network.blocks) - len(set(dropped)):
        raise ValueError(f"only plain blocks can be dropped; got {sorted(dropped)}")
    student = BackNet((blocks[0], blocks[1], blocks[2], blocks[3]))
    theirs = network.state_dict()
    student.load_state_dict({name: theirs[_renamed(name, kept)] for name in student.state_dict()})
    return student


def _renamed(name: str, kept: list[int]) -> str:
    parts = name.split(".")
    if parts[0] == "backbone":
        parts[1] = str(kept[int(parts[1])])
    return ".".join(parts)
