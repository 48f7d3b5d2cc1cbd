"""A fixed reduction inside the graph: the same as Pillow's, and exported with the network behind it."""

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from fakeprint.learn.export import export
from fakeprint.learn.face_network import FaceNet
from fakeprint.learn.reduced import Reduced, reduction


@pytest.mark.parametrize(("side", "to"), [(224, 128), (224, 112), (100, 64), (96, 96)])
def test_it_reduces_as_pillow_does(side, to):
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    wanted = np.asarray(Image.fromarray(pixels).resize((to, to), Image.Resampling.BILINEAR), np.float32)
    matrix = reduction(side, to)
    found = matrix @ torch.from_numpy(pixels).permute(2, 0, 1).float() @ matrix.t()
    assert np.abs(found.permute(1, 2, 0).numpy() - wanted).max() < 1.1, "Pillow rounds twice"


def test_it_is_exported_with_its_network(tmp_path):
    torch.manual_seed(0)
    network = Reduced(FaceNet((8, 12), 0.0), 128, 96)
    assert export(network, tmp_path, size=128, weights=False) < 1e-4
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].shape[1:] == [3, 128, 128]
