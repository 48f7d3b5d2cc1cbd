import hashlib
import json
from pathlib import Path

from fakeprint.reports.resume import keep_done_rows, put_in_order


def row(index: int, *, status: str = "ok", data: bytes = b"x") -> bytes:
    media = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "kind": "image"}
    return json.dumps({"index": index, "input": f"{index}.png", "status": status, "media": media}).encode() + b"\n"


def test_torn_failed_and_foreign_lines_are_dropped(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(row(0) + row(1, status="error") + b"{}\n" + row(2) + row(3)[:-9])
    done = keep_done_rows(rows)
    assert sorted(done) == [0, 2]
    assert rows.read_bytes() == row(0) + row(2)


def test_a_row_holds_only_for_the_same_content(tmp_path: Path) -> None:
    rows, media = tmp_path / "rows.jsonl", tmp_path / "0.png"
    rows.write_bytes(row(0))
    done = keep_done_rows(rows)[0]
    media.write_bytes(b"x")
    assert done.still_holds("0.png", media)
    assert not done.still_holds("other.png", media)
    media.write_bytes(b"y")
    assert not done.still_holds("0.png", media)
    media.unlink()
    assert not done.still_holds("0.png", media)


def test_rows_go_back_into_order_and_later_ones_win(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(row(2) + row(0) + row(9) + row(1, status="error") + row(1))
    put_in_order(rows, 3)
    assert rows.read_bytes() == row(0) + row(1) + row(2)


def test_a_file_in_order_is_not_rewritten(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(row(0) + row(1))
    before = rows.stat().st_ino
    put_in_order(rows, 2)
    assert rows.stat().st_ino == before
