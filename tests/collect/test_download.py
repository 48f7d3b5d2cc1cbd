import json
from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.collect.download import MetadataFile, download
from fakeprint.collect.ledger import read_ledger
from fakeprint.collect.outcome import LedgerRow, Status
from fakeprint.collect.rules import DownloadConfig
from fakeprint.collect.wanted import Wanted

pytestmark = pytest.mark.network


def rows_of(folder: Path) -> dict[str, LedgerRow]:
    return {row.key: row for row in read_ledger(folder)}


def files_of(folder: Path) -> dict[str, bytes]:
    skipped = ("ledger", "download.run")
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(skipped))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_every_bad_behaviour_has_its_status(server, make: ModuleType, config: DownloadConfig, tmp_path: Path) -> None:
    good, text = make.picture(1), b"<!doctype html><html><body>gone</body></html>"
    server.routes |= {
        "/loop": make.redirect("/loop"),
        "/private": make.redirect("http://127.0.0.1:1/x.jpg"),
        "/metadata": make.redirect("http://169.254.169.254/latest"),
        "/file": make.redirect("file:///etc/passwd"),
        "/moved": make.redirect("/p/4.jpg", "301 Moved Permanently"),
        "/stall": make.stall,
        "/silent": make.silent,
        "/drip": make.dripping,
        "/reset": make.reset,
        "/reset-once": make.then(make.reset, make.response(good)),
        "/endless": make.endless,
        "/headers": make.many_headers,
        "/declared": make.response(b"\xff\xd8\xff", Content_Length="999999999").replace(b"Content-Length: 3\r\n", b""),
        "/html": make.response(text, Content_Type="image/jpeg"),
        "/pixel": make.response(make.single_pixel()),
        "/blank": make.response(make.blank()),
        "/cut": make.response(good[: len(good) // 2]),
        "/garbage": b"\x00\x01 this is no HTTP\r\n\r\n",
        "/forbidden": make.response(text, "403 Forbidden"),
        "/gone": make.response(text, "410 Gone"),
        "/broken": make.response(b"", "500 Oops"),
        "/limited": make.response(b"", "429 Slow", Retry_After="9999"),
        "/limited-once": make.then(make.response(b"", "429 Slow", Retry_After="0"), make.response(good)),
        "/noai": make.response(good, X_Robots_Tag="noai"),
        "/close": make.until_close,
        "/chunked": make.chunked,
        "/empty": make.response(b""),
    }
    expected = {
        "loop": "too_many_redirects",
        "private": "refused_address",
        "metadata": "refused_address",
        "file": "refused_address",
        "moved": "ok",
        "stall": "timeout",
        "silent": "timeout",
        "drip": "timeout",
        "reset": "truncated",
        "reset-once": "ok",
        "endless": "too_large",
        "headers": "bad_response",
        "declared": "too_large",
        "html": "not_an_image",
        "pixel": "placeholder",
        "blank": "placeholder",
        "cut": "corrupt",
        "garbage": "bad_response",
        "forbidden": "http_error",
        "gone": "http_error",
        "broken": "server_error",
        "limited": "rate_limited",
        "limited-once": "ok",
        "noai": "refused_no_ai",
        "close": "ok",
        "chunked": "ok",
        "empty": "not_an_image",
    }
    wanted = [Wanted(name, server.url(f"/{name}")) for name in expected]
    summary = download(wanted, tmp_path, config)
    rows = rows_of(tmp_path)
    assert {key: row.status.value for key, row in rows.items()} == expected
    assert summary.failed == sum(status != "ok" for status in expected.values())
    assert sorted(files_of(tmp_path)) == ["chunked.jpg", "close.jpg", "limited-once.jpg", "moved.jpg", "reset-once.jpg"]
    assert files_of(tmp_path)["reset-once.jpg"] == good
    assert (rows["moved"].final_url, rows["reset-once"].attempts, rows["gone"].http) == (server.url("/p/4.jpg"), 2, 410)
    assert rows["broken"].attempts == 3
    assert not (tmp_path / ".parts").exists()
    assert json.loads((tmp_path / "download.run.json").read_text())["status"] == "completed"


def test_metadata_without_addresses_and_with_bad_keys(server, config: DownloadConfig, tmp_path: Path) -> None:
    meta = tmp_path / "meta.json"
    keys = ["a/b/one.jpg", "../up.jpg", "/abs.jpg", "C:\\x.jpg", "bad\n.jpg", "two.png", "two.jpg"]
    meta.write_text(
        json.dumps({key: {"url": server.url(f"/p/{n}.jpg"), "Prompt": "a bowl"} for n, key in enumerate(keys)} | {"none": {"p": "x"}})
    )
    folder = tmp_path / "out"
    download(MetadataFile(meta), folder, config)
    assert {key: row.status for key, row in rows_of(folder).items()} == {
        "a/b/one.jpg": Status.OK,
        "../up.jpg": Status.BAD_KEY,
        "/abs.jpg": Status.BAD_KEY,
        "C:\\x.jpg": Status.BAD_KEY,
        "bad\n.jpg": Status.BAD_KEY,
        "two.png": Status.OK,
        "two.jpg": Status.OK,
        "none": Status.NO_URL,
    }
    names = sorted(files_of(folder))
    assert names[0] == "a/b/one.jpg"
    assert names[1] == "two.jpg"
    assert names[2].startswith("two.png~")
    assert len(names) == 3
