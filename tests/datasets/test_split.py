import random
from collections import Counter, defaultdict

import pytest
from pydantic import ValidationError

from fakeprint.core.errors import UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.keys import keys_of, normal_prompt, normal_url
from fakeprint.datasets.leakage import leakage
from fakeprint.datasets.split import SplitRecipe, assign, folds, shares_of


def sample(number: int, **changes: object) -> Sample:
    positive = number % 3 != 0
    values = {
        "id": f"s{number:05d}",
        "path": f"{number}.png",
        "label": Label.SYNTHETIC if positive else Label.AUTHENTIC,
        "split": Split.TEST,
        "group": f"g{number // 2}",
        "source": "web",
        "generator": f"m{number % 10}" if positive else None,
        "family": f"f{number % 5}" if positive else None,
        "generation": Generation(prompt=f"Prompt {number // 8}") if positive else None,
    }
    return Sample.model_validate({**values, **changes})


SAMPLES = [sample(number) for number in range(3000)]


def test_shares_are_met_and_groups_are_whole() -> None:
    assigned = assign(keys_of(SAMPLES), SplitRecipe())
    counts = assigned.counts()
    assert {split.value: round(count / 3000, 2) for split, count in counts.items() if split} == {
        "train": 0.7,
        "val": 0.1,
        "calib": 0.1,
        "test": 0.1,
    }
    homes = defaultdict(set)
    for group, split in zip(assigned.groups, assigned.splits, strict=True):
        homes[group].add(split)
    assert all(len(splits) == 1 for splits in homes.values())
    by_label = Counter(zip((one.label for one in SAMPLES), assigned.splits, strict=True))
    assert abs(by_label[Label.AUTHENTIC, Split.TEST] / 1000 - 0.1) < 0.02


def test_order_does_not_matter_and_the_seed_does() -> None:
    mixed = SAMPLES.copy()
    random.Random(1).shuffle(mixed)
    first = dict(zip((one.id for one in SAMPLES), assign(keys_of(SAMPLES), SplitRecipe(join=("prompt",))).splits, strict=True))
    second = dict(zip((one.id for one in mixed), assign(keys_of(mixed), SplitRecipe(join=("prompt",))).splits, strict=True))
    assert first == second
    other = assign(keys_of(SAMPLES), SplitRecipe(seed=1)).splits
    assert other != assign(keys_of(SAMPLES), SplitRecipe()).splits


def test_many_small_strata_together_meet_the_shares() -> None:
    single = [sample(number, group=f"g{number}", generator=f"m{number}", family=f"f{number}") for number in range(1, 3000, 3)]
    counts = assign(keys_of(single), SplitRecipe(shares={Split.TRAIN: 0.8, Split.TEST: 0.2})).counts()
    assert abs(counts[Split.TEST] / len(single) - 0.2) < 0.04


@pytest.mark.parametrize(("recipe", "held"), [({"hold_out_families": ("f3",)}, "f3"), ({"hold_out_generators": ("m7",)}, "m7")])
def test_hold_outs_are_whole_and_only_in_test(recipe: dict[str, tuple[str, ...]], held: str) -> None:
    assigned = assign(keys_of(SAMPLES), SplitRecipe(**recipe))
    for one, split in zip(SAMPLES, assigned.splits, strict=True):
        if held in (one.family, one.generator):
            assert split is Split.TEST
    keys = keys_of([one.model_copy(update={"split": split}) for one, split in zip(SAMPLES, assigned.splits, strict=True) if split])
    assert all(leak.values == 0 for leak in leakage(keys).leaks if leak.key in ("id", "group"))


def test_a_hold_out_that_nobody_has_is_refused_with_advice() -> None:
    with pytest.raises(UsageError, match="did you mean 'f3'"):
        assign(keys_of(SAMPLES), SplitRecipe(hold_out_families=("f33",)))


def test_the_cap_holds_for_each_generator_and_split() -> None:
    assigned = assign(keys_of(SAMPLES), SplitRecipe(cap=20))
    counts = Counter((split, one.generator or one.source) for one, split in zip(SAMPLES, assigned.splits, strict=True) if split)
    assert max(counts.values()) == 20
    assert None in assigned.counts()


def test_joining_by_every_key() -> None:
    twins = [
        sample(0, sha256="a" * 64, phash="0" * 16),
        sample(10, sha256="a" * 64, phash="f" * 16),
        sample(20, url="https://h.example/p.jpg?x=1", phash="0" * 15 + "7"),
        sample(31, url="http://H.example/p.jpg#y", extra={"uploader": "ada"}),
        sample(40, pair="s00000", extra={"uploader": "ada"}),
        sample(52, generation=Generation(prompt="  A Cat. ")),
        sample(61, generation=Generation(prompt="a cat")),
        sample(70),
    ]
    keys = keys_of(twins)

    def joined(*names: str) -> list[str]:
        return list(assign(keys, SplitRecipe(join=names)).groups)

    own = [one.group for one in twins]
    assert joined() == own
    assert joined("sha256")[1] == own[0]
    assert joined("url")[3] == own[2] == joined("url")[2]
    assert joined("uploader")[4] == own[3]
    assert joined("pair")[4] == own[0]
    assert len({joined("prompt")[5], joined("prompt")[6]}) == 1
    assert joined("phash")[2] == own[0]
    assert len(set(joined("sha256", "url", "uploader", "pair", "prompt", "phash"))) == 3


def test_folds_are_even_and_keep_groups_whole() -> None:
    keys = keys_of(SAMPLES)
    found = folds(keys, 5, SplitRecipe())
    assert set(found.tolist()) == set(range(5))
    assert max(Counter(found.tolist()).values()) - min(Counter(found.tolist()).values()) < 60
    homes = defaultdict(set)
    for group, fold in zip(keys.groups, found.tolist(), strict=True):
        homes[group].add(fold)
    assert all(len(one) == 1 for one in homes.values())
    with pytest.raises(UsageError, match="two folds"):
        folds(keys, 1, SplitRecipe())


@pytest.mark.parametrize("recipe", [{"shares": {}}, {"shares": {"train": -1}}, {"join": ("colour",)}, {"cap": 0}, {"radius": 16}])
def test_recipes_that_make_no_sense(recipe: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SplitRecipe.model_validate(recipe)


def test_shares_on_the_command_line() -> None:
    with pytest.raises(UsageError, match=r"train=0\.8"):
        shares_of("train:0.8")
    with pytest.raises(UsageError):
        shares_of("trian=0.8")


def test_normal_forms() -> None:
    assert normal_prompt("ＣＡＴ\u00a0 on mat!") == "cat on mat"
    assert normal_url("https://[bad") == "https://[bad"
    assert normal_url("") is None
