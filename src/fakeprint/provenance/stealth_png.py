"""Generator parameters hidden in the least significant bits of a lossless picture (specs: provenance 5.2)."""

import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.evidence import Evidence, Location, OriginClaim, Question
from fakeprint.core.limits import Limits
from fakeprint.media.container.inflate import InflateError, inflate
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.item import MediaItem
from fakeprint.provenance.novelai_signature import VENDOR_KEY
from fakeprint.provenance.tools import automatic1111, novelai
from fakeprint.provenance.tools.carriers import Carried
from fakeprint.provenance.tools.claims import present, unreadable
from fakeprint.provenance.tools.json_text import Unreadable, load_object, looks_like_object

PARSER = "stealth-png"

Carrier = Literal["alpha", "rgb"]

_MAGIC: dict[bytes, tuple[Carrier, bool]] = {
    b"stealth_pngcomp": ("alpha", True),
    b"stealth_pnginfo": ("alpha", False),
    b"stealth_rgbcomp": ("rgb", True),
    b"stealth_rgbinfo": ("rgb", False),
}
_MAGIC_BITS = 120
_HEADER_BITS = 152
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Hidden:
    """A payload: its text and the channels that carry it."""

    text: str
    carrier: Carrier


def find_payload(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, limits: Limits) -> Hidden | None:
    """Read the payload of (H, W, 3) and (H, W) uint8 channels, alpha first, or None where no magic stands.

    Bits run down the columns, most significant bit of a byte first; in RGB the three channels of a pixel follow one another.  No more
    columns are touched than the header declares, and only after it has passed every bound.

    Raises:
        Unreadable: ``bad_length`` (beyond the picture, zero, or no whole bytes), ``over_limit``, ``truncated`` or ``bad_gzip``.
    """
    for planes, carrier in ((None if alpha is None else alpha[..., None], "alpha"), (rgb, "rgb")):
        if planes is None or planes.size < _HEADER_BITS:
            continue
        known = _MAGIC.get(_bytes_of(planes, 0, _MAGIC_BITS))
        if known is None or known[0] != carrier:
            continue
        return Hidden(_text_of(planes, known[1], limits), known[0])
    return None


def _text_of(planes: NDArray[np.uint8], packed: bool, limits: Limits) -> str:
    length = int.from_bytes(_bytes_of(planes, _MAGIC_BITS, 32), "big")
    if length == 0 or length % 8 != 0 or length > planes.size - _HEADER_BITS:
        raise Unreadable("bad_length")
    if length // 8 > (limits.stealth_compressed_bytes if packed else limits.stealth_inflated_bytes):
        raise Unreadable("over_limit")
    data = _bytes_of(planes, _HEADER_BITS, length)
    if packed:
        try:
            data = inflate(data, limits.stealth_inflated_bytes, wbits=_GZIP)
        except InflateError as error:
            raise Unreadable(error.problem.replace("zlib", "gzip")) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("bad_text") from None


def _bytes_of(planes: NDArray[np.uint8], start: int, count: int) -> bytes:
    """Return ``count`` bits from bit ``start`` on, packed; (H, W, C) planes are read in columns."""
    column_bits = planes.shape[0] * planes.shape[2]
    first, last = start // column_bits, -(-(start + count) // column_bits)
    bits = planes[:, first:last].transpose(1, 0, 2).reshape(-1) & 1
    offset = start - first * column_bits
    return np.packbits(bits[offset : offset + count]).tobytes()


def read_claim(item: MediaItem, public_key: str = VENDOR_KEY) -> OriginClaim | None:
    """Read the item's pixels; None where they hold no payload.

    Raises:
        MediaError: the pixels cannot be decoded.
    """
    pixels = item.image
    location = Location(path=f"{item.container.format}/pixels")
    try:
        hidden = find_payload(pixels.rgb, pixels.alpha, item.limits)
        if hidden is None:
            return None
        location = Location(path=f"{item.container.format}/pixels[{hidden.carrier}]")
        return _claim(item, Carried(hidden.text, location), public_key)
    except Unreadable as error:
        return unreadable(PARSER, error.reason, location)


def _claim(item: MediaItem, carried: Carried, public_key: str) -> OriginClaim:
    """Hand the payload to the parser of the tool that writes such payloads."""
    if len(carried.text) > item.limits.text_chunk_bytes:
        raise Unreadable("over_limit")
    if looks_like_object(carried.text):
        fields = {key: value for key, value in load_object(carried.text).items() if isinstance(value, str)}
        found = novelai.read(
            novelai.Fields(
                Carried(fields.get("Comment", ""), carried.location),
                fields.get("Software", ""),
                fields.get("Source", ""),
                fields.get("Description", ""),
            ),
            item.limits,
        )
        if found is not None:
            return novelai.claim_of(item, found, carried, public_key, PARSER)
    elif generation := automatic1111.read(carried.text, item.limits):
        return present(PARSER, carried, tool=generation.tool or "AUTOMATIC1111", generation=generation, notes=(automatic1111.NOTE,))
    raise Unreadable("not_recognised")


class StealthPngExaminer:
    """Reads hidden parameters of PNG and lossless WebP files."""

    name = PARSER
    version = "1"
    questions: tuple[Question, ...] = (Question.SYNTHETIC, Question.GENERATOR)
    worth = (
        "Some generators hide their settings in the lowest bits of the pixels. Such a record survives the removal of metadata, "
        "but no lossy compression or resizing, and open tools can write it into any picture. Its absence says nothing."
    )

    def examine(self, item: MediaItem) -> Evidence:
        """Examine one item."""
        if not item.is_image or item.container.lossless is not True or item.container.format not in ("png", "webp"):
            return not_applicable(self, item, "format", "Hidden parameters survive in PNG and lossless WebP files only.")
        claim = read_claim(item)
        if claim is None:
            return evidence_of(self, item, summary="No parameters hidden in the pixels were found.", looked_for=tuple(sorted(_SCHEMES)))
        if claim.tool is None:
            summary = f"The pixels carry the mark of hidden generator parameters, which could not be read ({claim.reason})."
        elif claim.signature_ok:
            summary = f"Parameters hidden in the pixels name {claim.tool}, and the vendor's signature matches these pixels."
        else:
            summary = f"Parameters hidden in the pixels say that {claim.tool} made the picture. Anyone can hide such a text."
        return evidence_of(self, item, summary=summary, claims=(claim,))


_SCHEMES = {magic.decode("ascii") for magic in _MAGIC}
