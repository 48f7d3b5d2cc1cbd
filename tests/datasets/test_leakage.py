from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.keys import keys_of
from fakeprint.datasets.leakage import leakage
from fakeprint.datasets.legacy_dflip_split import v2_split
from fakeprint.datasets.split import SplitRecipe, assign


def sample(name: str, split: Split, **more: object) -> Sample:
    values = {"id": name, "path": f"{name}.png", "label": Label.SYNTHETIC, "split": split, "group": name, "source": "web"}
    return Sample.model_validate({**values, **more})


def found(*samples: Sample) -> dict[tuple[str, str, str], int]:
    return {(leak.key, leak.first, leak.second): leak.values for leak in leakage(keys_of(samples)).leaks if leak.values}


def test_every_key_is_found_between_the_right_splits() -> None:
    samples = (
        sample("a", Split.TRAIN, sha256="1" * 64, phash="0" * 16, url="https://h.example/x"),
        sample("b", Split.TEST, sha256="1" * 64, phash="0" * 16, url="http://h.example/x?size=2"),
        sample("c", Split.VAL, phash="0" * 14 + "ff", generation=Generation(prompt="a cat")),
        sample("d", Split.TEST, phash="f" * 16, generation=Generation(prompt="A  cat."), pair="a"),
        sample("e", Split.TEST, phash="0" * 14 + "ff"),
    )
    assert found(*samples) == {
        ("sha256", "test", "train"): 1,
        ("url", "test", "train"): 1,
        ("prompt", "test", "val"): 1,
        ("pair", "test", "train"): 1,
        ("phash", "test", "train"): 2,
        ("phash", "test", "val"): 2,
        ("phash", "train", "val"): 1,
    }


def test_examples_name_the_first_split_first_and_unknown_keys_say_so() -> None:
    report = leakage(keys_of([sample("a", Split.TRAIN, sha256="1" * 64), sample("b", Split.TEST, sha256="1" * 64)]))
    by_key = {leak.key: leak for leak in report.leaks}
    assert by_key["sha256"].examples == (("b", "a"),)
    assert by_key["sha256"].known == 2
    assert by_key["phash"].known == 0
    assert not report.clean


def test_copies_inside_one_split_are_no_leak_and_many_copies_stay_few_pairs() -> None:
    copies = [sample(f"a{number}", Split.TRAIN, phash="0" * 16) for number in range(500)]
    assert found(*copies, sample("far", Split.TEST, phash="f" * 16)) == {}
    assert found(*copies, sample("near", Split.TEST, phash="0" * 15 + "1"))["phash", "test", "train"] == 1


def test_the_legacy_split_leaks_and_the_split_by_groups_does_not() -> None:
    samples = [
        sample(f"s{number:04d}", Split.TRAIN, group=f"s{number:04d}", generation=Generation(prompt=f"prompt {number // 4}"))
        for number in range(400)
    ]
    legacy = v2_split([one.path for one in samples])
    torn = [one.model_copy(update={"split": Split(legacy[one.path])}) for one in samples]
    assert found(*torn)["prompt", "test", "train"] > 20
    assigned = assign(keys_of(samples), SplitRecipe(join=("prompt",)))
    kept = zip(samples, assigned.splits, assigned.groups, strict=True)
    whole = [one.model_copy(update={"split": split, "group": group}) for one, split, group in kept]
    assert leakage(keys_of(whole)).clean
