"""What holds for every examiner, found through the registry, so that a part is tested on the day it is listed."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fakeprint.core.evidence import Evidence, EvidenceStatus
from fakeprint.core.limits import Limits
from fakeprint.examine import examine
from fakeprint.examiners import examiner_names, load_examiner
from fakeprint.media.examiner import Settings

NAMES = examiner_names()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("gallery")
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(np.full((300, 400, 3), 128, np.uint8)).save(folder / "constant.png")
    Image.fromarray(noise[:1, :1]).save(folder / "one-pixel.png")
    Image.fromarray(noise[:1, :]).save(folder / "one-row.png")
    Image.fromarray(rng.integers(0, 65536, (270, 280), dtype=np.uint16)).save(folder / "sixteen-bit.png")
    Image.fromarray(np.dstack([noise, noise[..., :1]])).save(folder / "alpha.png")
    Image.fromarray(noise).convert("CMYK").save(folder / "cmyk.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise).save(folder / "rotated.jpg", exif=exif)
    Image.fromarray(noise).save(folder / "plain.jpg", quality=95)
    Image.fromarray(noise).save(folder / "lossless.webp", lossless=True)
    Image.fromarray(noise).save(folder / "animated.gif", save_all=True, append_images=[Image.fromarray(noise[::-1].copy())])
    (folder / "truncated.jpg").write_bytes((folder / "plain.jpg").read_bytes()[:9000])
    with av.open(str(folder / "clip.mp4"), "w") as movie:
        stream = movie.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for index in range(12):
            movie.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((64, 96, 3), index * 20, np.uint8), format="rgb24")))
        movie.mux(stream.encode())
    (folder / "cut.mp4").write_bytes((folder / "clip.mp4").read_bytes()[:2000])
    return sorted(folder.iterdir())


def without_time(evidence: Evidence) -> Evidence:
    return evidence.model_copy(update={"seconds": 0.0})


def ask(name: str, path: Path) -> list[Evidence]:
    return [without_time(one) for one in examine(path, [load_examiner(name, Settings())], Limits(), pictures=True).evidence]


@pytest.mark.parametrize("name", NAMES)
def test_names_and_texts_are_complete(name: str) -> None:
    examiner = load_examiner(name, Settings())
    assert examiner.name == name
    assert examiner.version
    assert len(examiner.worth) > 20


@pytest.mark.parametrize("name", NAMES)
def test_odd_media_give_a_result_or_a_typed_reason(name: str, gallery: list[Path]) -> None:
    for path in gallery:
        for evidence in ask(name, path):
            assert evidence.id == evidence.examiner == name
            assert evidence.summary
            if evidence.status is not EvidenceStatus.OK:
                assert evidence.reason, f"{path.name}: {evidence.status} without a reason"


@pytest.mark.parametrize("name", NAMES)
def test_evidence_does_not_depend_on_what_came_before(name: str, gallery: list[Path]) -> None:
    examiner = load_examiner(name, Settings())
    forward = {path: examine(path, [examiner], Limits(), pictures=False).evidence for path in gallery}
    backward = {path: examine(path, [examiner], Limits(), pictures=False).evidence for path in reversed(gallery)}
    for path in gallery:
        assert [without_time(one) for one in forward[path]] == [without_time(one) for one in backward[path]]


@pytest.mark.parametrize("name", NAMES)
def test_evidence_names_its_media_and_its_pictures(name: str, gallery: list[Path]) -> None:
    for path in gallery:
        examined = examine(path, [load_examiner(name, Settings())], Limits(), pictures=True)
        for evidence in examined.evidence:
            assert examined.media is not None
            assert evidence.media_sha256 == examined.media.sha256
            assert {file.sha256 for file in evidence.files} <= examined.pictures.keys()


@pytest.mark.parametrize("name", NAMES)
def test_no_pictures_are_made_unless_asked_for(name: str, gallery: list[Path]) -> None:
    for path in gallery:
        assert not examine(path, [load_examiner(name, Settings())], Limits(), pictures=False).pictures
