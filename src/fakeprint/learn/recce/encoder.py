"""The Xception-shaped encoder, under the names of the published weights (specs: recce 1 and 1.1)."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from fakeprint.core.errors import UsageError

WIDTHS = (32, 64, 128, 256, 728, 1024, 1536, 2048)
"""Published widths: two convolutions of the stem, blocks 1 and 2, the middle, block 12, the last two convolutions."""
_MIDDLE_REPS = 3


class SeparableConv(nn.Module):
    """A 3x3 convolution of each channel, then a 1x1 convolution over channels, without bias."""

    def __init__(self, width: int, wider: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False)
        self.pointwise = nn.Conv2d(width, wider, 1, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        """Return (N, wider, H, W) of (N, width, H, W)."""
        mixed: Tensor = self.pointwise(self.conv1(features))
        return mixed


class Block(nn.Module):
    """Separable convolutions around a shortcut: ``[ReLU, convolution, normalisation]`` for each of ``widths``.

    With ``stride`` 2 a maximum over 3x3 follows.  The shortcut is the input itself, or its 1x1 projection where shapes differ.
    ``first_relu`` is False for the first block of the encoder.
    """

    def __init__(self, width: int, widths: Sequence[int], *, stride: int = 1, first_relu: bool = True) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = width
        for wider in widths:
            layers += [nn.ReLU(), SeparableConv(before, wider), nn.BatchNorm2d(wider)]
            before = wider
        if stride != 1:
            layers.append(nn.MaxPool2d(3, stride, 1))
        self.rep = nn.Sequential(*layers[0 if first_relu else 1 :])
        self.projects = stride != 1 or widths[-1] != width
        if self.projects:
            self.skip = nn.Conv2d(width, widths[-1], 1, stride, bias=False)
            self.skipbn = nn.BatchNorm2d(widths[-1])

    def forward(self, features: Tensor) -> Tensor:
        """Return (N, widths[-1], H / stride, W / stride)."""
        beside = self.skipbn(self.skip(features)) if self.projects else features
        whole: Tensor = self.rep(features) + beside
        return whole


class Encoder(nn.Module):
    """Xception in four parts, between which the other branches of the network sit.

    The published weights also hold a head of 1,000 classes that nothing uses; it is not made here.

    Raises:
        UsageError: ``widths`` are not eight numbers.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        if len(widths) != len(WIDTHS):
            raise UsageError(f"a RECCE network has {len(WIDTHS)} channels, one for each part of its encoder; got {len(widths)}")
        first, second, one, two, middle, exit_, third, fourth = widths
        self.conv1 = nn.Conv2d(3, first, 3, 2, bias=False)
        self.bn1 = nn.BatchNorm2d(first)
        self.conv2 = nn.Conv2d(first, second, 3, bias=False)
        self.bn2 = nn.BatchNorm2d(second)
        self.block1 = Block(second, (one, one), stride=2, first_relu=False)
        self.block2 = Block(one, (two, two), stride=2)
        self.block3 = Block(two, (middle, middle), stride=2)
        for number in range(4, 12):
            self.add_module(f"block{number}", Block(middle, (middle,) * _MIDDLE_REPS))
        self.block12 = Block(middle, (middle, exit_), stride=2)
        self.conv3 = SeparableConv(exit_, third)
        self.bn3 = nn.BatchNorm2d(third)
        self.conv4 = SeparableConv(third, fourth)
        self.bn4 = nn.BatchNorm2d(fourth)

    def early(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) in [-1, 1] to the output of block 4, (N, middle, h, w) with h about H / 16."""
        features = functional.relu(self.bn1(self.conv1(image)))
        features = functional.relu(self.bn2(self.conv2(features)))
        return self._blocks(features, 1, 4)

    def middle(self, features: Tensor) -> Tensor:
        """Blocks 5 to 7."""
        return self._blocks(features, 5, 7)

    def eighth(self, features: Tensor) -> Tensor:
        """Block 8."""
        return self._blocks(features, 8, 8)

    def late(self, features: Tensor) -> Tensor:
        """Block 9 to the last convolution, (N, last, h / 2, w / 2)."""
        features = self._blocks(features, 9, 12)
        features = functional.relu(self.bn3(self.conv3(features)))
        return functional.relu(self.bn4(self.conv4(features)))

    def _blocks(self, features: Tensor, first: int, last: int) -> Tensor:
        for number in range(first, last + 1):
            features = self.get_submodule(f"block{number}")(features)
        return features
