import os
import time

import pytest

from fakeprint.core.generation import Generation
from fakeprint.datasets.prompt_safety import ALLOWABLE, Category, categories_of, digest_of, fold, screen

SALT = b"salt"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a lighthouse on a cliff, oil painting", []),
        ("1girl, solo, castle, (sharp focus:1.25), 8k, f/1.8", []),
        ("a child playing with a ball", []),
        ("a song in A minor on a grand piano", []),
        ("cockpit of a plane, grass, classic car, bloodhound", []),
        ("nude statue", ["sexual"]),
        ("n u d e figure", ["sexual"]),
        ("a n.u.d.e figure", ["sexual"]),
        ("a nu-de figure", ["sexual"]),
        ("nuuuuude", ["sexual"]),
        ("nu\u200bd\u0435", ["sexual"]),
        ("p0rn0graphic", ["sexual"]),
        ("18 years old woman, topless", ["sexual"]),
        ("17yo, topless", ["minor_sexual", "sexual"]),
        ("a loli, nsfw", ["minor_sexual", "sexual"]),
        ("child in a bikini", ["minor_sexual"]),
        ("twelve year old, seductive", ["minor_sexual"]),
        ("ロリ, 裸", ["minor_sexual", "sexual"]),
        ("a decapitated warrior", ["violence"]),
        ("nazi rally", ["hate"]),
        ("Ada Example, celebrity, 40-year-old", ["real_person"]),
        ("card of ada@example.org", ["personal_data"]),
        ("call +49 170 555 12 34", ["personal_data"]),
        ("ratio 16:9, seed 1234567890", []),
    ],
)
def test_categories(text: str, found: list[str]) -> None:
    assert [one.value for one in categories_of(text)] == found


def test_a_flagged_record_makes_a_term_for_a_minor_enough() -> None:
    assert categories_of("a child in a park") == ()
    assert categories_of("a child in a park", flagged=True) == (Category.MINOR_SEXUAL,)


def test_what_may_not_be_stored_is_taken_out_and_leaves_a_keyed_hash() -> None:
    prompt = "a loli, nude"
    found = screen(Generation(prompt=prompt, negative_prompt="blurry", raw=prompt, steps=20), salt=SALT)
    assert found.blocked
    assert found.generation == Generation(steps=20)
    assert found.digest == digest_of(prompt, SALT) != digest_of(prompt, b"other")
    assert prompt not in repr(found)


def test_a_negative_prompt_is_screened_by_itself() -> None:
    excluded = "loli, child, nsfw, nude"
    found = screen(Generation(prompt="a boat on a lake", negative_prompt=excluded, raw=excluded), salt=SALT)
    assert not found.blocked
    assert found.categories == ()
    assert found.generation == Generation(prompt="a boat on a lake")
    kept = screen(Generation(prompt="a boat", negative_prompt="nude, blurry"), salt=SALT)
    assert kept.generation is not None
    assert kept.generation.negative_prompt == "nude, blurry"


def test_flags_of_the_record_count() -> None:
    assert screen(None, ("violence", "unknown"), salt=SALT).categories == (Category.VIOLENCE,)
    assert screen(Generation(prompt="a toddler"), ("sexual",), salt=SALT).blocked
    assert Category.MINOR_SEXUAL not in ALLOWABLE


def test_folding() -> None:
    assert fold("ＮＵＤＥ") == fold("nüdé") == "nude"


def test_long_hostile_text_takes_bounded_time() -> None:
    began = time.process_time()
    for text in ("a " * 50_000, "a." * 50_000, "1" * 100_000, "a@" * 50_000, "+1 " * 30_000, "\u0301" * 100_000, os.urandom(50_000).hex()):
        categories_of(text)
    assert time.process_time() - began < 8
