import json
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from fakeprint.core.errors import FakeprintError, UsageError
from fakeprint.provenance import trust, trust_update
from fakeprint.provenance.trust import ListKind
from fakeprint.provenance.trust_update import OFFICIAL_SOURCES, SOURCES, ListSource, update

pytestmark = pytest.mark.network
PEM = b"-----BEGIN CERTIFICATE-----\nMAkwADAAAwMAAQI=\n-----END CERTIFICATE-----\n"
DIGEST = sha256(PEM).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/list.pem")
            self.end_headers()
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        elif self.path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "9999")
            self.end_headers()
            self.wfile.write(PEM)
        else:
            body = {"/list.pem": PEM, "/other.pem": PEM + PEM, "/page": b"<html>"}.get(self.path)
            self.send_response(200 if body else 404)
            self.end_headers()
            self.wfile.write(body or b"")

    def log_message(self, *args: object) -> None:
        return

    def handle(self) -> None:
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            return


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _source(base: str, path: str = "/list.pem", file: str = "one.pem") -> ListSource:
    return ListSource(f"list {file}", ListKind.SIGNERS, base + path, file)


def test_without_a_digest_nothing_is_stored(base: str, tmp_path: Path) -> None:
    (fetched,) = update((_source(base),), folder=tmp_path / "lists")
    assert (fetched.sha256, fetched.certificates, fetched.bytes, fetched.stored) == (DIGEST, 1, len(PEM), None)
    assert not (tmp_path / "lists").exists()


def test_with_its_digest_a_list_is_stored_and_found(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    for _ in range(2):
        (fetched,) = update((_source(base),), digests=[DIGEST.upper()])
        assert fetched.stored == tmp_path / "fakeprint" / "trust" / "one.pem"
    assert fetched.stored is not None
    assert fetched.stored.read_bytes() == PEM
    record = json.loads(fetched.stored.with_suffix(".json").read_text())
    assert (record["sha256"], record["url"], record["name"]) == (DIGEST, base + "/list.pem", "list one.pem")
    found = trust.load()
    assert found is not None
    assert (found.name, found.date, found.sha256) == ("list one.pem", record["date"], DIGEST)
    assert sorted(path.name for path in fetched.stored.parent.iterdir()) == ["one.json", "one.pem"]


def test_a_wrong_digest_stores_nothing_at_all(base: str, tmp_path: Path) -> None:
    sources = (_source(base), _source(base, "/other.pem", "two.pem"))
    with pytest.raises(UsageError, match="nothing was stored"):
        update(sources, digests=[DIGEST], folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
    both = [DIGEST, sha256(PEM + PEM).hexdigest()]
    assert [one.certificates for one in update(sources, digests=both, folder=tmp_path)] == [1, 2]


@pytest.mark.parametrize(
    ("path", "words"), [("/missing", "404|Not Found"), ("/moved", "302|Found"), ("/short", "broke off|IncompleteRead|more expected")]
)
def test_failed_downloads(base: str, tmp_path: Path, path: str, words: str) -> None:
    with pytest.raises(FakeprintError, match=words):
        update((_source(base, path),), digests=[DIGEST], folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_page_is_no_list(base: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no certificates"):
        update((_source(base, "/page"),), digests=[sha256(b"<html>").hexdigest()], folder=tmp_path)


def test_size_and_time_limits(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FakeprintError, match="did not finish"):
        update((_source(base, "/slow"),), folder=tmp_path, timeout_s=0.2)
    monkeypatch.setattr(trust_update, "MAX_BYTES", 10)
    with pytest.raises(FakeprintError, match="more than 10 bytes"):
        update((_source(base),), folder=tmp_path)


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(FakeprintError, match="could not fetch"):
        update((_source("http://127.0.0.1:9"),), folder=tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.invalid/x.pem",
        "ftp://127.0.0.1/x",
        "file:///etc/hosts",
        "http://127.0.0.1.example.invalid/x",
        "http://localhost/x",
        "",
    ],
)
def test_other_addresses_are_refused_before_any_connection(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="only https"):
        update((ListSource("x", ListKind.SIGNERS, url, "x.pem"),), folder=tmp_path)


def test_no_folder_to_store_in(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("HOME")
    with pytest.raises(UsageError, match="XDG_DATA_HOME"):
        update((_source(base),), digests=[DIGEST])


def test_pinned_sources() -> None:
    assert [source.kind for source in OFFICIAL_SOURCES] == [ListKind.SIGNERS, ListKind.TIME_STAMPS]
    assert all(source.url.startswith("https://raw.githubusercontent.com/") for source in SOURCES.values())
    assert SOURCES["interim"].kind is ListKind.FROZEN_SIGNERS
    assert len({source.file for source in SOURCES.values()}) == len(SOURCES)
