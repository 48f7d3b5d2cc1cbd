import hashlib
import zipfile
from pathlib import Path

import pytest

from fakeprint.core.errors import UsageError
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.soundness import SHOWN, verify
from fakeprint.datasets.store import write_manifest

HEADER = ManifestHeader(name="m")


def sample(index: int, **changes: object) -> Sample:
    values = {"id": f"s{index}", "path": f"{index}.jpg", "label": Label.SYNTHETIC, "split": Split.TEST, "group": f"g{index}", "source": "x"}
    return Sample.model_validate(values | changes)


def hand_written(path: Path, *samples: Sample) -> Path:
    path.write_text("\n".join([HEADER.model_dump_json(), *(one.model_dump_json(exclude_defaults=True) for one in samples)]))
    return path


def test_records_that_do_not_fit(tmp_path: Path) -> None:
    found = verify(
        hand_written(
            tmp_path / "m.jsonl",
            sample(1),
            sample(1, path="other.jpg"),
            sample(2, group="g1", split=Split.TRAIN),
            sample(3, pair="s1"),
            sample(4, pair="gone"),
        )
    )
    assert found.samples == 5
    assert found.problems == [
        "two samples have the id 's1'",
        "s2: its group 'g1' lies in test and in train",
        "s4: its pair is not in the manifest",
    ]
    assert found.line() == "5 samples read, 3 problems found"


def test_files_are_compared_with_what_is_recorded(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "1.jpg").write_bytes(b"one")
    (tmp_path / "out.jpg").write_bytes(b"out")
    (root / "4.jpg").symlink_to(tmp_path / "out.jpg")
    with zipfile.ZipFile(root / "a.zip", "w") as archive:
        archive.writestr("x.jpg", b"x")
    digest = hashlib.sha256(b"one").hexdigest()
    rows = [
        sample(1, sha256=digest),
        sample(2),
        sample(3, path="1.jpg", sha256="0" * 64),
        sample(4),
        sample(5, path="a.zip!/x.jpg"),
        sample(6, path="a.zip!/y.jpg"),
        sample(7, path="1.jpg", media=Media(sha256=digest, kind=MediaKind.IMAGE, mime="image/jpeg", bytes=4)),
    ]
    write_manifest(tmp_path / "m.parquet", HEADER, rows)
    assert verify(tmp_path / "m.parquet").count == 0
    assert verify(tmp_path / "m.parquet", root).problems == [
        "s2: there is no file 2.jpg",
        "s4: 4.jpg leads out of the folder",
        "s6: a.zip has no member y.jpg",
    ]
    assert verify(tmp_path / "m.parquet", root, hashes=True).problems == [
        "s2: there is no file 2.jpg",
        f"s3: 1.jpg has the sha256 {digest}, the manifest says {'0' * 64}",
        "s4: 4.jpg leads out of the folder",
        "s6: a.zip has no member y.jpg",
        "s7: 1.jpg has 3 bytes, the manifest says 4",
    ]
    with pytest.raises(UsageError, match="--root"):
        verify(tmp_path / "m.parquet", hashes=True)


def test_unreadable_rows_and_many_problems(tmp_path: Path) -> None:
    path = hand_written(tmp_path / "m.jsonl", sample(1))
    path.write_text(path.read_text() + "\n{broken\n")
    found = verify(path)
    assert (found.samples, found.count) == (1, 1)
    assert "line 3" in found.problems[0]
    found = verify(hand_written(path, *(sample(1) for _ in range(SHOWN + 51))))
    assert (found.count, len(found.problems)) == (SHOWN + 50, SHOWN)
