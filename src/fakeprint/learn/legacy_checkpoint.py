"""Foreign checkpoints to safetensors, inside the sandbox (specs: reliability 6).

Runs as the target of a worker: no network, no writes, and the interpreter refuses every class that a pickle names.
"""

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, cast
from zipfile import is_zipfile

from pydantic import JsonValue

from fakeprint.core.errors import ErrorCode, MediaError, Stage, UsageError
from fakeprint.core.limits import Limits
from fakeprint.media.part_file import PartFile
from fakeprint.media.workers import Task, WorkerPool

if TYPE_CHECKING:
    import torch

_NESTS = ("net", "state_dict", "model", "model_state_dict", "ema")
_PREFIXES = ("module.", "_orig_mod.")
_SECONDS = 1800.0
_PART = 64 << 20
_HEADER = 16 << 20


class CheckpointReader:
    """Reads one checkpoint and answers with its tensors as safetensors."""

    def __init__(self, setup: JsonValue) -> None:
        del setup
        tempfile.tempdir = os.sep  # libraries that torch loads look for a place to write; in the sandbox there is none

    def stream(
        self, payload: Mapping[str, JsonValue], blobs: tuple[bytes, ...], emit: Callable[[int, bytes], None]
    ) -> tuple[bytes, dict[str, bytes]]:
        """Send the tensors as a safetensors file in parts; return their names as JSON."""
        from safetensors.torch import save

        del blobs
        try:
            tensors = tensors_of(Path(str(payload["path"])))
        except UnpicklingError as error:
            raise MediaError(ErrorCode.E_FORMAT_REFUSED, _named(error), Stage.EXAMINE) from error
        data = save(tensors)
        for at in range(0, len(data), _PART):
            emit(at, data[at : at + _PART])
        return json.dumps(sorted(tensors)).encode(), {}


def _named(error: UnpicklingError) -> str:
    """Name the class that was refused, or give the first line."""
    found = re.search(r"GLOBAL ([\w.]{1,200})", str(error))
    return f"it names {found[1]}, which is no tensor, container or number" if found else str(error).partition("\n")[0][:200]


def tensors_of(source: Path | bytes) -> dict[str, "torch.Tensor"]:
    """Return the tensors of a checkpoint by name: the state dict itself, or the one nested under a usual key, prefixes removed.

    What else a file of today's format holds, such as the optimiser's state, is not read into memory.
    """
    import torch

    mapped = isinstance(source, Path) and is_zipfile(source)
    file = BytesIO(source) if isinstance(source, bytes) else source
    with torch.serialization.safe_globals(_numpy_scalars()):
        content = torch.load(file, map_location="cpu", weights_only=True, mmap=mapped)
    for key in _NESTS:
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict):
        raise ValueError("the checkpoint holds no dictionary of tensors")
    tensors = _apart({str(name): value.detach().contiguous() for name, value in content.items() if isinstance(value, torch.Tensor)})
    for prefix in _PREFIXES:
        if tensors and all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): value for name, value in tensors.items()}
    return tensors


def _apart(tensors: dict[str, "torch.Tensor"]) -> dict[str, "torch.Tensor"]:
    """Give every tensor its own memory, which is what the new format can hold; tied weights become copies."""
    held: set[int] = set()
    found = {}
    for name, value in tensors.items():
        place = value.untyped_storage().data_ptr()
        found[name] = value.clone() if place in held else value
        held.add(place)
    return found


def _numpy_scalars() -> list[Callable[..., object] | tuple[Callable[..., object], str]]:
    """NumPy numbers, which trainers like to store beside the weights; every other class stays refused."""
    import numpy as np

    scalar = cast("Callable[..., object]", np.float64(0).__reduce__()[0])
    kinds = [type(np.dtype(code)) for code in "?bhilqBHILQefd"]
    return [(scalar, f"numpy.{core}.multiarray.scalar") for core in ("core", "_core")] + [np.dtype, *kinds]


def read_legacy(path: Path) -> dict[str, "torch.Tensor"]:
    """Read a ``.pth``, ``.pt`` or ``.ckpt`` file in a sandboxed process.

    Raises:
        UsageError: the file cannot be read as tensors alone.
    """
    from safetensors.torch import load_file

    limits = Limits(worker_memory_bytes=32 << 30)
    with tempfile.TemporaryDirectory() as folder:
        file = PartFile(Path(folder), most=2 * path.stat().st_size + _HEADER)
        task = Task(0, {"path": str(path.resolve())}, _SECONDS, sink=file)
        with WorkerPool("fakeprint.learn.legacy_checkpoint:CheckpointReader", {}, limits, 1) as pool:
            (outcome,) = pool.run([task])
        if outcome.reply is None:
            file.discard()
            reason = outcome.error.message if outcome.error else "no answer"
            raise UsageError(f"{path.name} cannot be read as a dictionary of tensors: {reason}")
        return load_file(file.put("weights.safetensors"))
