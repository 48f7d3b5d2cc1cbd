from hashlib import sha256
from io import BytesIO
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from fakeprint.core.evidence import AnomalyClaim, Evidence
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media
from fakeprint.media.container.walk import walk
from fakeprint.media.item import MediaItem
from fakeprint.provenance.container import ContainerExaminer

make = SimpleNamespace(**run_path(str(Path(__file__).parents[1] / "media" / "container" / "make.py")))
FILES = make.one_of_each()
FORBIDDEN = ("real", "fake", "authentic", "verified", "proof", "tampered", "guaranteed", "picture altered")


def examined(data: bytes, name: str) -> Evidence:
    container = walk(BytesIO(data), Limits())
    media = Media(sha256=sha256(data).hexdigest(), kind=container.kind, mime=container.mime, bytes=len(data))
    return ContainerExaminer().examine(MediaItem(media, container, Path(name), name, Limits()))


def anomalies(evidence: Evidence) -> list[AnomalyClaim]:
    return [claim for claim in evidence.claims if isinstance(claim, AnomalyClaim)]


def kinds(data: bytes, name: str) -> set[str]:
    return {claim.kind for claim in anomalies(examined(data, name))}


@pytest.mark.parametrize(
    ("format_", "suffix"),
    [
        ("jpeg", "jpg"),
        ("png", "PNG"),
        ("webp", "webp"),
        ("gif", "gif"),
        ("mp4", "mp4"),
        ("avif", "avif"),
        ("webm", "webm"),
        ("tiff", "tif"),
        ("bmp", "bmp"),
    ],
)
def test_a_plain_file_has_no_oddities(format_: str, suffix: str) -> None:
    evidence = examined(FILES[format_], f"a.b.{suffix}")
    assert anomalies(evidence) == []
    assert evidence.looked_for == ("trailing_data", "second_reading", "name_mismatch", "duplicate_c2pa")
    assert evidence.questions == ()


@pytest.mark.parametrize("name", ["noextension", "a.unknown", ".jpg", "a."])
def test_names_that_promise_nothing(name: str) -> None:
    assert kinds(FILES["png"], name) == set()


@pytest.mark.parametrize(("format_", "name"), [("jpeg", "a.png"), ("png", "a.JPG"), ("webm", "a.mp4"), ("svg", "a.png"), ("pdf", "a.jpg")])
def test_name_mismatch(format_: str, name: str) -> None:
    (claim,) = [claim for claim in anomalies(examined(FILES[format_], name)) if claim.kind == "name_mismatch"]
    assert claim.sides == (name.rpartition(".")[2].lower(), format_)


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (make.png() + make.zip_end(), "a.png", {"trailing_data", "second_reading"}),
        (make.gif() + b"<html><script>", "a.gif", {"trailing_data", "second_reading"}),
        (make.gif([make.gif_comment(b"/*<HTML><script>")]), "a.gif", {"second_reading"}),
        (make.jpeg([make.segment(0xFE, b"%PDF-1.4")]), "a.jpg", {"second_reading"}),
        (make.jpeg() + make.jpeg(), "a.jpg", {"trailing_data"}),
        (make.jpeg([*make.jpeg_c2pa(make.c2pa_store()), *make.jpeg_c2pa(make.c2pa_store(), instance=2)]), "a.jpg", {"duplicate_c2pa"}),
        (make.jpeg()[:-5], "a.jpg", {"truncated"}),
        (make.jpeg([make.segment(0xE0), b"stray"]), "a.jpg", {"stray_bytes"}),
        (make.png([make.chunk(b"tEXt", b"a\0b", crc=0)]), "a.png", {"unreadable_part"}),
        (make.bmff([make.box(b"skip")] * 1100), "a.mp4", {"over_limit"}),
        (b"#EXTM3U\n", "a.mp4", {"name_mismatch"}),
    ],
)
def test_oddities(data: bytes, name: str, expected: set[str]) -> None:
    evidence = examined(data, name)
    assert kinds(data, name) == expected
    assert not expected & set(evidence.looked_for)


def test_trailing_bytes_have_a_place_and_a_type() -> None:
    (claim,) = anomalies(examined(make.png() + b"<html>" * 1000, "a.png"))[:1]
    assert claim.location is not None
    assert (claim.location.offset, claim.location.length, claim.sides) == (len(make.png()), 6000, ("html",))
    assert claim.text.startswith("6,000 bytes follow the end that the file declares.")


def test_a_second_picture_that_the_file_announces_is_called_ordinary() -> None:
    data = make.jpeg([make.segment(0xE2, b"MPF\0" + bytes(20))]) + make.jpeg()
    (claim,) = anomalies(examined(data, "a.jpg"))
    assert "many phones" in claim.text


def test_an_incomplete_walk_claims_nothing_was_looked_for() -> None:
    assert examined(make.jpeg()[:-5], "a.jpg").looked_for == ()


def test_wording() -> None:
    shown = [ContainerExaminer.worth]
    for data in (*FILES.values(), make.png() + make.zip_end(), make.jpeg()[:-9], make.jpeg() + b"SEFT", make.jpeg() + b"\0"):
        evidence = examined(data, "a.png")
        shown += [evidence.summary, *(claim.text for claim in anomalies(evidence))]
    words = {word.strip(".,;:()").lower() for text in shown for word in text.split()}
    assert not words & set(FORBIDDEN)
