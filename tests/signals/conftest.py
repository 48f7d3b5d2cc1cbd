import warnings
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fakeprint.core.limits import Limits
from fakeprint.core.media import Media
from fakeprint.media.container.walk import walk
from fakeprint.media.item import MediaItem


def texture(seed: int, height: int = 320, width: int = 320, noise: float = 2.0) -> np.ndarray:
    """A photo-like picture: 1/f brightness, muted colour, sensor noise."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    frequency[0, 0] = 1
    planes = []
    for scale in (40, 12, 12):
        spectrum = (rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)) / frequency**1.3
        plane = np.fft.irfft2(spectrum, (height, width))
        planes.append(scale * plane / plane.std())
    colour = np.stack([planes[0] + planes[1], planes[0], planes[0] + planes[2]], -1) + 125 + rng.normal(0, noise, (height, width, 3))
    return np.clip(np.rint(colour), 0, 255).astype(np.uint8)


def saved(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def item_of(tmp_path: Path) -> Callable[..., MediaItem]:
    def make(data: bytes, *, pictures: bool = True, name: str = "file") -> MediaItem:
        path = tmp_path / name
        path.write_bytes(data)
        container = walk(BytesIO(data), Limits())
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(data)) as image:
            width, height = image.size
        media = Media(
            sha256=sha256(data).hexdigest(), kind=container.kind, mime=container.mime, bytes=len(data), width=width, height=height
        )
        return MediaItem(media, container, path, name, Limits(), want_pictures=pictures)

    return make


@pytest.fixture(name="texture")
def _texture() -> Callable[..., np.ndarray]:
    return texture


@pytest.fixture(name="saved")
def _saved() -> Callable[..., bytes]:
    return saved
