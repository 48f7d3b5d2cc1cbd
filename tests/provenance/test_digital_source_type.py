import pytest

from fakeprint.core.evidence import OriginStatement
from fakeprint.provenance.digital_source_type import C2PA_PREFIX, IPTC_PREFIX, STATEMENTS, statement_of, tail_of


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (IPTC_PREFIX + "trainedAlgorithmicMedia", OriginStatement.AI_GENERATED),
        (IPTC_PREFIX + "compositeWithTrainedAlgorithmicMedia", OriginStatement.AI_EDITED),
        (IPTC_PREFIX + "compositeSynthetic", OriginStatement.AI_POSSIBLE),
        (IPTC_PREFIX + "composite", OriginStatement.AI_POSSIBLE),
        (IPTC_PREFIX + "algorithmicMedia", OriginStatement.PROCEDURAL),
        (IPTC_PREFIX + "algorithmicallyEnhanced", OriginStatement.EDITED),
        (IPTC_PREFIX + "digitalCapture", OriginStatement.CAPTURED),
        (IPTC_PREFIX + "minorHumanEdits", OriginStatement.EDITED),
        (IPTC_PREFIX + "digitalArt", OriginStatement.INFORMATIONAL),
        (C2PA_PREFIX + "empty", OriginStatement.INFORMATIONAL),
        (C2PA_PREFIX + "trainedAlgorithmicData", OriginStatement.AI_EDITED),
        ("trainedAlgorithmicMedia", OriginStatement.AI_GENERATED),
        ("  https://cv.iptc.org/newscodes/digitalsourcetype/TRAINEDALGORITHMICMEDIA/ ", OriginStatement.AI_GENERATED),
    ],
)
def test_values_of_the_table(uri: str, expected: OriginStatement) -> None:
    assert statement_of(uri) is expected


@pytest.mark.parametrize("uri", ["", "/", "Media", "myTrainedAlgorithmicMedia", IPTC_PREFIX, IPTC_PREFIX + "trainedAlgorithmicMedia2"])
def test_values_outside_the_table_say_nothing(uri: str) -> None:
    assert statement_of(uri) is None


def test_keys_are_tails() -> None:
    assert all(tail_of(key) == key for key in STATEMENTS)
