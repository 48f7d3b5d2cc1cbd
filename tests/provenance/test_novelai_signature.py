"""The vendor's private key is not ours: a substituted key signs, and every way to differ is tried (specs: provenance 5.1, PROV-17)."""

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import generated_media as media
import metadata_writers as write
from fakeprint.core.evidence import OriginClaim
from fakeprint.media.item import MediaItem
from fakeprint.provenance import novelai_signature as signature
from fakeprint.provenance.stealth_png import read_claim
from fakeprint.provenance.tools import novelai

Make = Callable[..., MediaItem]

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = b64encode(KEY.public_key().public_bytes_raw()).decode()
PIXELS = write.picture()
SETTINGS = media.NOVEL_SETTINGS | {"note": "é灯", "scale": 7.0, "list": [1, 2.5, None]}


def signed(pixels: np.ndarray = PIXELS, **changes: object) -> dict[str, object]:
    """Sign as the specification says, independently of the module under test."""
    message = pixels[..., :3].tobytes() + json.dumps(SETTINGS).encode()
    return SETTINGS | {"signed_hash": b64encode(KEY.sign(message)).decode()} | changes


def texts(comment: dict[str, object]) -> list[bytes]:
    return [write.text(key, value) for key, value in (media.NOVEL_TEXTS | {"Comment": json.dumps(comment)}).items()]


def test_the_vendor_key_is_a_key_of_32_bytes() -> None:
    assert len(b64decode(signature.VENDOR_KEY, validate=True)) == 32


def test_a_signature_over_these_pixels_is_level_three(file_item: Make) -> None:
    claim = novelai.parse(file_item(write.png(texts(signed()), pixels=PIXELS)), PUBLIC)
    assert (claim.signature_ok, claim.level, claim.notes) == (True, 3, (signature.MATCHES,))


def test_the_same_in_webp_exif_and_in_hidden_bits(file_item: Make) -> None:
    tags = {0x0131: media.NOVEL_SOURCE.encode()}
    exif = write.exif(tags, write.user_comment(json.dumps(signed()), "ascii"))
    assert novelai.parse(file_item(write.webp(exif=exif, pixels=PIXELS)), PUBLIC).level == 3
    clear = write.picture(alpha=True, width=256, height=192)
    payload = json.dumps(media.NOVEL_TEXTS | {"Comment": json.dumps(signed(clear))}).encode()
    claim = read_claim(file_item(write.png([], pixels=write.hide(clear, b"stealth_pnginfo", payload))), PUBLIC)
    assert isinstance(claim, OriginClaim)
    assert (claim.signature_ok, claim.level) == (True, 3)


def test_one_changed_pixel_does_not_match(file_item: Make) -> None:
    other = PIXELS.copy()
    other[10, 10, 0] ^= 1
    claim = novelai.parse(file_item(write.png(texts(signed()), pixels=other)), PUBLIC)
    assert (claim.signature_ok, claim.level, claim.notes) == (False, 4, (signature.DIFFERS,))
    assert "does not match these pixels" in signature.DIFFERS


def test_a_changed_setting_or_another_key_does_not_match(file_item: Make) -> None:
    assert novelai.parse(file_item(write.png(texts(signed(seed=2)), pixels=PIXELS)), PUBLIC).signature_ok is False
    assert novelai.parse(file_item(write.png(texts(signed()), pixels=PIXELS))).signature_ok is False


@pytest.mark.parametrize("stored", ["%%%", 3, None, "A" * 1000])
def test_a_malformed_signature_is_neither_right_nor_wrong(stored: object) -> None:
    comment = signed(signed_hash=stored)
    assert signature.check_signature(comment, PIXELS, PUBLIC) == (None, signature.MALFORMED)  # type: ignore[arg-type]


def test_a_comment_too_deep_to_write_is_malformed() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    assert signature.check_signature(signed(deep=deep), PIXELS, PUBLIC) == (None, signature.MALFORMED)  # type: ignore[arg-type]


def test_without_the_package_it_is_not_checked(monkeypatch: pytest.MonkeyPatch, file_item: Make) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    claim = novelai.parse(file_item(write.png(texts(signed()), pixels=PIXELS)), PUBLIC)
    assert (claim.signature_ok, claim.level, claim.notes) == (None, 4, (signature.NOT_CHECKED,))
    assert "extra_missing" in signature.NOT_CHECKED


def test_pixels_that_cannot_be_decoded_leave_the_declaration(file_item: Make) -> None:
    data = write.png(texts(signed()), pixels=PIXELS)
    at = data.index(b"IDAT")
    damaged = data[: at + 4] + bytes(40) + data[at + 44 :]
    claim = novelai.parse(file_item(damaged), PUBLIC)
    assert (claim.tool, claim.signature_ok, claim.level) == ("NovelAI", None, 4)
    assert "could not be decoded" in claim.notes[0]


def test_the_package_is_imported_on_first_use_only() -> None:
    source = Path(signature.__file__).read_text(encoding="utf-8")
    assert "\nfrom cryptography" not in source
