from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from fakeprint.core.evidence import Evidence, EvidenceStatus, FactClaim, MeasureClaim
from fakeprint.signals.jpeg_history import JpegHistoryExaminer


def measures(evidence: Evidence) -> dict[str, float]:
    return {claim.name: claim.value for claim in evidence.claims if isinstance(claim, MeasureClaim)}


def facts(evidence: Evidence) -> dict[str, str]:
    return {claim.name: claim.value for claim in evidence.claims if isinstance(claim, FactClaim)}


@pytest.mark.parametrize(("subsampling", "name"), [(0, "4:4:4"), (1, "4:2:2"), (2, "4:2:0")])
@pytest.mark.parametrize("progressive", [False, True])
def test_last_save(item_of: Callable, texture: Callable, saved: Callable, subsampling: int, name: str, progressive: bool) -> None:
    data = saved(texture(1), "JPEG", quality=83, subsampling=subsampling, progressive=progressive)
    evidence = JpegHistoryExaminer().examine(item_of(data))
    assert measures(evidence)["jpeg_quality"] == measures(evidence)["jpeg_chroma_quality"] == 83
    assert facts(evidence)["jpeg_subsampling"] == name
    assert facts(evidence)["jpeg_process"] == ("progressive" if progressive else "baseline")
    assert "earlier_jpeg_quality" not in measures(evidence)
    assert "83 (standard tables)" in evidence.summary


def test_tables_of_their_own_are_flagged(item_of: Callable, texture: Callable, saved: Callable) -> None:
    data = saved(texture(1), "JPEG", qtables=[[7] * 64, [9] * 64])
    assert "not the standard ones" in JpegHistoryExaminer().examine(item_of(data)).summary


def test_earlier_save_is_noted(item_of: Callable, texture: Callable, saved: Callable) -> None:
    once = np.asarray(Image.open(BytesIO(saved(texture(2), "JPEG", quality=70))))
    evidence = JpegHistoryExaminer().examine(item_of(saved(once, "JPEG", quality=92)))
    assert abs(measures(evidence)["earlier_jpeg_quality"] - 70) <= 2
    lossless = JpegHistoryExaminer().examine(item_of(saved(once, "PNG")))
    assert abs(measures(lossless)["earlier_jpeg_quality"] - 70) <= 2
    assert "earlier JPEG save" in lossless.summary


def test_lossless_file_without_history(item_of: Callable, texture: Callable, saved: Callable) -> None:
    evidence = JpegHistoryExaminer().examine(item_of(saved(texture(3), "PNG")))
    assert evidence.status is EvidenceStatus.OK
    assert set(measures(evidence)) == {"earlier_save_gain"}


def test_lossy_other_formats_do_not_apply(item_of: Callable, texture: Callable, saved: Callable) -> None:
    assert JpegHistoryExaminer().examine(item_of(saved(texture(3), "WEBP"))).status is EvidenceStatus.NOT_APPLICABLE


def test_encoder_comment(item_of: Callable, texture: Callable, saved: Callable) -> None:
    data = saved(texture(3), "JPEG", comment=b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90\n")
    assert facts(JpegHistoryExaminer().examine(item_of(data)))["jpeg_encoder"] == "GD library"


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk(item_of: Callable, texture: Callable, mode: str) -> None:
    buffer = BytesIO()
    Image.fromarray(texture(4)).convert(mode).save(buffer, "JPEG", quality=80)
    evidence = JpegHistoryExaminer().examine(item_of(buffer.getvalue()))
    assert measures(evidence)["jpeg_quality"] == 80


def test_tiny(item_of: Callable, saved: Callable) -> None:
    evidence = JpegHistoryExaminer().examine(item_of(saved(np.zeros((1, 1, 3), np.uint8), "JPEG")))
    assert evidence.status is EvidenceStatus.OK
    assert "earlier_save_gain" not in measures(evidence)
