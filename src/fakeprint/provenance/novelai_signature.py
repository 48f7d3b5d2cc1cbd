"""NovelAI's signature over pixels and settings, checked offline (specs: provenance 5.1)."""

import json
from base64 import b64decode
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

VENDOR_KEY = "Y2JcQAOhLwzwSDUJPNgL04nS0Tbqm7cSRc4xk0vRMic="
"""The vendor's public ed25519 key, base64."""

MATCHES = "The vendor's signature matches these pixels and settings."
DIFFERS = "The signature does not match these pixels; any re-encoding has that effect."
MALFORMED = "A signature is present and could not be read."
NOT_CHECKED = "A signature is present and was not checked (extra_missing: the package cryptography is not installed)."


class SignatureCheck(NamedTuple):
    """``ok`` is None where the signature could not be checked; ``text`` says what happened."""

    ok: bool | None
    text: str


def signed_message(comment: dict[str, JsonValue], rgb: NDArray[np.uint8]) -> bytes:
    """Return the bytes that are signed: (H, W, 3) uint8 pixels row by row, then the JSON text without its own signature.

    Raises:
        ValueError: the comment cannot be written as JSON, for example because it is nested too deeply.
    """
    unsigned = {key: value for key, value in comment.items() if key != "signed_hash"}
    try:
        text = json.dumps(unsigned).encode("ascii")
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return b"".join((np.ascontiguousarray(rgb).data, text))


def check_signature(comment: dict[str, JsonValue], rgb: NDArray[np.uint8], public_key: str = VENDOR_KEY) -> SignatureCheck:
    """Check ``comment["signed_hash"]`` against pixels in stored orientation and colour, without alpha."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return SignatureCheck(None, NOT_CHECKED)
    stored = comment.get("signed_hash")
    if not isinstance(stored, str) or len(stored) > 200:
        return SignatureCheck(None, MALFORMED)
    try:
        signature = b64decode(stored, validate=True)
        message = signed_message(comment, rgb)
    except ValueError:
        return SignatureCheck(None, MALFORMED)
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(public_key)).verify(signature, message)
    except InvalidSignature:
        return SignatureCheck(False, DIFFERS)
    return SignatureCheck(True, MATCHES)
