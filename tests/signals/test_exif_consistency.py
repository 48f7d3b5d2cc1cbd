from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fakeprint.core.evidence import AnomalyClaim, Evidence, FactClaim
from fakeprint.signals.exif_consistency import ExifConsistencyExaminer


def jpeg(pixels: np.ndarray, ifd0: dict[int, Any] = {}, exif: dict[int, Any] = {}, gps: dict[int, Any] = {}) -> bytes:  # noqa: B006
    block = Image.Exif()
    block.update(ifd0)
    block.get_ifd(0x8769).update(exif)
    if gps:
        block.get_ifd(0x8825).update(gps)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90, exif=block)
    return buffer.getvalue()


def kinds(evidence: Evidence) -> list[str]:
    return [claim.kind for claim in evidence.claims if isinstance(claim, AnomalyClaim)]


def facts(evidence: Evidence) -> dict[str, FactClaim]:
    return {claim.name: claim for claim in evidence.claims if isinstance(claim, FactClaim)}


CAMERA = {0x010F: "Maker", 0x0110: "Model 3"}


@pytest.fixture
def ask(item_of: Callable) -> Callable[[bytes], Evidence]:
    return lambda data: ExifConsistencyExaminer().examine(item_of(data))


def test_camera_facts_without_any_credit(ask: Callable, texture: Callable) -> None:
    evidence = ask(jpeg(texture(1), CAMERA, {0x829A: 0.01, 0x8827: 200, 0xA002: 320, 0xA003: 320}))
    found = facts(evidence)
    assert (found["camera_make"].value, found["camera_model"].value, found["iso"].value) == ("Maker", "Model 3", "200")
    assert kinds(evidence) == []
    assert evidence.score is None
    assert "never count in favour" in evidence.worth


def test_place_and_serials_are_sensitive(ask: Callable, texture: Callable) -> None:
    gps = {1: "S", 2: (10.0, 30.0, 0.0), 3: "E", 4: (20.0, 0.0, 36.0)}
    found = facts(ask(jpeg(texture(1), CAMERA, {0xA431: "SN123", 0xA430: "Owner", 0xA435: "L9"}, gps)))
    assert found["gps_position"].value == "-10.500000, 20.010000"
    assert found["gps_position"].sensitive == "location"
    assert {found[name].sensitive for name in ("camera_serial", "camera_owner", "lens_serial")} == {"identifier"}
    assert found["camera_make"].sensitive is None


def test_unusable_gps_is_still_marked(ask: Callable, texture: Callable) -> None:
    found = facts(ask(jpeg(texture(1), CAMERA, gps={1: "N", 2: 5.0})))
    assert found["gps_position"].sensitive == "location"


@pytest.mark.parametrize(
    ("ifd0", "exif", "kind"),
    [
        ({0x0132: "2024:05:01 10:00:00"}, {0x9003: "2024:04:01 10:00:00"}, "exif_modified_later"),
        ({0x0132: "2023:05:01 10:00:00"}, {0x9003: "2024:04:01 10:00:00"}, "exif_modified_before_original"),
        ({0x0131: "Adobe Photoshop 25.0 (Windows)"}, {}, "exif_editor"),
        ({}, {0xA002: 4000, 0xA003: 3000}, "exif_dimensions"),
    ],
)
def test_inconsistencies(ask: Callable, texture: Callable, ifd0: dict, exif: dict, kind: str) -> None:
    assert kinds(ask(jpeg(texture(1), CAMERA | ifd0, exif))) == [kind]


@pytest.mark.parametrize("date", ["0000:00:00 00:00:00", "2024:13:45 99:99:99", "yesterday", "    :  :     :  :  ", ""])
def test_impossible_dates_are_no_finding(ask: Callable, texture: Callable, date: str) -> None:
    assert kinds(ask(jpeg(texture(1), CAMERA | {0x0132: date}, {0x9003: "2024:04:01 10:00:00"}))) == []


def test_same_dates_and_turned_size_fit(ask: Callable, texture: Callable) -> None:
    data = jpeg(texture(1, 320, 240), CAMERA | {0x0132: "2024:04:01 10:00:00"}, {0x9003: "2024:04:01 10:00:00", 0xA002: 320, 0xA003: 240})
    assert kinds(ask(data)) == []


def test_no_exif(ask: Callable, texture: Callable, saved: Callable) -> None:
    evidence = ask(saved(texture(1), "PNG"))
    assert evidence.claims == ()


def test_words(ask: Callable, texture: Callable) -> None:
    evidence = ask(
        jpeg(texture(1), CAMERA | {0x0131: "GIMP", 0x0132: "2020:01:01 00:00:00"}, {0x9003: "2024:04:01 10:00:00", 0xA002: 1, 0xA003: 2})
    )
    text = " ".join(
        (evidence.summary, evidence.worth, *(claim.text for claim in evidence.claims if isinstance(claim, AnomalyClaim)))
    ).lower()
    assert not any(word in text for word in ("real", "fake", "authentic", "verified", "proof", "tampered", "guaranteed", "altered"))


def test_damaged_blocks_never_raise(ask: Callable, texture: Callable) -> None:
    pixels = texture(1, 64, 64)
    gps = {1: "S", 2: (10.0, 30.0, 0.0), 3: "E", 4: (20.0, 0.0, 36.0)}
    data = jpeg(pixels, CAMERA | {0x0131: "GIMP", 0x0132: "2020:01:01 00:00:00"}, {0x9003: "2024:04:01 10:00:00", 0x829A: 0.01}, gps)
    end = data.index(b"\xff\xdb")
    rng = np.random.default_rng(0)
    for _ in range(400):
        broken = bytearray(data)
        for place in rng.integers(30, end, rng.integers(1, 6)):
            broken[place] = rng.integers(256)
        ask(bytes(broken))
