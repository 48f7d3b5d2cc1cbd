import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakeprint.datasets.near_duplicates import MOST_RADIUS, near_pairs


def brute(hashes: np.ndarray, radius: int) -> set[tuple[int, int]]:
    """Every pair of distinct values within the radius, by their first rows; equal values as chains."""
    pairs = set()
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for row, value in enumerate(hashes.tolist()):
        if value in last:
            pairs.add((last[value], row))
        first.setdefault(value, row)
        last[value] = row
    values = list(first)
    for at, one in enumerate(values):
        for other in values[at + 1 :]:
            if (one ^ other).bit_count() <= radius:
                pairs.add(tuple(sorted((first[one], first[other]))))
    return pairs


def found(hashes: np.ndarray, radius: int) -> list[tuple[int, int]]:
    return [(one, other) for part in near_pairs(hashes, radius) for one, other in part.tolist()]


@pytest.mark.parametrize("radius", [0, 1, 3, 8, 11, MOST_RADIUS])
def test_equals_comparing_all_pairs(radius: int) -> None:
    rng = np.random.default_rng(radius)
    hashes = rng.integers(0, 2**64, 300, dtype=np.uint64)
    for target in range(150, 300):
        flips = rng.permutation(64)[: rng.integers(0, 18)]
        hashes[target] = hashes[rng.integers(0, 150)] ^ np.uint64(sum(1 << int(bit) for bit in flips))
    pairs = found(hashes, radius)
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == brute(hashes, radius)
    assert all(one < other for one, other in pairs)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.integers(0, 12))
def test_any_hashes(values: list[int], radius: int) -> None:
    hashes = np.array(values, np.uint64)
    assert set(found(hashes, radius)) == brute(hashes, radius)


def test_crowded_bands_and_copies() -> None:
    rng = np.random.default_rng(5)
    crowded = rng.integers(0, 2**20, 800, dtype=np.uint64)
    assert set(found(crowded, 3)) == brute(crowded, 3)
    assert len(found(np.full(5000, 7, np.uint64), 8)) == 4999
    assert found(np.zeros(0, np.uint64), 8) == []


@pytest.mark.parametrize("radius", [-1, MOST_RADIUS + 1])
def test_a_radius_that_makes_no_sense_is_refused(radius: int) -> None:
    with pytest.raises(ValueError, match="radius"):
        list(near_pairs(np.zeros(2, np.uint64), radius))
