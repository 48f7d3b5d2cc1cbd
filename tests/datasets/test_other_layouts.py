"""Hub sets, GenImage, DeepfakeBench, folders and tables: what a label means is said, never guessed."""

from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.build import build, open_importer
from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Tally


def read(kind: str, path: Path, **options: str) -> tuple[dict[str, Sample], Tally]:
    tally = Tally()
    return {sample.id: sample for sample in open_importer(kind, options).samples(path, tally)}, tally


def test_hub_labels_need_a_meaning(make: ModuleType, tmp_path: Path) -> None:
    path = make.huggingface(tmp_path).path
    with pytest.raises(UsageError, match="authentic=0"):
        read("huggingface", path)
    with pytest.raises(UsageError, match="two meanings"):
        read("huggingface", path, authentic="human", synthetic="human,machine")
    found, tally = read("huggingface", path, synthetic="odd")
    assert {sample.label for sample in found.values()} == {Label.SYNTHETIC}
    assert tally.refused == {"the label 'human' was given no meaning": 3, "the label 'machine' was given no meaning": 2}
    everything, _ = read("huggingface", path, all_are="synthetic", made_by="Net", split="val", terms="MIT")
    assert {(sample.generator, sample.split, sample.licence) for sample in everything.values()} == {("Net", Split.VAL, "MIT")}


def test_hub_sets_of_many_labels_show_only_some(make: ModuleType, tmp_path: Path) -> None:
    make.put_parquet(tmp_path, "train.parquet", {"label": [f"class {index}" for index in range(50)]})
    _, tally = read("huggingface", tmp_path, authentic="none")
    assert len(tally.refused) == 9
    assert tally.refused.total() == 50


def test_hub_streams_by_name(make: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    path = make.huggingface(tmp_path).path
    found, _ = read("huggingface", Path(f"hf:{path}"), authentic="human", synthetic="machine", hub_split="test", prompt="text")
    assert [sample.label for sample in found.values()] == [Label.SYNTHETIC, Label.AUTHENTIC, Label.AUTHENTIC]
    assert {sample.split for sample in found.values()} == {Split.TEST}


def test_genimage_photographs_repeated_in_training_leave_it(make: ModuleType, tmp_path: Path) -> None:
    built = build("genimage", make.genimage(tmp_path).path, tmp_path / "m.jsonl")
    assert built.tally.refused["its group lies in test too"] == 1
    found, _ = read("genimage", tmp_path, val_as="val")
    assert {sample.split for sample in found.values()} == {Split.TRAIN, Split.VAL}
    one, _ = read("genimage", tmp_path / "ADM" / "imagenet_ai_0508_adm")
    assert {sample.generator for sample in one.values()} == {None, "imagenet_ai_0508_adm"}


def test_deepfakebench_groups_and_compressions(make: ModuleType, tmp_path: Path) -> None:
    layout = make.deepfakebench(tmp_path)
    found, tally = read("deepfakebench", layout.path, prefix="data/")
    assert found["FF/071/0.png"].group == found["FF/071_054/0.png"].group == "faceforensics:054_071"
    assert found["FF/200_300/0.png"].split is Split.TEST
    assert found["C/id0_id1_0001/0.png"].group == "celeb-df:id0_0001"
    assert tally.refused == {"listed before, in a more protected split or again": 1, "the label FF-odd does not say what it means": 1}
    assert len(read("deepfakebench", layout.path, compression="c23")[0]) == 5


@pytest.mark.parametrize(
    "content", [{"D": []}, {"D": {"x_real": {"test": {"v": {"frames": [3]}}}}}, {"D": {"x_real": {"test": {"v": 3}}}}, []]
)
def test_deepfakebench_of_another_shape_is_refused(make: ModuleType, tmp_path: Path, content: object) -> None:
    make.put_json(tmp_path, "d.json", content)
    with pytest.raises(UsageError):
        read("deepfakebench", tmp_path / "d.json")


def test_folders_and_tables(make: ModuleType, tmp_path: Path) -> None:
    found, _ = read("folders", make.folders(tmp_path).path, positive="manipulated", split="dev", terms="CC0")
    assert found["test/x/1_fake/a.b.png"].label is Label.MANIPULATED
    assert {sample.licence for sample in found.values()} == {"CC0"}
    with pytest.raises(UsageError, match="positive"):
        open_importer("folders", {"positive": "authentic"})
    make.put(tmp_path, "bad.csv", "path,label,split\na.jpg,perhaps,train\n")
    with pytest.raises(UsageError, match="row 1"):
        read("table", tmp_path / "bad.csv")


def test_opensdi_rows_are_named_by_key(make: ModuleType, tmp_path: Path) -> None:
    found, _ = read("opensdi", make.opensdi(tmp_path).path)
    assert {sample.id: (sample.group, sample.label) for sample in found.values()} == {
        "opensdi/k1": ("opensdi:k1", Label.AUTHENTIC),
        "opensdi/k2": ("opensdi:k2", Label.MANIPULATED),
    }
