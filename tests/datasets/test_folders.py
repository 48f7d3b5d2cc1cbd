import pytest

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Split
from fakeprint.datasets.folders import read_folders


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_labels_splits_sources_and_generators_come_from_folders(tmp_path):
    touch(tmp_path, "train/web/0_real/a.b.JPG", "train/web/1_fake/gan/x.png", "test/cam/real/b", "notes.txt", "train/web/0_real/.hidden")
    found = {one.path: one for one in read_folders(tmp_path).samples}
    assert set(found) == {"train/web/0_real/a.b.JPG", "train/web/1_fake/gan/x.png", "test/cam/real/b"}
    fake = found["train/web/1_fake/gan/x.png"]
    assert (fake.label, fake.split, fake.source, fake.generator) == (Label.SYNTHETIC, Split.TRAIN, "web", "gan")
    assert found["test/cam/real/b"].split is Split.TEST
    assert found["test/cam/real/b"].generator is None


def test_fake_folders_may_hold_manipulated_pictures(tmp_path):
    touch(tmp_path, "fake/a.png")
    (only,) = read_folders(tmp_path, split=Split.DEV, positive=Label.MANIPULATED).samples
    assert (only.label, only.split, only.generator) == (Label.MANIPULATED, Split.DEV, tmp_path.name)


def test_both_labels_in_one_path_are_refused(tmp_path):
    touch(tmp_path, "real/fake/a.png")
    with pytest.raises(UsageError, match="both labels"):
        read_folders(tmp_path)


def test_folders_without_labels_are_refused(tmp_path):
    touch(tmp_path, "pictures/a.png")
    with pytest.raises(UsageError, match="0_real"):
        read_folders(tmp_path)
