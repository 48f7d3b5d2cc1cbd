"""From a raw logit to evidence: the file's delivery condition, the card's calibration, and what the detector may say about it."""

from fakeprint.core.calibration import Bucket, bucket_of, score_of
from fakeprint.core.card import Card
from fakeprint.core.evidence import DetectionClaim, Question, Score
from fakeprint.media.item import MediaItem
from fakeprint.media.jpeg_tables import read_jpeg_header


def bucket_of_item(item: MediaItem) -> Bucket:
    """Return the delivery condition of a file, from its header alone."""
    header = read_jpeg_header(item.container)
    quality = header.quality.value if header and header.quality else None
    short_side = min(item.media.width or 0, item.media.height or 0)
    return bucket_of(short_side, quality, lossless=item.container.lossless)


def detect(card: Card, logit: float, bucket: Bucket, *, outside_domain: str | None = None) -> tuple[DetectionClaim, Score] | None:
    """Return the calibrated claim and its score, or None where the card has no calibration for the condition."""
    if card.calibration is None:
        return None
    claim = card.calibration.detect(logit, bucket, question=card.question, route=card.route, outside_domain=outside_domain)
    return None if claim is None else (claim, score_of(claim))


def lean(claim: DetectionClaim) -> str:
    """Say in words which way a calibrated ratio points; the judge says how far that carries."""
    if claim.llr == 0:
        return "Its calibrated score points neither way."
    changed = {Question.SYNTHETIC: "generated", Question.MANIPULATED: "manipulated"}.get(claim.question, "other")
    side = changed if claim.llr > 0 else "unaltered camera"
    return f"Its calibrated score points towards {side} pictures (natural-log likelihood ratio {claim.llr:+.2f})."
