import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakeprint.collect.download import download
from fakeprint.collect.host_queue import HostQueue
from fakeprint.collect.ledger import read_ledger
from fakeprint.collect.naming import BadKey, safe_key, stored_path
from fakeprint.collect.opt_out import opted_out
from fakeprint.collect.outcome import Status
from fakeprint.collect.retry import retry_after
from fakeprint.collect.robots import parse_robots
from fakeprint.collect.rules import DownloadConfig
from fakeprint.collect.wanted import Wanted


@pytest.mark.network
def test_per_host_limit_and_pause(server, config: DownloadConfig, tmp_path: Path) -> None:
    server.delay_s = 0.05
    pace = config.pace.model_copy(update={"per_host": 3, "workers": 16})
    wanted = [Wanted(f"{n}", server.url(f"/p/{n}.jpg")) for n in range(20)]
    download(wanted, tmp_path / "a", config.model_copy(update={"pace": pace}))
    assert server.most_at_once == 3
    server.starts.clear()
    server.delay_s = 0
    pace = config.pace.model_copy(update={"delay_s": 0.1})
    download(wanted[:6], tmp_path / "b", config.model_copy(update={"pace": pace}))
    starts = [when for when, path in server.starts if path.startswith("/p/")]
    assert starts[-1] - starts[0] > 0.45


@pytest.mark.network
def test_retry_after_is_waited_for(server, make: ModuleType, config: DownloadConfig, tmp_path: Path) -> None:
    server.routes["/limited"] = make.then(make.response(b"", "429 Slow", Retry_After="1"), make.response(make.picture(1)))
    assert download([Wanted("a", server.url("/limited"))], tmp_path, config).counts == {"ok": 1}
    times = [when for when, path in server.starts if path == "/limited"]
    assert times[1] - times[0] >= 0.95


@pytest.mark.network
def test_robots_and_headers_are_honoured_unless_told_otherwise(server, make: ModuleType, config: DownloadConfig, tmp_path: Path) -> None:
    server.routes["/robots.txt"] = make.response(b"User-agent: *\nDisallow: /p/1\n")
    server.routes["/tdm"] = make.response(make.picture(8), TDM_Reservation="1")
    wanted = [Wanted("one", server.url("/p/1.jpg")), Wanted("two", server.url("/p/2.jpg")), Wanted("tdm", server.url("/tdm"))]
    download(wanted, tmp_path / "a", config)
    assert {row.key: row.status.value for row in read_ledger(tmp_path / "a")} == {
        "one": "refused_robots",
        "two": "ok",
        "tdm": "refused_no_ai",
    }
    assert server.requests["/robots.txt"] == 1
    free = config.model_copy(update={"rules": config.rules.model_copy(update={"robots": False, "no_ai": False})})
    assert download(wanted, tmp_path / "b", free).counts == {"ok": 3}


@pytest.mark.network
def test_a_site_whose_rules_cannot_be_had_is_left_alone(server, make: ModuleType, config: DownloadConfig, tmp_path: Path) -> None:
    server.routes["/robots.txt"] = make.response(b"", "503 No")
    assert download([Wanted("one", server.url("/p/1.jpg"))], tmp_path, config).counts == {"server_error": 1}
    assert server.requests["/p/1.jpg"] == 0


@pytest.mark.network
def test_flagged_prompts_are_not_fetched(server, config: DownloadConfig, tmp_path: Path) -> None:
    wanted = [Wanted("a", server.url("/p/1.jpg"), "explicit nude portrait"), Wanted("b", server.url("/p/2.jpg"), "a bowl of oranges")]
    assert download(wanted, tmp_path / "a", config).counts == {"blocked_prompt": 1, "ok": 1}
    free = config.model_copy(update={"rules": config.rules.model_copy(update={"unsafe_prompts": True})})
    assert download(wanted, tmp_path / "b", free).counts == {"ok": 2}


def test_a_dead_host_is_given_up_and_does_not_hold_others_up(config: DownloadConfig, tmp_path: Path) -> None:
    async def resolver(_host: str, _port: int) -> tuple[object, ...]:
        raise OSError("no such name")

    pace = config.pace.model_copy(update={"retries": 0, "host_failures": 5, "delay_s": 0.01})
    wanted = [Wanted(f"{n}", f"http://dead.example/{n}") for n in range(300)]
    started = time.monotonic()
    summary = download(wanted, tmp_path, config.model_copy(update={"pace": pace}), resolver=resolver)
    assert sum(summary.counts.values()) == 300
    assert set(summary.counts) <= {"connection", "dns"}
    assert time.monotonic() - started < 10


def test_a_resting_host_does_not_hold_others_up() -> None:
    async def run() -> list[str]:
        queue: HostQueue[str] = HostQueue(per_host=1, delay_s=0.2)
        for n in range(3):
            queue.put("slow", f"slow{n}")
        for n in range(3):
            queue.put(f"h{n}", f"fast{n}")
        found = [await queue.next() for _ in range(4)]
        queue.done("slow")
        found.append(await queue.next())
        return [one or "" for one in found]

    assert asyncio.run(run()) == ["slow0", "fast0", "fast1", "fast2", "slow1"]


def test_starts_at_one_host_lie_apart() -> None:
    async def run() -> list[float]:
        queue: HostQueue[int] = HostQueue(per_host=9, delay_s=0.05)
        times = []
        for n in range(4):
            queue.put("host", n)
        for _ in range(4):
            await queue.next()
            times.append(time.monotonic())
        return times

    times = asyncio.run(run())
    assert times[-1] - times[0] >= 0.149


ROBOTS = """
User-agent: other
Disallow: /

User-agent: *
User-agent: fakeprint
Disallow: /private/
Disallow: /*.gif$
Allow: /private/open
Disallow:
"""


@pytest.mark.parametrize(
    ("target", "allowed"),
    [("/", True), ("/private/x", False), ("/private/open/x", True), ("/a/b.gif", False), ("/a/b.gif?x", True), ("/robots.txt", True)],
)
def test_robots(target: str, allowed: bool) -> None:
    assert parse_robots(ROBOTS).allows(target) is allowed


def test_hostile_robots_take_no_time() -> None:
    started = time.process_time()
    rules = parse_robots("User-agent: *\n" + "Disallow: " + "*a" * 20_000 + "$\n")
    assert rules.allows("/" + "a" * 8000)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ([("x-robots-tag", "noai")], True),
        ([("x-robots-tag", "noarchive, noimageai")], True),
        ([("x-robots-tag", "fakeprint: noai")], True),
        ([("x-robots-tag", "googlebot: noindex, noai")], False),
        ([("x-robots-tag", "unavailable_after: 25 Jun 2030 15:00:00 PST")], False),
        ([("tdm-reservation", "1")], True),
        ([("tdm-reservation", "0")], False),
        ([], False),
    ],
)
def test_opt_out_headers(headers: list[tuple[str, str]], found: bool) -> None:
    assert (opted_out(headers) is not None) is found


def test_retry_after_forms() -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC)
    assert retry_after("Wed, 01 Jan 2025 00:02:00 GMT", now) == 120
    assert retry_after("Wed, 01 Jan 2020 00:02:00 GMT", now) == 0
    assert [retry_after(text) for text in ("", "1e9", "-1", "٣", "9" * 50)] == [None] * 5


@given(st.text(max_size=60))
def test_a_key_never_leaves_the_folder(key: str) -> None:
    try:
        path = safe_key(key)
    except BadKey:
        return
    place = Path("/base") / stored_path(path, "png")
    assert Path("/base") in place.parents
    assert ".." not in place.parts
    assert not (set(path) & set('\0\n\r<>:"|?*\\'))


def test_two_keys_never_share_a_path() -> None:
    keys = ["x", "x.jpg", "x.png", "x.JPEG", "x.jpg.jpg"]
    for fmt in ("jpeg", "png"):
        paths = [stored_path(key, fmt, shared_stem=key != "x.jpg.jpg") for key in keys]
        assert len(set(paths)) == len(paths)
    assert Status.OK.transient is False
