"""Every value of every enumeration has its words, and evidence is told apart and ordered as it should be."""

from enum import StrEnum

import pytest

from fakeprint.core import errors, evidence, verdict
from fakeprint.core.evidence import EvidenceStatus, FindingStatus, OriginClaim
from fakeprint.core.time_text import time_text
from fakeprint.core.verdict import Level, NotChecked
from fakeprint.reports import wording
from fakeprint.reports.facts import claim_heading, claim_pairs, location_text, media_pairs
from fakeprint.reports.order import headline, outcome_of

TABLES: list[tuple[type[StrEnum], dict]] = [
    (verdict.Level, wording.LEVELS),
    (verdict.Level, wording.LEVEL_MEANING),
    (evidence.Question, wording.QUESTIONS),
    (evidence.OriginStatement, wording.STATEMENTS),
    (evidence.FindingStatus, wording.FINDINGS),
    (evidence.EvidenceStatus, wording.EVIDENCE),
    (evidence.Binding, wording.BINDING),
    (evidence.SignatureState, wording.SIGNATURE),
    (evidence.SignerTrust, wording.TRUST),
    (evidence.SignerValidity, wording.VALIDITY),
    (evidence.TimeStampState, wording.TIME_STAMP),
    (evidence.ScoreUnit, wording.UNITS),
    (evidence.Route, wording.ROUTES),
    (errors.ErrorCode, wording.ERRORS),
]


@pytest.mark.parametrize(("kind", "words"), TABLES, ids=lambda one: getattr(one, "__name__", ""))
def test_every_value_has_words(kind, words):
    assert set(kind) <= set(words)


def test_only_a_mismatch_says_that_the_file_changed():
    told = [text for table in (wording.BINDING, wording.SIGNATURE, wording.TRUST, wording.TIME_STAMP) for text in table.values()]
    assert [text for text in told if "changed" in text] == [wording.BINDING[evidence.Binding.MISMATCH]]


def test_each_piece_of_evidence_is_in_one_list(make):
    outcome = outcome_of(make.report())
    lists = (outcome.found, outcome.nothing, outcome.not_applicable, outcome.open)
    assert sorted(one.id for part in lists for one in part) == sorted(one.id for one in make.every_claim())
    assert [one.id for one in outcome.found] == ["code-detector", "generator-metadata", "c2pa", "exif-consistency", "noise-residual"]
    assert [one.id for one in outcome.nothing] == ["iptc", "aigc-label"]


def test_what_does_not_apply_is_not_called_unchecked(make):
    listed = (NotChecked(what="jpeg-history", reason="format"), NotChecked(what="SynthID", reason="closed_detector"))
    report = make.report(verdict=make.verdict(Level.SOME, not_checked=listed))
    told = dict(outcome_of(report).not_checked)
    assert "JPEG history" not in told
    assert told["SynthID"] == "only its vendor can read it"


def test_an_examiner_that_lists_its_parts_is_not_listed_itself(make):
    parts = (OriginClaim(parser="synthid", tool="SynthID", status=FindingStatus.NOT_CHECKED, reason="closed_detector"),)
    closed = make.evidence("closed-watermarks", status=EvidenceStatus.NOT_CHECKED, reason="closed_detector", claims=parts)
    report = make.report(evidence=(closed,), verdict=make.verdict(Level.SOME, not_checked=()))
    assert outcome_of(report).not_checked == (("SynthID", "only its vendor can read it"),)


def test_the_headline_is_the_strongest_of_the_two_answers(make):
    manipulated = make.answer(Level.STRONG, text="Strong indications of manipulation")
    report = make.report(verdict=make.verdict(Level.INCONCLUSIVE, manipulated=manipulated))
    assert headline(report) == (Level.STRONG, "Strong indications of manipulation")
    assert headline(make.failed())[0] is None


def test_every_claim_has_a_heading_and_details(make):
    for one in make.every_claim():
        for claim in one.claims:
            assert claim_heading(claim)
            assert claim_pairs(claim)


def test_facts_of_a_video(make):
    names = [name for name, _ in media_pairs(make.video().media)]
    assert names == ["SHA-256", "Type", "Size", "Dimensions", "Duration", "Frame rate", "Frames declared", "Codec", "Rotation", "Note"]
    assert time_text(59.999) == "1:00.00"
    assert location_text(None) is None
