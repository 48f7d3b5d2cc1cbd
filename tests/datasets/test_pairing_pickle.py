import os
import pickle
import pickletools
from pathlib import Path

import pytest

from fakeprint.core.errors import UsageError
from fakeprint.datasets.pairing_pickle import read_pairing

PAIRING = (
    ["17/a.jpg", "18/b.jpg"],
    ["B, celebrity, 30-year-old", "Zoë, celebrity, 31-year-old"],
    [("17/a.jpg", "18/b.jpg"), ("18/b.jpg", "17/a.jpg")],
)


def stored(folder: Path, data: bytes) -> Path:
    path = folder / "wiki.pickle"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_gives_what_python_gives(tmp_path: Path, protocol: int) -> None:
    data = pickle.dumps(PAIRING, protocol)
    assert read_pairing(stored(tmp_path, data)) == pickle.loads(data) == PAIRING


def test_optimised_pickles_and_long_lists(tmp_path: Path) -> None:
    names = [f"17/{index}.jpg" for index in range(5000)]
    data = pickletools.optimize(pickle.dumps((names, names, list(zip(names, names, strict=True)))))
    assert read_pairing(stored(tmp_path, data))[2][4999] == ("17/4999.jpg", "17/4999.jpg")


class Bait:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.folder / "caught"),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("place", [0, 1, 2])
def test_bait_is_refused_and_not_run(tmp_path: Path, protocol: int, place: int) -> None:
    lists: list[list[object]] = [list(part) for part in PAIRING]
    lists[place].append(Bait(tmp_path))
    with pytest.raises(UsageError, match="GLOBAL"):
        read_pairing(stored(tmp_path, pickle.dumps(tuple(lists), protocol)))
    assert not (tmp_path / "caught").exists()


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
        b"(i__main__\nBait\n.",
        b"\x82\x01.",
        b"P1\n.",
        b"\x80\x04]\x94r\xff\xff\xff\xff.",
        b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fabc.",
        b"\x80\x04X\xff\xff\xff\xffabc.",
        b"(((((((((.",
        b"h\x07.",
        b"t.",
        b"\x86.",
        b"]a.",
        b"((e.",
        b"K\x01.",
        b"}.",
        b"",
        b"\xff\xfe",
        b"..",
        b"]]" + b".",
        pickle.dumps((["a"], ["b"])),
        pickle.dumps((["a"], [3], [("a", "b")])),
        pickle.dumps((["a"], ["p"], [("a", "b", "c")])),
        pickle.dumps((["a"], ["p"], ["ab"])),
        pickle.dumps((["a", "b"], ["p"], [("a", "b")])),
        pickle.dumps({"paths": []}),
    ],
)
def test_anything_else_is_a_usage_error(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UsageError):
        read_pairing(stored(tmp_path, data))


def test_every_truncation_and_many_single_byte_changes_end_in_a_usage_error_or_a_pairing(tmp_path: Path) -> None:
    data = pickle.dumps(PAIRING)
    changed = [data[:end] for end in range(len(data))]
    changed += [data[:at] + bytes([value]) + data[at + 1 :] for at in range(len(data)) for value in (0, 0x28, 0x52, 0x63, 0x93, 0xFF)]
    for one in changed:
        try:
            paths, prompts, pairs = read_pairing(stored(tmp_path, one))
        except UsageError:
            continue
        assert len(paths) == len(prompts) == len(pairs)
