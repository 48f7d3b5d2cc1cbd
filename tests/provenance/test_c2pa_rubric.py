import pytest

from fakeprint.core.evidence import OriginStatement
from fakeprint.provenance.c2pa_rubric import rubric, signals_of, vendor_of
from fakeprint.provenance.c2pa_store import Action
from fakeprint.provenance.digital_source_type import C2PA_PREFIX, IPTC_PREFIX

S = OriginStatement


def _one(action: str, source_type: str | None) -> list[tuple[str, OriginStatement]]:
    return [(signal.signal, signal.statement) for signal in signals_of((Action(action, source_type),))]


@pytest.mark.parametrize("action", ["c2pa.created", "c2pa.opened"])
@pytest.mark.parametrize(
    ("source_type", "expected"),
    [
        (IPTC_PREFIX + "trainedAlgorithmicMedia", ("fully generated", S.AI_GENERATED)),
        (IPTC_PREFIX + "compositeWithTrainedAlgorithmicMedia", ("partly generated", S.AI_EDITED)),
        (IPTC_PREFIX + "digitalCapture", ("captured", S.CAPTURED)),
        (IPTC_PREFIX + "computationalCapture", ("captured", S.CAPTURED)),
        (IPTC_PREFIX + "compositeCapture", ("captured, stitched", S.CAPTURED)),
        (IPTC_PREFIX + "composite", ("composition", S.AI_POSSIBLE)),
        (IPTC_PREFIX + "screenCapture", ("screen capture", S.AI_POSSIBLE)),
        (IPTC_PREFIX + "digitalCreation", ("digital creation", S.INFORMATIONAL)),
        (C2PA_PREFIX + "empty", ("blank canvas", S.INFORMATIONAL)),
        (IPTC_PREFIX + "algorithmicMedia", ("declared source", S.PROCEDURAL)),
        ("HTTP://X/TRAINEDALGORITHMICMEDIA", ("fully generated", S.AI_GENERATED)),
    ],
)
def test_inception(action: str, source_type: str, expected: tuple[str, OriginStatement]) -> None:
    assert _one(action, source_type) == [expected]


@pytest.mark.parametrize("action", ["c2pa.created", "c2pa.opened"])
@pytest.mark.parametrize("source_type", [None, "", IPTC_PREFIX + "somethingElse", "mytrainedAlgorithmicMedia"])
def test_inception_without_a_known_source_type_says_nothing(action: str, source_type: str | None) -> None:
    assert _one(action, source_type) == []


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("trainedAlgorithmicMedia", ("generative edit", S.AI_EDITED)),
        ("compositeWithTrainedAlgorithmicMedia", ("generative edit", S.AI_EDITED)),
        ("compositeSynthetic", ("generative edit", S.AI_EDITED)),
        ("trainedAlgorithmicData", ("generative edit", S.AI_EDITED)),
        ("digitalArt", ("possibly generative edit", S.AI_POSSIBLE)),
        ("composite", ("possibly generative edit", S.AI_POSSIBLE)),
        ("digitalCapture", ("edit", S.EDITED)),
        (None, ("edit", S.EDITED)),
    ],
)
def test_editorial_actions(tail: str | None, expected: tuple[str, OriginStatement]) -> None:
    assert _one("c2pa.edited", tail and IPTC_PREFIX + tail) == [expected]
    assert _one("com.vendor.own", tail and IPTC_PREFIX + tail) == [expected]


def test_actions_that_are_not_editorial_never_trigger() -> None:
    quiet = rubric().not_editorial - rubric().inception_actions
    assert len(quiet) == 11
    for action in sorted(quiet):
        statements = {statement for _, statement in _one(action, IPTC_PREFIX + "trainedAlgorithmicMedia")}
        assert statements <= {S.INFORMATIONAL}


def test_a_stated_watermark_is_shown() -> None:
    (signal,) = signals_of((Action("c2pa.watermarked.unbound"),))
    assert (signal.statement, signal.actions) == (S.INFORMATIONAL, ("c2pa.watermarked.unbound",))


def test_edits_are_joined_and_repetitions_dropped() -> None:
    actions = (Action("c2pa.cropped"), Action("c2pa.color_adjustments"), Action("c2pa.cropped"))
    (signal,) = signals_of(actions * 50)
    assert signal.actions == ("c2pa.cropped", "c2pa.color_adjustments")


def test_the_table_is_dated() -> None:
    assert rubric().date == "2026-08-06"
    assert rubric().specifications == ("2.2", "2.4")


@pytest.mark.parametrize(
    ("generator", "vendor"),
    [
        ("ChatGPT", "OpenAI"),
        ("OpenAI Media Service API 1.0", "OpenAI"),
        ("Adobe_Firefly", "Adobe"),
        ("Black Forest Labs API", "Black Forest Labs"),
        ("Google C2PA Core Generator Library 9", "Google"),
        ("fal-ai", "fal"),
        ("Volcengine", "ByteDance"),
        ("Canvasser", None),
        ("Not ChatGPT", None),
        ("", None),
        (None, None),
    ],
)
def test_vendors(generator: str | None, vendor: str | None) -> None:
    assert vendor_of(generator) == vendor
