"""A law draws; what it drew replays; every class meets the same law."""

import numpy as np
import pytest

from fakeprint.core.errors import UnknownNameError, UsageError
from fakeprint.transforms.law import Chance, Choices, Law, OneOf
from fakeprint.transforms.replay import replay

LAW = Law(
    (
        Chance(transform="resize", p=0.5, parameters={"factor": (0.5, 1.2), "kernel": Choices(choices=("area", "bicubic"))}),
        Chance(transform="noise", p=0.5, parameters={"sigma": (0.5, 3.0)}),
        Chance(transform="jpeg", p=0.9, parameters={"quality": (60, 95)}),
    )
)


def test_what_was_drawn_replays():
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    for seed in range(10):
        delivered, steps = LAW.apply(pixels, np.random.default_rng(seed))
        assert replay(pixels, steps).tobytes() == delivered.tobytes()


def test_equal_seeds_draw_equally_and_probabilities_hold():
    def names(seed):
        return [one.name for one in LAW.draw(np.random.default_rng(seed))]

    assert names(3) == names(3)
    drawn = [names(seed) for seed in range(2000)]
    assert sum("resize" in one for one in drawn) / 2000 == pytest.approx(0.5, abs=0.04)
    assert sum("jpeg" in one for one in drawn) / 2000 == pytest.approx(0.9, abs=0.03)


def test_ranges_hold_their_ends():
    law = Law((Chance(transform="jpeg", parameters={"quality": (80, 82)}),))
    rng = np.random.default_rng(0)
    assert {law.draw(rng)[0].step().parameters["quality"] for _ in range(200)} == {80, 81, 82}


def test_choices_are_all_drawn():
    law = Law((Chance(transform="jpeg", parameters={"quality": 80, "subsampling": Choices(choices=(420, 444))}),))
    rng = np.random.default_rng(0)
    assert {law.draw(rng)[0].step().parameters["subsampling"] for _ in range(50)} == {420, 444}


@pytest.mark.parametrize(
    ("chance", "error"),
    [
        (Chance(transform="jepg", parameters={"quality": 80}), UnknownNameError),
        (Chance(transform="jpeg", parameters={"quality": 800}), UsageError),
        (Chance(transform="jpeg", parameters={}), UsageError),
    ],
)
def test_a_law_that_cannot_be_applied_is_refused_when_it_is_made(chance, error):
    with pytest.raises(error):
        Law((chance,))


def test_one_of_several_is_applied_each_as_often():
    law = Law((OneOf(p=0.5, one_of=(Chance(transform="iso-noise"), Chance(transform="noise", parameters={"sigma": (2.0, 7.0)}))),))
    drawn = [tuple(one.name for one in law.draw(np.random.default_rng(seed))) for seed in range(2000)]
    for names, share in (((), 0.5), (("iso-noise",), 0.25), (("noise",), 0.25)):
        assert drawn.count(names) / 2000 == pytest.approx(share, abs=0.04)
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    delivered, steps = law.apply(pixels, np.random.default_rng(3))
    assert replay(pixels, steps).tobytes() == delivered.tobytes()


def test_entries_of_one_of_have_no_chance_of_their_own():
    with pytest.raises(ValueError, match="no p of their own"):
        OneOf(one_of=(Chance(transform="jpeg", p=0.5, parameters={"quality": 80}), Chance(transform="tone")))


def test_parameters_inside_one_of_are_checked_before_training():
    with pytest.raises(UsageError, match="quality"):
        Law((OneOf(one_of=(Chance(transform="tone"), Chance(transform="jpeg", parameters={"quality": 0}))),))
