"""Fetching artifacts from a server on loopback."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fakeprint.core.errors import ArtifactError, FakeprintError, UsageError
from fakeprint.detectors.pull import pull

pytestmark = pytest.mark.network


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def server(artifact: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(artifact))) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


@pytest.fixture
def digest(artifact: Path) -> str:
    return hashlib.sha256((artifact / "card.json").read_bytes()).hexdigest()


def test_a_pulled_artifact_is_whole(server: str, digest: str, tmp_path: Path) -> None:
    said: list[str] = []
    pulled = pull(f"{server}/card.json", digest, tmp_path, say=said.append)
    assert pulled.folder == tmp_path / "known-answer"
    assert sorted(path.name for path in pulled.folder.iterdir()) == ["card.json", "model.onnx"]
    assert "bytes; terms" in said[0]


def test_a_broken_off_file_is_completed(server: str, digest: str, artifact: Path, tmp_path: Path) -> None:
    partial_file = tmp_path / "known-answer" / "model.onnx.part"
    partial_file.parent.mkdir()
    partial_file.write_bytes((artifact / "model.onnx").read_bytes()[:100])
    assert pull(f"{server}/card.json", digest, tmp_path).card.name == "known-answer"
    assert not partial_file.exists()


def test_a_wrong_digest_stores_nothing(server: str, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="not the expected one"):
        pull(f"{server}/card.json", "0" * 64, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_file_that_differs_from_the_card_is_removed(server: str, digest: str, artifact: Path, tmp_path: Path) -> None:
    whole = (artifact / "model.onnx").read_bytes()
    (artifact / "model.onnx").write_bytes(whole[:-1] + b"!")
    try:
        with pytest.raises(ArtifactError, match="differs from its card"):
            pull(f"{server}/card.json", digest, tmp_path)
    finally:
        (artifact / "model.onnx").write_bytes(whole)
    assert not list((tmp_path / "known-answer").iterdir())


def test_missing_and_plain_addresses_are_refused(server: str, digest: str, tmp_path: Path) -> None:
    with pytest.raises(FakeprintError, match="could not fetch"):
        pull(f"{server}/gone/card.json", digest, tmp_path)
    with pytest.raises(UsageError, match="only https"):
        pull("http://models.example.invalid/card.json", digest, tmp_path)
