"""What lies on both sides of a split: counted for every key, with examples (specs: dflip3k 3.6, evaluation 4, d3-code 2.1)."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from fakeprint.core.record import Record
from fakeprint.datasets.keys import JOINS, Keys, phash_values
from fakeprint.datasets.near_duplicates import RADIUS, near_pairs

EXAMPLES = 5
_EXACT: dict[str, Callable[[Keys], Sequence[Hashable | None]]] = {"id": lambda keys: keys.ids, "group": lambda keys: keys.groups, **JOINS}


class Leak(Record):
    """One key between two splits.

    ``known`` is how many samples have the key at all: 0 hits among 0 known samples says nothing.  ``values`` counts the values (for
    ``phash``: the pairs) that lie in both splits, ``samples`` the samples that carry them.  ``examples`` are pairs of sample ids.
    """

    key: str
    first: str
    second: str
    known: int = Field(ge=0)
    values: int = Field(ge=0)
    samples: int = Field(ge=0)
    examples: tuple[tuple[str, str], ...] = ()


class LeakageReport(Record):
    """Every key between every two splits that hold samples.  ``radius`` is the greatest distance of perceptual hashes that counts."""

    radius: int
    samples: int
    splits: dict[str, int]
    leaks: tuple[Leak, ...]

    @property
    def clean(self) -> bool:
        """Whether no key crosses any two splits."""
        return not any(leak.values for leak in self.leaks)


def leakage(keys: Keys, radius: int = RADIUS) -> LeakageReport:
    """Compare all splits by all keys."""
    counts = dict(sorted(Counter(keys.splits).items()))
    places = {split: at for at, split in enumerate(counts)}
    place = np.fromiter((places[split] for split in keys.splits), np.int64, len(keys))
    leaks: list[Leak] = []
    for name, values in _EXACT.items():
        leaks += _exact(name, values(keys), keys.ids, place, tuple(counts))
    leaks += _near(keys, place, tuple(counts), radius)
    return LeakageReport(radius=radius, samples=len(keys), splits=counts, leaks=tuple(leaks))


def _exact(
    name: str, values: Sequence[Hashable | None], ids: Sequence[str], place: NDArray[np.int64], splits: Sequence[str]
) -> "list[Leak]":
    codes: dict[Hashable, int] = {}
    code = np.fromiter((codes.setdefault(value, len(codes)) if value else -1 for value in values), np.int64, len(ids))
    there = code >= 0
    counts = [np.bincount(code[there & (place == at)], minlength=len(codes)) for at in range(len(splits))]
    leaks = []
    for (one, first), (other, second) in combinations(enumerate(splits), 2):
        both = np.flatnonzero((counts[one] > 0) & (counts[other] > 0))
        examples = ((ids[_row(code, place, value, one)], ids[_row(code, place, value, other)]) for value in both[:EXAMPLES])
        samples = int((counts[one] + counts[other])[both].sum())
        leaks.append(
            Leak(key=name, first=first, second=second, known=int(there.sum()), values=len(both), samples=samples, examples=tuple(examples))
        )
    return leaks


def _row(code: NDArray[np.int64], place: NDArray[np.int64], value: int, split: int) -> int:
    return int(np.flatnonzero((code == value) & (place == split))[0])


def _near(keys: Keys, place: NDArray[np.int64], splits: Sequence[str], radius: int) -> list[Leak]:
    values, rows = phash_values(keys.phashes)
    pairs = rows[_crossing(values, place[rows], radius)]
    pairs = np.take_along_axis(pairs, np.argsort(place[pairs], axis=1, kind="stable"), axis=1)
    low, high = place[pairs].T
    leaks = []
    for (one, first), (other, second) in combinations(enumerate(splits), 2):
        between = pairs[(low == one) & (high == other)]
        examples = tuple((keys.ids[a], keys.ids[b]) for a, b in between[:EXAMPLES].tolist())
        samples = len(np.unique(between))
        leaks.append(
            Leak(key="phash", first=first, second=second, known=len(rows), values=len(between), samples=samples, examples=examples)
        )
    return leaks


def _crossing(values: NDArray[np.uint64], place: NDArray[np.int64], radius: int) -> NDArray[np.int64]:
    """Return (M, 2) the pairs of rows with near hashes in different splits.

    Of equal hashes one row for each split is kept, so that no copy hides another and a thousand copies do not make a million pairs.
    """
    order = np.lexsort((place, values))
    new = np.ones(len(order), bool)
    new[1:] = (values[order][1:] != values[order][:-1]) | (place[order][1:] != place[order][:-1])
    kept = order[new]
    distinct, start, size = np.unique(values[kept], return_index=True, return_counts=True)
    turns = range(int(size.max(initial=0)))
    found = [np.zeros((0, 2), np.int64)]
    for a, b in combinations(turns, 2):
        many = start[size > b]
        found.append(np.stack([kept[many + a], kept[many + b]], axis=1))
    for near in near_pairs(distinct, radius):
        one, other = near.T
        for a, b in product(turns, turns):
            there = (size[one] > a) & (size[other] > b)
            pairs = np.stack([kept[start[one[there]] + a], kept[start[other[there]] + b]], axis=1)
            found.append(pairs[place[pairs[:, 0]] != place[pairs[:, 1]]])
    return np.concatenate(found)
