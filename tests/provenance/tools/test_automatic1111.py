"""The text layout of AUTOMATIC1111 and its relatives."""

import pytest

from fakeprint.core.generation import Lora
from fakeprint.core.limits import Limits
from fakeprint.provenance.tools.automatic1111 import has_settings, read

SETTINGS = "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 42, Size: 640x480"


def test_every_field_is_recovered() -> None:
    text = (
        "a cat, <lora:paint:0.7>\non a roof\nNegative prompt: dog,\nbird\n"
        f'{SETTINGS}, Model hash: 6ce0161689, Model: v1-5, Lora hashes: "paint: aa, other: bb", Version: v1.9.4'
    )
    one = read(text, Limits())
    assert one is not None
    assert one.model_dump() == {
        "tool": "AUTOMATIC1111", "tool_version": "v1.9.4", "model": "v1-5", "model_hash": "6ce0161689",
        "prompt": "a cat, <lora:paint:0.7>\non a roof", "negative_prompt": "dog,\nbird", "sampler": "DPM++ 2M", "scheduler": "Karras",
        "steps": 20, "cfg": 6.5, "seed": 42, "width": 640, "height": 480, "job_id": None, "raw": text,
        "loras": (Lora(name="paint", weight=0.7, model_hash="aa").model_dump(), Lora(name="other", model_hash="bb").model_dump()),
    }  # fmt: skip


def test_quoted_values_may_hold_commas_colons_and_quotes() -> None:
    one = read(f'cat\n{SETTINGS}, Model: "a, b: \\"c\\"", Version: v1', Limits())
    assert one is not None
    assert (one.model, one.tool_version) == ('a, b: "c"', "v1")


def test_unquoted_json_values_keep_their_commas() -> None:
    one = read(f'cat\n{SETTINGS}, Civitai resources: [{{"type":"lora","Model":"x"}}], Model: kept', Limits())
    assert one is not None
    assert one.model == "kept"


def test_the_hashes_object_is_cut_out_first() -> None:
    one = read(f'cat\n{SETTINGS}, Hashes: {{"model": "x", "Model": "y"}}, Model: kept', Limits())
    assert one is not None
    assert one.model == "kept"


def test_the_last_line_of_settings_wins_and_later_lines_are_skipped() -> None:
    one = read(f"{SETTINGS.replace('42', '1')}\nNegative prompt: dog\n{SETTINGS}\nTemplate: a cat\n", Limits())
    assert one is not None
    assert one.seed == 42
    assert one.negative_prompt == "dog"


def test_unclosed_quotes_do_not_lose_the_settings() -> None:
    one = read(f'cat\nModel: "open, {SETTINGS}', Limits())
    assert one is not None
    assert one.seed == 42


def test_a_text_that_begins_with_the_negative_prompt() -> None:
    one = read(f"Negative prompt: dog\n{SETTINGS}", Limits())
    assert one is not None
    assert (one.prompt, one.negative_prompt) == (None, "dog")


@pytest.mark.parametrize("text", ["", "a cat", "Steps: 20, Sampler: x", "Steps: 1\nSampler: x\nSeed: 2", "steps: 1, sampler: x, seed: 2"])
def test_fewer_than_three_keys_on_one_line_are_nothing(text: str) -> None:
    assert read(text, Limits()) is None
    assert not has_settings(text)


@pytest.mark.parametrize(
    ("seed", "expected"), [("18446744073709551615", 2**64 - 1), ("-1", -1), ("1e5", 100_000), ("9" * 30, None), ("x", None)]
)
def test_seeds(seed: str, expected: int | None) -> None:
    one = read(f"cat\nSteps: 20, Sampler: x, CFG scale: inf, Seed: {seed}", Limits())
    assert one is not None
    assert one.seed == expected
    assert one.cfg is None
