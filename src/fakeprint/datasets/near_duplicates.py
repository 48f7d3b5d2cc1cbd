"""All pairs of 64-bit hashes within a Hamming distance, exactly and without comparing all pairs (specs: evaluation 4).

A hash is cut into bands.  If two hashes differ in at most r bits, then one band differs in few: with r = 8 and three bands one of them
in at most two bits, since otherwise the total is at least 3 + 3 + 3 = 9.  So each hash is looked up under every key that is that near
in a band, and only what shares a key is compared.  Many hashes are served by three long bands, fewer by four short ones.  Bits are
dealt out to the bands by how much they tell, because hashes of similar pictures share some.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, exp2

import numpy as np
from numpy.typing import ArrayLike, NDArray

Hashes = NDArray[np.uint64]
Pairs = NDArray[np.int64]

RADIUS = 8
MOST_RADIUS = 15
"""Beyond this a band would have to be searched so widely that most hashes are compared."""

_BITS = 64
_BANDS = (3, 4)
_CHUNK = 1 << 22
_GATHERED = 1 << 20


def near_pairs(hashes: ArrayLike, radius: int = RADIUS) -> Iterator[Pairs]:
    """Yield every unordered pair of rows whose hashes differ in at most ``radius`` bits, once each, as (M, 2) index arrays, i < j.

    ``hashes`` is (N,) uint64.  Equal hashes are pairs too, chained (first with second, second with third, ...) instead of all with all,
    so that a thousand copies of one picture give 999 pairs; and of each set of equal hashes only the first row is paired with others.
    Memory is bounded by about 100 bytes a hash and 250 MiB; the order of the pairs is fixed.

    >>> [pair.tolist() for pair in near_pairs(np.array([0, 255, 0, 7], np.uint64), 3)]
    [[[0, 2], [0, 3]]]
    """
    if not 0 <= radius <= MOST_RADIUS:
        raise ValueError(f"a radius lies in 0 to {MOST_RADIUS}, not {radius}")
    return _gathered(_all_pairs(np.ascontiguousarray(hashes, dtype=np.uint64), radius))


def _gathered(parts: Iterable[Pairs]) -> Iterator[Pairs]:
    """Yield the same rows in larger parts."""
    waiting: list[Pairs] = []
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) >= _GATHERED:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def _all_pairs(given: Hashes, radius: int) -> Iterator[Pairs]:
    order = np.argsort(given, kind="stable")
    ranked = given[order]
    same = ranked[1:] == ranked[:-1]
    if same.any():
        yield np.stack([order[:-1][same], order[1:][same]], axis=1)
    first = np.flatnonzero(np.r_[True, ~same]) if len(given) else np.zeros(0, np.int64)
    (distinct, entropy), rows = _dealt(ranked[first]), order[first]
    for one, other in _distinct_pairs(distinct, _bands(len(distinct), entropy, radius), radius):
        yield np.sort(np.stack([rows[one], rows[other]], axis=1), axis=1)


def _dealt(hashes: Hashes) -> tuple[Hashes, NDArray[np.float64]]:
    """Return the hashes with their bits in another order, the most telling ones first, and the entropy of each place, (64,) in [0, 1].

    Distances stay the same.
    """
    bits = [(hashes >> np.uint64(bit)) & np.uint64(1) for bit in range(_BITS)]
    ones = np.clip([bit.mean() if len(hashes) else 0.5 for bit in bits], 1e-9, 1 - 1e-9)
    entropy = -ones * np.log2(ones) - (1 - ones) * np.log2(1 - ones)
    order = np.argsort(-entropy.round(3), kind="stable")
    dealt = np.zeros_like(hashes)
    for place, bit in enumerate(order.tolist()):
        dealt |= bits[bit] << np.uint64(place)
    return dealt, entropy[order]


@dataclass(frozen=True)
class _Band:
    """Some places of a hash, and in how many of them near hashes may differ (``reach``)."""

    places: tuple[int, ...]
    reach: int

    def keys(self, hashes: Hashes) -> NDArray[np.int32]:
        """Return the band's bits of each hash."""
        found = np.zeros(len(hashes), np.int32)
        for at, place in enumerate(self.places):
            found |= (((hashes >> np.uint64(place)) & np.uint64(1)) << np.uint64(at)).astype(np.int32)
        return found

    def masks(self) -> list[int]:
        """Return every difference that near hashes may have here."""
        bits = range(len(self.places))
        return [sum(1 << bit for bit in chosen) for count in range(self.reach + 1) for chosen in combinations(bits, count)]

    def work(self, hashes: int, entropy: NDArray[np.float64]) -> float:
        """Return how much is to be looked up and compared, relative to other bands."""
        lookups = sum(comb(len(self.places), count) for count in range(self.reach + 1))
        telling = float(entropy[list(self.places)].sum())
        return lookups * (hashes + 2.0 * hashes * hashes * exp2(-telling))


def _bands(hashes: int, entropy: NDArray[np.float64], radius: int) -> list[_Band]:
    """Return the bands that cost least, so that no pair within ``radius`` is missed.

    >>> [[(len(band.places), band.reach) for band in _bands(count, np.ones(64), 8)] for count in (100_000, 1_000_000)]
    [[(16, 2), (16, 1), (16, 1), (16, 1)], [(22, 2), (21, 2), (21, 2)]]
    """
    choices = []
    for count in _BANDS:
        base, spare = divmod(radius + 1, count)
        bands = [_Band(tuple(range(band, _BITS, count)), base - 1 + (band < spare)) for band in range(count)]
        choices.append([band for band in bands if band.reach >= 0])
    return min(choices, key=lambda bands: sum(band.work(hashes, entropy) for band in bands))


def _distinct_pairs(hashes: Hashes, bands: Sequence[_Band], radius: int) -> Iterator[tuple[Pairs, Pairs]]:
    keys = [band.keys(hashes) for band in bands]
    for number, band in enumerate(bands):
        members = np.argsort(keys[number], kind="stable")
        ranked = keys[number][members]
        starts = np.concatenate([[0], np.cumsum(np.bincount(ranked, minlength=1 << len(band.places)))])
        for mask in band.masks():
            for one, other in _sharing(ranked, members, starts, mask):
                near = np.flatnonzero(np.bitwise_count(hashes[one] ^ hashes[other]) <= radius)
                for before in range(number):  # what an earlier band has found is not found again
                    apart = np.bitwise_count(keys[before][one[near]] ^ keys[before][other[near]])
                    near = near[apart > bands[before].reach]
                if len(near):
                    yield one[near], other[near]


def _sharing(ranked: NDArray[np.int32], members: Pairs, starts: Pairs, mask: int) -> Iterator[tuple[Pairs, Pairs]]:
    """Yield index pairs whose band keys differ by exactly ``mask``, each once, at most a few million at a time."""
    partner = ranked ^ np.int32(mask)
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
