import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakeprint.core.errors import AlignmentError, LeakageError, UsageError
from fakeprint.core.generation import Generation, Lora
from fakeprint.core.manifest import Manifest, ManifestHeader
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.sample import Label, Sample, Split, Step
from fakeprint.datasets.columns import COLUMNS, FLAT
from fakeprint.datasets.store import read_header, read_samples, write_manifest
from fakeprint.datasets.table import read_table, write_table

HEADER = ManifestHeader(name="set", version="3", description="d", citation="c", terms="CC-BY-NC-4.0")


def sample(index: int, **changes: object) -> Sample:
    values = {
        "id": f"s{index}",
        "path": f"p/{index}.jpg",
        "label": Label.SYNTHETIC,
        "split": Split.TEST,
        "group": f"g{index}",
        "source": "x",
    }
    return Sample.model_validate(values | changes)


FULL = sample(
    0,
    generator="G",
    family="f",
    generator_version="v",
    licence="MIT",
    sha256="0" * 64,
    phash="0123456789abcdef",
    url="https://example.org/a?b=c",
    pair="s1",
    mask="m/0.png",
    safety=("sexual",),
    generation=Generation(prompt="ü \x00 \n 😀", seed=2**64 - 1, cfg=7.5, model_hash="fc2511737a", loras=(Lora(name="l", weight=0.5),)),
    media=Media(sha256="0" * 64, kind=MediaKind.IMAGE, mime="image/png", bytes=9),
    history=(Step(name="jpeg", parameters={"quality": 75, "x": 0.5, "y": True, "z": "w"}, seed=3),),
    extra={"a": 1, "b": 0.5, "c": True, "d": "e"},
)


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
def test_every_field_comes_back(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"m{suffix}"
    write_manifest(out, HEADER, iter([FULL, sample(1)]))
    assert list(read_samples(out)) == [FULL, sample(1)]
    assert read_header(out) == HEADER
    assert read_table(out).sha256() == Manifest(header=HEADER, samples=(FULL, sample(1))).sha256()
    assert [type(value) for value in next(read_samples(out)).extra.values()] == [int, float, bool, str]


def test_every_field_of_a_sample_has_a_place() -> None:
    assert set(FLAT) <= set(Sample.model_fields)
    assert set(Sample.model_fields) - set(FLAT) == {"generation", "media", "history", "safety", "extra"}


def test_tables_and_store_write_the_same_layout(tmp_path: Path) -> None:
    write_table(Manifest(header=HEADER, samples=(FULL,)), tmp_path / "m.parquet")
    assert list(read_samples(tmp_path / "m.parquet")) == [FULL]


def test_twin_of_a_small_manifest_and_none_of_a_large_one(tmp_path: Path) -> None:
    out = tmp_path / "m.parquet"
    write_manifest(out, HEADER, [sample(index) for index in range(3)], twin_rows=3)
    assert list(read_samples(tmp_path / "m.jsonl")) == list(read_samples(out))
    write_manifest(out, HEADER, [sample(index) for index in range(4)], twin_rows=3)
    assert not (tmp_path / "m.jsonl").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.card.md", "m.croissant.json", "m.parquet"]


def test_more_rows_than_a_batch_stay_in_order(tmp_path: Path) -> None:
    write_manifest(tmp_path / "m.parquet", HEADER, (sample(index) for index in range(12_001)))
    assert [one.id for one in read_samples(tmp_path / "m.parquet")] == [f"s{index}" for index in range(12_001)]


def test_what_fails_midway_leaves_the_old_manifest(tmp_path: Path) -> None:
    out = tmp_path / "m.parquet"
    write_manifest(out, HEADER, [sample(1)])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def broken() -> Iterator[Sample]:
        yield sample(2)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        write_manifest(out, HEADER, broken())
    with pytest.raises(AlignmentError, match="s1"):
        write_manifest(out, HEADER, [sample(1), sample(1)])
    with pytest.raises(LeakageError, match="g2"):
        write_manifest(tmp_path / "m.jsonl", HEADER, [sample(2), sample(3, group="g2", split=Split.TRAIN)])
    with pytest.raises(UsageError, match="no sample"):
        write_manifest(out, HEADER, [])
    with pytest.raises(UsageError, match=r"\.parquet or \.jsonl"):
        write_manifest(tmp_path / "m.csv", HEADER, [sample(1)])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("content", [b"", b"PAR1", b"{}\n", b"[1]\n", b"\xff\n", b'{"schema_version":"9.9"}\n', b"[" * 100_000])
@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
def test_no_manifest_is_a_usage_error(tmp_path: Path, content: bytes, suffix: str) -> None:
    (tmp_path / f"m{suffix}").write_bytes(content)
    with pytest.raises(UsageError):
        read_header(tmp_path / f"m{suffix}")
    with pytest.raises(UsageError):
        list(read_samples(tmp_path / f"m{suffix}"))


def test_foreign_parquet_and_damaged_rows_are_refused(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"path": ["a"]}), tmp_path / "foreign.parquet")
    with pytest.raises(UsageError, match="data import table"):
        read_header(tmp_path / "foreign.parquet")
    metadata = {"fakeprint": HEADER.model_dump_json()}
    for record in ('{"extra": 3}', "[", "[" * 5000, '{"unknown": 1}', "7"):
        table = pa.table({**{name: ["x"] for name in FLAT}, "record": [record]})
        pq.write_table(table.replace_schema_metadata(metadata), tmp_path / "odd.parquet")
        with pytest.raises(UsageError, match="cannot be read"):
            list(read_samples(tmp_path / "odd.parquet"))


def test_card_and_croissant_tell_of_the_stored_file(tmp_path: Path) -> None:
    out = tmp_path / "m.parquet"
    hostile = sample(2, source="a|b\n# c", generator="<script>alert(1)</script>[x](javascript:1)", licence="\x1b[31mCC-BY-NC-4.0")
    write_manifest(out, HEADER, [FULL, sample(1, label=Label.AUTHENTIC, split=Split.TRAIN), hostile])
    card = (tmp_path / "m.card.md").read_text()
    assert "| train | 1 | 0 | 0 |" in card
    assert "| test | 0 | 2 | 0 |" in card
    assert "1 samples are under a licence that names non-commercial" in card
    assert "<script>" not in card
    assert "\x1b" not in card
    assert "a\\|b \\# c" in card
    document = json.loads((tmp_path / "m.croissant.json").read_text())
    assert document["distribution"][0]["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert [field["source"]["extract"]["column"] for field in document["recordSet"][0]["field"]] == list(COLUMNS)
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.0"


def test_damaged_parquet_ends_in_samples_or_a_usage_error(tmp_path: Path) -> None:
    out = tmp_path / "m.parquet"
    write_manifest(out, HEADER, [FULL, sample(1)])
    data = out.read_bytes()
    for at in range(0, len(data), 53):
        out.write_bytes(data[:at] + bytes([data[at] ^ 0x5A]) + data[at + 1 :])
        try:
            read_header(out)
            list(read_samples(out))
        except UsageError:
            continue
