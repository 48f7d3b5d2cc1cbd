"""What lies on both sides of a split: counted for every key, with examples (specs: dflip3k 3.6, evaluation 4, d3-code 2.1)."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from fakeprint.core.record import Record
from fakeprint.datasets.keys import Keys, phash_values
from fakeprint.datasets.near_duplicates import RADIUS, near_pairs

EXAMPLES = 5
_EXACT: dict[str, Callable[[Keys], Sequence[Hashable | None]]] = {
    "id": lambda keys: keys.ids,
    "group": lambda keys: keys.groups,
    "url": lambda keys: keys.urls,
    "sha256": lambda keys: keys.sha256s,
    "prompt": lambda keys: keys.prompts,
    "pair": lambda keys: [pair or own for pair, own in zip(keys.pairs, keys.ids, strict=True)],
    "uploader": lambda keys: keys.uploaders,
}


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
    counts = Counter(keys.splits)
    splits = sorted(counts)
    leaks: list[Leak] = []
    for name, values in _EXACT.items():
        leaks += _exact(name, values(keys), keys, splits)
    leaks += _near(keys, splits, radius)
    return LeakageReport(radius=radius, samples=len(keys), splits=dict(sorted(counts.items())), leaks=tuple(leaks))


def _exact(name: str, values: Sequence[Hashable | None], keys: Keys, splits: Sequence[str]) -> list[Leak]:
    where: dict[Hashable, dict[str, list[int]]] = {}
    known = 0
    for row, (value, split) in enumerate(zip(values, keys.splits, strict=True)):
        if value:
            known += 1
            where.setdefault(value, {}).setdefault(split, []).append(row)
    crossing = [rows for rows in where.values() if len(rows) > 1]
    leaks = []
    for one, other in combinations(splits, 2):
        both = [rows for rows in crossing if one in rows and other in rows]
        examples = tuple((keys.ids[rows[one][0]], keys.ids[rows[other][0]]) for rows in both[:EXAMPLES])
        samples = sum(len(rows[one]) + len(rows[other]) for rows in both)
        leaks.append(Leak(key=name, first=one, second=other, known=known, values=len(both), samples=samples, examples=examples))
    return leaks


def _near(keys: Keys, splits: Sequence[str], radius: int) -> list[Leak]:
    values, rows = phash_values(keys.phashes)
    code = {split: at for at, split in enumerate(splits)}
    place = np.array([code[keys.splits[row]] for row in rows.tolist()], np.int64)
    found: dict[tuple[int, int], list[NDArray[np.int64]]] = {}
    for pairs in _crossing(values, place, radius):
        low, high = place[pairs].min(axis=1), place[pairs].max(axis=1)
        for a, b in {(int(a), int(b)) for a, b in zip(low, high, strict=True)}:
            found.setdefault((a, b), []).append(pairs[(low == a) & (high == b)])
    leaks = []
    for one, other in combinations(splits, 2):
        parts = found.get((code[one], code[other]), [])
        pairs = np.concatenate(parts) if parts else np.zeros((0, 2), np.int64)
        ordered = np.take_along_axis(pairs, np.argsort(place[pairs], axis=1, kind="stable"), axis=1)
        examples = tuple((keys.ids[rows[a]], keys.ids[rows[b]]) for a, b in ordered[:EXAMPLES].tolist())
        samples = len(np.unique(pairs))
        leaks.append(Leak(key="phash", first=one, second=other, known=len(rows), values=len(pairs), samples=samples, examples=examples))
    return leaks


def _crossing(values: NDArray[np.uint64], place: NDArray[np.int64], radius: int) -> "list[NDArray[np.int64]]":
    """Return the pairs of near hashes in different splits.

    Of equal hashes one row for each split is kept, so that no copy hides another and a thousand copies do not make a million pairs.
    """
    if not len(values):
        return []
    _, first = np.unique(np.stack([values, place.astype(np.uint64)]), axis=1, return_index=True)
    kept = np.sort(first)
    distinct, index = np.unique(values[kept], return_inverse=True)
    members: list[list[int]] = [[] for _ in distinct]
    for row, at in zip(kept.tolist(), index.tolist(), strict=True):
        members[at].append(row)
    pairs = [(one, other) for rows in members for one, other in combinations(rows, 2)]
    for chunk in near_pairs(distinct, radius):
        pairs += [(one, other) for a, b in chunk.tolist() for one in members[a] for other in members[b] if place[one] != place[other]]
    return [np.array(pairs, np.int64)] if pairs else []
