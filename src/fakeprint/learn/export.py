"""A trained module to ``model.onnx`` and ``weights.safetensors``, checked number by number."""

import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import save
from torch import nn

from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import ArtifactError
from fakeprint.learn.outputs import dynamic_axes, output_names

OPSET = 17
TOLERANCE = 1e-4
MOST = 2**31 - 2**24
"""Bytes of weights that a graph can hold: its format ends at 2 GiB."""


def export(module: nn.Module, folder: Path, *, size: int, outputs: tuple[str, ...] | None = None, weights: bool = True) -> float:
    """Write the graph, and the weights where asked for; return the largest difference between PyTorch and ONNX Runtime on several sizes.

    ``outputs`` names what the module returns, in order, where it is more or less than :func:`~fakeprint.learn.outputs.output_names` says.

    A module that holds a part with ``fixed_side`` takes pictures of that size only, and so does its graph.

    Raises:
        ArtifactError: the difference exceeds 1e-4, or the graph would be larger than such a file can be; nothing is left behind.
    """
    outputs = outputs or output_names(module)
    fixed = any(hasattr(one, "fixed_side") for one in module.modules())
    total = sum(one.numel() * one.element_size() for one in module.state_dict().values())
    if total > MOST:
        raise ArtifactError(f"the weights take {total / 2**30:.1f} GiB; a graph file holds at most 2 GiB")
    module = module.eval().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    axes = {"image": {0: "n"} if fixed else {0: "n", 2: "height", 3: "width"}}
    axes |= {name: dynamic_axes(name) for name in outputs}
    buffer = BytesIO()
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            (torch.rand(2, 3, size, size),),
            buffer,  # type: ignore[arg-type]
            input_names=["image"],
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.checker.check_model(buffer.getvalue())
    shapes = ((1, size, size), (3, size, size)) if fixed else ((1, size, size), (3, size, 100), (2, 131, size + 37))
    gap = _largest_gap(module, buffer.getvalue(), shapes, outputs)
    if not gap <= TOLERANCE:
        raise ArtifactError(f"the exported graph differs from the trained network by {gap:.2g}; at most {TOLERANCE:g} is allowed")
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / "model.onnx", buffer.getvalue())
    if weights:
        write_atomic(folder / "weights.safetensors", save({name: value.contiguous() for name, value in module.state_dict().items()}))
    else:
        (folder / "weights.safetensors").unlink(missing_ok=True)
    return gap


def _largest_gap(module: nn.Module, graph: bytes, shapes: tuple[tuple[int, int, int], ...], outputs: tuple[str, ...]) -> float:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    gap = 0.0
    for count, height, width in shapes:
        image = torch.nn.functional.avg_pool2d(torch.rand(count, 3, height + 4, width + 4, generator=generator), 5, 1)
        with torch.inference_mode():
            wanted = module(image)
        found = session.run(list(outputs), {"image": image.numpy()})
        pairs = zip(wanted if isinstance(wanted, tuple) else (wanted,), found, strict=True)
        gap = max(gap, *(float(np.abs(one.numpy() - other).max()) for one, other in pairs))
    return gap
