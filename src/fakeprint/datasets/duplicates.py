"""Exact and near duplicates of a set, what contradicts among them, and which samples to leave out (specs: evaluation 4, dflip3k 8).

A near duplicate is a candidate by perceptual hash; where thumbnails are known it has to be confirmed by them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.record import Record
from fakeprint.core.sample import Label, Split
from fakeprint.datasets.components import Components, group_names
from fakeprint.datasets.held_out import PROTECTED
from fakeprint.datasets.keys import Keys, phash_values
from fakeprint.datasets.near_duplicates import RADIUS, near_pairs

SIMILAR = 0.9
"""Least correlation of two thumbnails of pictures that count as near duplicates."""


class Cluster(Record):
    """Samples that show the same; ``labels`` are those that occur.  More than one label is a contradiction."""

    kind: Literal["exact", "near"]
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    splits: tuple[str, ...]


@dataclass(frozen=True)
class Duplicates:
    """Clusters, and what to do: for each sample why it is left out (None: it stays), and its group after merging.

    ``candidates`` are pairs near by hash, ``confirmed`` those that their thumbnails did not contradict.
    """

    clusters: tuple[Cluster, ...]
    left_out: tuple[str | None, ...]
    groups: tuple[str, ...]
    candidates: int
    confirmed: int


def find_duplicates(
    keys: Keys, thumbnails: Mapping[str, Sequence[int]] | None = None, *, radius: int = RADIUS, remove_near: bool = False
) -> Duplicates:
    """Find duplicates and decide.

    Of exact duplicates the sample in the most protected split stays (then the first by id).  Files with contradicting labels
    (0 and 1 for the same bytes) are all left out.  Near duplicates in one split become one group, or all but one are left out with
    ``remove_near``; in two splits, the one in the less protected split is left out.
    """
    count = len(keys)
    exact = Components(count)
    exact.join_equal(keys.sha256s)
    candidates, pairs = _near(keys, thumbnails or {}, radius)
    both = Components(count)
    both.join_equal(keys.sha256s)
    both.join(pairs)
    left_out = _exact_decisions(keys, exact.roots())
    merged = Components(count)
    merged.join_equal(keys.groups)
    _near_decisions(keys, pairs, left_out, merged, remove=remove_near)
    groups = group_names(merged.roots(), keys.groups)
    clusters = (*_clusters(keys, exact.roots(), "exact"), *_clusters(keys, both.roots(), "near", than=exact.roots()))
    return Duplicates(clusters, tuple(left_out), tuple(groups), candidates, len(pairs))


def _near(keys: Keys, thumbnails: Mapping[str, Sequence[int]], radius: int) -> tuple[int, NDArray[np.int64]]:
    values, rows = phash_values(keys.phashes)
    found, candidates = [np.zeros((0, 2), np.int64)], 0
    for part in near_pairs(values, radius):
        pairs = rows[part]
        candidates += len(pairs)
        if thumbnails:
            kept = [alike(thumbnails.get(keys.ids[one]), thumbnails.get(keys.ids[other])) for one, other in pairs.tolist()]
            pairs = pairs[np.array(kept, bool)]
        found.append(pairs)
    return candidates, np.concatenate(found)


def alike(one: Sequence[int] | None, other: Sequence[int] | None) -> bool:
    """Return whether two thumbnails correlate; a missing or flat one contradicts nothing.

    >>> alike([0, 9, 0, 9], [1, 8, 0, 9]), alike([0, 9, 0, 9], [9, 0, 9, 0]), alike(None, [1])
    (True, False, True)
    """
    if not one or not other or len(one) != len(other):
        return True
    first, second = (np.asarray(values, np.float64) - np.mean(values) for values in (one, other))
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return size == 0 or float(first @ second) / size >= SIMILAR


def _exact_decisions(keys: Keys, roots: NDArray[np.int64]) -> list[str | None]:
    left_out: list[str | None] = [None] * len(keys)
    for rows in _members(roots):
        if len({Label(keys.labels[row]).positive for row in rows}) > 1:
            for row in rows:
                left_out[row] = "same bytes with both labels"
            continue
        stay = min(rows, key=lambda row: (-_protection(keys, row), keys.ids[row]))
        for row in rows:
            if row != stay:
                left_out[row] = "exact duplicate"
    return left_out


def _near_decisions(keys: Keys, pairs: NDArray[np.int64], left_out: list[str | None], merged: Components, *, remove: bool) -> None:
    join = []
    for one, other in pairs.tolist():
        if left_out[one] is not None or left_out[other] is not None:
            continue
        if keys.splits[one] != keys.splits[other]:
            left_out[one if _protection(keys, one) < _protection(keys, other) else other] = "near duplicate in another split"
        elif remove and Label(keys.labels[one]).positive == Label(keys.labels[other]).positive:
            left_out[max(one, other, key=lambda row: keys.ids[row])] = "near duplicate"
        else:
            join.append((one, other))
    merged.join(join)


def _protection(keys: Keys, row: int) -> int:
    return PROTECTED.index(Split(keys.splits[row]))


def _members(roots: NDArray[np.int64]) -> list[list[int]]:
    """Return the rows of each component of more than one row."""
    found: dict[int, list[int]] = {}
    for row, root in enumerate(roots.tolist()):
        found.setdefault(root, []).append(row)
    return [rows for rows in found.values() if len(rows) > 1]


def _clusters(
    keys: Keys, roots: NDArray[np.int64], kind: Literal["exact", "near"], than: NDArray[np.int64] | None = None
) -> "list[Cluster]":
    """Return clusters, those that are exact clusters already left out where ``than`` tells them."""
    found = []
    for rows in _members(roots):
        if than is not None and len({int(than[row]) for row in rows}) == 1:
            continue
        labels, splits = (tuple(sorted({column[row] for row in rows})) for column in (keys.labels, keys.splits))
        found.append(Cluster(kind=kind, ids=tuple(keys.ids[row] for row in rows), labels=labels, splits=splits))
    return found
