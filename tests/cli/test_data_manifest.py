import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fakeprint.cli.data import app
from fakeprint.core.errors import UsageError
from fakeprint.datasets.store import read_samples

runner = CliRunner()


def call(*arguments: object) -> str:
    result = runner.invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    for name in ("train/real/a.jpg", "train/fake/b.jpg", "test/real/c.jpg", "test/fake/d.jpg", "test/fake/e.jpg"):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(name.encode())
    out = tmp_path / "m.parquet"
    said = call("import", "folders", tmp_path / "set", "--out", out, "--set", "terms=CC0", "--name", "five")
    assert "found 5, used 5, refused 0" in said
    assert "5 samples (2 authentic, 3 synthetic) in 5 groups" in said
    assert "licence:" in said
    return out


def test_filter_sample_merge_count_card_verify(manifest: Path, tmp_path: Path) -> None:
    call("filter", manifest, "--out", tmp_path / "test.parquet", "--only", "split=test,val", "--where", "label <> 'authentic'")
    assert [one.path for one in read_samples(tmp_path / "test.parquet")] == ["test/fake/d.jpg", "test/fake/e.jpg"]
    call("sample", manifest, "--out", tmp_path / "few.jsonl", "--size", 1, "--per", "label", "--only", "split=train")
    assert [one.path for one in read_samples(tmp_path / "few.jsonl")] == ["train/fake/b.jpg", "train/real/a.jpg"]
    call("merge", tmp_path / "few.jsonl", tmp_path / "test.parquet", "--out", tmp_path / "both.parquet")
    assert call("count", tmp_path / "both.parquet") == "4\n"
    assert (
        call("count", tmp_path / "both.parquet", "--by", "label", "--by", "split")
        == "2\tsynthetic\ttest\n1\tauthentic\ttrain\n1\tsynthetic\ttrain\n"
    )
    (tmp_path / "both.card.md").unlink()
    call("card", tmp_path / "both.parquet")
    assert "# both" in (tmp_path / "both.card.md").read_text()
    assert "0 problems found" in call("verify", manifest, "--root", tmp_path / "set", "--hashes")
    (tmp_path / "set" / "test" / "fake" / "d.jpg").unlink()
    result = runner.invoke(app, ["verify", str(manifest), "--root", str(tmp_path / "set")])
    assert result.exit_code == 3
    assert "there is no file test/fake/d.jpg" in result.output


def test_kinds_are_listed_and_explained() -> None:
    assert "faceforensics" in call("import")
    said = call("import", "faceforensics")
    assert "original_sequences" in said
    assert "--set compression=" in said


@pytest.mark.parametrize("option", ["novalue", "=x", "split"])
def test_options_are_name_and_value(manifest: Path, tmp_path: Path, option: str) -> None:
    with pytest.raises(UsageError, match="NAME=VALUE"):
        call("import", "folders", tmp_path / "set", "--out", manifest, "--set", option)
    with pytest.raises(UsageError, match="twice"):
        call("filter", manifest, "--out", manifest, "--only", "split=test", "--only", "split=val")


def test_a_user_error_shows_no_traceback(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "fakeprint", "data", "import", "celebdf", str(tmp_path), "--out", str(tmp_path / "m.parquet")],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert run.stderr == "fakeprint: there is no file List_of_testing_videos.txt\n"
