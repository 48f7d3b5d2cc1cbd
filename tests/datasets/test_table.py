import json

import pytest

from fakeprint.core.errors import LeakageError, UsageError
from fakeprint.core.manifest import Manifest, ManifestHeader
from fakeprint.core.sample import Label, Sample, Split, Step
from fakeprint.datasets.table import read_table, write_table

HEADER = "path,task,label,split,group,source,generator,licence\n"


def whole() -> Manifest:
    samples = tuple(
        Sample(
            id=f"i{number}",
            path=f"a/{number}.png",
            label=Label.SYNTHETIC if number % 2 else Label.AUTHENTIC,
            split=Split.TRAIN,
            group=f"g{number}",
            source="s",
            generator="m" if number % 2 else None,
            history=(Step(name="jpeg", parameters={"quality": 80, "subsampling": 420}),),
        )
        for number in range(5)
    )
    return Manifest(header=ManifestHeader(name="n", terms="t"), samples=samples)


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_what_was_written_is_read(tmp_path, suffix):
    path = tmp_path / f"m{suffix}"
    write_table(whole(), path)
    assert read_table(path) == whole()
    assert read_table(path).sha256() == whole().sha256()


def test_plain_csv(tmp_path):
    path = tmp_path / "set.csv"
    path.write_text(HEADER + "a.jpg,scene,real,train,g1,web,real,none\nb.jpg,face,fake,train,,web,gan,none\n")
    first, second = read_table(path).samples
    assert (first.id, first.label, first.generator) == ("a.jpg", Label.AUTHENTIC, None)
    assert (second.group, second.label, second.generator) == ("b.jpg", Label.SYNTHETIC, "gan")
    assert [one.path for one in read_table(path, where={"task": "face"}).samples] == ["b.jpg"]
    assert read_table(path, positive=Label.MANIPULATED).samples[1].label is Label.MANIPULATED


def test_plain_jsonl_without_header(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"path": "a.png", "label": 1, "split": "test"}) + "\n\n")
    assert read_table(path).samples[0].label is Label.SYNTHETIC


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER + "a.jpg,scene,maybe,train,g,w,,\n", "row 1: unknown label 'maybe'"),
        (HEADER + "a.jpg,scene,real,,g,w,,\n", "split"),
        (HEADER + "../a.jpg,scene,real,train,g,w,,\n", "inside the root"),
        (HEADER, "holds no rows"),
    ],
)
def test_mistakes_are_named(tmp_path, content, message):
    path = tmp_path / "set.csv"
    path.write_text(content)
    with pytest.raises(UsageError, match=message):
        read_table(path)


def test_leaks_are_refused(tmp_path):
    path = tmp_path / "set.csv"
    path.write_text(HEADER + "a.jpg,s,real,train,g,w,,\nb.jpg,s,real,test,g,w,,\n")
    with pytest.raises(LeakageError):
        read_table(path)


@pytest.mark.parametrize(("name", "content"), [("m.jsonl", "{"), ("m.jsonl", "[1]"), ("m.txt", "x")])
def test_other_files_are_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UsageError):
        read_table(path)


def test_nothing_left_is_told(tmp_path):
    path = tmp_path / "set.csv"
    path.write_text(HEADER + "a.jpg,scene,real,train,g1,web,real,none\n")
    with pytest.raises(UsageError, match="matches"):
        read_table(path, where={"task": "video"})


def test_csv_is_not_written(tmp_path):
    with pytest.raises(UsageError, match=r"\.jsonl or \.parquet"):
        write_table(whole(), tmp_path / "m.csv")
