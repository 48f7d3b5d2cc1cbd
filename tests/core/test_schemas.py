"""The published JSON Schemas are those of the records."""

from pathlib import Path

import pytest

from fakeprint.core.schemas import RECORDS, schema_text

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas"


@pytest.mark.parametrize("name", RECORDS)
def test_the_published_schema_is_current(name: str) -> None:
    assert (PUBLISHED / f"{name}.json").read_text(encoding="utf-8") == schema_text(name), "run: make docs"


def test_no_schema_is_left_over() -> None:
    assert {path.stem for path in PUBLISHED.glob("*.json")} == set(RECORDS)
