"""Tensors of a weights file by name, whoever wrote it, and what of them a training run begins with."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from fakeprint.core.errors import UsageError
from fakeprint.learn.dfspot_checkpoint import is_dfspot, renamed
from fakeprint.learn.legacy_checkpoint import read_legacy
from fakeprint.learn.networks import make_network
from fakeprint.learn.recce.checkpoint import encoder_state
from fakeprint.learn.recipe import NetworkMember

_SHOWN = 5
_COUNTER = ".num_batches_tracked"


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a ``.safetensors`` file, or a legacy checkpoint in a sandboxed process.

    Raises:
        UsageError: there is no such file, or it cannot be read as tensors alone.
    """
    if not path.is_file():
        raise UsageError(f"no weights file at {path.name}")
    if path.suffix != ".safetensors":
        return read_legacy(path)
    try:
        return load_file(path)
    except SafetensorError as error:
        raise UsageError(f"{path.name} is not a safetensors file: {error}") from error


def start_weights(member: NetworkMember, data: Path) -> dict[str, Tensor] | None:
    """Return the tensors that training of a member begins with, under the network's names; None where it begins untrained.

    The file is ``backbone.start`` under ``data``: timm's own weights of the backbone (its classifier is left out), a network of ours,
    or one of DFSpot's.  Every tensor of the backbone must be there; the head begins untrained where the file has another one or none.
    For RECCE it is ``recce.start``, which holds the whole encoder; everything else begins untrained.

    Raises:
        UsageError: there is no such file, or it holds another backbone.
    """
    if member.recce is not None and member.recce.start is not None:
        return _fitting(member, encoder_state(read_weights(data / member.recce.start)), "encoder.", Path(member.recce.start))
    if member.backbone is None or member.backbone.start is None:
        return None
    tensors: Mapping[str, Tensor] = read_weights(data / member.backbone.start)
    if is_dfspot(tensors):
        tensors = renamed(tensors, head=False)
    elif not any(name.startswith("backbone.") for name in tensors):
        tensors = {f"backbone.{name}": tensor for name, tensor in tensors.items()}
    fitting = _fitting(member, tensors, "backbone.", Path(member.backbone.start))
    heads = {name for name in _wanted(member) if name.startswith("head.")}
    whole_head = heads <= fitting.keys()
    return {name: one for name, one in fitting.items() if whole_head or not name.startswith("head.")}


def _wanted(member: NetworkMember) -> dict[str, Tensor]:
    with torch.device("meta"):
        return make_network(member).state_dict()


def _fitting(member: NetworkMember, tensors: Mapping[str, Tensor], part: str, file: Path) -> dict[str, Tensor]:
    """Return the tensors that the network has; all that begin with ``part`` must be among them, counters of old files apart."""
    wanted = _wanted(member)
    fitting = {name: one for name, one in tensors.items() if name in wanted and one.shape == wanted[name].shape}
    missing = [name for name in wanted if name.startswith(part) and name not in fitting and not name.endswith(_COUNTER)]
    if missing:
        shown = ", ".join(missing[:_SHOWN]) + (" ..." if len(missing) > _SHOWN else "")
        raise UsageError(f"{file.name} holds no weights of {member.front}; missing or of another shape: {shown}")
    return fitting
