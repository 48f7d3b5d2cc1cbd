import json
import subprocess
import sys
import tarfile
import time
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from fakeprint.build import build
from fakeprint.collect.d3_build import D3Config, build_d3
from fakeprint.collect.d3_shards import ShardSettings
from fakeprint.collect.encoder_mix import EncoderMix
from fakeprint.collect.rules import DownloadConfig, Rules
from fakeprint.collect.shard_writer import read_info
from fakeprint.core.errors import UsageError
from fakeprint.datasets.soundness import verify
from fakeprint.datasets.store import read_samples
from fakeprint.datasets.webdataset_shards import ShardTally, read_shards
from fakeprint.transforms.replay import replay

pytestmark = pytest.mark.network
IDS = [f"{number:04d}" for number in range(1, 13)]


@pytest.fixture
def rows(server, make: ModuleType, tmp_path: Path) -> Path:
    """Twelve rows; the photographs of 3 and 7 are gone, that of 5 is too small."""
    for key in IDS:
        server.routes[f"/real/{key}"] = make.response(make.picture(int(key), side=120))
    server.routes["/real/0003"] = make.response(b"", "404 Not Found")
    server.routes["/real/0007"] = make.response(b"<html></html>")
    server.routes["/real/0005"] = make.response(make.picture(5, side=90))
    path = tmp_path / "train-00000-of-00001.parquet"
    make.write_rows(path, IDS[::-1], lambda key: server.url(f"/real/{key}"))
    return path


def settings(config: DownloadConfig, **changes: object) -> D3Config:
    rules = Rules(min_side=100, unsafe_prompts=True)
    return D3Config(download=config.model_copy(update={"rules": rules}), jobs=1, **changes)


def tars(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted((folder / "shards").glob("*.tar"))}


def test_bytes_names_order_and_counts(make: ModuleType, rows: Path, config: DownloadConfig, tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = build_d3([rows], out, settings(config, shards=ShardSettings(size=4)))
    assert (summary.records, summary.written, summary.shards) == (12, 9, 3)
    assert summary.photographs == {"http_error": 1, "not_an_image": 1, "ok": 9, "too_small": 1}
    assert summary.left_out == {"incomplete": 3}
    shards = sorted((out / "shards").glob("*.tar"))
    assert [path.name for path in shards] == ["elsa_v2-0000.tar", "elsa_v2-0001.tar", "elsa_v2-0002.tar"]
    with tarfile.open(shards[0]) as tar:
        members = tar.getmembers()
        names = [member.name for member in members]
        assert {(member.mode, member.mtime, member.uname) for member in members} == {(0o444, 0, "")}
    key = "elsa_v2__train__0001"
    suffixes = ("caption.txt", "gen_0.jpg", "gen_1.png", "gen_2.jpg", "gen_3.gif", "real.jpg", "url.txt")
    assert names[:7] == [f"{key}.{suffix}" for suffix in suffixes]
    info = read_info(shards[0].with_suffix(".json"))
    assert info is not None
    assert (info.count, info.sha256, info.members) == (4, tars(out)[shards[0].name], 28)
    index = [json.loads(line) for line in (out / "shards" / "elsa_v2-0000.index.jsonl").read_text().splitlines()]
    place = index[1]["members"]["real.jpg"]
    assert shards[0].read_bytes()[place["offset"] : place["offset"] + place["bytes"]] == make.picture(2, side=120)
    samples = {sample.key: sample for sample in read_shards(shards, ShardTally(), required=("real", "gen_3"))}
    assert sorted(samples) == [f"elsa_v2__train__{key}" for key in IDS if key not in ("0003", "0005", "0007")]
    expected = make.write_rows(tmp_path / "again.parquet", IDS, str)
    for key, sample in samples.items():
        for slot in ("gen_0", "gen_1", "gen_2", "gen_3"):
            assert sample.image(slot)[1] == expected[key.rpartition("_")[2], slot]
    again = build_d3([rows], out, settings(config, shards=ShardSettings(size=4)))
    assert again.shards_kept == 3


def test_a_mix_is_one_law_for_both_classes(rows: Path, config: DownloadConfig, tmp_path: Path) -> None:
    mix = EncoderMix(formats={"jpeg": 0.5, "webp": 0.3, "bmp": 0.2}, jpeg_quality={80: 1.0})
    build_d3([rows], tmp_path / "a", settings(config, shards=ShardSettings(mix=mix, seed=3), keep_incomplete=True))
    build_d3([rows], tmp_path / "b", settings(config, shards=ShardSettings(mix=mix, seed=3), keep_incomplete=True))
    assert tars(tmp_path / "a") == tars(tmp_path / "b")
    shard = tmp_path / "a" / "shards" / "elsa_v2-0000.tar"
    suffix = {"jpeg": "jpg", "webp": "webp", "bmp": "bmp"}
    tally = ShardTally()
    for sample in read_shards([shard], tally):
        record = sample.key.rpartition("_")[2]
        for slot in ("gen_0", "gen_1", "gen_2", "gen_3", "real"):
            found = sample.image(slot)
            assert (found and found[0]) in (suffix[mix.plan(3, record, slot).format], None if slot == "real" else "")
    assert tally.good == 12
    info = read_info(shard.with_suffix(".json"))
    assert info is not None
    assert info.missing == {"real": 3}
    first = json.loads((shard.parent / "elsa_v2-0000.index.jsonl").read_text().splitlines()[2])
    assert "http_error" in first["missing"]["real"]
    assert all(member["steps"][0]["name"] == "encode" for name, member in first["members"].items() if not name.endswith("txt"))


def test_the_original_rule(rows: Path, config: DownloadConfig, tmp_path: Path) -> None:
    build_d3([rows], tmp_path / "a", settings(config, shards=ShardSettings(legacy=True)))
    (sample, *_) = read_shards([tmp_path / "a" / "shards" / "elsa_v2-0000.tar"], ShardTally())
    assert sorted(name for name in sample.members if "txt" not in name) == ["gen_0.jpg", "gen_1.jpg", "gen_2.jpg", "gen_3.jpg", "real.jpg"]


def test_transformed_shards_and_the_folder_test_set(rows: Path, config: DownloadConfig, tmp_path: Path) -> None:
    """d3-code 2.1, stages 7 and 8: the operations stand in the index and in the manifest, and replay to the stored pixels."""
    out = tmp_path / "out"
    shards = ShardSettings(transform=2, seed=5)
    summary = build_d3([rows], out, settings(config, shards=shards, test_folders=True))
    assert (summary.written, summary.test_images) == (9, 90)
    shard = out / "shards" / "elsa_v2-0000_transf.tar"
    index = [json.loads(line) for line in shard.with_suffix(".index.jsonl").read_text().splitlines()]
    assert [step["name"] for step in index[0]["members"]["gen_0.png"]["steps"]] == ["d3-op", "d3-op", "encode"]
    samples = {sample.id: sample for sample in read_samples(out / "d3_test.parquet")}
    assert len(samples) == 90
    assert verify(out / "d3_test.parquet", out, hashes=True).problems == []
    with Image.open(out / samples["no_augm/0001/gen_1"].path) as image:
        before = np.array(image.convert("RGB"))
    changed = samples["augm/0001/gen_1"]
    with Image.open(out / changed.path) as image:
        assert (np.array(image) == replay(before, changed.history[:2])).all()
    members = {sample.key: sample for sample in read_shards([shard], ShardTally())}
    assert members["elsa_v2__train__0001"].image("gen_1")[1] == (out / changed.path).read_bytes()
    assert samples["augm/0001/real"].group == samples["no_augm/0001/gen_3"].group
    read = build("d3-test", out / "d3_test", tmp_path / "read.parquet")
    assert (read.tally.used, read.tally.refused.total()) == (90, 0)
    before_again = tars(out)
    assert build_d3([rows], out, settings(config, shards=shards)).shards_kept == 1
    assert tars(out) == before_again


def test_faulty_files_and_bad_ids(make: ModuleType, rows: Path, config: DownloadConfig, tmp_path: Path) -> None:
    broken = tmp_path / "train-00001.parquet"
    broken.write_bytes(rows.read_bytes()[:-200])
    summary = build_d3([rows, broken], tmp_path / "out", settings(config, bad_ids=frozenset({"0001", "0002"})))
    assert summary.left_out == {"incomplete": 3, "on the filter list": 2}
    assert len(summary.faulty_files) == 1
    make.write_rows(broken, ["0020"], lambda key: "http://127.0.0.1:1/x")
    summary = build_d3([rows, broken], tmp_path / "out", settings(config))
    assert summary.faulty_files == ()
    assert summary.records == 13
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(UsageError, match="no file of D3"):
        build_d3([tmp_path / "other.parquet"], tmp_path / "out2", settings(config))


def test_captions_that_may_not_be_stored_reach_no_shard(make: ModuleType, config: DownloadConfig, tmp_path: Path) -> None:
    rows = tmp_path / "train-0.parquet"
    make.write_rows(rows, ["0001"], lambda key: "", caption="a naked child")
    summary = build_d3([rows], tmp_path / "out", settings(config, keep_incomplete=True, fetch=False))
    assert (summary.written, summary.left_out) == (0, {"prompt that may not be stored": 1})
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file() and b"naked" in path.read_bytes()]
    assert not [path for path in (tmp_path / "out" / "store").rglob("*") if path.is_file()]


def test_killed_builds_end_in_the_same_shards(server, make: ModuleType, config: DownloadConfig, tmp_path: Path) -> None:
    """Acceptance test 8, small: SIGKILL while photographs are fetched and while shards are written; then go on."""
    ids = [f"{number:04d}" for number in range(60)]
    rows = tmp_path / "train-0.parquet"
    for key in ids:
        server.routes[f"/real/{key}"] = make.response(make.picture(int(key), side=120))
    make.write_rows(rows, ids, lambda key: server.url(f"/real/{key}"), row_group=10)
    server.delay_s = 0.05
    flags = ["--delay", "0", "--allow-address", server.host, "--shard-size", "10", "--mix", "default", "--jobs", "1", "--quiet"]
    out = tmp_path / "out"
    command = [sys.executable, "-m", "fakeprint", "data", "build-d3", str(rows), *flags, "--out", str(out)]
    for pattern, count in (("photographs/.parts/*", 3), ("shards/*.tar", 2)):
        process = subprocess.Popen(command)
        while len(list(out.glob(pattern))) < count and process.poll() is None:
            time.sleep(0.005)
        process.kill()
        assert process.wait() == -9, f"the build ended before {pattern} was seen"
        for path in (out / "shards").glob("*.json"):
            info = read_info(path)
            assert info is not None
            assert sha256(path.with_suffix(".tar").read_bytes()).hexdigest() == info.sha256
    shards = ShardSettings(size=10, mix=EncoderMix())
    build_d3([rows], out, settings(config, shards=shards))
    build_d3([rows], tmp_path / "whole", settings(config, shards=shards))
    assert tars(out) == tars(tmp_path / "whole")
    assert len(tars(out)) == 6
