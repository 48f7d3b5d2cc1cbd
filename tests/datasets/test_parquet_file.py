"""Parquet files of others: bounds hold, and damage is a refusal."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fakeprint.core.errors import MediaError, UsageError
from fakeprint.datasets import parquet_file
from fakeprint.datasets.archive import read_bytes
from fakeprint.datasets.parquet_file import UnreadableParquet, open_parquet, parquet_rows


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": list(range(50)), "text": ["boat"] * 50, "image": [{"bytes": b"x" * 40}] * 50}), path, row_group_size=20)
    return path


def test_rows_with_the_columns_that_are_there(file: Path) -> None:
    assert list(parquet_rows(file, ("text", "nothing")))[:1] == [{"text": "boat"}]
    assert sum(1 for _ in parquet_rows(file, ("id",))) == 50
    assert read_bytes(file.parent, "a.parquet!/45/image") == b"x" * 40


def test_row_groups_over_the_bound_are_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "GROUP_BYTES", 100)
    with pytest.raises(UnreadableParquet, match="row group"):
        list(parquet_rows(file, ("id",)))


def test_a_footer_that_claims_too_much_is_refused_before_it_is_parsed(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-8] + (2**31 - 1).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(UnreadableParquet, match="footer"), open_parquet(file):
        pass


def test_schemas_that_are_too_deep_are_refused(tmp_path: Path) -> None:
    kind = pa.int32()
    for _ in range(40):
        kind = pa.list_(kind)
    pq.write_table(pa.table({"deep": pa.array([None], kind)}), tmp_path / "deep.parquet")
    with pytest.raises(UnreadableParquet, match="readable"):
        list(parquet_rows(tmp_path / "deep.parquet", ("deep",)))


def test_damage_ends_in_rows_or_a_refusal(file: Path) -> None:
    whole, rng = file.read_bytes(), random.Random(0)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        file.write_bytes(bytes(damaged[: rng.randrange(len(whole))] if rng.random() < 0.2 else damaged))
        try:
            assert all(isinstance(row, dict) for row in parquet_rows(file, ("id", "text", "image")))
            read_bytes(file.parent, "a.parquet!/3/image")
        except (UsageError, MediaError):
            pass
