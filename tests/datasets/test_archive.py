import io
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fakeprint.core.errors import ErrorCode, MediaError, UsageError
from fakeprint.datasets.archive import Member, members, read_bytes


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "plain.jpg").write_bytes(b"plain")
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/one.jpg", b"zipped")
        archive.writestr("big.jpg", bytes(1 << 20))
        archive.mkdir("folder")
    with tarfile.open(folder / "a.tar.gz", "w:gz") as archive:
        for name, data in (("in/one.jpg", b"tarred"), ("note.txt", "é".encode()), ("big.txt", bytes(1 << 17))):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    pq.write_table(
        pa.table({"b": [b"x", b"y", b"z"], "s": [{"bytes": b"s0"}, {"bytes": None}, {"bytes": b"s2"}]}),
        folder / "a.parquet",
        row_group_size=2,
    )
    (tmp_path / "outside.jpg").write_bytes(b"secret")
    (folder / "way-out.jpg").symlink_to(tmp_path / "outside.jpg")
    return folder


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("plain.jpg", b"plain"),
        ("a.zip!/in/one.jpg", b"zipped"),
        ("a.tar.gz!/in/one.jpg", b"tarred"),
        ("a.parquet!/2/b", b"z"),
        ("a.parquet!/0/s", b"s0"),
        ("a.parquet!/2/s", b"s2"),
    ],
)
def test_bytes_from_every_container(root: Path, path: str, content: bytes) -> None:
    assert read_bytes(root, path) == content


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("absent.jpg", ErrorCode.E_NOT_FOUND),
        ("a.zip!/absent.jpg", ErrorCode.E_NOT_FOUND),
        ("a.tar.gz!/absent.jpg", ErrorCode.E_NOT_FOUND),
        ("a.tar.gz!/link.jpg", ErrorCode.E_NOT_FOUND),
        ("a.parquet!/9/b", ErrorCode.E_NOT_FOUND),
        ("a.parquet!/1/s", ErrorCode.E_NOT_FOUND),
        ("a.parquet!/x/b", ErrorCode.E_READ),
        ("plain.jpg!/x/b", ErrorCode.E_READ),
        ("../outside.jpg", ErrorCode.E_PATH),
        ("way-out.jpg", ErrorCode.E_PATH),
        ("a.zip!/big.jpg", ErrorCode.E_TOO_LARGE),
        ("", ErrorCode.E_NOT_A_FILE),
    ],
)
def test_refusals(root: Path, path: str, code: ErrorCode) -> None:
    with pytest.raises(MediaError) as caught:
        read_bytes(root, path, limit=1000)
    assert caught.value.code is code


def test_listing_leaves_out_folders_and_links_and_reads_short_texts(root: Path) -> None:
    assert list(members(root / "a.zip")) == [Member("in/one.jpg", 6), Member("big.jpg", 1 << 20)]
    assert list(members(root / "a.tar.gz")) == [Member("in/one.jpg", 6), Member("note.txt", 2, "é"), Member("big.txt", 1 << 17)]


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar"])
def test_a_damaged_archive_is_a_usage_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(UsageError, match="archive"):
        list(members(tmp_path / name))
    with pytest.raises(MediaError):
        read_bytes(tmp_path, f"{name}!/x")


def test_a_folder_whose_name_ends_in_an_exclamation_mark_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "wow!").mkdir()
    (tmp_path / "wow!" / "a.jpg").write_bytes(b"plain")
    assert read_bytes(tmp_path, "wow!/a.jpg") == b"plain"
