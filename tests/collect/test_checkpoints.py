import json
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.collect.checkpoints import Checkpoint, CheckpointCache, model_urls, named_classes, old_hash, resolve
from fakeprint.collect.rules import DownloadConfig
from fakeprint.core.errors import UsageError

KNOWN = {
    "id": 7,
    "modelId": 3,
    "name": "v2",
    "baseModel": "SD 1.5",
    "model": {"name": "Some Mix!"},
    "files": [{"downloadUrl": "https://c.example/7"}],
}


@pytest.mark.network
def test_answers_are_remembered_also_the_negative_ones(server, make: ModuleType, config: DownloadConfig, tmp_path: Path) -> None:
    server.routes["/by/fc2511737a"] = make.response(json.dumps(KNOWN).encode())
    server.routes["/by/00000000"] = make.response(b"{}", "404 No")
    server.routes["/by/11111111"] = make.response(b"<html>")
    server.routes["/by/22222222"] = make.then(make.response(b"", "503 No"), make.response(json.dumps(KNOWN | {"modelId": 4}).encode()))
    cache = CheckpointCache(tmp_path / "c.json")
    hashes = ["FC2511737A", "00000000", "11111111", "22222222"]
    found = resolve(hashes, cache, online=True, catalogue=server.url("/by/{hash}"), config=config)
    entry = found["fc2511737a"]
    assert entry is not None
    assert (entry.model, entry.version, entry.model_id, entry.version_id, entry.url) == ("Some Mix!", "v2", 3, 7, "https://c.example/7")
    assert found["00000000"] is not None
    assert found["00000000"].found is False
    assert found["11111111"] is None
    assert model_urls(found).splitlines()[:2] == ["fc2511737a\thttps://c.example/7", "00000000\tNone"]
    server.requests.clear()
    again = resolve(hashes, CheckpointCache(tmp_path / "c.json"), online=True, catalogue=server.url("/by/{hash}"), config=config)
    assert again == found
    assert dict(server.requests) == {"/by/11111111": 1}


def test_offline_by_default(tmp_path: Path) -> None:
    assert resolve(["fc2511737a"], CheckpointCache(tmp_path / "c.json")) == {"fc2511737a": None}
    assert not (tmp_path / "c.json").exists()


def test_hashes_of_one_model_share_one_name() -> None:
    entries = {value: Checkpoint(hash=value, found=True, model="Some Mix!", model_id=3) for value in ("a" * 8, "b" * 10)}
    entries["c" * 8] = Checkpoint(hash="c" * 8, found=True, model="Small", model_id=4)
    images = {"a" * 8: 150, "b" * 10: 51, "c" * 8: 200}
    assert named_classes({**entries, "d" * 8: None}, images) == {"a" * 8: "SomeMix", "b" * 10: "SomeMix"}
    assert "c" * 8 in named_classes(entries, images, threshold=199)


def test_old_hash_of_a_file(tmp_path: Path) -> None:
    data = bytes(range(256)) * 5000
    (tmp_path / "m.ckpt").write_bytes(data)
    assert old_hash(tmp_path / "m.ckpt") == sha256(data[1 << 20 : (1 << 20) + 65536]).hexdigest()[:8]


@pytest.mark.parametrize("text", ["", "xyz", "123456789", "../../etc"])
def test_what_is_no_hash(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="checkpoint hash"):
        resolve([text], CheckpointCache(tmp_path / "c.json"))


def test_a_damaged_cache_is_said(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        CheckpointCache(tmp_path / "c.json")
