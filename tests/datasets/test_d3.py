"""All readers of D3."""

from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.build import open_importer
from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.d3 import COLUMNS, parquet_rows, slice_of
from fakeprint.datasets.d3_shards import D3Shards
from fakeprint.datasets.importer import Tally


def read(kind: str, path: Path, **options: str) -> tuple[dict[str, Sample], Tally]:
    tally = Tally()
    return {sample.id: sample for sample in open_importer(kind, options).samples(path, tally)}, tally


def test_rows_carry_prompts_sizes_and_addresses(make: ModuleType, tmp_path: Path) -> None:
    found, _ = read("d3", make.d3(tmp_path).path)
    first = found["1275001022128/gen_2"]
    assert first.generation is not None
    assert first.generation.model_dump(exclude_defaults=True) == {
        "model": "stabilityai/stable-diffusion-2-1-base",
        "prompt": "caption 1275001022128, detailed",
        "negative_prompt": "blur",
        "steps": 50,
        "width": 256,
        "height": 256,
    }
    assert first.extra == {"caption": "caption 1275001022128", "filepath": "1275001022128_2.jpg"}
    assert first.family == "sd_2.1"
    assert found["1275001022128/real"].url == "https://example.org/1275001022128.jpg"
    assert {sample.group for sample in found.values() if sample.id.startswith("77/")} == {"d3:77"}
    assert found["77/real"].split is Split.VAL


def test_first_reals_and_ranks(make: ModuleType, tmp_path: Path) -> None:
    path = make.d3(tmp_path).path
    assert len(read("d3", path, first="2")[0]) == 10
    assert len(read("d3", path, reals="false")[0]) == 16
    parts = [set(read("d3", path, rank=str(rank), world="2")[0]) for rank in range(2)]
    assert parts[0] | parts[1] == set(read("d3", path)[0])
    assert not parts[0] & parts[1]
    with pytest.raises(UsageError, match="rank"):
        read("d3", path, rank="2", world="2")


def test_slices_cover_all_files() -> None:
    files = [Path(f"{index}.parquet") for index in range(11)]
    for world in range(1, 14):
        assert [file for rank in range(world) for file in slice_of(files, rank, world)] == files


def test_pixels_are_not_read(make: ModuleType, tmp_path: Path) -> None:
    path = make.d3(tmp_path).path / "data" / "train-00000-of-00001.parquet"
    assert not [name for row in parquet_rows(path, COLUMNS) for name in row if name.startswith("image")]


def test_the_hub_is_streamed_through_its_library(make: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    local = make.d3(tmp_path).path
    streamed, _ = read("d3", Path(f"hf:{local / 'data'}"))
    direct, _ = read("d3", local)
    assert {(one.id, one.split, one.generation, one.url) for one in streamed.values()} == {
        (one.id, one.split, one.generation, one.url) for one in direct.values()
    }


def test_a_model_at_another_place_is_believed_and_counted(make: ModuleType, tmp_path: Path) -> None:
    make.put_parquet(tmp_path, "train-0.parquet", {"id": ["1"], "model_gen0": ["other/model"], "url": [None]})
    found, tally = read("d3", tmp_path)
    assert [sample.generator for sample in found.values()] == ["other/model"]
    assert found["1/gen_0"].family is None
    assert tally.notes["gen_0 made by another model than the published one"] == 1
    assert tally.notes["records without real"] == 1


def test_split_of_an_unknown_file_name_must_be_said(make: ModuleType, tmp_path: Path) -> None:
    make.put_parquet(tmp_path, "part.parquet", {"id": ["1"], "model_gen0": ["m"]})
    with pytest.raises(UsageError, match="split="):
        read("d3", tmp_path / "part.parquet")
    (tmp_path / "train-1.parquet").write_bytes(b"PAR1")
    with pytest.raises(UsageError, match="Parquet"):
        read("d3", tmp_path / "train-1.parquet")


def test_shards_match_members_by_name(make: ModuleType, tmp_path: Path) -> None:
    layout = make.d3_shards(tmp_path)
    found, tally = read("d3-shards", layout.path, **layout.options)
    assert "1275001022129/gen_1" not in found
    assert found["1275001022129/gen_2"].path.endswith(".gen_2.PNG")
    assert found["1275001022128/real"].url == "https://example.org/r"
    assert found["1275001022128/gen_0"].generation is not None
    assert found["1275001022128/gen_0"].generation.prompt == "caption 28"
    assert tally.notes == {"records without gen_1": 1, "members of no known role": 1}
    assert tally.refused["a shard that cannot be read to its end"] == 1


def test_shard_lists(make: ModuleType, tmp_path: Path) -> None:
    layout = make.d3_shards(tmp_path)
    assert "43/real" in read("d3-shards", layout.path)[0]
    (tmp_path / "x.shards").write_text("elsa_v2-0000\n")
    found, _ = read("d3-shards", layout.path, shards=str(tmp_path / "x.shards"), split="val")
    assert {sample.split for sample in found.values()} == {Split.VAL}
    assert len(found) == 9
    (tmp_path / "x.shards").write_text("elsa_v2-0000.tar\nelsa_v2-0491.tar\n")
    with pytest.raises(UsageError, match=r"1 shards .* elsa_v2-0491"):
        list(D3Shards(shards=tmp_path / "x.shards").samples(layout.path, Tally()))


def test_download_folders_keep_slots_and_leave_pickles(make: ModuleType, tmp_path: Path) -> None:
    found, tally = read("d3-download", make.d3_download(tmp_path).path)
    assert "1275001022129/gen_2" not in found
    assert found["1275001022129/real"].path == "real/1275001022129"
    assert found["1275001022129/gen_3"].generator == make.MODELS[3]
    assert tally.notes == {"records without gen_2": 1}


def test_test_folders_group_both_regimes(make: ModuleType, tmp_path: Path) -> None:
    found, _ = read("d3-test", make.d3_test(tmp_path).path)
    assert len(found) == 10
    assert {sample.group for sample in found.values()} == {"d3:5"}
    assert {sample.source for sample in found.values()} == {"d3-test/augm", "d3-test/no_augm"}
