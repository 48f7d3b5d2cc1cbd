from collections.abc import Iterator

from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.held_out import keep_held_out
from fakeprint.datasets.importer import Tally


def reader(rows: list[tuple[str, str]]):
    def read(tally: Tally) -> Iterator[Sample]:
        for index, (group, split) in enumerate(rows):
            yield from tally.offer(
                str(index), id=str(index), path=f"{index}.jpg", label=Label.SYNTHETIC, split=split, group=group, source="x"
            )

    return read


def test_a_group_stays_in_the_most_protected_of_its_splits() -> None:
    rows = [("a", "train"), ("a", "test"), ("b", "train"), ("c", "val"), ("c", "train"), ("d", "calib"), ("d", "dev"), ("e", "test")]
    tally = Tally()
    kept = list(keep_held_out(reader(rows), tally))
    assert [sample.id for sample in kept] == ["1", "2", "3", "5", "7"]
    assert (tally.found, tally.used, tally.refused.total()) == (8, 5, 3)
    assert tally.refused == {"its group lies in test too": 1, "its group lies in val too": 1, "its group lies in calib too": 1}


def test_test_data_is_never_refused_and_order_does_not_matter() -> None:
    rows = [(f"g{index % 3}", str(split)) for index, split in enumerate(list(Split) * 4)]
    tests = {str(index) for index, row in enumerate(rows) if row[1] == "test"}
    assert tests <= {sample.id for sample in keep_held_out(reader(rows), Tally())}
    forward = keep_held_out(reader(rows), Tally())
    backward = keep_held_out(reader(rows[::-1]), Tally())
    assert sorted((one.group, one.split) for one in forward) == sorted((one.group, one.split) for one in backward)
