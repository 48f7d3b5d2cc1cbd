import importlib.util
from pathlib import Path

import pytest
import torch

HERE = Path(__file__).parent


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def make():
    spec = importlib.util.spec_from_file_location("learn_make", HERE / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def small_set(make, tmp_path_factory):
    """A folder with pictures and manifest.csv."""
    return make.write_set(tmp_path_factory.mktemp("set"))


@pytest.fixture
def recipes():
    return HERE.parents[1] / "recipes"


@pytest.fixture(scope="session")
def face_scene():
    """Draws pictures with faces that the shipped finder sees: ``(width, height, (left, top, side), ...)``."""
    spec = importlib.util.spec_from_file_location("drawn_faces", HERE.parent / "detectors" / "drawn_faces.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.scene
