import json
from pathlib import Path

import pytest

from fakeprint.build import REFUSED_SUFFIX, build
from fakeprint.core.errors import AlignmentError, UnknownNameError
from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.prompt_group import prompt_group
from fakeprint.datasets.screened_samples import screened
from fakeprint.datasets.store import read_header, read_samples


def put(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_a_folder_becomes_a_manifest_with_its_card_and_refusals(tmp_path: Path) -> None:
    root = put(tmp_path / "set", "real/a.jpg", "fake/b.jpg", "fake/c.txt")
    out = tmp_path / "out" / "m.parquet"
    built = build("folders", root, out, {"split": "val"}, name="mine")
    assert built.tally.lines() == [
        "found 3, used 2, refused 1",
        "refused 1: no image or video by its name (first: fake/c.txt)",
    ]
    assert [(one.path, str(one.label), str(one.split)) for one in read_samples(out)] == [
        ("fake/b.jpg", "synthetic", "val"),
        ("real/a.jpg", "authentic", "val"),
    ]
    assert read_header(out).name == "mine"
    assert json.loads(out.with_suffix(REFUSED_SUFFIX).read_text())["refused"] == {"no image or video by its name": 1}
    names = {"m.parquet", "m.jsonl", "m.card.md", "m.croissant.json", "m.refused.json"}
    assert {path.name for path in out.parent.iterdir()} == names


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    root = put(tmp_path / "set", "real/a.jpg", "fake/b.jpg")
    for name in ("one", "two"):
        build("folders", root, tmp_path / name / "m.parquet")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_unknown_kinds_suggest_and_double_ids_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="celebdf"):
        build("celebd", tmp_path, tmp_path / "m.parquet")
    (tmp_path / "t.csv").write_text("id,path,label,split\n1,a.jpg,real,train\n1,b.jpg,fake,train\n")
    with pytest.raises(AlignmentError):
        build("table", tmp_path / "t.csv", tmp_path / "m.parquet")


def prompted(index: int, prompt: str, *safety: str) -> Sample:
    return Sample(
        id=f"s{index}",
        path=f"{index}.jpg",
        label=Label.SYNTHETIC,
        split=Split.TEST,
        group=prompt_group(prompt, "x"),
        source="x",
        generation=Generation(prompt=prompt, steps=20),
        safety=safety,
    )


def test_prompts_pass_the_safety_filter() -> None:
    harmless = prompted(1, "a bowl of oranges")
    nude = prompted(2, "a nude statue")
    blocked = [prompted(index, "a child on a swing", "nsfw") for index in (3, 4)]
    first, second, third, fourth = screened([harmless, nude, *blocked], b"salt")
    assert first is harmless
    assert (second.generation, second.safety) == (nude.generation, ("sexual",))
    assert third.generation == Generation(steps=20)
    assert "minor_sexual" in third.safety
    assert third.group == fourth.group != blocked[0].group
    assert "swing" not in third.model_dump_json()
    assert next(screened([blocked[0]], b"other")).group != third.group
