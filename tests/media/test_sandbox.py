import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fakeprint.core.limits import Limits
from fakeprint.media.sandbox import MEASURES, describe
from fakeprint.media.workers import Task, WorkerPool

LINUX = sys.platform == "linux"


@pytest.fixture
def tried(targets_path: str, tmp_path: Path):
    """Return a function that lets a worker try forbidden things and tells how each ended."""
    existing = tmp_path / "existing"
    existing.write_text("kept")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        setup = {"file": str(tmp_path / "new"), "existing": str(existing), "port": listener.getsockname()[1]}
        with WorkerPool("targets:attempts", setup, Limits(), 1) as pool:

            def attempt(*deeds: str) -> dict[str, str]:
                outcomes = pool.run(Task(number, {"do": deed}, 20.0) for number, deed in enumerate(deeds))
                return {deed: json.loads(one.reply) if one.reply else str(one.error) for deed, one in zip(deeds, outcomes, strict=True)}

            attempt.measures = lambda: pool.measures  # type: ignore[attr-defined]
            yield attempt
    assert not (tmp_path / "new").exists()
    assert existing.read_text() == "kept"


def test_python_refuses_writing_programs_sockets_and_pickles(tried) -> None:
    deeds = ("open", "os.open", "mkdir", "remove", "socket", "subprocess", "system", "fork", "pickle")
    assert tried(*deeds) == dict.fromkeys(deeds, "PermissionError")


def test_reading_and_loading_libraries_stays_possible(tried) -> None:
    assert tried("read", "libraries") == {"read": "done", "libraries": "done"}


@pytest.mark.skipif(not LINUX, reason="measures of the Linux kernel")
def test_the_kernel_refuses_where_python_is_passed_by(tried) -> None:
    told = tried("c open", "c run", "c connect")
    measures = tried.measures()
    if "landlock" in measures:
        assert told["c open"] == "Permission denied"
        assert told["c run"] == "refused"
    if "network namespace" in measures or "landlock" in measures:
        assert told["c connect"] != "done"
    if "landlock" not in measures:
        pytest.skip("this kernel has no Landlock; only the audit hook and the resource limits were tested")


def test_measures_have_names_that_doctor_explains(tried) -> None:
    tried("read")
    assert set(tried.measures()) <= set(MEASURES)
    assert "audit hook" in tried.measures()
    if LINUX:
        assert {"memory", "open files", "no core dumps", "no file growth", "no new privileges", "ends with parent"} <= set(tried.measures())


def test_describe_tries_the_sandbox_elsewhere() -> None:
    told = describe()
    assert list(told) == list(MEASURES)
    assert told["audit hook"]
    Path("/dev/null").open("wb").close()


@pytest.mark.skipif(not LINUX, reason="address-space limits are kept on Linux")
def test_memory_is_limited(targets_path: str) -> None:
    with WorkerPool("targets:echo", {}, Limits(worker_memory_bytes=400 << 20), 1) as pool:
        (outcome,) = pool.run([Task(0, {"bytes": 450 << 20}, 20.0)])
    assert outcome.error is not None
    assert outcome.error.code.value == "E_MEMORY"


@pytest.mark.skipif(not LINUX, reason="processor time is limited on Linux")
def test_processor_time_ends_a_worker_that_the_wall_clock_would_not() -> None:
    code = "from fakeprint.media.sandbox import limit_processor_time as limit\nlimit(0.1)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], timeout=30, check=False)
    assert done.returncode == -signal.SIGXCPU
