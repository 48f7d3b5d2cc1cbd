"""The label of GB 45438-2025 (specs: provenance 6, PROV-19); all carriers are in the fixtures of test_generator_metadata."""

import json
from collections.abc import Callable

import pytest

import generated_media as media
import metadata_writers as write
from fakeprint.core.evidence import Evidence, FactClaim, FindingStatus, OriginClaim, OriginStatement
from fakeprint.core.limits import Limits
from fakeprint.media.item import MediaItem
from fakeprint.provenance.aigc_label import AigcLabelExaminer, read_label
from fakeprint.provenance.tools.json_text import Unreadable

Make = Callable[..., MediaItem]


def origins(evidence: Evidence) -> list[OriginClaim]:
    return [claim for claim in evidence.claims if isinstance(claim, OriginClaim)]


@pytest.mark.parametrize(
    ("label", "statement", "words"),
    [
        ("1", OriginStatement.AI_GENERATED, "is AI-generated"),
        ("2", OriginStatement.AI_POSSIBLE, "may be AI-generated"),
        ("3", OriginStatement.AI_POSSIBLE, "is suspected"),
        ("9", OriginStatement.AI_POSSIBLE, "without a known value"),
    ],
)
def test_label_values(label: str, statement: OriginStatement, words: str, png_item: Make) -> None:
    evidence = AigcLabelExaminer().examine(png_item({"AIGC": json.dumps({"Label": label})}))
    (claim,) = origins(evidence)
    assert (claim.statement, claim.level) == (statement, 4)
    assert words in evidence.summary


def test_fields(png_item: Make) -> None:
    fields = media.AIGC_FIELDS | {"ContentPropagator": "P", "PropagateID": "7", "Unknown": "x"}
    evidence = AigcLabelExaminer().examine(png_item({"AIGC": json.dumps(fields)}))
    (claim,) = origins(evidence)
    assert claim.vendor == media.AIGC_FIELDS["ContentProducer"]
    assert claim.generation
    assert claim.generation.job_id == "42"
    facts = [(fact.name, fact.value) for fact in evidence.claims if isinstance(fact, FactClaim)]
    assert facts == [("AIGC ContentPropagator", "P"), ("AIGC PropagateID", "7")]


def test_the_users_of_a_service_are_sensitive(png_item: Make) -> None:
    fields = {"ServiceProvider": "S", "ServiceUser": "U", "Time": "T", "ContentId": "C"}
    evidence = AigcLabelExaminer().examine(png_item({"AIGC": json.dumps(fields)}))
    (claim,) = origins(evidence)
    assert (claim.vendor, claim.generation.job_id if claim.generation else None) == ("S", "C")
    assert [fact.sensitive for fact in evidence.claims if isinstance(fact, FactClaim)] == ["identifier", None]


@pytest.mark.parametrize("text", ["{}", '{"Other": "1"}', "[]", "AI", '{"Label": ', '{"AIGC": {}}', '{"Label": ""}'])
def test_refusals(text: str, png_item: Make) -> None:
    with pytest.raises(Unreadable):
        read_label(text)
    evidence = AigcLabelExaminer().examine(png_item({"AIGC": text}))
    assert [claim.status for claim in origins(evidence)] == [FindingStatus.UNREADABLE]
    assert "could not be read" in evidence.summary


def test_trailing_nuls_nesting_and_escapes() -> None:
    assert read_label('{"Label": "1"}\0\0') == {"Label": "1"}
    assert read_label('{"AIGC": "{\\"Label\\": 2}"}') == {"Label": "2"}
    assert read_label("{&quot;Label&quot;: &quot;3&quot;}") == {"Label": "3"}


def test_the_cap_on_the_value(png_item: Make) -> None:
    item = png_item({"AIGC": json.dumps({"Label": "1", "ReservedCode1": "x" * 500})}, Limits(aigc_bytes=400))
    assert [claim.reason for claim in origins(AigcLabelExaminer().examine(item))] == ["over_limit"]


@pytest.mark.parametrize("comment", ['{"Label": "1"}', '{"a": {"AIGC": {"Label": "1"}}}' + " " * 9, "AIGC", "see AIGC{...}"])
def test_a_user_comment_needs_the_wrapper(comment: str, exif_item: Make) -> None:
    found = origins(AigcLabelExaminer().examine(exif_item({}, comment)))
    assert not [claim for claim in found if claim.status is FindingStatus.PRESENT]


def test_bare_label_in_a_user_comment(exif_item: Make) -> None:
    assert origins(AigcLabelExaminer().examine(exif_item({}, "AIGC" + media.AIGC)))[0].statement is OriginStatement.AI_GENERATED


def test_glued_labels_in_and_after_the_jfif_segment(file_item: Make) -> None:
    data = write.jpeg()
    end = 4 + int.from_bytes(data[4:6], "big")
    inside = data[6:end] + b"AIGC" + media.AIGC.encode()
    whole = data[:2] + write.segment(0xE0, inside) + data[end:]
    assert origins(AigcLabelExaminer().examine(file_item(whole)))[0].status is FindingStatus.PRESENT
    behind = data + b"AIGC" + media.AIGC.encode()
    assert not origins(AigcLabelExaminer().examine(file_item(behind)))


def test_many_labels_stay_bounded(file_item: Make) -> None:
    elements = "<TC260:AIGC>{&quot;Label&quot;: &quot;1&quot;}</TC260:AIGC>" * 500
    assert len(AigcLabelExaminer().examine(file_item(write.jpeg(xmp=write.xmp(media.AIGC_NS, elements)))).claims) <= 32


def test_blank_direct_attributes_are_nothing(file_item: Make) -> None:
    item = file_item(write.jpeg(xmp=write.xmp(f'{media.AIGC_NS} TC260:Label="" TC260:ProduceID=" "')))
    assert not AigcLabelExaminer().examine(item).claims


def test_nothing_there(png_item: Make) -> None:
    evidence = AigcLabelExaminer().examine(png_item({"Title": "AIGC"}))
    assert not evidence.claims
    assert evidence.looked_for
