"""Items from written files, and items that consist of texts alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

import generated_media
import metadata_writers as write
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media
from fakeprint.media.container.walk import walk
from fakeprint.media.item import MediaItem


def open_item(path: Path, limits: Limits | None = None) -> MediaItem:
    """Walk a file; the hash is of no interest here."""
    limits = limits or Limits()
    with path.open("rb") as stream:
        container = walk(stream, limits)
    media = Media(sha256="0" * 64, kind=container.kind, mime=container.mime, bytes=path.stat().st_size)
    return MediaItem(media=media, container=container, path=path, name=path.name, limits=limits)


@pytest.fixture(scope="session", name="open_item")
def _open_item() -> Callable[..., MediaItem]:
    return open_item


@pytest.fixture
def file_item(tmp_path: Path) -> Callable[..., MediaItem]:
    """Write bytes and open them."""

    def make(data: bytes, limits: Limits | None = None) -> MediaItem:
        path = tmp_path / "one"
        path.write_bytes(data)
        return open_item(path, limits)

    return make


@pytest.fixture
def png_item(file_item: Callable[..., MediaItem]) -> Callable[..., MediaItem]:
    """Write a PNG with these texts and open it."""

    def make(texts: dict[str, str], limits: Limits | None = None) -> MediaItem:
        return file_item(write.png([write.text(key, value, "utf-8") for key, value in texts.items()]), limits)

    return make


@pytest.fixture
def exif_item(file_item: Callable[..., MediaItem]) -> Callable[..., MediaItem]:
    """Write a JPEG with these EXIF tags and open it."""

    def make(tags: dict[int, bytes], comment: str | None = None) -> MediaItem:
        return file_item(write.jpeg(exif=write.exif(tags, write.user_comment(comment) if comment else None)))

    return make


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> list[generated_media.Fixture]:
    """Write all fixtures of generating tools once."""
    return generated_media.write_all(tmp_path_factory.mktemp("generated"))
