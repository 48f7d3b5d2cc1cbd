from io import BytesIO
from pathlib import Path

import pytest

from fakeprint.media.inputs import find_inputs, read_list, shown_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.png", "a.jpg", "inner/c.mp4", "inner/deep/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def found(*paths: Path | str) -> list[str]:
    return [given.path.name for given in find_inputs(paths)]


def test_folders_are_walked_in_order(folder: Path) -> None:
    assert found(folder) == ["a.jpg", "b.png", "c.mp4", "d.txt"]


def test_globs_are_expanded_and_existing_names_are_not(folder: Path) -> None:
    assert found(str(folder / "*.jpg")) == ["a.jpg"]
    assert found(str(folder / "**" / "*.txt")) == ["d.txt"]
    odd = folder / "odd[1].jpg"
    odd.touch()
    assert found(odd) == ["odd[1].jpg"]


def test_a_glob_without_matches_gives_nothing_and_a_missing_path_is_kept(folder: Path) -> None:
    assert found(str(folder / "*.tiff")) == []
    assert found(folder / "gone.jpg") == ["gone.jpg"]


def test_folder_loops_are_cut(folder: Path) -> None:
    (folder / "inner" / "loop").symlink_to(folder, target_is_directory=True)
    assert found(folder) == ["a.jpg", "b.png", "c.mp4", "d.txt"]


def test_a_deep_folder_is_walked(tmp_path: Path) -> None:
    bottom = tmp_path.joinpath(*["d"] * 400)
    bottom.mkdir(parents=True)
    (bottom / "deep.png").touch()
    assert found(tmp_path) == ["deep.png"]


@pytest.mark.parametrize(("null", "data"), [(False, b"a\nb c\r\n\nd"), (True, b"a\0b c\0\0d\0")])
def test_lists_are_read_whole(null: bool, data: bytes) -> None:
    assert [str(path) for path in read_list(BytesIO(data), null=null)] == ["a", "b c", "d"]


def test_a_newline_is_part_of_a_name_in_a_null_list() -> None:
    assert [str(path) for path in read_list(BytesIO(b"a\nb\0"), null=True)] == ["a\nb"]


@pytest.mark.parametrize(
    ("name", "shown"), [("plain é.jpg", "plain é.jpg"), ("a\x1b[31m.jpg", "a\\x1b[31m.jpg"), ("x\u202ey", "x\\x202ey"), ("\udcff", "\\xff")]
)
def test_shown_paths_are_safe_to_print(name: str, shown: str) -> None:
    assert shown_path(name) == shown
