import numpy as np

from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.prompt_safety import Category
from fakeprint.datasets.statistics import length_shares, long_tail, statistics_of


def sample(number: int, **more: object) -> Sample:
    values = {
        "id": f"s{number}",
        "path": f"{number}.png",
        "label": Label.SYNTHETIC,
        "split": Split.TRAIN,
        "group": f"g{number // 2}",
        "source": "web",
    }
    return Sample.model_validate({**values, **more})


def test_long_tail_columns() -> None:
    counts = {f"m{number}": value for number, value in enumerate([500, 201, 200, 100, 99, 5, 4, 1, 1])}
    tail = long_tail(counts)
    assert (tail.names, tail.samples, tail.over_200, tail.at_least_100) == (9, 1111, 2, 4)
    assert (tail.under_5, tail.exactly_1, tail.largest, tail.top_20_share) == (3, 2, 500, 1.0)
    assert long_tail({}).top_20_share is None


def test_prompt_length_histogram_equals_numpy() -> None:
    rng = np.random.default_rng(0)
    words = rng.integers(1, 200, 500)
    counts, _ = np.histogram(words[words < 150], bins=np.arange(0, 155, 5))
    lengths = {int(value): int(count) for value, count in zip(*np.unique(words, return_counts=True), strict=True)}
    assert np.allclose(length_shares(lengths), 100 * counts / counts.sum(), atol=0.006)


def test_counts() -> None:
    found = statistics_of(
        [
            sample(
                0, generator="a", generation=Generation(prompt="A red cat, a red hat", negative_prompt="blurry", sampler="DDIM", cfg=7.5)
            ),
            sample(
                1, generator="a", generation=Generation(prompt="a RED cat, a red hat.", steps=20, width=512, height=768), sha256="1" * 64
            ),
            sample(2, generator="b", sha256="1" * 64, licence="CC0-1.0"),
            sample(3, label=Label.AUTHENTIC, split=Split.TEST, source="camera"),
        ],
        "set",
    )
    assert dict(found.labels) == {"synthetic": 3, "authentic": 1}
    assert dict(found.generators) == {"a": 2, "b": 1}
    assert found.duplicates == 1
    assert found.groups == 2
    assert (found.prompts.present, found.prompts.distinct, found.prompts.missing, found.prompts.with_negative) == (2, 1, 2, 1)
    assert found.prompts.words[0] == ("red", 4)
    assert dict(found.sizes) == {"512x768": 1}
    assert dict(found.splits)["test"] == (("authentic", 1),)
    assert found.guidance == (("7.5", 1),)


def test_words_of_flagged_prompts_are_counted_only_where_allowed() -> None:
    samples = [sample(0, generation=Generation(prompt="naked statue")), sample(1, generation=Generation(prompt="loli nude zebra"))]
    found = statistics_of(samples, "set")
    assert found.prompts.words == ()
    assert dict(found.prompts.flagged) == {"sexual": 2, "minor_sexual": 1}
    allowed = statistics_of(samples, "set", tuple(Category))
    assert allowed.prompts.words == (("naked", 1), ("statue", 1))
