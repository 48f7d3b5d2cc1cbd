"""Against SciPy, which writes the files and reads the sound ones."""

import random
import zlib
from pathlib import Path

import numpy as np
import pytest

from fakeprint.core.errors import UsageError
from fakeprint.datasets.mat5 import read_mat


def save(folder: Path, compressed: bool = False, **variables: object) -> Path:
    from scipy.io import savemat

    savemat(folder / "x.mat", variables, do_compression=compressed)
    return folder / "x.mat"


def cells(*values: object) -> np.ndarray:
    made = np.empty((1, len(values)), dtype=object)
    made[0] = values
    return made


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"])
def test_numbers_in_column_order(tmp_path: Path, kind: str, compressed: bool) -> None:
    values = (np.arange(12).reshape(3, 4) * 9).astype(kind)
    assert read_mat(save(tmp_path, compressed, a=values))["a"] == values.T.reshape(-1).tolist()


@pytest.mark.parametrize("compressed", [False, True])
def test_structs_cells_text_and_empties(tmp_path: Path, compressed: bool) -> None:
    record = {"name": cells("Zoë", "", "a" * 300), "box": cells(np.array([[1.5, np.nan]]), np.zeros((0, 0)))}
    found = read_mat(save(tmp_path, compressed, s=record, t="text", many=np.array([(1,), (2,)], dtype=[("f", "f8")])))
    assert found["t"] == "text"
    assert isinstance(found["s"], dict)
    assert found["s"]["name"] == ["Zoë", "", "a" * 300]
    first, second = found["s"]["box"]
    assert first[0] == 1.5
    assert np.isnan(first[1])
    assert second == []
    assert found["many"] == [{"f": [1.0]}, {"f": [2.0]}]


def test_bombs_and_nesting_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path, True, a=np.zeros(1 << 18))
    monkeypatch.setattr("fakeprint.datasets.mat5.MAT_BYTES", 1 << 20)
    with pytest.raises(UsageError, match="inflates"):
        read_mat(path)
    monkeypatch.undo()
    nested: object = "x"
    for _ in range(12):
        nested = cells(nested)
    with pytest.raises(UsageError, match="nested"):
        read_mat(save(tmp_path, a=nested))


@pytest.mark.parametrize("compressed", [False, True])
def test_damage_ends_in_values_or_a_usage_error(tmp_path: Path, compressed: bool) -> None:
    path = save(tmp_path, compressed, s={"name": cells("a", "b"), "n": np.arange(5.0), "u": np.arange(3, dtype="u1")})
    data, rng = path.read_bytes(), random.Random(1)
    for _ in range(500):
        changed = bytearray(data)
        for _ in range(rng.randrange(1, 4)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        path.write_bytes(changed[: rng.randrange(100, len(changed) + 1)] if rng.random() < 0.2 else changed)
        try:
            read_mat(path)
        except UsageError:
            continue


def test_a_compressed_element_of_another_kind(tmp_path: Path) -> None:
    inside = zlib.compress(b"\x0f\x00\x00\x00\x00\x00\x00\x00")
    header = b"x".ljust(124) + b"\x00\x01IM"
    (tmp_path / "x.mat").write_bytes(header + b"\x0f\x00\x00\x00" + len(inside).to_bytes(4, "little") + inside)
    assert read_mat(tmp_path / "x.mat") == {}
