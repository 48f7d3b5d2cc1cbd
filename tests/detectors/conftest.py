from collections.abc import Callable
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from fakeprint.core.limits import Limits
from fakeprint.media.item import MediaItem
from fakeprint.media.probe import open_media


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    return SimpleNamespace(**run_path(str(Path(__file__).with_name("make.py"))))


@pytest.fixture(scope="session")
def artifact(make: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make.write_artifact(tmp_path_factory.mktemp("artifacts") / "known-answer")


@pytest.fixture
def item(tmp_path: Path) -> Callable[..., MediaItem]:
    def write(red: float, size: tuple[int, int] = (300, 200), name: str = "picture.png") -> MediaItem:
        pixels = np.zeros((size[1], size[0], 3), np.uint8)
        pixels[..., 0] = round(red * 255)
        Image.fromarray(pixels).save(tmp_path / name)
        opened = open_media(tmp_path / name, Limits())
        assert opened.media is not None
        assert opened.container is not None
        return MediaItem(opened.media, opened.container, tmp_path / name, name, Limits())

    return write


@pytest.fixture(scope="session")
def clips() -> SimpleNamespace:
    return SimpleNamespace(**run_path(str(Path(__file__).with_name("face_clips.py"))))


@pytest.fixture(scope="session")
def red_face(clips: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.write_artifact(tmp_path_factory.mktemp("artifacts") / "red-face")
