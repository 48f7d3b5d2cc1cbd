"""Seeded splits that keep what hangs together together (specs: evaluation 4, dflip3k 3.6, d3-code 2.1).

The result depends on seed, ids, groups and keys, not on the order of the samples, the machine or the file.  Inside each stratum (class
composition and family of a group) the groups are put in an order drawn from their names and cut at the shares.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from fakeprint.core.errors import UsageError
from fakeprint.core.record import Record
from fakeprint.core.registry import unknown_name
from fakeprint.core.sample import Label, Split
from fakeprint.datasets.components import group_names
from fakeprint.datasets.keys import JOIN_NAMES, Keys, joined
from fakeprint.datasets.near_duplicates import RADIUS
from fakeprint.datasets.seeded_draw import draw

DEFAULT_SHARES = {Split.TRAIN: 0.7, Split.VAL: 0.1, Split.CALIB: 0.1, Split.TEST: 0.1}


class SplitRecipe(Record):
    """How to split.

    ``shares`` are relative weights by number of samples.  ``join`` names keys besides ``group`` that keep samples together.  A group
    with a sample of a held-out family, generator or version goes to ``hold_out_to`` as a whole.  ``cap`` is the greatest number of
    samples of one generator (or, for label 0, of one source) in one split; what is over it is left out.
    """

    shares: dict[Split, float] = Field(default_factory=lambda: dict(DEFAULT_SHARES))
    seed: int = 0
    join: tuple[str, ...] = ()
    radius: int = Field(RADIUS, ge=0, le=15)
    hold_out_families: tuple[str, ...] = ()
    hold_out_generators: tuple[str, ...] = ()
    hold_out_versions: tuple[str, ...] = ()
    hold_out_to: Split = Split.TEST
    cap: int | None = Field(None, gt=0)

    @field_validator("shares")
    @classmethod
    def _positive(cls, shares: dict[Split, float]) -> dict[Split, float]:
        if not shares or any(share < 0 for share in shares.values()) or not sum(shares.values()) > 0:
            raise ValueError("shares are numbers of 0 or more, not all 0")
        return shares

    @field_validator("join")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in JOIN_NAMES:
                raise ValueError(str(unknown_name("key", name, JOIN_NAMES)))
        return names


@dataclass(frozen=True)
class Assigned:
    """One entry for each sample: its split (None: left out by the cap) and its group after joining.

    ``largest`` is the number of samples in the largest group: if that is much of the set, a key joins too much.
    """

    splits: tuple[Split | None, ...]
    groups: tuple[str, ...]
    largest: int

    def counts(self) -> Counter[Split | None]:
        """Return the number of samples in each split."""
        return Counter(self.splits)


def assign(keys: Keys, recipe: SplitRecipe) -> Assigned:
    """Split samples by the recipe.

    Raises:
        UsageError: a held-out name that no sample has.
    """
    groups = group_names(joined(keys, recipe.join, recipe.radius).roots(), keys.groups)
    held = _held(keys, groups, recipe)
    names, index, sizes = _distinct(groups)
    homes = _homes(names, sizes, _strata(keys, index, len(names)), recipe)
    splits: list[Split | None] = [recipe.hold_out_to if name in held else homes[at] for name, at in zip(groups, index, strict=True)]
    if recipe.cap is not None:
        splits = _capped(keys, splits, recipe.cap, recipe.seed)
    return Assigned(tuple(splits), tuple(groups), int(sizes.max(initial=0)))


def folds(keys: Keys, count: int, recipe: SplitRecipe) -> NDArray[np.int64]:
    """Return (N,) fold numbers from 0, equally large, groups whole; hold-outs, shares and cap play no part."""
    if count < 2:
        raise UsageError(f"at least two folds are needed, not {count}")
    groups = group_names(joined(keys, recipe.join, recipe.radius).roots(), keys.groups)
    names, index, sizes = _distinct(groups)
    place = _places(names, sizes, _strata(keys, index, len(names)), recipe.seed)
    return np.minimum((place * count).astype(np.int64), count - 1)[index]


def _distinct(groups: Sequence[str]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct groups, the place of each row's group among them, and their sizes."""
    places: dict[str, int] = {}
    index = np.fromiter((places.setdefault(name, len(places)) for name in groups), np.int64, len(groups))
    return list(places), index, np.bincount(index, minlength=len(places))


def _held(keys: Keys, groups: Sequence[str], recipe: SplitRecipe) -> set[str]:
    held: set[str] = set()
    wanted: tuple[tuple[str, Sequence[str | None], tuple[str, ...]], ...] = (
        ("family", keys.families, recipe.hold_out_families),
        ("generator", keys.generators, recipe.hold_out_generators),
        ("version", keys.versions, recipe.hold_out_versions),
    )
    for kind, column, names in wanted:
        there = set(column) if names else set()
        for name in names:
            if name not in there:
                raise unknown_name(kind, name, sorted(one for one in there if one))
        held.update(group for group, value in zip(groups, column, strict=True) if value in names)
    return held


def _strata(keys: Keys, index: NDArray[np.int64], count: int) -> list[str]:
    """Return for each group its class composition and the first of its families (of its sources, where it has no label 1)."""
    composition = [0] * count
    least: list[str | None] = [None] * count
    for row, group in enumerate(index.tolist()):
        positive = keys.labels[row] != Label.AUTHENTIC.value
        composition[group] |= 2 if positive else 1
        name = (keys.families[row] or keys.generators[row] or keys.sources[row]) if positive else None
        before = least[group]
        if name is not None and (before is None or name < before):
            least[group] = name
    for row, group in enumerate(index.tolist()):
        source = keys.sources[row]
        if composition[group] == 1 and (least[group] is None or source < (least[group] or "")):
            least[group] = source
    return [f"{composition[group]} {least[group]}" for group in range(count)]


def _homes(names: Sequence[str], sizes: NDArray[np.int64], strata: Sequence[str], recipe: SplitRecipe) -> list[Split]:
    order = [split for split in Split if recipe.shares.get(split, 0) > 0]
    edges = np.cumsum([recipe.shares[split] for split in order])
    place = _places(names, sizes, strata, recipe.seed)
    chosen = np.minimum(np.searchsorted(edges / edges[-1], place, side="right"), len(order) - 1)
    return [order[at] for at in chosen.tolist()]


def _places(names: Sequence[str], sizes: NDArray[np.int64], strata: Sequence[str], seed: int) -> NDArray[np.float64]:
    """Return for each group the middle of its stretch on a circle of length 1 that its stratum fills, in an order drawn from the names.

    Each stratum starts at a point of its own, so that many small ones together still meet the shares.
    """
    draws = np.array([draw(seed, "group", name) for name in names], np.uint64)
    kinds, stratum = np.unique(np.array(strata, dtype=object).astype(str), return_inverse=True)
    ties = np.argsort(np.argsort(np.array(names, dtype=object).astype(str), kind="stable"))
    order = np.lexsort((ties, draws, stratum))
    ranked = sizes[order].astype(np.float64)
    ends = np.cumsum(ranked)
    totals = np.bincount(stratum, sizes, len(kinds))
    before = np.r_[0.0, np.cumsum(totals)[:-1]]
    middle = (ends - ranked / 2 - before[stratum[order]]) / totals[stratum[order]]
    starts = np.array([draw(seed, "stratum", kind) / 2.0**64 for kind in kinds])
    place = np.empty(len(names))
    place[order] = np.mod(middle + starts[stratum[order]], 1.0)
    return place


def _capped(keys: Keys, splits: Sequence[Split | None], cap: int, seed: int) -> list[Split | None]:
    """Leave out what is over the cap of its split and generator (source, where there is none); which, depends on seed and ids only."""
    members: dict[tuple[Split | None, str, str], list[int]] = {}
    for row, split in enumerate(splits):
        members.setdefault((split, keys.labels[row], keys.generators[row] or keys.sources[row]), []).append(row)
    kept = list(splits)
    for rows in members.values():
        if len(rows) > cap:
            for row in sorted(rows, key=lambda row: (draw(seed, "cap", keys.ids[row]), keys.ids[row]))[cap:]:
                kept[row] = None
    return kept


def shares_of(text: str) -> Mapping[Split, float]:
    """Read shares as the command line writes them.

    >>> {split.value: share for split, share in shares_of("train=8,test=2").items()}
    {'train': 8.0, 'test': 2.0}
    """
    found: dict[Split, float] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        try:
            found[Split(name.strip())] = float(value)
        except ValueError as error:
            known = ", ".join(Split)
            raise UsageError(f"shares are written train=0.8,test=0.2 with splits {known}; got {part!r}") from error
    return found
