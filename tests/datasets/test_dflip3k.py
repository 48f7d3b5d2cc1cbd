"""All readers of DFLIP-3K."""

import json
from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.build import build, open_importer
from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.comfy_prompt import comfy_prompts
from fakeprint.datasets.dflip3k_families import FAMILIES
from fakeprint.datasets.importer import Tally


def read(kind: str, path: Path, **options: str) -> tuple[dict[str, Sample], Tally]:
    tally = Tally()
    return {sample.id: sample for sample in open_importer(kind, options).samples(path, tally)}, tally


def test_v1_metadata_maps_every_field(make: ModuleType, tmp_path: Path) -> None:
    found, _ = read("dflip-v1", make.dflip_v1(tmp_path).path)
    tin = found["pd/x.png"]
    assert tin.generation is not None
    assert tin.generation.model_dump(exclude_defaults=True) == {
        "model": "DreamShaper",
        "model_hash": "fc2511737a",
        "prompt": "a tin robot",
        "negative_prompt": "blur",
        "sampler": "Euler a",
        "cfg": 7.0,
        "seed": 1234567890123456789012,
        "width": 512,
        "height": 768,
    }
    assert tin.extra == {
        "clip_skip": "2",
        "ensd": "31337",
        "Steps": "twenty",
        "others": "Hires upscale: 2 Hires steps: 10 ",
        "others.Hires upscale": "2",
        "others.Hires steps": "10",
    }
    assert (tin.family, tin.generator, tin.generator_version, tin.url) == (
        "sd_1.x",
        "StableDiffusion",
        "DreamShaper",
        "https://example.org/4",
    )
    kite = found["sd/0a-1.png"]
    assert kite.url is None
    assert kite.generation is not None
    assert (kite.generation.prompt, kite.generation.seed, kite.generation.cfg, kite.generation.steps) == ("a red kite", 7, 7.5, 20)
    assert found["dalle/dalle0000001.jpg"].group == found["mj/dalle0000001.jpg"].group != found["dalle/2"].group == "dalle/2"
    assert found["dalle/2"].family == "dalle_2"


def test_v1_csv_equals_json(tmp_path: Path, make: ModuleType) -> None:
    row = {"file_name": "x.png", "Model": "M", "Prompt": "a, b", "Seed": "5", "Size": "64x32", "noise": " ", "others": ""}
    make.put_csv(tmp_path, "pd.csv", [row])
    make.put_json(tmp_path, "pd.json", {"x.png": {key: value for key, value in row.items() if key != "file_name"}})
    assert read("dflip-v1", tmp_path / "pd.csv")[0] == read("dflip-v1", tmp_path / "pd.json")[0]


def test_v1_names_that_do_not_say_the_source_need_the_option(tmp_path: Path, make: ModuleType) -> None:
    make.put_json(tmp_path, "meta.json", {"a.jpg": {"url": "u", "Prompt": "p"}})
    with pytest.raises(UsageError, match="subset="):
        read("dflip-v1", tmp_path / "meta.json")
    assert set(read("dflip-v1", tmp_path / "meta.json", subset="mj")[0]) == {"mj/a.jpg"}


def test_files_that_are_not_the_data_are_refused_with_a_remedy(tmp_path: Path) -> None:
    pointer = tmp_path / "pd.json"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    with pytest.raises(UsageError, match="git lfs pull"):
        read("dflip-v1", pointer)
    for name in ("pd.pkl", "pd.npy", "pd.PICKLE"):
        (tmp_path / name).write_bytes(b"\x80\x04N.")
        with pytest.raises(UsageError, match="pickle"):
            read("dflip-v1", tmp_path / name, subset="pd")
    for text in ("", "[", "[]", "{", '{"a": NaN}', "[" * 200_000):
        pointer.write_text(text)
        with pytest.raises(UsageError, match=r"pd\.json"):
            read("dflip-v1", pointer)
    pointer.write_text('{"a": {"Seed": 1e999}}')
    assert read("dflip-v1", pointer)[1].refused.total() == 1


def test_hostile_keys_and_text_are_refused_or_made_safe(tmp_path: Path) -> None:
    rows = {
        "../../etc/passwd": {"Prompt": "\ud800 half"},
        "..": {"Prompt": "x"},
        "a/": {"Prompt": "y"},
        "nul\0": {"Prompt": "z"},
        "ok": {"Steps": 10**60},
    }
    (tmp_path / "mj.json").write_text(json.dumps(rows))
    found, tally = read("dflip-v1", tmp_path / "mj.json")
    assert tally.found == 5
    assert all(".." not in sample.path.split("/") and "\0" not in sample.path for sample in found.values())
    assert tally.refused.total() >= 2


def test_qa_reads_names_and_whole_prompts(make: ModuleType, tmp_path: Path) -> None:
    found, tally = read("dflip-v1-qa", make.dflip_v1_qa(tmp_path).path)
    robot = found["sdft/b.jpg"]
    assert robot.generation is not None
    assert (robot.generation.prompt, robot.generator_version, robot.family) == ("a tin robot: blue", "DreamShaper", "sd_1.x")
    assert found["mj/g.jpg"].split is Split.TEST
    assert tally.notes["rows merged with another row of their image"] == 2
    assert tally.refused == {"an answer has none of the known forms": 1, "its answers contradict each other": 1}


def test_qa_split_must_be_named(make: ModuleType, tmp_path: Path) -> None:
    make.put_json(tmp_path, "set.json", [{"image": "real/a.jpg", "output": "this is a real image"}])
    with pytest.raises(UsageError, match="split="):
        read("dflip-v1-qa", tmp_path / "set.json")
    assert read("dflip-v1-qa", tmp_path / "set.json", split="val")[0]["real/a.jpg"].split is Split.VAL


def test_prompts_that_stand_on_both_sides_leave_training(make: ModuleType, tmp_path: Path) -> None:
    built = build("dflip-v1-qa", make.dflip_v1_qa(tmp_path).path, tmp_path / "m.jsonl")
    assert built.tally.refused["its group lies in test too"] == 1


def test_v2_families_and_twins(make: ModuleType, tmp_path: Path) -> None:
    found, tally = read("dflip-v2", make.dflip_v2(tmp_path).path)
    assert found["test/7.jpg"].family == "sdxl_1.0"
    twin = found["test/real/sdxl_1.0/jug/3.jpg"]
    assert (twin.family, twin.generator, twin.extra["twin_family"], twin.extra["twin_version"]) == (None, None, "sdxl_1.0", "jug")
    assert twin.extra["family_id"] == 1
    assert tally.refused == {
        "the label contradicts the folder": 1,
        "is_fake is neither 0 nor 1": 1,
        "the split is not train, val or test; give --set split=...": 1,
    }
    assert not [note for note in tally.notes if "family ids" in note]


def test_v2_notes_ids_that_are_not_positions(make: ModuleType, tmp_path: Path) -> None:
    row = {"is_fake": 1, "version_id": 0, "split": "train"}
    make.put_json(
        tmp_path,
        "m.json",
        [{"image_path": "fake/b/x/1.jpg", "family_id": 0, **row}, {"image_path": "fake/a/x/1.jpg", "family_id": 1, **row}],
    )
    assert len(read("dflip-v2", tmp_path / "m.json")[1].notes) == 2


def test_the_table_of_families() -> None:
    names = [name for name, _ in FAMILIES]
    assert names == sorted(names)
    assert len(names) == 27
    assert sum(count for _, count in FAMILIES) == 1386
    starts = {name: sum(count for _, count in FAMILIES[:place]) for place, name in enumerate(names)}
    assert (starts["sd_1.5"], starts["sd_2.1"], starts["sdxl_1.0"], starts["z-image"]) == (165, 765, 800, 1385)


def test_v2_tables_join_by_id(make: ModuleType, tmp_path: Path) -> None:
    found, tally = read("dflip-v2-tables", make.dflip_v2_tables(tmp_path).path)
    tree = found["train/fake/000.tar!/1.jpg"]
    assert tree.generation is not None
    assert (tree.generation.prompt, tree.family, tree.generator, tree.extra) == ("a glass tree", "sdxl_1.0", "jug", {"seed": "5"})
    assert found["train/real/000.tar!/1.jpg"].generation is None
    assert tree.group == found["test/fake/000.tar!/3.jpg"].group
    assert tally.notes["generated images without a row in the table"] == 1
    assert tally.refused == {"a row of the table without an image": 1}


def test_sidecars_give_the_prompt_that_the_sampler_was_linked_to(make: ModuleType, tmp_path: Path) -> None:
    found, _ = read("dflip-v2-sidecars", make.dflip_v2_sidecars(tmp_path).path)
    owl = found["fake/pony/base/1.jpeg"]
    assert owl.generation is not None
    assert (owl.generation.prompt, owl.generation.negative_prompt) == ("a felt owl", "bad hands")
    assert (owl.generation.steps, owl.generation.width, owl.generation.height, owl.family) == (30, 832, 1216, "pony")
    pear = found["train/fake/pony/base/2.png"]
    assert pear.generation is not None
    assert (pear.generation.prompt, pear.generation.cfg, pear.split) == ("a wax pear", 7.0, Split.TRAIN)
    assert found["real_pair/pony/base/1.jpg"].extra == {"twin_family": "pony", "twin_version": "base"}


def test_consolidated_sidecars(make: ModuleType, tmp_path: Path) -> None:
    rows = [
        {"_meta_json_path": "/x/fake/pony/base/1.json", "url": "https://example.org/1.jpeg?w=1", "prompt": "a wax pear"},
        {"prompt": "b"},
        3,
    ]
    make.put_json(tmp_path, "all.json", rows)
    found, tally = read("dflip-v2-sidecars", tmp_path / "all.json")
    assert set(found) == {"fake/pony/base/1.jpeg"}
    assert tally.refused == {"the row has no _meta_json_path": 2}


@pytest.mark.parametrize(
    "graph",
    [
        None,
        3,
        "[",
        "[" * 100_000,
        {"1": 3},
        {"1": {"inputs": {"positive": ["1", 0], "negative": ["1", 0]}}},
        {"1": {"inputs": {"positive": ["2", 0], "negative": ["3", 0]}}, "2": {"inputs": {"a": ["3", 0]}}, "3": {"inputs": {"a": ["2", 0]}}},
    ],
)
def test_graphs_without_prompts(graph: object) -> None:
    assert comfy_prompts(graph) == (None, None)


def test_rows_of_one_file_name_are_refused_after_the_first(tmp_path: Path, make: ModuleType) -> None:
    make.put_json(tmp_path, "mj.json", {"a/x.jpg": {"Prompt": "one"}, "b\\x.jpg": {"Prompt": "two"}})
    found, tally = read("dflip-v1", tmp_path)
    assert found["mj/x.jpg"].generation is not None
    assert found["mj/x.jpg"].generation.prompt == "one"
    assert tally.refused == {"another sample has its id": 1}


@pytest.mark.parametrize("kind", ["dflip-v1", "dflip-v1-qa"])
def test_files_that_are_not_the_published_ones(kind: str, make: ModuleType, tmp_path: Path) -> None:
    path = make.LAYOUTS[kind](tmp_path).path
    with pytest.raises(UsageError, match="the published file has"):
        read(kind, path, verify="true")


def test_conversations_and_regenerated_images_are_grouped_by_prompt(make: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    found, _ = read("dflip-v2-llava", make.dflip_v2_llava(tmp_path / "a").path)
    pony, jug = found["fake/pony/base/1.jpg"], found["fake/sdxl_1.0/jug/1.jpg"]
    assert (pony.family, pony.generator, jug.family, jug.generator) == ("pony", "base", "sdxl_1.0", "jug")
    listed, tally = read("dflip-v1-list", make.dflip_v1_list(tmp_path).path)
    made = listed["0.png"]
    assert pony.group == jug.group
    assert made.generation is not None
    assert (made.generator, made.source, made.generation.prompt) == ("Deliberate", "dflip3k-v1/regenerated", "a cork ship, 1")
    assert listed["mj/0_real/i.jpg"].generator is None
    assert tally.refused["the label contradicts the folder"] == 1


def test_a_mask_makes_an_image_of_the_draft_manipulated(make: ModuleType, tmp_path: Path) -> None:
    found, _ = read("dflip-v2-draft", make.dflip_v2_draft(tmp_path).path)
    masks = {sample.path: sample.mask for sample in found.values()}
    assert masks == {"real/images/a.jpg": None, "fake/sd/images/b.png": None, "fake/sd/images/c.png": "fake/sd/masks/c.png"}
