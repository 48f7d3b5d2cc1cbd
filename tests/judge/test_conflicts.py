"""Every kind of contradiction of specs: provenance 1.5, with the level that is left."""

from collections.abc import Callable
from types import ModuleType

import pytest

from fakeprint.core.evidence import Evidence, OriginStatement, Question
from fakeprint.core.verdict import Level
from fakeprint.judge.judge import judge

S = OriginStatement

Builder = Callable[[ModuleType], list[Evidence]]
WHOLE, PART, WHICH = Question.SYNTHETIC, Question.MANIPULATED, Question.GENERATOR
OPEN, SIGNED = Level.INCONCLUSIVE, Level.SIGNED_STATEMENT


def two_vendors(make: ModuleType) -> list[Evidence]:
    return [make.label(vendor="Google"), make.parameters(tool="Grok", vendor="xAI")]


CONTRADICTIONS: dict[str, tuple[Builder, Question, Level]] = {
    "unsigned capture claim next to generator parameters": (lambda make: [make.label(S.CAPTURED), make.parameters()], WHOLE, OPEN),
    "signed capture next to generator parameters": (lambda make: [make.signed_capture(), make.parameters()], WHOLE, OPEN),
    "signed capture next to a watermark": (lambda make: [make.signed_capture(), make.watermark()], WHOLE, OPEN),
    "signed capture next to a vendor's signature": (lambda make: [make.signed_capture(), make.novelai()], WHOLE, OPEN),
    "signed capture next to IPTC composite": (lambda make: [make.signed_capture(), make.label(S.AI_POSSIBLE)], WHOLE, OPEN),
    "signed capture next to IPTC partly AI": (lambda make: [make.signed_capture(), make.label(S.AI_EDITED)], WHOLE, OPEN),
    "signed capture next to IPTC partly AI, second question": (lambda make: [make.signed_capture(), make.label(S.AI_EDITED)], PART, OPEN),
    "signed capture next to a hint": (lambda make: [make.signed_capture(), make.hint()], WHOLE, SIGNED),
    "signed AI next to an unsigned capture claim": (lambda make: [make.signed_ai(), make.label(S.CAPTURED)], WHOLE, SIGNED),
    "signed AI next to a camera maker": (lambda make: [make.signed_ai(), make.camera()], WHOLE, SIGNED),
    "unsigned AI next to a camera maker": (lambda make: [make.parameters(), make.camera()], WHOLE, OPEN),
    "agreeing unsigned AI next to a camera maker": (lambda make: [make.parameters(), make.label(), make.camera()], WHOLE, OPEN),
    "a hint next to a camera maker": (lambda make: [make.hint(), make.camera()], WHOLE, Level.NONE_FOUND),
    "capture signed by one camera maker, EXIF of another": (lambda make: [make.signed_capture(), make.camera()], WHOLE, OPEN),
    "home-made AI credential next to EXIF of a camera": (lambda make: [make.home_made(), make.camera()], WHOLE, OPEN),
    "home-made AI credential next to a capture claim": (lambda make: [make.home_made(), make.label(S.CAPTURED)], WHOLE, OPEN),
    "two vendors, unsigned": (two_vendors, WHICH, OPEN),
    "two vendors still agree that it is AI": (two_vendors, WHOLE, Level.STRONG),
    "two vendors, one signed": (lambda make: [make.signed_ai(), make.label(vendor="Google")], WHICH, SIGNED),
    "two vendors, both signed": (lambda make: [make.signed_ai(), make.novelai()], WHICH, OPEN),
}

HARMONIES: dict[str, Builder] = {
    "partly AI on a camera picture": lambda make: [make.label(S.AI_EDITED), make.camera()],
    "AI suspected on a camera picture": lambda make: [make.label(S.AI_POSSIBLE), make.camera()],
    "captured, then edited, in fields": lambda make: [make.label(S.AI_EDITED), make.evidence("x", make.origin(S.CAPTURED, 4))],
    "AI by the maker of the phone": lambda make: [make.label(vendor="Google"), make.camera("Google")],
    "the maker in other words": lambda make: [make.label(vendor="Samsung"), make.camera("SAMSUNG ELECTRONICS")],
    "one vendor in two spellings": lambda make: [make.signed_ai(), make.label(vendor="OpenAI")],
    "a program that runs anybody's models": lambda make: [make.parameters(vendor="ComfyUI"), make.label(vendor="Black Forest Labs")],
    "a capture signed by a maker of no cameras": lambda make: [
        make.c2pa(make.origin(S.CAPTURED, 1, vendor="Truepic"), signer="Truepic"),
        make.camera("Apple"),
    ],
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictions(make: ModuleType, name: str) -> None:
    build, question, level = CONTRADICTIONS[name]
    verdict = judge(make.media(), build(make))
    answer = getattr(verdict, question.value)
    assert answer.level is level
    assert len(verdict.conflicts) >= 1
    if level is OPEN:
        assert answer.reason == "conflict"
        assert len(answer.because) >= 2


@pytest.mark.parametrize("name", HARMONIES)
def test_no_contradiction(make: ModuleType, name: str) -> None:
    verdict = judge(make.media(), HARMONIES[name](make))
    assert verdict.conflicts == ()
    assert "conflict" not in {one.reason for one in (verdict.synthetic, verdict.manipulated, verdict.generator)}


def test_both_sides_are_named(make: ModuleType) -> None:
    verdict = judge(make.media(), [make.signed_capture(), make.parameters()])
    assert verdict.conflicts == ("generator metadata: AI-generated; C2PA credentials: captured, signed by Leica Camera AG.",)


def test_a_flood_of_declarations_is_bounded(make: ModuleType) -> None:
    def flood(name: str) -> Evidence:
        kinds = (S.AI_GENERATED, S.CAPTURED)
        return make.evidence(name, *(make.origin(kinds[i % 2], 4 + i % 3, vendor=f"{name}-{i}") for i in range(250)))

    verdict = judge(make.media(), [flood(f"e{k}") for k in range(5)])
    assert verdict.synthetic.reason == verdict.generator.reason == "conflict"
    assert len(verdict.conflicts) == 21
    assert verdict.conflicts[-1].endswith("contradictions are not listed.")
    assert len(verdict.model_dump_json()) < 20_000
