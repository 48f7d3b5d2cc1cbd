from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.duplicates import find_duplicates
from fakeprint.datasets.keys import keys_of

FAKE, REAL = Label.SYNTHETIC, Label.AUTHENTIC


def sample(name: str, sha: str, phash: str, label: Label = FAKE, split: Split = Split.TRAIN, group: str | None = None) -> Sample:
    return Sample(
        id=name, path=f"{name}.png", label=label, split=split, group=group or name, source="web", sha256=sha * 64, phash=phash * 16
    )


def test_of_exact_duplicates_the_most_protected_stays() -> None:
    found = find_duplicates(keys_of([sample("a", "1", "0"), sample("b", "1", "0", split=Split.TEST), sample("c", "1", "0")]))
    assert found.left_out == ("exact duplicate", None, "exact duplicate")
    assert [(one.kind, one.ids) for one in found.clusters] == [("exact", ("a", "b", "c"))]


def test_the_same_bytes_with_both_labels_are_all_left_out() -> None:
    found = find_duplicates(keys_of([sample("a", "1", "0"), sample("b", "1", "0", REAL), sample("c", "2", "f")]))
    assert found.left_out == ("same bytes with both labels", "same bytes with both labels", None)
    assert found.clusters[0].labels == ("authentic", "synthetic")


def near(name: str, end: str, **more: object) -> Sample:
    return sample(name, "0123456789abcdef"[int(end, 16)], "0", **more).model_copy(update={"phash": "0" * 15 + end})  # type: ignore[arg-type]


def test_near_duplicates_become_one_group_or_are_left_out() -> None:
    samples = [near("a", "1", group="ga"), near("b", "3", group="gb"), near("c", "7"), sample("d", "9", "f")]
    found = find_duplicates(keys_of(samples))
    assert found.left_out == (None,) * 4
    assert found.groups == ("c", "c", "c", "d")
    assert [one.kind for one in found.clusters] == ["near"]
    removed = find_duplicates(keys_of(samples), remove_near=True)
    assert removed.left_out == (None, "near duplicate", "near duplicate", None)


def test_a_near_duplicate_in_another_split_is_left_out_of_the_less_protected_one() -> None:
    found = find_duplicates(keys_of([near("a", "1"), near("b", "3", split=Split.TEST)]))
    assert found.left_out == ("near duplicate in another split", None)


def test_thumbnails_may_contradict_a_candidate() -> None:
    keys = keys_of([near("a", "1"), near("b", "3")])
    ramp = list(range(192))
    found = find_duplicates(keys, {"a": ramp, "b": ramp[::-1]})
    assert (found.candidates, found.confirmed, found.clusters) == (1, 0, ())
    assert find_duplicates(keys, {"a": ramp, "b": [value // 2 for value in ramp]}).confirmed == 1
