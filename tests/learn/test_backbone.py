"""timm networks by name: no download, no classifier, features of both layouts; others are refused."""

import socket

import pytest
import torch

from fakeprint.core.errors import ArtifactError, UnknownNameError, UsageError
from fakeprint.learn import export as export_module
from fakeprint.learn.backbone import features_of, load_timm, make_backbone, width_of
from fakeprint.learn.backbone_classifier import BackboneClassifier
from fakeprint.learn.torchvision_operators import declare_missing_operators


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    def refuse(*_):
        raise AssertionError("a network of timm is built without a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize(
    ("name", "grid"), [("test_efficientnet", (2, 2)), ("test_resnet", (2, 2)), ("test_convnext", (2, 2)), ("test_vit", None)]
)
def test_features_are_the_mean_of_the_map_or_the_class_token(name, grid):
    backbone = make_backbone(f"timm:{name}", 64).eval()
    with torch.inference_mode():
        features, places = features_of(backbone, torch.rand(2, 3, 64, 64))
        whole = backbone.forward_features(torch.rand(1, 3, 64, 64))
    assert features.shape == (2, width_of(backbone))
    if grid is None:
        assert places is None
        assert whole.ndim == 3
    else:
        assert places.shape[2:] == grid
        torch.testing.assert_close(features, places.mean((2, 3)))


def test_the_map_of_the_classifier_has_the_logit_as_its_mean():
    for frozen in (False, True):
        network = BackboneClassifier("timm:test_efficientnet", 64, 0.5, frozen=frozen).eval()
        with torch.inference_mode():
            logit, patches = network(torch.rand(3, 3, 64, 64))
        torch.testing.assert_close(patches.mean((1, 2, 3)), logit)


def test_unknown_names_and_layouts_are_refused():
    with pytest.raises(UnknownNameError, match=r"near names: .*vit_large_patch16_224"):
        make_backbone("timm:vit_large_patch16_225", 224)
    with pytest.raises(UsageError, match="features of shape"), torch.device("meta"):  # channels last
        features_of(make_backbone("timm:swin_tiny_patch4_window7_224", 224), torch.rand(1, 3, 224, 224))


def test_a_graph_that_cannot_be_written_is_refused_first(tmp_path, monkeypatch):
    monkeypatch.setattr(export_module, "MOST", 1000)
    with pytest.raises(ArtifactError, match="at most 2 GiB"):
        export_module.export(torch.nn.Conv2d(3, 64, 3), tmp_path / "out", size=32)
    assert not (tmp_path / "out").exists()


def test_operators_are_declared_once_and_do_nothing():
    needed = declare_missing_operators()
    load_timm()
    assert declare_missing_operators() == needed
    if needed:
        with pytest.raises(NotImplementedError):
            torch.ops.torchvision.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
