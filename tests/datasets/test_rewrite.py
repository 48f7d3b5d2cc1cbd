from pathlib import Path

import pytest

from fakeprint.core.errors import AlignmentError, LeakageError, UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets import rewrite
from fakeprint.datasets.keys import keys_of
from fakeprint.datasets.rewrite import read_keys, write_assigned
from fakeprint.datasets.store import read_samples, write_manifest
from fakeprint.datasets.summary import Summary

MEDIA = Media(sha256="5" * 64, kind=MediaKind.IMAGE, mime="image/png", bytes=9)


def samples() -> list[Sample]:
    found = []
    for number in range(40):
        positive = number % 2
        found.append(
            Sample(
                id=f"s{number}",
                path=f"{number}.png",
                label=Label.SYNTHETIC if positive else Label.AUTHENTIC,
                split=Split.TRAIN,
                group=f"g{number // 4}",
                source=f"web{number % 3}",
                generator="m" if positive else None,
                licence="CC0-1.0" if number % 5 else None,
                sha256=f"{number:064x}" if number % 7 else None,
                media=MEDIA if number % 7 == 0 else None,
                phash=f"{number:016x}",
                url=f"https://h.example/{number}.png?x",
                generation=Generation(prompt=f'He said "prompt" {number}') if positive else None,
                safety=("violence",) if number == 3 else (),
                extra={"uploader": 7} if number == 5 else {},
            )
        )
    return found


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    write_manifest(tmp_path / "m.parquet", ManifestHeader(name="m", citation="c"), samples())
    return tmp_path / "m.parquet"


def test_keys_from_columns_equal_keys_from_records(stored: Path) -> None:
    assert read_keys(stored) == keys_of(samples()) == read_keys(stored.with_suffix(".jsonl"))


@pytest.mark.parametrize("small", [True, False])
def test_new_splits_and_groups(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: bool) -> None:
    if not small:
        monkeypatch.setattr(rewrite, "TWIN_ROWS", 0)
    splits = [None if number < 4 else Split.TEST if number < 20 else Split.VAL for number in range(40)]
    groups = [f"n{number // 2}" for number in range(40)]
    out = tmp_path / "out.parquet"
    summary = write_assigned(stored, out, splits, groups)
    kept = list(read_samples(out))
    changed = zip(samples(), splits, groups, strict=True)
    assert kept == [one.model_copy(update={"split": split, "group": group}) for one, split, group in changed if split is not None]
    expected = Summary()
    assert len(list(expected.over(kept))) == summary.samples == 36
    for name in ("labels", "splits", "sources", "licences", "generators", "groups", "with_prompt", "with_sha256", "flagged"):
        assert getattr(summary, name) == getattr(expected, name), name
    assert out.with_suffix(".card.md").is_file()
    assert out.with_suffix(".jsonl").exists() is small


def test_a_torn_group_nothing_left_and_wrong_counts_are_refused(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrite, "TWIN_ROWS", 0)
    out = tmp_path / "out.parquet"
    groups = ["g"] * 40
    with pytest.raises(LeakageError):
        write_assigned(stored, out, [Split.TEST, Split.TRAIN] * 20, groups)
    with pytest.raises(UsageError, match="no sample"):
        write_assigned(stored, out, [None] * 40, groups)
    with pytest.raises(UsageError, match="50 splits"):
        write_assigned(stored, out, [Split.TEST] * 50, ["g"] * 50)
    assert not out.exists()


def test_columns_with_one_id_twice_are_refused() -> None:
    names = ("id", "label", "split", "group", "source", "generator", "licence", "sha256")
    columns = {name: ["a", "a"] for name in names} | {"split": ["test", "test"], "label": ["synthetic", "synthetic"]}
    with pytest.raises(AlignmentError):
        Summary().add_columns(columns, with_prompt=0, flagged=0)
