"""Image networks of timm by name: without their classifier, without trained weights, without a download (specs: dfspot 8)."""

import difflib
import warnings
from functools import cache
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from fakeprint.core.errors import MissingExtraError, UnknownNameError, UsageError
from fakeprint.learn.torchvision_operators import declare_missing_operators

PREFIX = "timm:"


MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, which all of DFSpot's networks were trained with, whatever their backbones were (specs: dfspot 7)."""


class Normalise(nn.Module):
    """``(image - mean) / std`` per channel; holds nothing that is learned or stored."""

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """Return (N, 3, H, W) of (N, 3, H, W) in [0, 1]."""
        return (image - self.mean) / self.std


def make_backbone(front: str, size: int) -> nn.Module:
    """Return the untrained timm network that ``timm:NAME`` names, for (N, 3, size, size) input.

    Raises:
        UnknownNameError: timm has no network of that name.
    """
    timm, name = load_timm(), front.removeprefix(PREFIX)
    if not timm.is_model(name):
        near = difflib.get_close_matches(name, timm.list_models(), 3)
        raise UnknownNameError(f"timm has no network {name!r}" + (f"; near names: {', '.join(near)}" if near else ""))
    fixed = timm.get_pretrained_cfg(name).fixed_input_size
    network: nn.Module = timm.create_model(name, pretrained=False, num_classes=0, **({"img_size": size} if fixed else {}))
    return network


def width_of(backbone: nn.Module) -> int:
    """Return the number of features."""
    return int(backbone.num_features)  # type: ignore[arg-type]


def features_of(backbone: Any, image: Tensor) -> tuple[Tensor, Tensor | None]:
    """Return (N, D) features of normalised (N, 3, S, S) input, and the (N, D, h, w) map whose mean they are, where there is one.

    Transformers give their class token after the final norm, or the mean of their tokens if they have none (specs: dfspot 8).

    Raises:
        UsageError: the features are laid out in another way.
    """
    found: Tensor = backbone.forward_features(image)
    if found.ndim == 3 and found.shape[2] == width_of(backbone):
        token = getattr(backbone, "num_prefix_tokens", 0) > 0
        return (found[:, 0] if token else found.mean(1)), None
    if found.ndim == 4 and found.shape[1] == width_of(backbone):
        return found.mean((2, 3)), found
    raise UsageError(f"features of shape {tuple(found.shape)} are not read here; choose a convolutional network or a plain transformer")


@cache
def load_timm() -> ModuleType:
    """Import timm; raise MissingExtraError where it is not installed."""
    declare_missing_operators()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import timm
    except ImportError as error:
        raise MissingExtraError("timm", "train") from error
    return timm
