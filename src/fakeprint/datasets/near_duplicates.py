"""All pairs of 64-bit hashes within a Hamming distance, exactly and without comparing all pairs (specs: evaluation 4).

A hash is cut into four bands of 16 bits.  If two hashes differ in at most r bits, then one band differs in few: with r = 8 either the
first band in at most two bits, or one of the others in at most one, since otherwise the total is at least 3 + 2 + 2 + 2 = 9.  So each
hash is looked up under 137 + 3 * 17 keys, and only what shares a key is compared.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Hashes = NDArray[np.uint64]
Pairs = NDArray[np.int64]

RADIUS = 8
MOST_RADIUS = 15
"""Beyond this a band would have to be searched so widely that most hashes are compared."""

_BANDS = 4
_BITS = 16
_KEYS = 1 << _BITS
_CHUNK = 1 << 22


def near_pairs(hashes: ArrayLike, radius: int = RADIUS) -> Iterator[Pairs]:
    """Yield every unordered pair of rows whose hashes differ in at most ``radius`` bits, once each, as (M, 2) index arrays, i < j.

    ``hashes`` is (N,) uint64.  Equal hashes are pairs too, chained (first with second, second with third, ...) instead of all with all,
    so that a thousand copies of one picture give 999 pairs; and of each set of equal hashes only the first row is paired with others.
    Memory is bounded by about 100 bytes a hash and 200 MiB; the order of the pairs is fixed.

    >>> [pair.tolist() for pair in near_pairs(np.array([0, 255, 0, 7], np.uint64), 3)]
    [[[0, 2]], [[0, 3]]]
    """
    if not 0 <= radius <= MOST_RADIUS:
        raise ValueError(f"a radius lies in 0 to {MOST_RADIUS}, not {radius}")
    given = np.ascontiguousarray(hashes, dtype=np.uint64)
    order = np.argsort(given, kind="stable")
    ranked = given[order]
    same = ranked[1:] == ranked[:-1]
    if same.any():
        yield np.stack([order[:-1][same], order[1:][same]], axis=1)
    first = np.flatnonzero(np.r_[True, ~same]) if len(given) else np.zeros(0, np.int64)
    distinct, rows = ranked[first], order[first]
    for one, other in _distinct_pairs(distinct, radius):
        yield np.sort(np.stack([rows[one], rows[other]], axis=1), axis=1)


def _distinct_pairs(hashes: Hashes, radius: int) -> Iterator[tuple[Pairs, Pairs]]:
    reach = _reach(radius)
    bands = [((hashes >> np.uint64(_BITS * band)) & np.uint64(_KEYS - 1)).astype(np.int32) for band in range(_BANDS)]
    for band in range(_BANDS):
        if reach[band] < 0:
            continue
        keys = bands[band]
        members = np.argsort(keys, kind="stable")
        starts = np.searchsorted(keys[members], np.arange(_KEYS + 1))
        for mask in _masks(reach[band]):
            for one, other in _sharing(keys, members, starts, mask):
                near = np.flatnonzero(np.bitwise_count(hashes[one] ^ hashes[other]) <= radius)
                for before in range(band):  # what an earlier band has found is not found again
                    apart = np.bitwise_count(bands[before][one[near]] ^ bands[before][other[near]])
                    near = near[apart > reach[before]]
                if len(near):
                    yield one[near], other[near]


def _reach(radius: int) -> list[int]:
    """Return how many bits each band may differ in, so that no pair within ``radius`` is missed; -1 leaves a band out.

    >>> _reach(8), _reach(3), _reach(0)
    ([2, 1, 1, 1], [0, 0, 0, 0], [0, -1, -1, -1])
    """
    base, spare = divmod(radius + 1, _BANDS)
    return [base - 1 + (band < spare) for band in range(_BANDS)]


def _masks(reach: int) -> list[int]:
    return [sum(1 << bit for bit in bits) for count in range(reach + 1) for bits in combinations(range(_BITS), count)]


def _sharing(keys: NDArray[np.int32], members: Pairs, starts: Pairs, mask: int) -> Iterator[tuple[Pairs, Pairs]]:
    """Yield index pairs whose band keys differ by exactly ``mask``, each once, at most a few million at a time."""
    ranked = keys[members]
    partner = ranked ^ mask
    if mask:
        rows = np.flatnonzero(ranked < partner)
        low, high = starts[partner[rows]], starts[partner[rows] + 1]
    else:
        rows = np.arange(len(ranked))
        low, high = rows + 1, starts[ranked + 1]
    counts = high - low
    kept = counts > 0
    rows, low, counts = rows[kept], low[kept], counts[kept]
    total = np.cumsum(counts)
    at = 0
    while at < len(rows):
        done = total[at - 1] if at else 0
        upto = max(at + 1, int(np.searchsorted(total, done + _CHUNK, side="right")))
        part = slice(at, upto)
        offsets = np.arange(counts[part].sum()) - np.repeat(total[part] - counts[part] - done, counts[part])
        yield np.repeat(members[rows[part]], counts[part]), members[np.repeat(low[part], counts[part]) + offsets]
        at = upto
