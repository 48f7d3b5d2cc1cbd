import errno
import json
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from typer.testing import CliRunner

from fakeprint.cli.data import app
from fakeprint.collect.body import Body
from fakeprint.collect.download import download
from fakeprint.collect.rules import DownloadConfig
from fakeprint.collect.wanted import Wanted
from fakeprint.core.errors import FakeprintError, UsageError

RUN = CliRunner()


def test_dry_run_opens_no_connection(tmp_path: Path) -> None:
    meta = tmp_path / "pd.json"
    meta.write_text(json.dumps({"a.jpg": {"url": "https://x.example/a.jpg"}, "b": {}}))
    done = RUN.invoke(app, ["download", "--meta-file", str(meta), "--save-dir", str(tmp_path / "o"), "--dry-run"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["not_asked"] == {"no_url": 1}
    assert not (tmp_path / "o").exists()


def test_rows_without_addresses_end_with_a_hint(tmp_path: Path) -> None:
    meta = tmp_path / "sd.json"
    meta.write_text(json.dumps({"a.png": {"p": "a bowl", "se": 1}}))
    done = RUN.invoke(app, ["download", "--meta_file", str(meta), "--save_dir", str(tmp_path / "o"), "--no-progress"])
    assert done.exit_code == 3
    assert "DiffusionDB" in done.output
    meta.write_text("{}")
    assert RUN.invoke(app, ["download", "--meta_file", str(meta), "--save_dir", str(tmp_path / "p")]).exit_code == 5


def test_checkpoints_from_the_cache_alone(tmp_path: Path) -> None:
    cache = tmp_path / "c.json"
    cache.write_text(
        json.dumps([{"hash": "fc2511737a", "found": True, "model": "Mix\x1b[31m", "model_id": 3, "url": "https://c.example/7"}])
    )
    (tmp_path / "n.txt").write_text("fc2511737a 500\n00000000 3\n")
    done = RUN.invoke(app, ["checkpoints", "--from-file", str(tmp_path / "n.txt"), "--cache", str(cache)])
    assert done.exit_code == 3
    assert done.stdout.splitlines()[0].startswith("fc2511737a\tMix")
    assert "\x1b" not in done.stdout
    done = RUN.invoke(app, ["checkpoints", "fc2511737a", "--cache", str(cache), "--urls"])
    assert (done.exit_code, done.stdout) == (0, "fc2511737a\thttps://c.example/7\n")
    assert RUN.invoke(app, ["checkpoints"]).exit_code == 5


def test_measure_mix(make: ModuleType, tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(make.picture(number, "PNG" if number == 3 else "JPEG"))
    (tmp_path / "note.txt").write_text("x")
    out = tmp_path.parent / f"{tmp_path.name}.yaml"
    done = RUN.invoke(app, ["measure-mix", str(tmp_path), "--out", str(out), "--jobs", "1"])
    assert done.exit_code == 3
    assert yaml.safe_load(out.read_text())["formats"] == {"jpeg": 0.75, "png": 0.25}


def test_rows_that_do_not_exist(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["build-d3", str(tmp_path / "absent.parquet"), "--out", str(tmp_path / "o")])
    assert isinstance(done.exception, UsageError)


@pytest.mark.network
def test_a_full_disk_ends_the_run_with_a_sentence(server, config: DownloadConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_body: Body) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Body, "store", full)
    with pytest.raises(FakeprintError, match="No space left"):
        download([Wanted("a", server.url("/p/1.jpg")), Wanted("b", server.url("/p/2.jpg"))], tmp_path, config)
    monkeypatch.undo()
    assert download([Wanted("a", server.url("/p/1.jpg"))], tmp_path, config).counts == {"ok": 1}
