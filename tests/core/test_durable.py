from pathlib import Path

import pytest

from fakeprint.core.durable import atomic_file, write_atomic


def test_a_file_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    with atomic_file(target) as stream:
        stream.write(b"first half, ")
        assert not target.exists()
        stream.write(b"second half")
    assert target.read_bytes() == b"first half, second half"
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    write_atomic(target, b"old")

    def stop_while_writing() -> None:
        with atomic_file(target) as stream:
            stream.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_while_writing()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
