"""Face networks as ONNX graphs, checked against PyTorch."""

import math
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

import numpy as np
import torch

from fakeprint.core.durable import atomic_file
from fakeprint.core.errors import ArtifactError
from fakeprint.learn.blazeface import BACK_SIZE, Heads, N

TOLERANCE = 1e-4
"""Largest difference between the exported graph and PyTorch, in parts of the input's side (of the number, where that is larger)."""
_LARGE = 256
"""Numbers in a weight that is stored in half precision."""


def graph_of(network: Heads, *, size: int = BACK_SIZE) -> bytes:
    """Return the network as an ONNX graph with a free batch size.

    Raises:
        ArtifactError: it cannot be exported.
    """
    import onnx

    network.eval()
    example = torch.rand(2, 3, size, size) * 2 - 1
    program = torch.onnx.export(
        network, (example,), input_names=["image"], output_names=["anchors"], dynamic_shapes=({0: "n"},), dynamo=True, verbose=False
    )
    if program is None:
        raise ArtifactError("the graph could not be exported")
    model = program.model_proto
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def write_graph(graph: bytes, network: Heads, path: Path, *, size: int = BACK_SIZE) -> float:
    """Write a graph that computes what the network does, and return the largest difference.

    Raises:
        ArtifactError: the difference is over :data:`TOLERANCE`; nothing is written.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    images = torch.rand(3, 3, size, size, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.no_grad():
        wanted = network(images).numpy()
    (given,) = session.run(["anchors"], {"image": images.numpy()})
    worst = float((np.abs(given - wanted) / np.maximum(np.abs(wanted), size)).max())
    if worst > TOLERANCE:
        raise ArtifactError(f"the graph differs from PyTorch by {worst:.2g}, more than {TOLERANCE}")
    with atomic_file(path) as stream:
        stream.write(graph)
    return worst


@torch.no_grad()
def rounded(network: N) -> N:
    """Return a copy whose large weights are rounded to half precision, as :func:`halved` stores them."""
    copy = deepcopy(network).eval()
    for weight in copy.parameters():
        if weight.numel() >= _LARGE:
            weight.copy_(weight.half().float())
    return copy


def halved(graph: bytes) -> bytes:
    """Return the graph with its large weights stored in half precision; it computes in single precision as before."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(graph)
    kept = [one for one in model.graph.initializer if _small(one.data_type, one.dims)]
    for one in model.graph.initializer:
        if not _small(one.data_type, one.dims):
            half = numpy_helper.to_array(one).astype(np.float16)
            kept.append(numpy_helper.from_array(half, f"{one.name}.half"))
            model.graph.node.insert(0, onnx.helper.make_node("Cast", [f"{one.name}.half"], [one.name], to=onnx.TensorProto.FLOAT))
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _small(kind: int, dims: Sequence[int]) -> bool:
    import onnx

    return kind != onnx.TensorProto.FLOAT or math.prod(dims) < _LARGE
