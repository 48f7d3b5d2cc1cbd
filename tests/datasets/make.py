"""Writes the layout of each public data set, tiny, with our own pictures and prompts; one function for each importer."""

import csv
import hashlib
import io
import json
import pickle
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

AUTHENTIC, SYNTHETIC, MANIPULATED = "authentic", "synthetic", "manipulated"


@dataclass(frozen=True)
class Layout:
    """Where the data set lies, how it is imported, and what must come out: labels of used samples by path, and counts."""

    path: Path
    labels: Mapping[str, str]
    refused: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    fetched: bool = True


def picture(shade: int = 0, kind: str = "JPEG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (shade * 37 % 256, shade * 11 % 256, 90)).save(stream, kind)
    return stream.getvalue()


def put(root: Path, name: str, content: bytes | str = b"") -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content or picture(len(name)))


def put_json(root: Path, name: str, content: object) -> None:
    put(root, name, json.dumps(content))


def put_csv(root: Path, name: str, rows: list[dict[str, str]]) -> None:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    put(root, name, stream.getvalue())


def put_tar(root: Path, name: str, files: Mapping[str, bytes | str]) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for inside, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(inside)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    put(root, name, stream.getvalue())


def table(root: Path) -> Layout:
    put_csv(
        root,
        "list.csv",
        [
            {"path": "a.jpg", "label": "real", "split": "train", "task": "scene"},
            {"path": "b.jpg", "label": "1", "split": "test", "task": "scene"},
            {"path": "c.jpg", "label": "fake", "split": "test", "task": "face"},
        ],
    )
    for name in "abc":
        put(root, f"{name}.jpg")
    return Layout(root / "list.csv", {"a.jpg": AUTHENTIC, "b.jpg": MANIPULATED}, options={"where": "task:scene", "positive": MANIPULATED})


def folders(root: Path) -> Layout:
    for name in ("test/x/0_real/a.JPG", "test/x/1_fake/a.b.png", "train/y/real/v.mp4", "train/y/fake/deep/c.jpg", "train/y/fake/notes.txt"):
        put(root, name)
    labels = {
        "test/x/0_real/a.JPG": AUTHENTIC,
        "test/x/1_fake/a.b.png": SYNTHETIC,
        "train/y/real/v.mp4": AUTHENTIC,
        "train/y/fake/deep/c.jpg": SYNTHETIC,
    }
    return Layout(root, labels, refused=1)


def put_parquet(root: Path, name: str, columns: Mapping[str, list[object]], per_group: int = 2) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(dict(columns)), root / name, row_group_size=per_group)


def cell(shade: int) -> dict[str, object]:
    return {"bytes": picture(shade, "PNG"), "path": None}


def huggingface(root: Path) -> Layout:
    for name, labels in (("train-00000.parquet", ["human", "machine", "odd"]), ("test-00000.parquet", ["machine", "human", "human"])):
        put_parquet(
            root,
            name,
            {"image": [cell(index) for index in range(3)], "label": labels, "text": [f"{name} {index}" for index in range(3)]},
        )
    labels = {
        "train-00000.parquet!/0/image": AUTHENTIC,
        "train-00000.parquet!/1/image": SYNTHETIC,
        "test-00000.parquet!/0/image": SYNTHETIC,
        "test-00000.parquet!/1/image": AUTHENTIC,
        "test-00000.parquet!/2/image": AUTHENTIC,
    }
    return Layout(root, labels, refused=1, options={"authentic": "human", "synthetic": "machine", "prompt": "text"})


def opensdi(root: Path) -> Layout:
    put_parquet(
        root,
        "train-00000.parquet",
        {"key": ["k1", "k2"], "image": [cell(1), cell(2)], "mask": [None, cell(3)], "label": [0, 1]},
    )
    return Layout(root, {"train-00000.parquet!/0/image": AUTHENTIC, "train-00000.parquet!/1/image": MANIPULATED})


def dflip_v1(root: Path) -> Layout:
    put_json(
        root,
        "dalle.json",
        {
            "dalle0000001.jpg": {"url": "https://example.org/1", "Prompt": "a paper boat"},
            "2": {"url": "https://example.org/2", "Prompt": None},
        },
    )
    put_json(root, "mj.json", {"dalle/dalle0000001.jpg": {"url": "https://example.org/3", "Prompt": "A  paper boat"}})
    put_json(root, "sd.json", {"0a-1.png": {"p": "a red kite", "se": 7, "c": "7.5", "st": 20, "sa": "k_euler"}})
    put_json(
        root,
        "pd.json",
        {
            "C:\\crawl\\x.png": {
                "url": "https://example.org/4",
                "Prompt": "a tin robot",
                "Negative prompt": "blur",
                "Sampler": "Euler a",
                "Seed": "1234567890123456789012",
                "CFG scale": "7",
                "Model hash": "fc2511737a",
                "Model": "DreamShaper",
                "noise": " ",
                "Source": " ",
                "Size": "512x768",
                "Clip skip": "2",
                "ENSD": "31337",
                "Steps": "twenty",
                "others": "Hires upscale: 2 Hires steps: 10 ",
            },
            "pd/y.png": [],
        },
    )
    names = ("dalle/dalle0000001.jpg", "dalle/2", "mj/dalle0000001.jpg", "sd/0a-1.png", "pd/x.png")
    return Layout(root, dict.fromkeys(names, SYNTHETIC), refused=1, fetched=False)


def dflip_v1_qa(root: Path) -> Layout:
    def row(image: str, output: str) -> dict[str, str]:
        return {"input": "?", "output": output, "image": image, "image_id": image}

    put_json(
        root,
        "trainset.json",
        [
            row("real/a.jpeg", "This is a real image."),
            row("sdft/b.jpg", "This is an ai generated image by StableDiffusion probably DreamShaper."),
            row("sdft/b.jpg", "I suggest using DreamShaper and this prompt: a tin robot: blue"),
            row("mj/c.jpg", "You can use this prompt: a paper boat"),
            row("mj/d.jpg", "perhaps"),
            row("sd/e.png", "This is a real image."),
            row("sd/e.png", "This is an ai generated image by StableDiffusion."),
        ],
    )
    put_json(
        root,
        "testset.json",
        [row("dalle/f.jpg", "This is an ai generated image by DALLE."), row("mj/g.jpg", "You can use this prompt: A paper  BOAT")],
    )
    labels = {"real/a.jpeg": AUTHENTIC, "sdft/b.jpg": SYNTHETIC, "dalle/f.jpg": SYNTHETIC, "mj/g.jpg": SYNTHETIC}
    return Layout(root, labels, refused=3, fetched=False)


def dflip_v1_list(root: Path) -> Layout:
    lines = (
        "sd/0_real/a b.jpg\t0",
        "sd/1_fake/c.png   1",
        "imagen/d.jpg\t1",
        "real/e.jpg\t0",
        "mj/0_real/f.jpg\t1",
        "dalle/1_fake/g h.png",
        "mj/0_real/i.jpg",
        "0.png\tDeliberate\ta cork ship, 1",
        "broken",
        "dalle/j.png",
    )
    put(root, "list.txt", "\n".join(lines))
    labels = {
        "sd/0_real/a b.jpg": AUTHENTIC,
        "sd/1_fake/c.png": SYNTHETIC,
        "imagen/d.jpg": SYNTHETIC,
        "real/e.jpg": AUTHENTIC,
        "dalle/1_fake/g h.png": SYNTHETIC,
        "mj/0_real/i.jpg": AUTHENTIC,
        "0.png": SYNTHETIC,
    }
    return Layout(root / "list.txt", labels, refused=3, fetched=False)


def dflip_v2(root: Path) -> Layout:
    def row(path: str, fake: object, family: int | None, version: int | None, split: str) -> dict[str, object]:
        return {"image_path": path, "is_fake": fake, "family_id": family, "version_id": version, "split": split}

    put_json(
        root,
        "dflip3k_meta.json",
        [
            row("/data/set/train/fake/pony/base/1.jpg", 1, 0, 0, "train"),
            row("fake/sdxl_1.0/jug/1.png", True, 1, 1, "train"),
            row("real_pair/sdxl_1.0/jug/2.jpg", 0, None, None, "train"),
            row("x/test/real/sdxl_1.0/jug/3.jpg", 0, 1, 1, "test"),
            row("flat/test/7.jpg", 1, 23, 900, "test"),
            row("x/train/fake/pony/base/9.jpg", 1, 0, 0, "train"),
            row("x/test/fake/pony/base/9.jpg", 1, 0, 0, "test"),
            row("fake/pony/base/4.jpg", 0, 0, 0, "train"),
            row("fake/pony/base/5.jpg", 2, 0, 0, "train"),
            row("fake/pony/base/6.jpg", 1, 0, 0, "spare"),
        ],
    )
    labels = {
        "train/fake/pony/base/1.jpg": SYNTHETIC,
        "fake/sdxl_1.0/jug/1.png": SYNTHETIC,
        "real_pair/sdxl_1.0/jug/2.jpg": AUTHENTIC,
        "test/real/sdxl_1.0/jug/3.jpg": AUTHENTIC,
        "test/7.jpg": SYNTHETIC,
        "test/fake/pony/base/9.jpg": SYNTHETIC,
    }
    return Layout(root, labels, refused=4, fetched=False)


def dflip_v2_tables(root: Path) -> Layout:
    rows = [
        {"id": "1", "baseModel": "SDXL 1.0", "modelname": "jug", "prompt": "a glass tree", "seed": "5"},
        {"id": "2", "baseModel": "Flux.1 D", "modelname": "dev", "prompt": "a wool house", "seed": ""},
        {"id": "gone", "baseModel": "Pony", "modelname": "base", "prompt": "a moon", "seed": ""},
    ]
    put_csv(root, "tables/train.csv", rows)
    put_csv(root, "tables/test.csv", [{"id": "3", "baseModel": "Qwen", "modelname": "q", "prompt": "A glass  tree", "seed": ""}])
    put_tar(root, "train/fake/000.tar", {"1.jpg": picture(1), "1.json": "{}", "2.png": picture(2, "PNG"), "noRow.jpg": picture(3)})
    put_tar(root, "train/real/000.tar", {"1.jpg": picture(4)})
    put_tar(root, "test/fake/000.tar", {"3.jpg": picture(5)})
    labels = {
        "train/fake/000.tar!/2.png": SYNTHETIC,
        "train/fake/000.tar!/noRow.jpg": SYNTHETIC,
        "train/real/000.tar!/1.jpg": AUTHENTIC,
        "test/fake/000.tar!/3.jpg": SYNTHETIC,
    }
    return Layout(root, labels, refused=2)


def dflip_v2_sidecars(root: Path) -> Layout:
    graph = {"6": {"inputs": {"text": "bad hands"}}, "7": {"inputs": {"text": ["9", 0]}}, "9": {"inputs": {"text2": "a felt owl"}}}
    graph["3"] = {"inputs": {"positive": ["7", 0], "negative": ["6", 0], "seed": 4}}
    labels = {"fake/pony/base/1.jpeg": SYNTHETIC, "train/fake/pony/base/2.png": SYNTHETIC, "real_pair/pony/base/1.jpg": AUTHENTIC}
    for name in (*labels, "loose.jpg"):
        put(root, name)
    put_json(
        root,
        "fake/pony/base/1.json",
        {"meta": {"comfy": json.dumps({"prompt": graph}), "steps": 30, "Size": "832x1216"}, "url": "https://example.org/1"},
    )
    put_json(root, "train/fake/pony/base/2.json", {"prompt": "a wax pear", "meta": {"prompt": "no", "cfgScale": 7, "seed": 5}})
    return Layout(root, labels, refused=1)


def dflip_v2_draft(root: Path) -> Layout:
    def row(uid: str, file: str, label: str, maker: int, **more: object) -> dict[str, object]:
        return {
            "uid": uid,
            "file_path": file,
            "label": label,
            "generator": None,
            "generator_id": maker,
            "gt_prompt": None,
            "mask_path": None,
        } | more

    rows = [
        row("DFLIP_000000", "real/images/a.jpg", "Real", 0),
        row("DFLIP_000001", "fake/sd/images/b.png", "Fake", 1, generator="sd", gt_prompt="a cork ship"),
        row("DFLIP_000002", "fake/sd/images/c.png", "Fake", 1, generator="sd", mask_path="fake/sd/masks/c.png"),
        row("DFLIP_000003", "fake/sd/images/d.png", "Fake", 0),
        row("DFLIP_000004", "x/e.png", "fake", 1),
    ]
    put_json(root, "draft.json", rows)
    labels = {"real/images/a.jpg": AUTHENTIC, "fake/sd/images/b.png": SYNTHETIC, "fake/sd/images/c.png": MANIPULATED}
    return Layout(root / "draft.json", labels, refused=2, fetched=False)


def dflip_v2_llava(root: Path) -> Layout:
    def row(image: str, prompt: object) -> dict[str, object]:
        question = "<image>\nPlease write an prompt for this image."
        return {"id": image, "image": image, "conversations": [{"from": "human", "value": question}, {"from": "gpt", "value": prompt}]}

    rows = [
        row("fake/pony/base/1.jpg", "a cork ship"),
        row("fake/sdxl_1.0/jug/1.jpg", "A cork  ship"),
        row("train/fake/pony/base/2.png", "a tin kite"),
        row("real_pair/pony/base/3.jpg", "a tin kite"),
        row("fake/pony/base/4.jpg", None),
        row("fake/pony/base/1.jpg", "a cork ship"),
    ]
    put_json(root, "llava.json", [*rows, {"id": "5", "image": "fake/pony/base/5.jpg", "conversations": "none"}])
    labels = {"fake/pony/base/1.jpg": SYNTHETIC, "fake/sdxl_1.0/jug/1.jpg": SYNTHETIC, "train/fake/pony/base/2.png": SYNTHETIC}
    return Layout(root / "llava.json", labels, refused=4, fetched=False)


MODELS = (
    "DeepFloyd/IF-II-L-v1.0",
    "CompVis/stable-diffusion-v1-4",
    "stabilityai/stable-diffusion-2-1-base",
    "stabilityai/stable-diffusion-xl-base-1.0",
)


def d3(root: Path) -> Layout:
    def columns(ids: list[str]) -> dict[str, list[object]]:
        made: dict[str, list[object]] = {
            "id": list(ids),
            "original_prompt": [f"caption {one}" for one in ids],
            "positive_prompt": [f"caption {one}, detailed" for one in ids],
            "negative_prompt": ["blur" for _ in ids],
            "url": [f"https://example.org/{one}.jpg" for one in ids],
        }
        for index, model in enumerate(MODELS):
            made |= {
                f"model_gen{index}": [model for _ in ids],
                f"width_gen{index}": [256 for _ in ids],
                f"height_gen{index}": [256 for _ in ids],
                f"num_inference_steps_gen{index}": [50 for _ in ids],
                f"filepath_gen{index}": [f"{one}_{index}.jpg" for one in ids],
                f"image_gen{index}": [cell(index) for _ in ids],
            }
        return made

    put_parquet(root, "data/train-00000-of-00001.parquet", columns(["1275001022128", "1275001022129", "42"]))
    put_parquet(root, "data/validation-00000-of-00011.parquet", columns(["77"]))
    put_json(root, "bad.json", ["42"])
    labels: dict[str, str] = {}
    for file, ids in (
        ("data/train-00000-of-00001.parquet", ["1275001022128", "1275001022129"]),
        ("data/validation-00000-of-00011.parquet", ["77"]),
    ):
        for row, one in enumerate(ids):
            labels[f"real/{one}"] = AUTHENTIC
            labels |= {f"{file}!/{row}/image_gen{index}": SYNTHETIC for index in range(4)}
    return Layout(root, labels, refused=5, options={"bad_ids": str(root / "bad.json")}, fetched=False)


def d3_download(root: Path) -> Layout:
    labels = {}
    for one, has_real in (("1275001022128", True), ("1275001022129", False)):
        folder = "data_d3/job-0/0"
        for index in range(4):
            if (one, index) != ("1275001022129", 2):
                put(root, f"{folder}/{one}_gen{index}.png")
                labels[f"{folder}/{one}_gen{index}.png"] = SYNTHETIC
        put(root, f"{folder}/{one}_url.txt", f"https://example.org/{one}.jpg")
        put(root, f"{folder}/{one}_prompt.txt", f"caption {one}")
        if has_real:
            put(root, f"{folder}/{one}_real.jpg")
        labels[f"{folder}/{one}_real.jpg" if has_real else f"real/{one}"] = AUTHENTIC
    put(root, "data_d3/job-0/data_dictionary.pkl", pickle.dumps({}))
    return Layout(root, labels, fetched=False)


def d3_shards(root: Path) -> Layout:
    def record(key: str, suffix: str = "jpg") -> dict[str, bytes | str]:
        images: dict[str, bytes | str] = {f"{key}.gen_{index}.{suffix}": picture(index) for index in range(4)}
        return {
            f"{key}.caption.txt": f"caption {key[-2:]}",
            **images,
            f"{key}.real.{suffix}": picture(9),
            f"{key}.url.txt": "https://example.org/r",
        }

    good, partial = "elsa_v2__train__1275001022128", record("elsa_v2__train__1275001022129", "PNG")
    del partial["elsa_v2__train__1275001022129.gen_1.PNG"]
    partial["elsa_v2__train__1275001022129.extra.bin"] = b"x"
    put_tar(root, "elsa_v2-0000.tar", record(good) | partial)
    put_tar(root, "elsa_v2-0001.tar", record("elsa_v2__train__42"))
    put(root, "elsa_v2-0002.tar", b"not a tar")
    put_tar(root, "unlisted.tar", record("elsa_v2__train__43"))
    put(root, "some.shards", "elsa_v2-0000.tar\nelsa_v2-0001.tar\nelsa_v2-0002.tar\n")
    put_json(root, "bad.json", ["42"])
    labels = {f"elsa_v2-0000.tar!/{good}.gen_{index}.jpg": SYNTHETIC for index in range(4)}
    labels |= {f"elsa_v2-0000.tar!/{name}": SYNTHETIC for name in partial if "gen_" in name}
    labels |= {f"elsa_v2-0000.tar!/{good}.real.jpg": AUTHENTIC, "elsa_v2-0000.tar!/elsa_v2__train__1275001022129.real.PNG": AUTHENTIC}
    return Layout(root, labels, refused=6, options={"bad_ids": str(root / "bad.json"), "shards": str(root / "some.shards")})


def d3_test(root: Path) -> Layout:
    names = [f"d3_test/{regime}/{slot}/5.png" for regime in ("augm", "no_augm") for slot in ("real", "gen_0", "gen_1", "gen_2", "gen_3")]
    put_tar(root, "d3_test.tar", {name: picture(index, "PNG") for index, name in enumerate([*names, "d3_test/odd/x.png"])})
    labels = {f"d3_test.tar!/{name}": AUTHENTIC if "/real/" in name else SYNTHETIC for name in names}
    return Layout(root / "d3_test.tar", labels, refused=1)


FACES = ("17/10_1981-05-05_2009.jpg", "18/20_1970-01-01_2010.jpg", "19/30_1960-02-02_2011.jpg")


def deepfakeface(root: Path) -> Layout:
    labels = {}
    for name, label in (("wiki", AUTHENTIC), ("text2img", SYNTHETIC), ("inpainting", MANIPULATED), ("insight", MANIPULATED)):
        keys = FACES if name != "insight" else FACES[:2]
        if name in ("wiki", "inpainting"):
            with zipfile.ZipFile(root / f"{name}.zip", "w") as archive:
                top = f"{name}/" if name == "wiki" else ""
                for key in keys:
                    archive.writestr(f"{top}{key}", picture(len(name)))
                    labels[f"{name}.zip!/{top}{key}"] = label
        else:
            for key in keys:
                put(root, f"{name}/{key}")
                labels[f"{name}/{key}"] = label
    put(root, "text2img/stray.jpg")
    pairs = [(FACES[0], FACES[1]), (FACES[1], FACES[0])]
    put(root, "wiki.pickle", pickle.dumps(([pair[0] for pair in pairs], ["B, celebrity, 40-year-old", "A, celebrity, 28-year-old"], pairs)))
    return Layout(root, labels, refused=1, options={"pairs": str(root / "wiki.pickle")})


def imdb_wiki(root: Path) -> Layout:
    from scipy.io import savemat

    put_mat = {
        "dob": np.array([[723671.0, 719529.0, 715000.0, 723671.0]]),
        "photo_taken": np.array([[2009, 2010, 2011, 1950]], dtype=np.uint16),
        "full_path": _cells([*FACES, "20/40_1981-05-05_1950.jpg"]),
        "gender": np.array([[1.0, 0.0, np.nan, 1.0]]),
        "name": _cells(["Ada Example", "Bo Example", "Cy Example", "Di Example"]),
        "face_location": _cells([np.array([[10.0, 10.0, 90.0, 95.0]])] * 4),
        "face_score": np.array([[3.5, -np.inf, 2.0, 3.0]]),
        "second_face_score": np.array([[np.nan, np.nan, np.nan, np.nan]]),
    }
    savemat(root / "wiki.mat", {"wiki": put_mat})
    for face in FACES:
        put(root, face)
    return Layout(root, {FACES[0]: AUTHENTIC}, refused=3)


def _cells(values: list[object]) -> np.ndarray:
    made = np.empty((1, len(values)), dtype=object)
    for index, value in enumerate(values):
        made[0, index] = value
    return made


def faceforensics(root: Path) -> Layout:
    put_json(root, "splits/train.json", [["071", "054"]])
    put_json(root, "splits/val.json", [["100", "077"]])
    put_json(root, "splits/test.json", [["200", "300"]])
    labels = {}
    for video in ("071", "054", "100", "200"):
        for compression in ("raw", "c23"):
            labels[f"original_sequences/youtube/{compression}/videos/{video}.mp4"] = AUTHENTIC
    for method in ("Deepfakes", "NeuralTextures"):
        labels[f"manipulated_sequences/{method}/c23/videos/071_054.mp4"] = MANIPULATED
    labels["manipulated_sequences/FaceSwap/c40/images/200_300/0001.png"] = MANIPULATED
    labels["manipulated_sequences/FaceSwap/c40/images/200_300/0002.png"] = MANIPULATED
    refused = ("manipulated_sequences/Deepfakes/c23/videos/071_100.mp4", "original_sequences/actors/c23/videos/01__walking.mp4")
    for name in (*labels, *refused):
        put(root, name)
    return Layout(root, labels, refused=2)


def celebdf(root: Path) -> Layout:
    videos = ("Celeb-real/id0_0001.mp4", "Celeb-synthesis/id0_id1_0001.mp4", "Celeb-synthesis/id1_id0_0002.mp4", "YouTube-real/00170.mp4")
    for name in (*videos, "Celeb-real/images/id5_0001/0.png"):
        put(root, name)
    put(
        root,
        "List_of_testing_videos.txt",
        "1 YouTube-real/00170.mp4\n0 Celeb-synthesis/id0_id1_0001.mp4\n0 Celeb-synthesis/id9_id8_0001.mp4\n",
    )
    labels = {
        "Celeb-synthesis/id0_id1_0001.mp4": MANIPULATED,
        "Celeb-synthesis/id1_id0_0002.mp4": MANIPULATED,
        "YouTube-real/00170.mp4": AUTHENTIC,
        "Celeb-real/images/id5_0001/0.png": AUTHENTIC,
    }
    return Layout(root, labels, refused=1)


def dfdc(root: Path) -> Layout:
    put_json(
        root,
        "dfdc_train_part_0/metadata.json",
        {
            "a.mp4": {"label": "FAKE", "split": "train", "original": "b.mp4"},
            "b.mp4": {"label": "REAL", "split": "train"},
            "c.mp4": {"label": "MAYBE", "split": "train"},
        },
    )
    for name in ("a.mp4", "b.mp4", "c.mp4", "stray.mp4"):
        put(root, f"dfdc_train_part_0/{name}")
    put(root, "dfdc_train_part_0/images/b/000.png")
    put(root, "test/labels.csv", "filename,label\nx.mp4,0\ny.mp4,1\n")
    put(root, "test/x.mp4")
    put(root, "test/images/y/0.png")
    labels = {
        "dfdc_train_part_0/a.mp4": MANIPULATED,
        "dfdc_train_part_0/b.mp4": AUTHENTIC,
        "dfdc_train_part_0/images/b/000.png": AUTHENTIC,
        "test/x.mp4": AUTHENTIC,
        "test/images/y/0.png": MANIPULATED,
    }
    return Layout(root, labels, refused=2)


def wilddeepfake(root: Path) -> Layout:
    labels = {
        "train/real/1/a.png": AUTHENTIC,
        "train/fake/1/a.png": MANIPULATED,
        "fake_test/7/fake/0/1.png": MANIPULATED,
        "real_test/7/real/0/1.png": AUTHENTIC,
    }
    for name in (*labels, "train/fake/loose.png"):
        put(root, name)
    put(root, "train/fake.pickle", pickle.dumps(["1/a.png"]))
    return Layout(root, labels, refused=1)


def deeperforensics(root: Path) -> Layout:
    put(root, "lists/splits/train.txt", "000_M001.mp4\n001_W002.mp4\n")
    put(root, "lists/splits/val.txt", "002_W003.mp4\n")
    put(root, "lists/splits/test.txt", "003_M004.mp4\n")
    put(
        root,
        "lists/manipulated_videos_distortions_meta/manipulated_videos_end_to_end_mix_2_distortions_meta.txt",
        "end_to_end_mix_2_distortions/000_M001.mp4 GB:2 JPEG:3\n",
    )
    names = ("end_to_end/000_M001", "end_to_end_mix_2_distortions/000_M001", "end_to_end/002_W003", "end_to_end/003_M004")
    labels = {f"manipulated_videos/{name}.mp4": MANIPULATED for name in names}
    for name in (*labels, "manipulated_videos/end_to_end/009_M009.mp4", "source_videos/M001/BlendShape/camera_front/M001.mp4"):
        put(root, name)
    return Layout(root, labels, refused=2)


def genimage(root: Path) -> Layout:
    labels = {
        "ADM/imagenet_ai_0508_adm/train/ai/1_adm_1.PNG": SYNTHETIC,
        "ADM/imagenet_ai_0508_adm/train/nature/n01_1.JPEG": AUTHENTIC,
        "ADM/imagenet_ai_0508_adm/val/ai/1_adm_2.PNG": SYNTHETIC,
        "BigGAN/imagenet_ai_0419_biggan/val/nature/n01_2.JPEG": AUTHENTIC,
    }
    for name in (*labels, "BigGAN/imagenet_ai_0419_biggan/train/nature/n01_2.JPEG", "BigGAN/preview.png"):
        put(root, name)
    return Layout(root, labels, refused=2)


def deepfakebench(root: Path) -> Layout:
    def video(*frames: str) -> dict[str, object]:
        return {"label": "x", "frames": list(frames), "landmarks": []}

    put_json(
        root,
        "FaceForensics++.json",
        {
            "FaceForensics++": {
                "FF-real": {"train": {"c23": {"071": video("data\\FF\\071\\0.png")}}, "test": {"c23": {"200": video("data/FF/200/0.png")}}},
                "FF-DF": {
                    "train": {"c23": {"071_054": video("data/FF/071_054/0.png", "data/FF/071_054/1.png")}},
                    "val": {"c23": {"200_300": video("data/FF/200_300/0.png")}},
                    "test": {"c23": {"200_300": video("data/FF/200_300/0.png")}},
                },
                "FF-odd": {"test": {"c23": {"9": video("data/FF/9/0.png")}}},
            }
        },
    )
    put_json(root, "CelebDF.json", {"Celeb-DF-v2": {"CelebDFv2_fake": {"test": {"id0_id1_0001": video("data/C/id0_id1_0001/0.png")}}}})
    labels = {
        "FF/071/0.png": AUTHENTIC,
        "FF/200/0.png": AUTHENTIC,
        "FF/071_054/0.png": MANIPULATED,
        "FF/071_054/1.png": MANIPULATED,
        "FF/200_300/0.png": MANIPULATED,
        "C/id0_id1_0001/0.png": MANIPULATED,
    }
    return Layout(root, labels, refused=2, options={"prefix": "data/"}, fetched=False)


GALLERY_PERSONAL = """# Lyriel
<table><tr><th>Image</th><th>Parameters</th></tr>
<tr><td rowspan="3"><img src="https://pictures.example.org/a/one.png"></td><td><b>Prompt:</b> a red boat <lora:water:0.6>, f/1.8</td></tr>
<tr><td><b>Negative Prompt:</b> blurry, low quality</td></tr>
<tr><td><b>Others:</b> Step: 28, Sampler: DPM++ 2M Karras, CFG scale: 7.5</td></tr></table>
<table><tr><td rowspan="3"><img src="https://pictures.example.org/a/two.png?x=1"></td><td><b>Prompt:</b></td></tr>
<tr><td><b>Negative Prompt:</b></td></tr><tr><td><b>Others:</b> Step: 20, Sampler: Euler a, CFG scale: 7</td></tr></table>
"""
GALLERY_SHORT = """<table><tr><th>Image</th><th>Parameters</th></tr>
<tr><td><img src="https://pictures.example.net/x.webp"></td><td><b>Prompt:</b> a fox &amp; a hare</td>
<tr><td><img src="https://pictures.example.net/y.webp"></td><td><b>Prompt:</b> A  fox &amp; a hare</td>
<tr><td><img src="https://pictures.example.net/x.webp"></td><td><b>Prompt:</b> once more</td>
<tr><td><img src="javascript:alert(1)"></td><td><b>Prompt:</b> no address</td>
</table>
"""
"""The second shape: a prompt row only, and rows that are never closed."""


def dflip_gallery(root: Path) -> Layout:
    put(root, "Lyriel.md", GALLERY_PERSONAL)
    put(root, "dalle.md", GALLERY_SHORT)
    names = {"Lyriel": ("a/one.png", "a/two.png?x=1"), "dalle": ("x.webp", "y.webp")}
    hosts = {"Lyriel": "org", "dalle": "net"}
    labels = {}
    for page, files in names.items():
        for file in files:
            url = f"https://pictures.example.{hosts[page]}/{file}"
            name = file.split("?")[0].split("/")[-1]
            labels[f"gallery/{page}/{hashlib.sha256(url.encode()).hexdigest()[:16]}-{name}"] = SYNTHETIC
    return Layout(root, labels, refused=2, fetched=False)


LAYOUTS: dict[str, Callable[[Path], Layout]] = {
    "table": table,
    "folders": folders,
    "huggingface": huggingface,
    "dflip-v1": dflip_v1,
    "dflip-v1-qa": dflip_v1_qa,
    "dflip-v1-list": dflip_v1_list,
    "dflip-v2": dflip_v2,
    "dflip-v2-tables": dflip_v2_tables,
    "dflip-gallery": dflip_gallery,
    "dflip-v2-sidecars": dflip_v2_sidecars,
    "dflip-v2-llava": dflip_v2_llava,
    "dflip-v2-draft": dflip_v2_draft,
    "d3": d3,
    "d3-download": d3_download,
    "d3-shards": d3_shards,
    "d3-test": d3_test,
    "deepfakeface": deepfakeface,
    "imdb-wiki": imdb_wiki,
    "faceforensics": faceforensics,
    "celebdf": celebdf,
    "dfdc": dfdc,
    "wilddeepfake": wilddeepfake,
    "deeperforensics": deeperforensics,
    "genimage": genimage,
    "deepfakebench": deepfakebench,
    "opensdi": opensdi,
}
