"""Published state dicts of RECCE under the names of :class:`~fakeprint.learn.recce.network.RecceNet` (specs: recce 1.1 and 7).

Two layouts are known: that of the authors, and that of DeepfakeBench, whose port trains with cross-entropy alone, so that its
reconstruction branch never learned to redraw anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

_UNUSED = ("encoder.fc.weight", "encoder.fc.bias")
_PORT_UNUSED = "backbone."
_PORT_PREFIX = "model."


@dataclass(frozen=True)
class Published:
    """A state dict under our names, and whether its reconstruction branch was trained."""

    tensors: dict[str, Tensor]
    redraws: bool


def published_state(tensors: Mapping[str, Tensor]) -> Published:
    """Return the state dict of a published file, whose nests and ``module.`` are removed already; what is unknown stays in it.

    The head of 1,000 classes that nothing uses is dropped, a head of two classes becomes one logit, whose sigmoid equals the softmax of
    class 1.  In the layout of DeepfakeBench, a second encoder that nothing uses is dropped too.

    >>> import torch
    >>> port = {"backbone.conv1.weight": torch.ones(1), "model.fc.weight": torch.tensor([[1.0, 5.0], [2.0, 3.0]])}
    >>> published_state(port)
    Published(tensors={'fc.weight': tensor([[ 1., -2.]])}, redraws=False)
    """
    kept = {name: value for name, value in tensors.items() if not name.startswith(_PORT_UNUSED)}
    ported = bool(kept) and all(name.startswith(_PORT_PREFIX) for name in kept)
    kept = {name.removeprefix(_PORT_PREFIX): value for name, value in kept.items()} if ported else dict(tensors)
    if all(name in kept for name in _UNUSED):
        kept = {name: value for name, value in kept.items() if name not in _UNUSED}
    for name in ("fc.weight", "fc.bias"):
        if name in kept and kept[name].shape[:1] == (2,):
            kept[name] = kept[name][1:] - kept[name][:1]
    return Published(kept, redraws=not ported)


def encoder_state(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the encoder's part of a published state dict, or Xception's own (as timm names it), under our names.

    >>> import torch
    >>> sorted(encoder_state({"conv1.weight": torch.ones(1), "fc.weight": torch.ones(1000, 1), "fc.bias": torch.ones(1000)}))
    ['encoder.conv1.weight']
    """
    whole = published_state(tensors).tensors
    if not any(name.startswith("encoder.") for name in whole):
        whole = {f"encoder.{name}": value for name, value in whole.items()}
    return {name: value for name, value in whole.items() if name.startswith("encoder.") and name not in _UNUSED}
