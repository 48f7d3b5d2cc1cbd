"""Delivery conditions: exact tiers, same law for both labels, replayable steps."""

from hashlib import sha256

import numpy as np
import PIL
import pytest

from fakeprint.core.calibration import Bucket, bucket_of
from fakeprint.core.errors import UsageError
from fakeprint.suites.conditions import condition_of, delivered_bucket
from fakeprint.suites.suite import SUITES, suite_of
from fakeprint.transforms.replay import replay
from fakeprint.transforms.tiers import TIERS, deliver

PIXELS = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
NAMES = (
    "x0.6", "x1.5-lanczos", "jpeg80", "jpeg80-95", "webp60", "blur1.5", "noise5", "crop3",
    "window64", "fit64", "x0.7-area+jpeg80", "noise2+jpeg75-89",
)  # fmt: skip


@pytest.mark.parametrize("name", [*TIERS, *NAMES])
def test_steps_replay_to_the_same_bytes(name: str) -> None:
    pixels, steps = condition_of(name).deliver(PIXELS, "sample", 3)
    again, same = condition_of(name).deliver(PIXELS, "sample", 3)
    assert np.array_equal(pixels, again)
    assert steps == same
    assert np.array_equal(pixels, replay(PIXELS, steps))
    assert condition_of(name).definition


@pytest.mark.parametrize("name", TIERS)
def test_tiers_are_the_public_ones(name: str) -> None:
    assert np.array_equal(condition_of(name).deliver(PIXELS, "any", 0)[0], deliver(PIXELS, name))


@pytest.mark.skipif(int(PIL.__version__.split(".")[0]) != 13, reason="hashes hold for one version of the codec")
def test_tiers_against_stored_hashes() -> None:
    wide = np.add.outer(np.arange(1000) * 3, np.arange(1500) * 5)[..., None] + np.arange(3) * 40
    picture = (wide % 256).astype(np.uint8)
    found = {name: sha256(deliver(picture, name).tobytes()).hexdigest()[:16] for name in ("web", "hard")}
    assert found == HASHES


HASHES = {"web": "16d6920c79e3742b", "hard": "4075608757885512"}


def test_what_is_drawn_depends_on_seed_and_sample() -> None:
    law = condition_of("jpeg80-95")
    qualities = [law.deliver(PIXELS, f"sample-{place}", 0)[1][0].parameters["quality"] for place in range(200)]
    assert set(qualities) == set(range(80, 96))
    assert (
        law.deliver(PIXELS, "a", 0)[1] != law.deliver(PIXELS, "a", 5)[1] or law.deliver(PIXELS, "a", 1)[1] != law.deliver(PIXELS, "a", 5)[1]
    )


@pytest.mark.parametrize(
    "name",
    [
        "wbe",
        "",
        "jpeg",
        "jpeg0",
        "jpeg101",
        "jpeg95-80",
        "x0",
        "x99",
        "x0.5-cubicle",
        "crop1.5",
        "window0",
        "web+x0.5",
        "jpeg80+",
        "noise5-3",
    ],
)
def test_unknown_conditions_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        condition_of(name).deliver(PIXELS, "a", 0)


def test_a_miss_suggests() -> None:
    with pytest.raises(UsageError, match="did you mean 'messenger'"):
        condition_of("mesenger")
    with pytest.raises(UsageError, match="did you mean 'delivery'"):
        suite_of("delivry")


@pytest.mark.parametrize("suite", SUITES)
def test_every_suite_is_made_of_conditions(suite: str) -> None:
    for name in SUITES[suite].conditions:
        assert condition_of(name).name == name


def test_the_bucket_of_what_arrives() -> None:
    stored = bucket_of(600, 96, lossless=False)

    def arrived(name: str) -> Bucket:
        pixels, steps = condition_of(name).deliver(PIXELS, "a", 0)
        return delivered_bucket(stored, steps, pixels.shape[1], pixels.shape[0])

    assert arrived("clean") == stored
    assert arrived("web").name == "under-256/under-q75"
    assert arrived("jpeg80").name == "under-256/q75-89"
    assert arrived("webp80").name == "under-256/unknown"
    assert arrived("jpeg40+x0.5").name == "under-256/lossless-or-q90"
