"""``fakeprint data``: split, leakage, dedupe, check, audit, match, stats, gallery and legacy splits as commands."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from fakeprint.cli.main import app
from fakeprint.core.errors import UsageError
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.store import read_samples, write_manifest


def run(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["data", *map(str, arguments)], catch_exceptions=True)
    if isinstance(done.exception, UsageError):
        raise done.exception
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("set")
    lines = ["path,label,split,group,task,container,jpeg_quality,width,height,bytes"]
    for number in range(48):
        positive = number % 2
        name = f"{number}.{'png' if positive else 'jpg'}"
        rng = np.random.default_rng(number // 2 if number < 4 else number)
        coarse = Image.fromarray(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8))
        coarse.resize((80, 72), Image.Resampling.BICUBIC).save(root / name, **({} if positive else {"quality": 90}))
        kind, quality = ("PNG", "") if positive else ("JPEG", "90")
        size = (root / name).stat().st_size
        lines.append(f"{name},{positive},{'train' if number < 24 else 'test'},g{number},scene,{kind},{quality},80,72,{size}")
    (root / "set.csv").write_text("\n".join(lines) + "\n")
    return root


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    samples = [
        Sample(
            id=f"s{number}",
            path=f"{number}.png",
            label=Label.SYNTHETIC if number % 2 else Label.AUTHENTIC,
            split=Split.TRAIN if number % 3 else Split.TEST,
            group=f"g{number}",
            source="web",
            generator=f"m{number % 5}" if number % 2 else None,
            family=f"f{number % 3}" if number % 2 else None,
            sha256=f"{number // 2:064x}",
            phash=f"{number // 4:016x}",
        )
        for number in range(200)
    ]
    write_manifest(tmp_path / "m.jsonl", ManifestHeader(name="m"), samples)
    return tmp_path / "m.jsonl"


def test_audit_of_recorded_facts_and_of_files(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit.json"
    text = run("audit", folder / "set.csv", "--task", "scene", "--out", out, "--fail-above", "0.6", "--jobs", 1, code=4)
    audits = json.loads(out.read_bytes())
    assert [one["source"] for one in audits] == ["recorded", "files"]
    assert all(one["auroc"] > 0.95 and one["verdict"] == "warn" for one in audits)
    assert "Formats give the label away" in text
    with pytest.raises(UsageError, match="matches"):
        run("audit", folder / "set.csv", "--task", "face")


def test_match_writes_a_manifest_and_audits_before_and_after(folder: Path, tmp_path: Path) -> None:
    text = run("match", folder / "set.csv", "--out", tmp_path / "m", "--where", "task=scene", "--jobs", 1)
    assert text.index("before matching") < text.index("after matching")
    samples = list(read_samples(tmp_path / "m" / "manifest.jsonl"))
    assert len(samples) == 48
    assert {one.media.width for one in samples if one.media} == {72}
    assert json.loads((tmp_path / "m" / "match.json").read_bytes())["window"] == 72
    with pytest.raises(UsageError, match="another folder"):
        run("match", folder / "set.csv", "--out", folder)
    with pytest.raises(UsageError, match="--law"):
        run("match", folder / "set.csv", "--out", tmp_path / "n", "--law", "tiff")


def test_split_and_leakage(manifest: Path, tmp_path: Path) -> None:
    assert "sha256 lies in test and in train" in run("leakage", manifest, code=4)
    out = tmp_path / "split.jsonl"
    keys = ("--join", "sha256", "--join", "phash", "--radius", "0")
    text = run("split", manifest, "--out", out, *keys, "--hold-out-family", "f1", "--report", tmp_path / "r.json")
    assert "nothing crosses" in text
    assert all(one.split is Split.TEST for one in read_samples(out) if one.family == "f1")
    assert "nothing crosses" in run("leakage", out, "--radius", 0)
    run("split", manifest, "--out", tmp_path / "folds.csv", "--folds", 5)
    assert len((tmp_path / "folds.csv").read_text().splitlines()) == 201
    with pytest.raises(UsageError, match="key"):
        run("split", manifest, "--out", out, "--join", "colour")


def test_dedupe(manifest: Path, folder: Path, tmp_path: Path) -> None:
    text = run("dedupe", manifest, "--radius", 0, "--report", tmp_path / "c.jsonl")
    assert "would be left out: 200 same bytes with both labels" in text
    assert (tmp_path / "c.jsonl").read_text().count("\n") >= 100
    found = run("dedupe", folder / "set.csv", "--files", "--jobs", 1, "--out", tmp_path / "e.jsonl")
    assert "2 near clusters" in found
    assert all(one.sha256 for one in read_samples(tmp_path / "e.jsonl"))
    with pytest.raises(UsageError, match="no sample was left"):
        run("dedupe", manifest, "--out", tmp_path / "d.jsonl")
    with pytest.raises(UsageError, match="--files"):
        run("dedupe", folder / "set.csv")


def test_dedupe_of_a_stream_gives_the_same(tmp_path: Path) -> None:
    made = [
        Sample(
            id=f"s{number}",
            path=f"{number}.png",
            label=Label.SYNTHETIC,
            split=Split.TRAIN if number % 3 else Split.TEST,
            group=f"g{number}",
            source="x",
            generator="m",
            sha256=f"{number // 2 % 5:064x}",
            phash=f"{number // 4 * 0x0F0F0F0F0F:016x}",
        )
        for number in range(40)
    ]
    for suffix in ("parquet", "jsonl"):
        write_manifest(tmp_path / f"a.{suffix}", ManifestHeader(name="a"), made)
        run("dedupe", tmp_path / f"a.{suffix}", "--out", tmp_path / suffix / f"b.{suffix}")
    streamed, read = (list(read_samples(tmp_path / suffix / f"b.{suffix}")) for suffix in ("parquet", "jsonl"))
    assert streamed == read
    assert 0 < len(streamed) < 40


def test_check(folder: Path, tmp_path: Path) -> None:
    text = run("check", folder / "set.csv", "--jobs", 1, "--out", tmp_path / "f.jsonl", code=3)
    assert "near_label_conflict: 2" in text
    assert (tmp_path / "f.jsonl").read_text().count("near_label_conflict") == 2


def test_stats_and_gallery(folder: Path, tmp_path: Path) -> None:
    assert "48 samples" in run("stats", folder / "set.csv", "--out", tmp_path / "s")
    assert {file.name for file in (tmp_path / "s").iterdir()} == {"statistics.html", "statistics.json"}
    text = run("gallery", folder / "set.csv", "--out", tmp_path / "g", "--per-generator", 4, "--jobs", 1)
    assert "8 samples on 2 pages" in text
    assert len(list((tmp_path / "g" / "thumbnails").iterdir())) == 8
    with pytest.raises(UsageError, match="safety category"):
        run("gallery", folder / "set.csv", "--out", tmp_path / "h", "--allow", "minor_sexual")


def test_legacy_splits(manifest: Path, tmp_path: Path) -> None:
    run("legacy-split", "d3", "--out", tmp_path / "d3")
    assert len((tmp_path / "d3" / "elsav2-training.shards").read_text().splitlines()) == 486
    run("legacy-split", "dflip3k-v2", manifest, "--out", tmp_path / "v2")
    assert len((tmp_path / "v2" / "test.txt").read_text().splitlines()) == 40
    rows = [{"input": "Is this image generated by AI?", "output": "This is a real image.", "image": "real/1.jpg", "image_id": 1}]
    (tmp_path / "qa.json").write_text(json.dumps(rows))
    run("legacy-split", "dflip3k-v1", tmp_path / "qa.json", "--out", tmp_path / "v1")
    assert json.loads((tmp_path / "v1" / "balance_train.json").read_bytes()) == rows
    with pytest.raises(UsageError, match="needs the file"):
        run("legacy-split", "dflip3k-v1")
