import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fakeprint.collect.preview import preview
from fakeprint.collect.rules import DownloadConfig
from fakeprint.collect.wanted import Wanted, read_wanted
from fakeprint.core.errors import UsageError
from fakeprint.core.manifest import Manifest, ManifestHeader
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.table import write_table

ROWS = [Wanted("a/1.jpg", "http://x.example/1", "a bowl"), Wanted("a/2.jpg", None, None)]


def test_every_form_of_metadata(tmp_path: Path) -> None:
    plain = {"a/1.jpg": {"url": "http://x.example/1", "Prompt": "a bowl"}, "a/2.jpg": {"p": " ", "url": " "}}
    (tmp_path / "a.json").write_text(json.dumps(plain))
    lines = [{"id": "a/1.jpg", "url": "http://x.example/1", "prompt": "a bowl"}, {"id": "a/2.jpg"}]
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    (tmp_path / "lines.json").write_text("\n".join(map(json.dumps, lines)) + "\n")
    (tmp_path / "list.json").write_text(json.dumps(lines))
    (tmp_path / "c.csv").write_text("file_name,Prompt,url\na/1.jpg,a bowl,http://x.example/1\na/2.jpg, , \n")
    pq.write_table(
        pa.Table.from_pylist(
            [{"id": "a/1.jpg", "url": "http://x.example/1", "prompt": "a bowl"}, {"id": "a/2.jpg", "url": None, "prompt": None}]
        ),
        tmp_path / "d.parquet",
    )
    for name in ("a.json", "b.jsonl", "lines.json", "list.json", "c.csv", "d.parquet"):
        assert list(read_wanted(tmp_path / name)) == ROWS, name


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_a_manifest_is_read_by_path_and_url(suffix: str, tmp_path: Path) -> None:
    one = Sample(id="x", path="d/x.jpg", url="http://x.example/1", label=Label.SYNTHETIC, split=Split.TEST, group="g", source="s")
    write_table(Manifest(header=ManifestHeader(name="m"), samples=(one,)), tmp_path / f"m.{suffix}")
    assert [row.key for row in read_wanted(tmp_path / f"m.{suffix}")] == ["d/x.jpg"]


@pytest.mark.parametrize(
    ("name", "text"), [("a.json", "{"), ("a.json", '{"k": 3}'), ("a.jsonl", "3\n"), ("a.jsonl", '{"url": "x"}\n'), ("a.txt", "k u")]
)
def test_refused_metadata(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=name.replace(".", r"\.")):
        list(read_wanted(tmp_path / name))


def test_a_preview_asks_nobody(tmp_path: Path) -> None:
    rows = [
        Wanted("a", "http://x.example/1"),
        Wanted("b", "http://x.example/2"),
        Wanted("c", None),
        Wanted("../d", "http://y/"),
        Wanted("e", "ftp://z/"),
    ]
    found = preview(rows, tmp_path, DownloadConfig())
    assert (found.asked, found.hosts, found.seconds_at_least) == (2, {"x.example": 2}, 1.0)
    assert found.not_asked == {"bad_key": 1, "no_url": 1, "refused_address": 1}
