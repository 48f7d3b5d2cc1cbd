import pytest
from pydantic import ValidationError

from fakeprint.core.card import Card, CardFile, DataSource, FaceSpec, InputSpec, OutputSpec, WindowSpec
from fakeprint.core.evidence import Question, Route

HASH = "0" * 64


def card(**changes: object) -> Card:
    values: dict[str, object] = {
        "name": "toy",
        "version": "1",
        "title": "Toy",
        "question": Question.SYNTHETIC,
        "route": Route.WHOLE_IMAGE,
        "description": "d",
        "created": "2026-01-01",
        "architecture": "none",
        "parameters": 1,
        "terms": "none",
        "input": InputSpec(crop=WindowSpec(size=224, stride=224, max_windows=9)),
        "outputs": (OutputSpec(name="logit", shape=("n",), meaning="m"),),
        "sources": (DataSource(name="s", role="train", authentic=1, positive=1, terms="t"),),
        "validated_until": "2026-01-01",
        "known_failures": ("all",),
        "command": "c",
        "recipe_sha256": HASH,
        "seed": 0,
        "files": (CardFile(name="model.onnx", bytes=1, sha256=HASH),),
    }
    return Card.model_validate(values | changes)


@pytest.mark.parametrize("crop", [WindowSpec(size=224, stride=224, max_windows=9), FaceSpec(size=128, scale=1.3, min_side=64)])
def test_round_trip(crop):
    one = card(input=InputSpec(crop=crop))
    assert Card.model_validate_json(one.model_dump_json()) == one


@pytest.mark.parametrize("name", ["../model.onnx", "a/b", "", ".hidden", "/x"])
def test_files_outside_the_folder_cannot_be_named(name):
    with pytest.raises(ValidationError):
        CardFile(name=name, bytes=1, sha256=HASH)


@pytest.mark.parametrize("change", [{"name": "Toy Card"}, {"files": ()}, {"seeds": 1}, {"recipe_sha256": "x"}])
def test_incomplete_cards_are_refused(change):
    with pytest.raises(ValidationError):
        card(**change)
