import random
from collections import Counter
from pathlib import Path

import pytest

from fakeprint.core.errors import LeakageError, UsageError
from fakeprint.datasets import legacy_d3_split as d3
from fakeprint.datasets.legacy_dflip_split import DETECTION, QaRow, balance_train, capped_test, pd_test, v2_split


def row(subset: str, number: int, *, prompt: bool, name: str = "Lyriel") -> QaRow:
    answer = f"I suggest using {name} and this prompt: x" if prompt else "This is an ai generated image by Midjourney."
    return QaRow(input="Give me prompts" if prompt else DETECTION, output=answer, image=f"{subset}/{number}.jpg", image_id=f"{number}")


def test_version_1_training_rows() -> None:
    rows = [row("real", n, prompt=False) for n in range(10_050)]
    rows += [row(subset, n, prompt=False) for subset in ("sd", "sdft", "dalle", "mj") for n in range(2_600)]
    rows += [row("sd", n, prompt=True) for n in range(3_000)]
    rows += [row("sdft", n, prompt=True, name=f"M{n % 3}") for n in range(40_330)]
    rows += [row(subset, n, prompt=True) for subset in ("dalle", "mj") for n in range(2_600)]
    mixed = rows.copy()
    random.Random(0).shuffle(mixed)
    kept = balance_train(mixed)
    assert Counter((one.asks_for_prompt, one.subset) for one in kept) == {
        (False, "real"): 10_000,
        (False, "sd"): 2_500,
        (False, "pd"): 2_500,
        (False, "dalle"): 2_500,
        (False, "mj"): 2_500,
        (True, "sd"): 3_000,
        (True, "pd"): 40_000,
        (True, "dalle"): 2_500,
        (True, "mj"): 2_500,
    }
    places = {(one.image, one.asks_for_prompt): place for place, one in enumerate(mixed)}
    taken = [places[one.image, one.asks_for_prompt] for one in kept]
    assert taken == sorted(taken)
    test = pd_test(rows)
    assert [one.image for one in test] == [f"sdft/{n}.jpg" for n in range(40_000, 40_330)]
    assert Counter(one.model for one in capped_test(test)) == {"M0": 100, "M1": 100, "M2": 100}
    trained = {one.image for one in balance_train(rows) if one.asks_for_prompt and one.subset == "pd"}
    assert not trained & {one.image for one in test}


def test_version_2_counts_and_independence_of_order() -> None:
    paths = [f"{n}.jpg" for n in range(1003)]
    split = v2_split(paths)
    assert split == v2_split(paths[::-1])
    assert Counter(split.values()) == {"train": 802 - 80, "val": 80, "test": 201}
    older = Counter(v2_split(paths, validation_of_its_own=True).values())
    assert older == {"train": 802, "val": 100, "test": 101}
    ordered = sorted(paths)
    random.Random(42).shuffle(ordered)
    assert {path for path, one in split.items() if one == "test"} == set(ordered[802:])
    with pytest.raises(UsageError, match="twice"):
        v2_split(["a", "a"])


def test_published_count_of_the_older_form() -> None:
    total = 1_404_788
    train = int(0.8 * total)
    assert (train, (total - train) // 2) == (1_123_830, 140_479)


def test_d3_lists_that_follow_a_rule() -> None:
    lists = d3.shard_lists()
    assert {name: len(names) for name, names in lists.items()} == {
        "elsav2-all": 492,
        "elsav2-training": 486,
        "elsav2-training-linear-shards": 16,
    }
    assert lists["elsav2-all"][-1] == "elsa_v2-0491.tar"
    assert set(lists["elsav2-all"]) - set(lists["elsav2-training"]) == {d3.big_shard(number) for number in d3.HELD_OUT}
    assert lists["elsav2-training-linear-shards"][0] == "elsa_v2-0002.tar"


def test_d3_selection_of_small_shards() -> None:
    names = [d3.small_shard(big, part) for big in d3.HELD_OUT for part in range(25)]
    chosen = d3.select_small(names)
    assert {name: len(shards) for name, shards in chosen.items()} == {"eval": 24, "test": 24, "probe": 48}
    assert chosen == d3.select_small(names[::-1])
    d3.require_apart(chosen)
    d3.require_apart({"training": d3.shard_lists()["elsav2-training"], **chosen})
    with pytest.raises(UsageError, match="96"):
        d3.select_small(names[:90])


def test_d3_lists_that_share_records_are_refused() -> None:
    with pytest.raises(LeakageError, match="0002"):
        d3.require_apart({"training": ["elsa_v2-0002.tar"], "probe": ["small_elsa_v2_02-07_transf.tar"]})
    with pytest.raises(LeakageError):
        d3.require_apart({"plain": [d3.small_shard(72, 3)], "transformed": [d3.small_shard(72, 3, transformed=True)]})


@pytest.mark.parametrize(
    ("text", "message"), [("", "no shard"), ("elsa_v2-0001.tar\nelsa_v2-0001.tar\n", "twice"), ("x.tar\n", "not the name")]
)
def test_d3_lists_that_cannot_be_read(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "list.shards"
    file.write_text(text)
    with pytest.raises(UsageError, match=message):
        d3.read_shard_list(file)
