import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

from fakeprint.collect.dead_links import link_report, write_report
from fakeprint.collect.download import download
from fakeprint.collect.ledger import Ledger, read_ledger
from fakeprint.collect.outcome import LedgerRow, Status
from fakeprint.collect.rules import DownloadConfig, Rules
from fakeprint.collect.wanted import Wanted
from fakeprint.core.errors import UsageError

pytestmark = pytest.mark.network


def pictures(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.jpg")) if ".parts" not in path.parts}


def command(meta: Path, folder: Path, host: str, *more: str) -> list[str]:
    flags = ["--delay", "0", "--per-host", "8", "--allow-address", host, "--quiet", *more]
    return [sys.executable, "-m", "fakeprint", "data", "download", "--meta_file", str(meta), "--save_dir", str(folder), *flags]


def test_a_second_run_asks_for_nothing_that_is_there(server, make: ModuleType, config: DownloadConfig, tmp_path: Path) -> None:
    server.routes["/gone"] = make.response(b"", "404 No")
    server.routes["/flaky"] = make.then(
        make.response(b"", "503 No"), make.response(b"", "503 No"), make.response(b"", "503 No"), make.response(make.picture(3))
    )
    wanted = [
        *(Wanted(f"a.b/{n}.v1.jpg", server.url(f"/p/{n}.jpg")) for n in range(4)),
        Wanted("gone", server.url("/gone")),
        Wanted("flaky", server.url("/flaky")),
    ]
    first = download(wanted, tmp_path, config)
    assert first.counts == {"http_error": 1, "ok": 4, "server_error": 1}
    server.requests.clear()
    (tmp_path / "a.b" / "2.v1.jpg").write_bytes(b"cut")
    second = download(wanted, tmp_path, config)
    assert second.counts == {"http_error": 1, "ok": 5}
    assert dict(server.requests) == {"/robots.txt": 1, "/p/2.jpg": 1, "/flaky": 1}
    third = download(wanted, tmp_path, config.model_copy(update={"retry_failed": True}))
    assert (third.requests, third.kept) == (1, 5)


def test_other_rules_need_force(server, config: DownloadConfig, tmp_path: Path) -> None:
    wanted = [Wanted("a", server.url("/p/1.jpg"))]
    download(wanted, tmp_path, config)
    other = config.model_copy(update={"rules": Rules(min_side=200)})
    with pytest.raises(UsageError, match="min_side"):
        download(wanted, tmp_path, other)
    assert download(wanted, tmp_path, other, force=True).kept == 1


def test_killed_downloads_end_in_the_same_set(server, config: DownloadConfig, tmp_path: Path) -> None:
    server.delay_s = 0.02
    meta = tmp_path / "meta.json"
    meta.write_text(json.dumps({f"{n % 5}/{n}.jpg": {"url": server.url(f"/p/{n}.jpg")} for n in range(300)}))
    out = tmp_path / "out"
    whole = {}
    for limit in (1, 150):
        process = subprocess.Popen(command(meta, out, server.host))
        while len(pictures(out)) < limit and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -9
        for name, data in pictures(out).items():
            assert whole.setdefault(name, data) == data
            assert data.endswith(b"\xff\xd9")
    with (out / "ledger.jsonl").open("ab") as stream:
        stream.write(b'{"key": "torn')
    wanted = [Wanted(key, row["url"]) for key, row in json.loads(meta.read_text()).items()]
    rules = config.model_copy(update={"rules": Rules()})
    assert download(wanted, out, rules).counts == {"ok": 300}
    download(wanted, tmp_path / "whole", rules)
    assert pictures(out) == pictures(tmp_path / "whole")
    rows = list(read_ledger(out))
    assert len({row.key for row in rows}) == len(rows) == 300
    assert not (out / ".parts").exists()


def test_an_interrupt_flushes_the_ledger(server, tmp_path: Path) -> None:
    server.delay_s = 0.05
    meta = tmp_path / "meta.json"
    meta.write_text(json.dumps({f"{n}.jpg": server.url(f"/p/{n}.jpg") for n in range(2000)}))
    out = tmp_path / "out"
    process = subprocess.Popen(command(meta, out, server.host, "--report", str(tmp_path / "links.md")))
    while not pictures(out):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    rows = list(read_ledger(out))
    assert {row.path for row in rows} == set(pictures(out))
    assert 0 < len(rows) < 2000
    assert json.loads((out / "download.run.json").read_text())["status"] == "interrupted"


def test_a_run_without_success_ends_with_a_report(tmp_path: Path) -> None:
    meta, report = tmp_path / "meta.json", tmp_path / "links.json"
    meta.write_text(json.dumps({"a": {"url": "http://127.0.0.1:9/x"}, "b": {"url": None}, "c|d": {"url": "ftp://x/y"}}))
    done = subprocess.run(
        command(meta, tmp_path / "out", "127.0.0.1:9", "--retries", "0", "--report", str(report)), capture_output=True, text=True
    )
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(report.read_text())["statuses"] == {"bad_key": 1, "connection": 1, "no_url": 1}


def test_usage(tmp_path: Path) -> None:
    pointer = tmp_path / "pd.json"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    done = subprocess.run(command(pointer, tmp_path / "out", "x:1"), capture_output=True, text=True)
    assert done.returncode == 2
    assert "git lfs pull" in done.stderr
    done = subprocess.run([*command(pointer, tmp_path / "o", "x:1")[:5], "--meta_file", str(pointer)], capture_output=True, text=True)
    assert done.returncode == 2
    assert "save_dir" in done.stderr


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with Ledger(tmp_path), pytest.raises(UsageError, match="another process"):
        Ledger(tmp_path)


def test_a_hundred_thousand_keys_resume_quickly(config: DownloadConfig, tmp_path: Path) -> None:
    """dflip3k R27, at a fifth of its size and time."""
    (tmp_path / "x").write_bytes(b"1234")
    with Ledger(tmp_path) as ledger:
        ledger.append((LedgerRow(key=f"k{n}", status=Status.OK, path="x", bytes=4, time="t") for n in range(20_000)), durable=False)
    wanted = [Wanted(f"k{n}", "http://127.0.0.1:9/") for n in range(20_000)]
    started = time.process_time()
    assert download(wanted, tmp_path, config).kept == 20_000
    assert time.process_time() - started < 5


def test_links_are_counted_by_host(tmp_path: Path) -> None:
    rows = [LedgerRow(key=f"k{n}", url=f"http://a.example/{n}", status=Status.HTTP_ERROR, http=404, time="t") for n in range(3)]
    rows += [LedgerRow(key=f"s{n}", url=f"http://b.example/{n}", status=Status.OK, http=200, sha256="0" * 64, time="t") for n in range(6)]
    report = link_report(rows)
    assert [(one.host, one.failed, one.codes) for one in report.hosts] == [("a.example", 3, {"404": 3}), ("b.example", 0, {"200": 6})]
    assert [(one.host, one.keys) for one in report.repeated] == [("b.example", 6)]
    write_report(report, tmp_path / "r.md")
    assert "| a.example | 3 | 3 | http_error 3 | 404: 3 |" in (tmp_path / "r.md").read_text()


def test_the_table_holds_the_last_row_of_every_key(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        assert pq.read_table(ledger.write_table()).num_rows == 0
        rows = [LedgerRow(key=f"k{n % 30_000}", status=Status.TIMEOUT, attempts=n, time="t") for n in range(40_000)]
        rows.append(LedgerRow(key="k5\u2028\U0001f600", url="http://x/" + "a" * 2000, status=Status.OK, bytes=4, path="x", time="t"))
        ledger.append(rows, durable=False)
        table = pq.read_table(ledger.write_table())
        assert table.column_names == list(LedgerRow.model_fields)
        assert [LedgerRow.model_validate(row) for row in table.to_pylist()] == list(ledger.rows())
        assert table.num_rows == 30_001
