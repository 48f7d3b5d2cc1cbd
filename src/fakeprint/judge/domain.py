"""Whether a file lies within the conditions for which a detector was validated (specs: evaluation 5, reliability 12.4)."""

from collections.abc import Iterable

from fakeprint.core.calibration import Bucket, bucket_of
from fakeprint.core.evidence import CredentialClaim, DetectionClaim, Evidence, EvidenceStatus
from fakeprint.core.verdict import FileConditions
from fakeprint.judge.findings import credential_is_void
from fakeprint.judge.inconclusive import Reason
from fakeprint.judge.policy import Policy


def condition_bucket(conditions: FileConditions) -> Bucket:
    """Return the calibration bucket of a file.

    >>> condition_bucket(FileConditions(short_side=768, compression="lossy", jpeg_quality=60)).name
    '512-1023/under-q75'
    >>> condition_bucket(FileConditions()).name
    'any/unknown'
    """
    lossless = conditions.compression == "lossless"
    bucket = bucket_of(conditions.short_side or 0, conditions.jpeg_quality, lossless=lossless)
    return bucket if conditions.short_side is not None else Bucket(compression=bucket.compression)


def outside_domain(
    claim: DetectionClaim, conditions: FileConditions, *, screenshot: bool, signed_at: str | None, policy: Policy
) -> Reason | None:
    """Return why a detection cannot be relied on for this file, or None.

    ``signed_at`` is the date that the file's own intact credentials state, ISO 8601; a file made after the newest generator that
    the detector was validated on lies outside its domain.  Where no date is known the verdict says so in a caveat instead.
    """
    if claim.outside_domain is not None or (signed_at is not None and signed_at[:10] > claim.validated_until[:10]):
        return Reason.OUTSIDE_DOMAIN
    if conditions.jpeg_quality is not None and conditions.jpeg_quality < policy.crushed_quality:
        return Reason.STRONG_COMPRESSION
    return Reason.SCREENSHOT if screenshot else None


def signing_date(credentials: Iterable[CredentialClaim]) -> str | None:
    """Return the latest date that usable credentials state, as ISO 8601 text."""
    return max((one.signed_at for one in credentials if one.signed_at and not credential_is_void(one)), default=None)


def detections(evidence: Iterable[Evidence]) -> tuple[tuple[str, DetectionClaim], ...]:
    """Return all detections of examiners that finished, with the id of their evidence, in order of ids."""
    ordered = sorted((one for one in evidence if one.status is EvidenceStatus.OK), key=lambda one: one.id)
    return tuple((one.id, claim) for one in ordered for claim in one.claims if isinstance(claim, DetectionClaim))
