from pathlib import Path

import pytest

from fakeprint.core.errors import AlignmentError, UsageError
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.merge import merge, merged_header
from fakeprint.datasets.store import read_samples, write_manifest


def sample(name: str, **changes: object) -> Sample:
    values = {"id": name, "path": f"{name}.jpg", "label": Label.SYNTHETIC, "split": Split.TEST, "group": "g", "source": "x"}
    return Sample.model_validate(values | changes)


@pytest.fixture
def manifests(tmp_path: Path) -> list[Path]:
    one, two = tmp_path / "one.parquet", tmp_path / "two.jsonl"
    write_manifest(one, ManifestHeader(name="One", citation="C1", terms="MIT"), [sample("a"), sample("b", pair="a")])
    write_manifest(two, ManifestHeader(name="Two", citation="C1", terms="CC0"), [sample("b", path="z.jpg"), sample("c")])
    return [one, two]


def test_clashes(manifests: list[Path], tmp_path: Path) -> None:
    header = merged_header(manifests, "both")
    with pytest.raises(AlignmentError, match="'b'"):
        write_manifest(tmp_path / "m.parquet", header, merge(manifests))
    assert [(one.id, one.path) for one in merge(manifests, "first")] == [("a", "a.jpg"), ("b", "b.jpg"), ("c", "c.jpg")]
    write_manifest(tmp_path / "m.parquet", header, merge(manifests, "prefix"))
    found = list(read_samples(tmp_path / "m.parquet"))
    assert [(one.id, one.group, one.pair) for one in found] == [
        ("one/a", "one/g", None),
        ("one/b", "one/g", "one/a"),
        ("two/b", "two/g", None),
        ("two/c", "two/g", None),
    ]
    with pytest.raises(UsageError, match="clash"):
        list(merge(manifests, "other"))


def test_the_header_cites_each_once(manifests: list[Path]) -> None:
    header = merged_header(manifests, "both")
    assert (header.name, header.citation, header.terms) == ("both", "C1", "MIT; CC0")
    assert header.description == "Merged of One, Two."
    assert merged_header(manifests[:1], "x").description == ""
