import time

import pytest

from fakeprint.datasets.gallery_markdown import read_gallery


def test_the_three_cells(make) -> None:
    first, second = read_gallery(make.GALLERY_PERSONAL)
    found = first.generation("Lyriel")
    assert found.prompt == "a red boat <lora:water:0.6>, f/1.8"
    assert found.negative_prompt == "blurry, low quality"
    assert (found.steps, found.sampler, found.cfg) == (28, "DPM++ 2M Karras", 7.5)
    assert second.generation("Lyriel").prompt is None


def test_rows_that_are_never_closed(make) -> None:
    rows = read_gallery(make.GALLERY_SHORT)
    assert [row.named("Prompt") for row in rows] == ["a fox & a hare", "A  fox & a hare", "once more", "no address"]


@pytest.mark.parametrize("text", ["", "<table>" * 20_000, "<img src=>" * 20_000, "<td><" * 20_000, "<!--" * 20_000, "<b>Prompt:" * 20_000])
def test_hostile_pages_end(text: str) -> None:
    began = time.process_time()
    read_gallery(text)
    assert time.process_time() - began < 5
