"""Closed watermarks are named as not checked, whatever the file (PROV-21)."""

from collections.abc import Callable

import metadata_writers as write
from fakeprint.core.evidence import EvidenceStatus, FindingStatus, OriginClaim
from fakeprint.media.item import MediaItem
from fakeprint.provenance.closed_watermarks import ClosedWatermarksExaminer


def test_synthid_and_others_are_not_checked(file_item: Callable[..., MediaItem]) -> None:
    evidence = ClosedWatermarksExaminer().examine(file_item(write.png([])))
    assert (evidence.status, evidence.reason) == (EvidenceStatus.NOT_CHECKED, "closed_detector")
    for claim in evidence.claims:
        assert isinstance(claim, OriginClaim)
        assert (claim.status, claim.reason, claim.statement, claim.level) == (FindingStatus.NOT_CHECKED, "closed_detector", None, None)
    assert any(isinstance(claim, OriginClaim) and claim.tool == "SynthID" for claim in evidence.claims)


def test_files_that_are_neither_picture_nor_film(file_item: Callable[..., MediaItem]) -> None:
    assert ClosedWatermarksExaminer().examine(file_item(b"%PDF-1.7\n")).status is EvidenceStatus.NOT_APPLICABLE
