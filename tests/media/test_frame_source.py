from itertools import islice

import numpy as np
import pytest

from fakeprint.core.errors import UsageError
from fakeprint.media.frame_source import LONGEST_LIST, AtRandom, Even, Hop, Listed, PerSecond, parse_frames


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("even:16", Even(16)),
        ("fps:2", PerSecond(2.0)),
        ("fps:0.5", PerSecond(0.5)),
        ("hop:10", Hop(10)),
        ("all", Hop(1)),
        ("random:32:0", AtRandom(32, 0)),
        ("list:9,1,5,1", Listed((1, 5, 9))),
        ("list:0", Listed((0,))),
    ],
)
def test_every_form(text: str, source: object) -> None:
    assert parse_frames(text) == source


@pytest.mark.parametrize(
    "text",
    [
        "",
        "even",
        "even:",
        "even:0",
        "even:-1",
        "even:1.5",
        "even:1000001",
        "even: 3",
        "even:٣",
        "even:" + "9" * 5000,
        "Even:3",
        "fps:0",
        "fps:0.0",
        "fps:-1",
        "fps:nan",
        "fps:inf",
        "fps:1e3",
        "fps:1_0",
        "fps:1001",
        "hop:0",
        "random:3",
        "random:3:",
        "random:0:1",
        "random:3:-1",
        "random:3:1:2",
        "list:",
        "list:1,,2",
        "list:1,",
        "list:-1",
        "list:1.0",
        "all:",
        "all:3",
        "every:3",
        "16",
    ],
)
def test_malformed_forms_are_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_frames(text)
    assert len(str(refused.value)) < 300


def test_a_list_has_an_end() -> None:
    assert len(parse_frames("list:" + ",".join(map(str, range(LONGEST_LIST)))).wanted) == LONGEST_LIST
    with pytest.raises(UsageError, match="at most"):
        parse_frames("list:" + "1," * LONGEST_LIST + "1")


def test_random_moments() -> None:
    times = AtRandom(500, 3).times(60.0, 10_000)
    assert times == sorted(times)
    assert len(times) == 500
    assert min(times) >= 0
    assert max(times) < 60
    assert np.histogram(times, bins=5, range=(0, 60))[0].min() > 60
    assert times != AtRandom(500, 4).times(60.0, 10_000)
    assert len(AtRandom(500, 3).times(60.0, 7)) == 7


def test_hops_have_no_end() -> None:
    assert list(islice(Hop(3).numbers(), 4)) == [0, 3, 6, 9]
