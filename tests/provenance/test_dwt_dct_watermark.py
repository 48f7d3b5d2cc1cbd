from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import watermark
from fakeprint.core.evidence import Evidence, EvidenceStatus, FindingStatus, OriginClaim, OriginStatement
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media
from fakeprint.media.container.walk import walk
from fakeprint.media.item import MediaItem
from fakeprint.provenance.dwt_dct import MESSAGES, Carrier, encode
from fakeprint.provenance.dwt_dct_watermark import LOOKED_FOR, DwtDctWatermarkExaminer


@pytest.fixture
def ask(tmp_path: Path) -> Callable[[np.ndarray], Evidence]:
    def examine(pixels: np.ndarray) -> Evidence:
        buffer = BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG")
        data = buffer.getvalue()
        path = tmp_path / "file.png"
        path.write_bytes(data)
        container = walk(BytesIO(data), Limits())
        media = Media(sha256=sha256(data).hexdigest(), kind=container.kind, mime=container.mime, bytes=len(data))
        return DwtDctWatermarkExaminer().examine(MediaItem(media, container, path, path.name, Limits()))

    return examine


def test_a_marked_picture_names_its_tool(ask: Callable[[np.ndarray], Evidence]) -> None:
    picture = watermark.synthetic_photo(np.random.default_rng(0), 320)
    (claim,) = ask(encode(picture, MESSAGES[0], Carrier.UINT8_BGR)).claims
    assert isinstance(claim, OriginClaim)
    assert (claim.status, claim.statement, claim.level) == (FindingStatus.PRESENT, OriginStatement.AI_GENERATED, 5)
    assert claim.tool == "Stable Diffusion 1.x"


def test_a_search_without_result_leaves_one_line(ask: Callable[[np.ndarray], Evidence]) -> None:
    evidence = ask(watermark.synthetic_photo(np.random.default_rng(1), 320))
    assert (evidence.status, evidence.claims, evidence.looked_for) == (EvidenceStatus.OK, (), (LOOKED_FOR,))


def test_small_pictures_do_not_apply(ask: Callable[[np.ndarray], Evidence]) -> None:
    evidence = ask(np.zeros((255, 256, 3), np.uint8))
    assert (evidence.status, evidence.reason, evidence.looked_for) == (EvidenceStatus.NOT_APPLICABLE, "too_small", ())
