"""Face networks as ONNX graphs, checked against PyTorch."""

from pathlib import Path

import numpy as np
import torch

from fakeprint.core.durable import atomic_file
from fakeprint.core.errors import ArtifactError
from fakeprint.learn.blazeface import BACK_SIZE, Heads

TOLERANCE = 1e-4
"""Largest difference between the exported graph and PyTorch, in parts of the input's side (of the number, where that is larger)."""


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
