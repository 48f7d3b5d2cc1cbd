import random
from pathlib import Path

import pytest

from fakeprint.core.errors import UnknownNameError, UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.query import Query, count, counts_by, draw, select
from fakeprint.datasets.store import write_manifest

SAMPLES = [
    Sample(
        id=f"s'{index}",
        path=f"{index}.jpg",
        label=Label.SYNTHETIC if index % 3 else Label.AUTHENTIC,
        split=list(Split)[index % 5],
        group=f"g{index}",
        source="it's",
        family=f"f{index % 4}" if index % 3 else None,
        generation=Generation(prompt=f"cat {index}", model_hash=f"{index % 2:010d}"),
    )
    for index in range(200)
]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("o'query") / "m.parquet"
    write_manifest(out, ManifestHeader(name="m"), SAMPLES)
    return out


def test_selection_equals_a_loop_and_keeps_order(manifest: Path) -> None:
    query = Query({"family": ("f1", "f2"), "split": ("train", "val")}, "checkpoint_hash = '0000000001'")
    expected = [one for number, one in enumerate(SAMPLES) if one.family in ("f1", "f2") and one.split in ("train", "val") and number % 2]
    assert list(select(manifest, query)) == expected
    assert count(manifest, query) == len(expected) > 0
    assert count(manifest) == 200
    assert list(select(manifest)) == SAMPLES


def test_nested_fields_and_quotes(manifest: Path) -> None:
    assert [one.id for one in select(manifest, Query(sql="record->>'$.generation.prompt' = 'cat 17'"))] == ["s'17"]
    assert count(manifest, Query({"id": ("s'17",)})) == 1
    assert count(manifest, Query({"source": ("x' or 'a'='a",)})) == 0


def test_counts_by_columns(manifest: Path) -> None:
    found = counts_by(manifest, ["label", "family"])
    assert sum(found.values()) == 200
    assert found["authentic", None] == 67
    assert counts_by(manifest, ["split"], Query({"label": ("authentic",)})).keys() == {(split,) for split in Split}


def test_drawing_depends_on_seed_and_ids_only(manifest: Path, tmp_path: Path) -> None:
    shuffled = SAMPLES.copy()
    random.Random(1).shuffle(shuffled)
    write_manifest(tmp_path / "other.parquet", ManifestHeader(name="m"), shuffled)
    chosen = [one.id for one in draw(manifest, 20, 7)]
    assert len(chosen) == len(set(chosen)) == 20
    assert chosen == [one.id for one in SAMPLES if one.id in set(chosen)]
    assert {one.id for one in draw(tmp_path / "other.parquet", 20, 7)} == set(chosen)
    assert {one.id for one in draw(manifest, 20, 8)} != set(chosen)
    assert {one.id for one in draw(manifest, 10, 7)} < set(chosen)
    per = [one.family for one in draw(manifest, 3, 7, Query({"label": ("synthetic",)}), per="family")]
    assert sorted(map(str, per)) == sorted(f"f{index}" for index in range(4) for _ in range(3))
    assert len(list(draw(manifest, 9999, 7))) == 200


@pytest.mark.parametrize(
    "condition",
    [
        "1=1) union select 1 from read_csv('/etc/passwd'",
        "id in (select content from read_text('/etc/passwd'))",
        "nonsense",
        "1=1; drop view samples",
        "(",
    ],
)
def test_conditions_cannot_reach_beyond_the_manifest(manifest: Path, condition: str) -> None:
    with pytest.raises(UsageError, match="condition"):
        count(manifest, Query(sql=condition))


def test_refusals(manifest: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="family"):
        count(manifest, Query({"famly": ("x",)}))
    with pytest.raises(UnknownNameError):
        counts_by(manifest, ["labels"])
    with pytest.raises(UnknownNameError):
        list(draw(manifest, 1, 1, per="x"))
    with pytest.raises(UsageError, match="at least one"):
        list(draw(manifest, 0, 1))
    write_manifest(tmp_path / "m.jsonl", ManifestHeader(name="m"), SAMPLES[:1])
    with pytest.raises(UsageError, match="Parquet"):
        count(tmp_path / "m.jsonl")
    with pytest.raises(UsageError, match="no file"):
        count(tmp_path / "absent.parquet")
