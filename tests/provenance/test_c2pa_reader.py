import importlib.util
import io
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.core.errors import UsageError
from fakeprint.core.evidence import FindingStatus
from fakeprint.provenance.c2pa_reader import EKU_LINES, CredentialReader, library_version, settings
from fakeprint.provenance.trust import ListKind, TrustSource, joined


def _load_example() -> ModuleType:
    path = Path(__file__).parents[2] / "examples" / "signed_media.py"
    spec = importlib.util.spec_from_file_location("signed_media_for_reader", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["signed_media_for_reader"] = module
    spec.loader.exec_module(module)
    return module


signed_media = _load_example()
GENERATED = [signed_media.created("trainedAlgorithmicMedia")]


@pytest.fixture(scope="module")
def authority() -> object:
    return signed_media.Authority.make()


class _Counting(HTTPServer):
    hits = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Counting

    def do_GET(self) -> None:
        self.server.hits += 1
        self.send_error(404)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[_Counting]:
    server = _Counting(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.network
def test_no_read_opens_a_socket(authority: object, server: _Counting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is native code, so a server that must not be reached is watched besides Python's own sockets."""
    url = f"http://127.0.0.1:{server.server_port}/store.c2pa"
    path = tmp_path / "remote.jpg"
    path.write_bytes(signed_media.sign(signed_media.picture("jpg"), "image/jpeg", authority, GENERATED, remote_url=url))

    def refuse(*_args: object) -> None:
        raise AssertionError("a socket was opened")

    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        outcome = CredentialReader(None).read(path, "image/jpeg")
    assert (outcome.status, outcome.reason, outcome.remote_url) == (FindingStatus.NOT_CHECKED, "remote_manifest_not_fetched", url)
    assert server.hits == 0


@pytest.mark.network
def test_the_watched_server_would_be_reached_with_the_library_defaults(authority: object, server: _Counting, tmp_path: Path) -> None:
    import c2pa

    url = f"http://127.0.0.1:{server.server_port}/store.c2pa"
    data = signed_media.sign(signed_media.picture("jpg"), "image/jpeg", authority, GENERATED, remote_url=url)
    with pytest.raises(c2pa.C2paError), c2pa.Context.from_dict({}) as context:
        c2pa.Reader("image/jpeg", io.BytesIO(data), context=context)
    assert server.hits == 1


def test_settings_forbid_the_network() -> None:
    made = settings(None)
    assert made["trust"] == {}
    assert made["verify"]["remote_manifest_fetch"] is False
    assert made["verify"]["ocsp_fetch"] is False
    assert made["core"]["allowed_network_hosts"] == []
    assert len(EKU_LINES.splitlines()) == 6


def test_outcomes(authority: object, tmp_path: Path) -> None:
    reader = CredentialReader(None)
    plain = signed_media.picture("png")
    files = {
        "plain": plain,
        "signed": signed_media.sign(plain, "image/png", authority, GENERATED),
        "noise": b"nothing at all",
        "empty": b"",
    }
    found = {}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        found[name] = reader.read(tmp_path / name, "image/png")
    assert found["plain"].status is FindingStatus.ABSENT
    assert found["signed"].status is FindingStatus.PRESENT
    assert "urn:c2pa:" in (found["signed"].text or "")
    for name in ("noise", "empty"):
        assert found[name].status is FindingStatus.UNREADABLE
        assert ": " in (found[name].message or "")
        assert len(found[name].message or "") < 260


def test_the_mime_is_a_hint(authority: object, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(signed_media.sign(signed_media.picture("jpg"), "image/jpeg", authority, GENERATED))
    assert CredentialReader(None).read(tmp_path / "x", "image/png").status is FindingStatus.PRESENT


def test_settings_that_the_library_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_bytes(signed_media.picture("png"))
    monkeypatch.setattr("fakeprint.provenance.c2pa_reader.settings", lambda _: {"trust": {"trust_anchors": "not PEM"}})
    with pytest.raises(UsageError, match="refuses the trust list"):
        CredentialReader(None).read(tmp_path / "x", "image/png")


def test_a_certificate_in_outline_only_grants_nothing(authority: object, tmp_path: Path) -> None:
    pem = "-----BEGIN CERTIFICATE-----\nMAkwAjAAMAADAQA=\n-----END CERTIFICATE-----\n"
    (tmp_path / "x").write_bytes(signed_media.sign(signed_media.picture("png"), "image/png", authority, GENERATED))
    outline = joined((TrustSource("outline", ListKind.SIGNERS, None, "0" * 64, 1, pem),))
    assert "signingCredential.untrusted" in (CredentialReader(outline).read(tmp_path / "x", "image/png").text or "")


def test_without_the_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    outcome = CredentialReader(None).read(tmp_path / "is not even opened", "image/png")
    assert (outcome.status, outcome.reason) == (FindingStatus.NOT_CHECKED, "extra_missing")
    assert library_version() is None


def test_the_library_is_loaded_on_first_use_only() -> None:
    code = (
        "import sys, fakeprint.provenance.c2pa as part; part.C2paExaminer();"
        "banned = {'c2pa', 'cv2', 'pywt', 'torch', 'requests', 'urllib.request', 'http.client'} & set(sys.modules);"
        "print(*banned)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


def test_version_is_known() -> None:
    assert library_version()


def test_corrupted_files_end_in_an_outcome(authority: object, tmp_path: Path) -> None:
    """A small version of benchmarks/c2pa_corruption.py: every outcome is typed, none takes long."""
    rng = random.Random(0)
    reader = CredentialReader(None)
    path = tmp_path / "x"
    slowest, read = 0.0, 0
    for suffix, mime in signed_media.FORMATS.items():
        signed = signed_media.sign(signed_media.picture(suffix), mime, authority, GENERATED)
        for number in range(40):
            data = bytearray(signed)
            if number % 4 == 0:
                data = data[: rng.randrange(len(data))]
            elif number % 4 == 1:
                for _ in range(rng.choice((1, 5, 50))):
                    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            elif number % 4 == 2:
                data[:64] = rng.randbytes(64)
            else:
                place = rng.randrange(len(data) - 64)
                data[place : place + 64] = rng.randbytes(64)
            path.write_bytes(data)
            start = time.perf_counter()
            outcome = reader.read(path, mime)
            slowest = max(slowest, time.perf_counter() - start)
            assert outcome.status in FindingStatus
            read += 1
    assert read == 240
    assert slowest < 2.0
