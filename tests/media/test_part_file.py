"""Files that workers make in parts: order, bounds, crashes, refusals of the file system."""

import json
from pathlib import Path

import pytest

from fakeprint.core.limits import Limits
from fakeprint.media.part_file import PartFile
from fakeprint.media.workers import Outcome, Task, WorkerPool

pytestmark = pytest.mark.usefixtures("targets_path")


def run(file: PartFile, parts: list[tuple[int, str]], *, blobs: tuple[bytes, ...] = (), seconds: float = 20.0, **more: object) -> Outcome:
    with WorkerPool("targets:Writer", {}, Limits(), 1) as pool:
        (outcome,) = pool.run([Task(0, {"parts": [list(part) for part in parts], **more}, seconds, blobs, file)])
        return outcome


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_parts_arrive_in_order_and_may_go_back(tmp_path: Path) -> None:
    file = PartFile(tmp_path, most=1000)
    outcome = run(file, [(0, "....body"), (8, " tail"), (0, "head")], blobs=(b"one", b"two"))
    assert json.loads(outcome.reply or b"") == {"blobs": ["one", "two"]}
    assert file.bytes == 13
    assert file.put("made.bin").read_bytes() == b"headbody tail"
    file.discard()
    assert names(tmp_path) == ["made.bin"]


def test_no_name_is_taken_twice(tmp_path: Path) -> None:
    for _ in range(3):
        file = PartFile(tmp_path, most=10)
        file.restart()
        assert file.write(0, b"x")
        file.put("a.b.mp4")
    assert names(tmp_path) == ["a.b-2.mp4", "a.b-3.mp4", "a.b.mp4"]


@pytest.mark.parametrize("parts", [[(0, "abc"), (4, "hole")], [(0, "x" * 99)], [(-1, "before")]], ids=["hole", "bound", "negative"])
def test_what_does_not_fit_ends_the_task(tmp_path: Path, parts: list[tuple[int, str]]) -> None:
    file = PartFile(tmp_path, most=50)
    outcome = run(file, parts)
    assert outcome.error is not None
    assert outcome.error.code.value == "E_TOO_LARGE"
    file.discard()
    assert names(tmp_path) == []


def test_other_tasks_go_on_after_a_refusal(tmp_path: Path) -> None:
    files = [PartFile(tmp_path, most=10) for _ in range(6)]
    tasks = [Task(n, {"parts": [[0, "x" * (99 if n % 2 else 9)]]}, 20.0, (), file) for n, file in enumerate(files)]
    with WorkerPool("targets:Writer", {}, Limits(), 2) as pool:
        outcomes = list(pool.run(tasks))
    assert [one.error is None for one in outcomes] == [True, False] * 3
    assert [file.put(f"{n}.bin").stat().st_size for n, file in enumerate(files) if n % 2 == 0] == [9, 9, 9]
    for file in files:
        file.discard()
    assert names(tmp_path) == ["0.bin", "2.bin", "4.bin"]


def test_a_crash_begins_anew(tmp_path: Path) -> None:
    file = PartFile(tmp_path, most=1000)
    outcome = run(file, [(0, "part")], do="crash")
    assert outcome.error is not None
    assert outcome.error.code.value == "E_CRASH"
    assert file.bytes == 4
    file.discard()
    assert names(tmp_path) == []


def test_an_endless_stream_ends_at_the_clock(tmp_path: Path) -> None:
    file = PartFile(tmp_path, most=1 << 20)
    outcome = run(file, [], do="endless", seconds=0.3)
    assert outcome.error is not None
    assert outcome.error.code.value == "E_TIMEOUT"
    file.discard()


def test_parts_without_a_sink_break_the_protocol() -> None:
    with WorkerPool("targets:Writer", {}, Limits(), 1) as pool:
        (outcome,) = pool.run([Task(0, {"parts": [[0, "x"]]}, 20.0)])
    assert outcome.error is not None
    assert outcome.error.code.value == "E_CRASH"


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    file = PartFile(tmp_path / "missing", most=10)
    outcome = run(file, [(0, "x")])
    assert outcome.error is not None
    assert isinstance(file.problem, FileNotFoundError)
    file.discard()
    with pytest.raises(ValueError, match="nothing was written"):
        file.put("x.bin")
