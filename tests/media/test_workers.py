import gc
import json
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakeprint.core.errors import UsageError
from fakeprint.core.limits import Limits
from fakeprint.media.worker_protocol import HEADER_BYTES, FrameError, pack_frame, read_frame
from fakeprint.media.workers import Outcome, PoolError, Task, WorkerPool

pytestmark = pytest.mark.usefixtures("targets_path")


def pool(jobs: int = 2, *, target: str = "targets:echo", setup: dict | None = None, **limits: int) -> WorkerPool:
    return WorkerPool(target, setup or {}, Limits(**limits), jobs)


def tasks(count: int, deeds: dict[int, str] | None = None, seconds: float = 20.0) -> Iterator[Task]:
    for number in range(count):
        yield Task(number, {"n": number, "do": (deeds or {}).get(number, "")}, seconds)


def codes(outcomes: list[Outcome]) -> dict[int, str]:
    return {one.index: one.error.code.value for one in outcomes if one.error is not None}


def assert_whole(outcomes: list[Outcome], count: int) -> None:
    assert [one.index for one in outcomes] == list(range(count))
    for one in outcomes:
        assert (one.reply is None) == (one.error is not None)
        if one.reply is not None:
            assert json.loads(one.reply) == {"n": one.index}


def children() -> set[int]:
    """Processes whose parent is this one, zombies included."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            found.add(int(entry.parent.name))
    return found


@pytest.fixture
def nothing_is_left() -> Iterator[None]:
    if not sys.platform.startswith("linux"):
        yield
        return
    gc.collect()
    before, descriptors, threads = children(), set(os.listdir("/proc/self/fd")), threading.active_count()
    yield
    gc.collect()
    assert children() <= before
    assert len(os.listdir("/proc/self/fd")) <= len(descriptors)
    assert threading.active_count() <= threads


def test_outcomes_come_in_order_with_blobs(nothing_is_left: None) -> None:
    with pool() as workers:
        given = (Task(number, {"n": number, "bytes": number * 1000}, 20.0) for number in range(120))
        outcomes = list(workers.run(given))
    assert_whole(outcomes, 120)
    assert [len(one.blobs["zeros"]) for one in outcomes] == [number * 1000 for number in range(120)]


def test_one_task_starts_one_worker(nothing_is_left: None) -> None:
    before = children()
    with pool(8) as workers:
        assert_whole(list(workers.run(tasks(1))), 1)
        assert len(children() - before) == 1


def test_nothing_starts_without_tasks(nothing_is_left: None) -> None:
    before = children()
    with pool() as workers:
        assert list(workers.run(())) == []
        assert children() == before


def test_crashing_inputs_are_told_and_no_other_is_lost(nothing_is_left: None) -> None:
    """Acceptance test 9 in small: 5 of 200 inputs end their worker."""
    bad = {20: "segfault", 61: "segfault", 62: "exit", 150: "segfault", 199: "segfault"}
    with pool() as workers:
        outcomes = list(workers.run(tasks(200, bad)))
    assert_whole(outcomes, 200)
    assert codes(outcomes) == dict.fromkeys(bad, "E_CRASH")
    messages = {one.index: one.error.message for one in outcomes if one.error is not None}
    assert "SIGSEGV" in messages[20]
    assert "exit status 3" in messages[62]


def test_stalled_inputs_are_killed_on_the_wall_clock(nothing_is_left: None) -> None:
    started = time.monotonic()
    with pool() as workers:
        outcomes = list(workers.run(tasks(12, {3: "hang"}, seconds=0.5)))
    assert_whole(outcomes, 12)
    assert codes(outcomes) == {3: "E_TIMEOUT"}
    assert "0.5 s" in next(one.error.message for one in outcomes if one.error is not None)
    assert time.monotonic() - started < 10


def test_bugs_are_rows_and_their_traceback_is_logged(caplog: pytest.LogCaptureFixture, nothing_is_left: None) -> None:
    with caplog.at_level(logging.ERROR), pool() as workers:
        outcomes = list(workers.run(tasks(6, {1: "bug", 4: "unsendable"})))
    assert_whole(outcomes, 6)
    assert codes(outcomes) == {1: "E_INTERNAL", 4: "E_INTERNAL"}
    assert "ZeroDivisionError" in caplog.text
    assert "KeyError" in caplog.text


def test_memory_errors_are_typed_and_replace_the_worker(nothing_is_left: None) -> None:
    with pool(1) as workers:
        outcomes = list(workers.run(tasks(6, {2: "memory"})))
    assert_whole(outcomes, 6)
    assert codes(outcomes) == {2: "E_MEMORY"}
    assert outcomes[1].blobs["pid"] != outcomes[3].blobs["pid"]


def test_media_errors_keep_code_and_stage_and_lose_control_characters(nothing_is_left: None) -> None:
    with pool(1) as workers:
        (outcome,) = workers.run(tasks(1, {0: "media error"}))
    assert outcome.error is not None
    assert (outcome.error.code.value, outcome.error.stage.value) == ("E_CORRUPT", "decode")
    assert outcome.error.message == "told  [31mby the worker"


def test_workers_are_recycled(nothing_is_left: None) -> None:
    with pool(1, worker_items=10) as workers:
        outcomes = list(workers.run(tasks(40)))
    assert_whole(outcomes, 40)
    pids = [one.blobs["pid"] for one in outcomes]
    assert len(set(pids)) == 4
    assert max(pids.count(pid) for pid in pids) == 10


def test_noise_on_standard_output_does_not_disturb(nothing_is_left: None) -> None:
    with pool(1) as workers:
        assert_whole(list(workers.run(tasks(4, {1: "print"}))), 4)


@pytest.mark.parametrize("garbage", ["00" * 64, "ff" * 64, "020000007b7d", "3000000000"])
def test_a_worker_that_breaks_the_protocol_is_a_crash(garbage: str, nothing_is_left: None) -> None:
    with pool(1, target="targets:liar", setup={"bytes": garbage}) as workers:
        outcomes = list(workers.run(Task(number, {"n": number}, 1.5) for number in range(3)))
    assert [one.index for one in outcomes] == [0, 1, 2]
    assert codes(outcomes).get(1) in {"E_CRASH", "E_TIMEOUT"}
    assert 0 not in codes(outcomes)


def test_tasks_are_taken_a_bounded_number_ahead(nothing_is_left: None) -> None:
    taken = 0

    def counted() -> Iterator[Task]:
        nonlocal taken
        for task in tasks(1000):
            taken += 1
            yield task

    with WorkerPool("targets:echo", {}, Limits(), 2, lookahead=6) as workers:
        outcomes = workers.run(counted())
        for number in range(10):
            assert next(outcomes).index == number
            time.sleep(0.01)
            assert taken <= number + 7
        outcomes.close()


def test_a_slow_consumer_is_no_reason_to_kill(nothing_is_left: None) -> None:
    with pool(1) as workers:
        outcomes = workers.run(Task(number, {"n": number, "bytes": 1 << 20}, 1.0) for number in range(4))
        found = []
        for outcome in outcomes:
            time.sleep(0 if found else 1.3)
            found.append(outcome)
    assert_whole(found, 4)


def test_long_tasks_do_not_hold_up_a_second_one(nothing_is_left: None) -> None:
    """With two workers and two tasks of 0.5 s, neither waits behind the other."""
    with pool(2, setup={"sleep": 0.5}) as workers:
        list(workers.run(tasks(40)))
        started = time.monotonic()
        assert_whole(list(workers.run(tasks(2, {0: "sleep", 1: "sleep"}))), 2)
        assert time.monotonic() - started < 0.95


@pytest.mark.parametrize(
    ("how", "error", "message"), [("usage", UsageError, "not usable"), ("bug", PoolError, "factory bug"), ("exit", PoolError, "status 5")]
)
def test_a_target_that_cannot_start_ends_the_run(how: str, error: type[Exception], message: str, nothing_is_left: None) -> None:
    with pool(target="targets:refuses", setup={"how": how}) as workers, pytest.raises(error, match=message):
        list(workers.run(tasks(30)))


def test_a_target_that_does_not_exist_is_told(nothing_is_left: None) -> None:
    with pool(target="targets:nothing") as workers, pytest.raises(PoolError, match="nothing"):
        list(workers.run(tasks(3)))


def test_an_interpreter_that_cannot_be_started_ends_the_run(monkeypatch: pytest.MonkeyPatch, nothing_is_left: None) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pool() as workers, pytest.raises(PoolError, match="No such file"):
        list(workers.run(tasks(5)))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_in_the_pool_does_not_leave_the_caller_waiting(monkeypatch: pytest.MonkeyPatch, nothing_is_left: None) -> None:
    monkeypatch.setattr("fakeprint.media.worker_slot._outcome", None)
    with pool() as workers, pytest.raises(PoolError, match="TypeError"):
        list(workers.run(tasks(5)))


def test_calls_that_cannot_be_carried_out_are_refused() -> None:
    with pytest.raises(UsageError, match="at least one"):
        pool(0)
    with pytest.raises(UsageError, match="module:attribute"):
        pool(target="targets")
    closed = pool()
    closed.close()
    with pytest.raises(UsageError, match="closed"):
        closed.submit(Task(0, {}, 1.0))
    with pytest.raises(ValueError, match="over the bounds"):
        pool().submit(Task(0, {"x": "y" * HEADER_BYTES}, 1.0))


def test_leaving_early_leaves_nothing(nothing_is_left: None) -> None:
    started = time.monotonic()
    with pool() as workers:
        outcomes = workers.run(tasks(1000, {5: "hang", 6: "hang"}))
        for _ in range(3):
            next(outcomes)
    assert time.monotonic() - started < 10


def test_an_exception_in_the_consumer_leaves_nothing(nothing_is_left: None) -> None:
    def consume() -> None:
        with pool() as workers:
            for outcome in workers.run(tasks(100)):
                raise KeyError(outcome.index)

    with pytest.raises(KeyError):
        consume()


def test_an_exception_in_the_source_comes_out(nothing_is_left: None) -> None:
    def source() -> Iterator[Task]:
        yield from tasks(5)
        raise LookupError("listing failed")

    with pytest.raises(LookupError, match="listing failed"), pool() as workers:
        list(workers.run(source()))


def test_two_threads_share_a_pool(nothing_is_left: None) -> None:
    results: dict[str, list[Outcome]] = {}
    with pool() as workers:
        threads = [threading.Thread(target=lambda name=name: results.update({name: list(workers.run(tasks(50)))})) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert_whole(results["a"], 50)
    assert_whole(results["b"], 50)


def test_a_pool_is_used_again_after_an_early_end(nothing_is_left: None) -> None:
    with pool() as workers:
        first = workers.run(tasks(100))
        next(first)
        first.close()
        assert_whole(list(workers.run(tasks(20))), 20)


SCRIPT = """
import sys, time
sys.path.insert(0, {targets!r})
from fakeprint.core.limits import Limits
from fakeprint.media.workers import Task, WorkerPool
with WorkerPool("targets:echo", {{}}, Limits(), 2) as pool:
    for outcome in pool.run(Task(n, {{"n": n, "do": "hang" if n > 3 else ""}}, 60.0) for n in range(20)):
        print(outcome.blobs["pid"].decode(), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_a_script_that_is_interrupted(number: int, targets_path: str, tmp_path: Path) -> None:
    """The script has no main guard, and its workers do not outlive it, however it ends."""
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT.format(targets=targets_path)))
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pids = {int(process.stdout.readline()) for _ in range(4)}
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode != 0
    assert ("KeyboardInterrupt" in errors) == (number == signal.SIGINT)
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_overhead_stays_small(nothing_is_left: None) -> None:
    """Targets are 250 ms to the first reply and 0.3 ms a task; the bounds here leave room for busy machines."""
    started = time.monotonic()
    with pool() as workers:
        outcomes = workers.run(tasks(2000))
        next(outcomes)
        first = time.monotonic() - started
        rest = sum(1 for _ in outcomes)
    assert rest == 1999
    assert first < 5
    assert (time.monotonic() - started) / 2000 < 0.005


def test_frames_round_trip_and_are_bounded() -> None:
    from io import BytesIO

    frame = read_frame(BytesIO(pack_frame({"a": "é\udc80"}, (b"x", b""))))
    assert frame is not None
    assert (frame.header, frame.blobs) == ({"a": "é\udc80"}, (b"x", b""))
    assert read_frame(BytesIO(b"")) is None
    for bad in (b"\x01", b"\x02\0\0\0{", b"\x02\0\0\0[]", b"\xff\xff\xff\xff", b"\x04\0\0\0\xff\xfe\0\0"):
        with pytest.raises(FrameError):
            read_frame(BytesIO(bad))
    for sizes in ('{"sizes":[-1]}', '{"sizes":[true]}', '{"sizes":[1e9]}', '{"sizes":[9999999999]}', '{"sizes":1}', '{"sizes":[5]}'):
        with pytest.raises(FrameError):
            read_frame(BytesIO(len(sizes).to_bytes(4, "little") + sizes.encode()))
    deep = b"[" * 100_000
    with pytest.raises(FrameError):
        read_frame(BytesIO(len(deep).to_bytes(4, "little") + deep))
