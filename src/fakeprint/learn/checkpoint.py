"""The state of a training run: written whole or not at all, loaded without unpickling objects."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from fakeprint.core.durable import atomic_file
from fakeprint.core.errors import UsageError

State = Mapping[str, Any]
"""What torch saves: tensors, numbers, words, and lists and mappings of these."""


def save_checkpoint(path: Path, state: State) -> None:
    """Write the state atomically."""
    with atomic_file(path) as stream:
        torch.save(dict(state), stream)


def load_checkpoint(path: Path, *, key: str) -> State | None:
    """Return the state, or None where there is no checkpoint; refuse one that other settings wrote."""
    if not path.exists():
        return None
    state: State = torch.load(path, map_location="cpu", weights_only=True)
    if state["key"] != key:
        raise UsageError(f"{path.parent.name} holds a checkpoint of other training settings; choose another output folder or remove it")
    return state
