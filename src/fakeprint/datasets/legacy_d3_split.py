"""The shard lists that D3 was trained and tested with, rebuilt by name (specs: d3-code 1.4).

``elsav2-all``, ``elsav2-training`` and ``elsav2-training-linear-shards`` are rules and come out exactly.  The 24 evaluation, 24 test and
48 probe shards were drawn by a seeded shuffle whose starting order was not published; ours starts from sorted names.  The ``fix`` test
lists were drawn without a seed and can only be read from their files.  Big shards 02 to 13 are also training shards, so lists made of
small shards ``00`` to ``13`` leak; lists made of the six held-out big shards do not.
"""

import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from fakeprint.core.errors import LeakageError, UsageError

BIG = 492
RECORDS_PER_BIG = 5_000
RECORDS_PER_SMALL = 200
HELD_OUT = (0, 1, 72, 73, 145, 146)
LINEAR = range(2, 18)
SELECTION = {"eval": 24, "test": 24, "probe": 48}
SEED = 42

_BIG_NAME = re.compile(r"(?:^|/)elsa_v2-(\d{4})(?:\.tar)?$")
_SMALL_NAME = re.compile(r"(?:^|/)small_elsa_v2_(\d{1,4})-(\d{2})(_transf)?(_fix)?(?:\.tar)?$")


def big_shard(number: int) -> str:
    """Return the name of a shard of 5,000 records.

    >>> big_shard(72)
    'elsa_v2-0072.tar'
    """
    return f"elsa_v2-{number:04d}.tar"


def small_shard(big: int, part: int, *, transformed: bool = False) -> str:
    """Return the name of a shard of 200 records cut from a held-out one.

    >>> small_shard(72, 3, transformed=True)
    'small_elsa_v2_0072-03_transf_fix.tar'
    """
    return f"small_elsa_v2_{big:04d}-{part:02d}{'_transf' if transformed else ''}_fix.tar"


def shard_lists() -> dict[str, tuple[str, ...]]:
    """Return the three lists that follow a rule, by their published names."""
    every = range(BIG)
    return {
        "elsav2-all": tuple(map(big_shard, every)),
        "elsav2-training": tuple(big_shard(number) for number in every if number not in HELD_OUT),
        "elsav2-training-linear-shards": tuple(map(big_shard, LINEAR)),
    }


def select_small(names: Sequence[str], seed: int = SEED) -> dict[str, tuple[str, ...]]:
    """Divide small shards into 24 for evaluation, 24 for test and 48 for probes, by a seeded shuffle of their sorted names.

    Raises:
        UsageError: fewer than 96 names, or one twice.
    """
    ordered = sorted(names)
    needed = sum(SELECTION.values())
    if len(ordered) < needed or len(set(ordered)) < len(ordered):
        raise UsageError(f"the selection needs {needed} different shards; got {len(set(ordered))} different ones of {len(ordered)}")
    random.Random(seed).shuffle(ordered)  # noqa: S311
    found, at = {}, 0
    for name, count in SELECTION.items():
        found[name] = tuple(ordered[at : at + count])
        at += count
    return found


def read_shard_list(path: Path) -> tuple[str, ...]:
    """Return the shard names of a published list, one a line.

    Raises:
        UsageError: no names, a name that is no shard of D3, or one twice.
    """
    names = tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    if not names:
        raise UsageError(f"{path.name} lists no shard")
    for name in names:
        big_shard_of(name)
    if len(set(names)) < len(names):
        raise UsageError(f"{path.name} lists a shard twice")
    return names


def big_shard_of(name: str) -> int:
    """Return the number of the big shard that a shard is or was cut from.

    >>> big_shard_of("elsa_v2-0072.tar"), big_shard_of("small_elsa_v2_0072-03_transf_fix.tar"), big_shard_of("small_elsa_v2_13-04.tar")
    (72, 72, 13)
    """
    found = _BIG_NAME.search(name) or _SMALL_NAME.search(name)
    if found is None:
        raise UsageError(f"{name!r} is not the name of a D3 shard")
    return int(found[1])


def require_apart(lists: dict[str, Iterable[str]]) -> None:
    """Refuse lists that share records: a small shard lies inside its big shard, a transformed one holds the same records.

    Raises:
        LeakageError: with the names of two lists and of the shards that overlap.
    """
    owner: dict[tuple[int, str | None], tuple[str, str]] = {}
    for list_name, names in lists.items():
        for name in names:
            for place in _places(name):
                before = owner.setdefault(place, (list_name, name))
                if before[0] != list_name:
                    raise LeakageError(f"{name} of {list_name} holds records of {before[1]} of {before[0]}")


def _places(name: str) -> list[tuple[int, str | None]]:
    """Return the stretches of 200 records that a shard holds."""
    big = big_shard_of(name)
    small = _SMALL_NAME.search(name)
    parts = [small[2]] if small else [f"{part:02d}" for part in range(RECORDS_PER_BIG // RECORDS_PER_SMALL)]
    return [(big, part) for part in parts]
