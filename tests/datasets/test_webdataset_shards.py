import io
import pickle
import random
import tarfile
from pathlib import Path

import pytest

from fakeprint.core.errors import UsageError
from fakeprint.datasets.tar_members import Damage, TarMember, read_members
from fakeprint.datasets.webdataset_shards import (
    ShardSample,
    ShardTally,
    TooManyBadSamples,
    decode_samples,
    read_shards,
)

REQUIRED = ("real", "gen_0", "caption.txt")


def add(tar: tarfile.TarFile, name: str, data: bytes, **fields: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    tar.addfile(info, io.BytesIO(data))


def members_of(key: str, size: int = 700) -> dict[str, bytes]:
    draw = random.Random(key)
    return {"caption.txt": b"a bowl", "gen_0.png": draw.randbytes(size), "real.jpg": draw.randbytes(size)}


def write_shard(path: Path, keys: list[str], missing: frozenset[str] = frozenset()) -> dict[str, dict[str, bytes]]:
    written = {}
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for key in keys:
            members = members_of(key)
            if key in missing:
                del members["gen_0.png"]
            else:
                written[key] = members
            for suffix, data in members.items():
                add(tar, f"{key}.{suffix}", data)
    return written


def names_and_damage(path: Path) -> tuple[list[str], list[str]]:
    items = list(read_members(path))
    return [one.name for one in items if isinstance(one, TarMember)], [one.code for one in items if isinstance(one, Damage)]


def test_twenty_shards_with_every_kind_of_damage(tmp_path: Path) -> None:
    """Acceptance test 10: every good sample exactly once, counters exact."""
    draw, good, shards = random.Random(0), {}, []
    for number in range(20):
        keys = [f"elsa_v2__train__{number:02d}{index:03d}" for index in range(100)]
        path = tmp_path / f"elsa_v2-{number:04d}.tar"
        written = write_shard(path, keys, frozenset(draw.sample(keys, 1)))
        if number == 5:  # in the middle of the picture of the 61st sample
            kept = list(written)[:60]
            with tarfile.open(path) as tar:
                place = tar.getmember(f"{list(written)[60]}.real.jpg").offset_data + 100
            path.write_bytes(path.read_bytes()[:place])
            missing_in_kept = next((key for key in keys if key not in written), None)
            shards_five_bad = 1 + (missing_in_kept is not None and keys.index(missing_in_kept) < 60)
            written = {key: written[key] for key in kept}
        if number == 11:
            path.write_bytes(draw.randbytes(100_000))
            written = {}
        good |= written
        shards.append(path)
    tally = ShardTally()
    found: dict[str, ShardSample] = {}
    for sample in read_shards(shards, tally, required=REQUIRED, most_bad=0.05):
        assert sample.key not in found
        found[sample.key] = sample
    assert {key: dict(sample.members) for key, sample in found.items()} == good
    assert tally.good == len(good)
    assert tally.bad == 18 + shards_five_bad
    assert tally.damage == {"truncated": 1, "bad_header": 1}
    assert (tally.shards, len(tally.quarantine)) == (20, tally.bad + 2)
    with pytest.raises(TooManyBadSamples, match="are allowed"):
        list(read_shards(shards, ShardTally(), required=REQUIRED))


@pytest.mark.parametrize("required", [(), REQUIRED])
def test_a_damaged_header_costs_its_sample_only(tmp_path: Path, required: tuple[str, ...]) -> None:
    path = tmp_path / "s.tar"
    keys = [f"k{index}" for index in range(6)]
    write_shard(path, keys)
    with tarfile.open(path) as tar:
        places = {one.name: one.offset for one in tar.getmembers()}
    data = bytearray(path.read_bytes())
    data[places["k2.gen_0.png"] + 10] ^= 0x55  # in the middle of a sample
    data[places["k4.caption.txt"] + 10] ^= 0x55  # at the boundary of two samples
    path.write_bytes(data)
    tally = ShardTally()
    found = [sample.key for sample in read_shards([path], tally, required=required, most_bad=1)]
    assert found == (["k0", "k1", "k3", "k5"] if required else ["k0", "k1", "k5"])
    assert tally.damage == {"bad_header": 2}
    assert tally.bad == (2 if required else 3)


def test_a_lying_length_does_not_swallow_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "s.tar"
    write_shard(path, ["a", "b", "c"])
    with tarfile.open(path) as tar:
        place = tar.getmember("a.real.jpg").offset
    data = bytearray(path.read_bytes())
    data[place + 124 : place + 136] = b"77777777777\0"
    header = data[place : place + 512]
    header[148:156] = b" " * 8
    data[place + 148 : place + 156] = f"{sum(header):06o}\0 ".encode()
    path.write_bytes(data)
    assert [sample.key for sample in read_shards([path], ShardTally(), required=REQUIRED, most_bad=1)] == ["b", "c"]


def test_hostile_entries_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    """Acceptance test 4 for tar files."""
    path = tmp_path / "in" / "s.tar"
    path.parent.mkdir()
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        add(tar, "good.txt", b"1")
        for name in ("../up.txt", "/etc/abs.txt", "a/../../x.txt", "C:\\x.txt"):
            add(tar, name, b"x")
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
            add(tar, f"link{kind!r}.txt", b"", type=kind, linkname="/etc/passwd")
        add(tar, "folder", b"", type=tarfile.DIRTYPE)
        add(tar, "last.txt", b"2")
    with path.open("r+b") as stream:
        data = stream.read().replace(b"last.txt", b"l\xffst.txt")
    before = set(tmp_path.rglob("*"))
    assert names_and_damage(path) == (["good.txt", "last.txt"], ["unsafe_name"] * 4 + ["not_a_file"] * 5)
    header = data.index(b"l\xffst.txt")
    raw = bytearray(data)
    block = raw[header : header + 512]
    block[148:156] = b" " * 8
    raw[header + 148 : header + 156] = f"{sum(block):06o}\0 ".encode()
    (tmp_path / "in" / "latin.tar").write_bytes(raw)
    assert names_and_damage(tmp_path / "in" / "latin.tar")[1][-1] == "bad_name"
    assert set(tmp_path.rglob("*")) - before == {tmp_path / "in" / "latin.tar"}


def test_duplicate_and_tiny_entries(tmp_path: Path) -> None:
    path = tmp_path / "s.tar"
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        add(tar, "a.txt", b"1")
        add(tar, "a.txt", b"2")
        add(tar, "b.txt", b"3")
    tally = ShardTally()
    assert [sample.key for sample in read_shards([path], tally, most_bad=1)] == ["b"]
    assert tally.reasons == {"a member is there twice": 1}
    block = tarfile.TarInfo("t.txt").tobuf(tarfile.USTAR_FORMAT)
    path.write_bytes(block * 20_000 + bytes(1024))
    assert len(names_and_damage(path)[0]) == 20_000


@pytest.mark.parametrize("fmt", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_equal_those_of_the_standard_library(tmp_path: Path, fmt: int) -> None:
    path, draw = tmp_path / "s.tar", random.Random(fmt)
    long = "x" * 90 + "/" + "y" * 90
    names = ["plain.txt", f"{long}.txt", *([f"{'z' * 180}.txt", "grüße.txt"] if fmt != tarfile.USTAR_FORMAT else [])]
    with tarfile.open(path, "w", format=fmt) as tar:
        for name in names:
            add(tar, name, draw.randbytes(draw.randrange(3000)), uid=3_000_000 if fmt != tarfile.USTAR_FORMAT else 0)
    with tarfile.open(path) as tar:
        expected = [(one.name, tar.extractfile(one).read(), one.offset_data) for one in tar.getmembers()]  # type: ignore[union-attr]
    assert [(one.name, one.data, one.offset) for one in read_members(path) if isinstance(one, TarMember)] == expected


def test_every_prefix_and_random_damage_raises_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.tar"
    write_shard(path, ["a", "b"])
    data, draw = path.read_bytes(), random.Random(1)
    for length in range(0, len(data), 97):
        path.write_bytes(data[:length])
        list(read_members(path))
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(draw.randrange(1, 20)):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        path.write_bytes(damaged)
        list(read_shards([path], ShardTally(), most_bad=1))


def test_pickles_are_never_loaded_nor_handed_on(tmp_path: Path) -> None:
    """Acceptance test 6: the canary stays away."""
    canary = tmp_path / "canary"

    class Bait:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (eval, (f"open({str(canary)!r}, 'w')",))

    path = tmp_path / "s.tar"
    with tarfile.open(path, "w") as tar:
        for suffix in ("pyd", "pkl", "pickle", "pth", "pt2", "npy"):
            add(tar, f"a.{suffix}", pickle.dumps(Bait()))
        add(tar, "a.txt", b"text")
    tally = ShardTally()
    (sample,) = read_shards([path], tally)
    assert dict(sample.members) == {"txt": b"text"}
    assert tally.ignored == {"pickled": 6}
    assert not canary.exists()


@pytest.mark.parametrize("name", ["pipe:cat x", "http://127.0.0.1/s.tar", "gs://b/s.tar", "file:///etc/hosts", "-", "absent.tar"])
def test_only_local_files_are_opened(name: str) -> None:
    with pytest.raises(UsageError):
        list(read_shards([name], ShardTally()))


def test_a_sample_that_does_not_decode_is_counted_as_bad(tmp_path: Path) -> None:
    path = tmp_path / "s.tar"
    write_shard(path, ["1", "x", "3"])
    tally = ShardTally()
    samples = read_shards([path], tally, most_bad=1)
    assert list(decode_samples(samples, lambda sample: int(sample.key), tally, (ValueError,))) == [1, 3]
    assert (tally.good, tally.bad, tally.reasons) == (2, 1, {"decode: ValueError": 1})
