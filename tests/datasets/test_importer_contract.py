"""What every listed importer promises, ours or a third party's: its fixture comes back, groups keep together, facts are stated."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.build import REFUSED_SUFFIX, build, open_importer
from fakeprint.core.errors import MediaError, UsageError
from fakeprint.datasets import DATASETS
from fakeprint.datasets.archive import read_bytes
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.soundness import verify
from fakeprint.datasets.store import read_header, read_samples

KINDS = DATASETS.names()


@pytest.fixture
def layout(make: ModuleType, kind: str, tmp_path: Path):
    root = tmp_path / "set"
    root.mkdir()
    return make.LAYOUTS[kind](root)


def test_every_importer_has_a_fixture(make: ModuleType) -> None:
    assert set(make.LAYOUTS) == set(KINDS)


def test_the_table_of_the_documentation_is_that_of_the_registry() -> None:
    here = Path(__file__).parent
    page = (here.parents[1] / "docs" / "datasets.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \| (.+) \| `([a-z0-9-]+) (\S+)` \| (.+) \| (.+) \| `(test_\w+\.py)` \|$", page, re.MULTILINE)
    assert sorted(row[2] for row in rows) == sorted(KINDS), "one row: data set, layout, command, licence, group, tests"
    for *_, kind, _, licence, _, tests in rows:
        assert len(licence) >= 5
        stem = DATASETS.load(kind).__module__.rpartition(".")[2]
        text = (here / tests).read_text(encoding="utf-8")
        assert f'"{kind}"' in text or stem in text, f"{tests} has nothing on {kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_facts_are_stated(kind: str) -> None:
    part = DATASETS.load(kind)
    assert issubclass(part, Importer)
    document = part.__doc__ or ""
    assert "Citation: " in document
    assert "Licence: " in document
    assert min(map(len, (part.title, part.citation, part.licence, part.grouping))) >= 5


@pytest.mark.parametrize("kind", KINDS)
def test_the_fixture_comes_back(kind: str, layout, tmp_path: Path) -> None:
    out = tmp_path / "out" / "m.parquet"
    built = build(kind, layout.path, out, layout.options)
    samples = list(read_samples(out))
    assert {sample.path: str(sample.label) for sample in samples} == layout.labels
    assert len(samples) == len(layout.labels) == built.summary.samples == built.tally.used
    assert built.tally.refused.total() == layout.refused, built.tally.refused
    assert built.tally.found == built.tally.used + built.tally.refused.total()
    assert list(read_samples(out.with_suffix(".jsonl"))) == samples
    assert read_header(out).citation == built.importer.citation
    assert read_header(out).terms == built.importer.licence
    assert out.with_suffix(REFUSED_SUFFIX).is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_groups_lie_in_one_split_and_pairs_are_there(kind: str, layout, tmp_path: Path) -> None:
    out = tmp_path / "m.parquet"
    build(kind, layout.path, out, layout.options)
    root = layout.path if layout.path.is_dir() else layout.path.parent
    found = verify(out, root if layout.fetched else None)
    assert [problem for problem in found.problems if "pair" not in problem] == []
    homes: dict[str, set[str]] = {}
    for sample in read_samples(out):
        homes.setdefault(sample.group, set()).add(sample.split)
    assert all(len(splits) == 1 for splits in homes.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_of_a_fetched_set_can_be_read(kind: str, layout, tmp_path: Path) -> None:
    build(kind, layout.path, tmp_path / "m.parquet", layout.options)
    root = layout.path if layout.path.is_dir() else layout.path.parent
    for sample in read_samples(tmp_path / "m.parquet"):
        if layout.fetched:
            assert read_bytes(root, sample.path)
        elif not (root / sample.path.split("!/")[0]).exists():
            with pytest.raises(MediaError):
                read_bytes(root, sample.path)


@pytest.mark.parametrize("kind", KINDS)
def test_reading_twice_gives_the_same(kind: str, layout) -> None:
    importer = open_importer(kind, layout.options)
    tallies = Tally(), Tally()
    first, second = (list(importer.samples(layout.path, tally)) for tally in tallies)
    assert first == second
    assert tallies[0].lines() == tallies[1].lines()
    assert tallies[0].used == len(first)


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_option_and_a_missing_source_are_usage_errors(kind: str, make: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="options:"):
        open_importer(kind, {"no_such_option": "1"})
    (tmp_path / "set").mkdir()
    options = make.LAYOUTS[kind](tmp_path / "set").options
    with pytest.raises(UsageError):
        build(kind, tmp_path / "absent", tmp_path / "m.parquet", options)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError):
        build(kind, tmp_path / "empty", tmp_path / "m.parquet", options)
    assert not (tmp_path / "m.parquet").exists()
