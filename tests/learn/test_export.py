import numpy as np
import onnxruntime
import pytest
import torch

from fakeprint.core.errors import ArtifactError
from fakeprint.learn.discriminant import Discriminant
from fakeprint.learn.ensemble import Ensemble, StatisticsNet
from fakeprint.learn.export import export
from fakeprint.learn.face_network import FaceNet
from fakeprint.learn.network import PatchNet

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
GROUPS = ("joint", "spectrum", "lags", "pairs", "neighbours", "half")


def statistics_net():
    rng = np.random.default_rng(0)
    width = 225 + 153 + 126 + 715 + 650 + 225
    return StatisticsNet(GROUPS, Discriminant(np.zeros(width), np.ones(width), rng.normal(size=width) / width, 0.1))


def test_an_ensemble_of_unlike_members_exports_and_does_not_depend_on_the_batch(tmp_path):
    torch.manual_seed(0)
    members = [statistics_net(), PatchNet("median", (8, 8), (2, 2), 0.0), PatchNet("bank", (8,), (2,), 0.0)]
    gap = export(Ensemble(members, [1.0, 2.0, 0.5], [0.1, 0.0, -0.2], [1, 1, 2]), tmp_path, size=128)
    assert gap < 1e-4
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    image = (np.random.default_rng(0).integers(0, 256, (4, 3, 128, 128)) / 255).astype(np.float32)
    whole = session.run(["logit"], {"image": image})[0]
    alone = np.concatenate([session.run(["logit"], {"image": one[None]})[0] for one in image[::-1]])[::-1]
    np.testing.assert_allclose(whole, alone, atol=1e-5)


def test_the_map_averages_to_the_logit():
    torch.manual_seed(0)
    net = Ensemble([PatchNet("median", (8,), (2,), 0.0), statistics_net()], [1.5, 1.0], [0.3, -0.1], [1, 3]).eval()
    logit, patches = net(torch.rand(2, 3, 100, 110))
    torch.testing.assert_close(patches.mean((1, 2, 3)), logit)


def test_face_networks_export(tmp_path):
    assert export(FaceNet((8, 8), 0.1), tmp_path, size=96) < 1e-4


class Shaky(torch.nn.Module):
    """Differs between the runtimes: amplifies rounding."""

    def forward(self, image):
        noise = (image.mean((1, 2, 3)) * 1e12).sin()
        return noise, noise[:, None, None, None]


def test_a_graph_that_differs_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="differs"):
        export(Shaky(), tmp_path, size=96)
    assert not list(tmp_path.iterdir())
