"""Declarations of origin in XMP and IPTC-IIM (specs: provenance 4)."""

from collections.abc import Callable

import pytest

import generated_media as media
import metadata_writers as write
from fakeprint.core.evidence import AnomalyClaim, Evidence, FactClaim, FindingStatus, OriginClaim, OriginStatement
from fakeprint.media.item import MediaItem
from fakeprint.provenance.digital_source_type import STATEMENTS
from fakeprint.provenance.iptc import IptcExaminer

Make = Callable[..., MediaItem]


@pytest.fixture
def examine(file_item: Make) -> Callable[..., Evidence]:
    def run(xmp: bytes = b"", iptc: bytes = b"") -> Evidence:
        return IptcExaminer().examine(file_item(write.jpeg(xmp=xmp, iptc=iptc)))

    return run


def typed(value: str, namespace: str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", prefix: str = "any") -> bytes:
    return write.xmp(f'xmlns:{prefix}="{namespace}" {prefix}:DigitalSourceType="{value}"')


def origins(evidence: Evidence) -> list[OriginClaim]:
    return [claim for claim in evidence.claims if isinstance(claim, OriginClaim)]


@pytest.mark.parametrize("tail", sorted(STATEMENTS))
def test_every_value_of_the_vocabulary(tail: str, examine: Callable[..., Evidence]) -> None:
    (claim,) = origins(examine(typed(media.SOURCE + tail)))
    assert claim.statement is STATEMENTS[tail]
    weighted = claim.statement in (
        OriginStatement.AI_GENERATED, OriginStatement.AI_EDITED, OriginStatement.AI_POSSIBLE, OriginStatement.EDITED,
    )  # fmt: skip
    assert claim.level == (4 if weighted else None)


def test_procedural_media_are_not_flagged(examine: Callable[..., Evidence]) -> None:
    evidence = examine(typed(media.SOURCE + "algorithmicMedia"))
    assert origins(evidence)[0].statement is OriginStatement.PROCEDURAL
    assert "not machine learning" in evidence.summary


@pytest.mark.parametrize("value", ["xtrainedAlgorithmicMedia", "trainedAlgorithmicMediaX", "made by AI"])
def test_the_whole_segment_counts(value: str, examine: Callable[..., Evidence]) -> None:
    evidence = examine(typed(media.SOURCE + value))
    assert not origins(evidence)
    assert [claim.name for claim in evidence.claims if isinstance(claim, FactClaim)] == ["DigitalSourceType"]


def test_any_prefix_and_midjourneys_misnamed_namespace(examine: Callable[..., Evidence]) -> None:
    value = media.SOURCE + "trainedAlgorithmicMedia"
    assert origins(examine(typed(value, "http://iptc.org/std/iptcExt/2008-02-29/", "iptcExt")))
    assert not origins(examine(typed(value, "http://example.invalid/other/")))


def test_resource_and_bare_values(examine: Callable[..., Evidence]) -> None:
    element = f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{media.SOURCE}trainedAlgorithmicMedia"/>'
    assert origins(examine(write.xmp(media.IPTC_NS, element)))[0].statement is OriginStatement.AI_GENERATED
    assert origins(examine(typed("trainedAlgorithmicMedia")))[0].statement is OriginStatement.AI_GENERATED


def test_ai_fields_of_2025(examine: Callable[..., Evidence]) -> None:
    fields = (
        f'{media.IPTC_NS} Iptc4xmpExt:AISystemUsed="Imager" Iptc4xmpExt:AISystemVersionUsed="3" Iptc4xmpExt:AIPromptWriterName="A. Person"'
    )
    (claim,) = origins(examine(write.xmp(fields)))
    assert claim.generation
    assert (claim.tool, claim.generation.tool_version, claim.statement) == ("Imager", "3", OriginStatement.AI_POSSIBLE)


@pytest.mark.parametrize(
    ("text", "statement"),
    [("Made with Google AI", OriginStatement.AI_GENERATED), ("edited with google ai ", OriginStatement.AI_EDITED), ("Google AI", None)],
)
def test_credit_lines(text: str, statement: OriginStatement | None, examine: Callable[..., Evidence]) -> None:
    for evidence in (
        examine(write.xmp(f'{media.PHOTOSHOP_NS} photoshop:Credit="{text}"')),
        examine(iptc=write.data_set(2, 110, text)),
    ):
        assert [(claim.statement, claim.vendor) for claim in origins(evidence)] == ([(statement, "Google")] if statement else [])


def test_a_credit_in_another_namespace_is_no_credit(examine: Callable[..., Evidence]) -> None:
    assert not origins(examine(write.xmp('xmlns:x="urn:x" x:Credit="Made with Google AI"')))


def test_facebooks_mark_is_information_without_weight(examine: Callable[..., Evidence]) -> None:
    (claim,) = origins(examine(iptc=write.data_set(2, 40, "FBMD0a000a")))
    assert (claim.statement, claim.level, claim.vendor) == (OriginStatement.INFORMATIONAL, None, "Meta")


def test_capture_beside_ai_is_a_finding(examine: Callable[..., Evidence]) -> None:
    evidence = examine(typed(media.SOURCE + "digitalCapture"), write.data_set(2, 110, "Made with Google AI"))
    (anomaly,) = [claim for claim in evidence.claims if isinstance(claim, AnomalyClaim)]
    assert anomaly.sides == ("DigitalSourceType: digitalCapture", "Credit: Made with Google AI")


def test_broken_packets_are_unreadable(examine: Callable[..., Evidence]) -> None:
    evidence = examine(b"<x:xmpmeta><rdf:RDF")
    (claim,) = origins(evidence)
    assert claim.status is FindingStatus.UNREADABLE
    assert claim.statement is None
    assert "could not be read" in evidence.summary


def test_thousands_of_values_stay_bounded(examine: Callable[..., Evidence]) -> None:
    elements = "".join(f"<Iptc4xmpExt:DigitalSourceType>v{number}</Iptc4xmpExt:DigitalSourceType>" for number in range(700))
    assert len(examine(write.xmp(media.IPTC_NS, elements)).claims) <= 64


def test_nothing_declared(examine: Callable[..., Evidence]) -> None:
    evidence = examine(write.xmp('xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/jpeg"'))
    assert not evidence.claims
    assert evidence.looked_for == ("DigitalSourceType", "AISystemUsed", "credit line")
