"""Published splits that tear groups apart: a group stays in the most protected of its splits (specs: evaluation 4)."""

from collections.abc import Callable, Iterator

from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.importer import Tally

PROTECTED = (Split.TRAIN, Split.VAL, Split.DEV, Split.CALIB, Split.TEST)
"""Splits from the least to the most protected: where one of two samples has to go, it is the one in the earlier split."""


def keep_held_out(read: Callable[[Tally], Iterator[Sample]], tally: Tally) -> Iterator[Sample]:
    """Read twice: find the most protected split of each group, then yield the members that lie in it and refuse the others.

    Test data stays as published, training data that shares a group with it goes.  Groups are kept as 64-bit hashes.
    """
    home: dict[int, Split] = {}
    for sample in read(Tally()):
        group = hash(sample.group)
        known = home.get(group)
        if known is None or PROTECTED.index(sample.split) > PROTECTED.index(known):
            home[group] = sample.split
    for sample in read(tally):
        split = home[hash(sample.group)]
        if sample.split is split:
            yield sample
        else:
            tally.withdraw(f"its group lies in {split} too", sample.id)
