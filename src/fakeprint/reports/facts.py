"""Records as pairs of a name and a value, the same in text and html."""

from fakeprint.core.evidence import (
    AnomalyClaim,
    AttributionClaim,
    Claim,
    CredentialClaim,
    DetectionClaim,
    FactClaim,
    Location,
    MeasureClaim,
    OperatingPoint,
    OriginClaim,
    Score,
    TrackScore,
)
from fakeprint.core.generation import Generation
from fakeprint.core.media import Media
from fakeprint.core.time_text import time_text
from fakeprint.core.verdict import FileConditions
from fakeprint.reports.wording import (
    BINDING,
    FINDINGS,
    LADDER,
    QUESTIONS,
    ROUTES,
    SIGNATURE,
    STATEMENTS,
    TIME_STAMP,
    TRUST,
    UNITS,
    VALIDITY,
    reason,
)

Pairs = list[tuple[str, str]]


def size_text(count: int) -> str:
    """Return a number of bytes for readers.

    >>> size_text(999), size_text(213_456), size_text(3_000_000_000)
    ('999 bytes', '213 kB', '3.0 GB')
    """
    if count < 1000:
        return f"{count} bytes"
    value, unit = next((count / scale, unit) for scale, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")) if count >= scale)
    return f"{value:.1f} {unit}" if value < 100 else f"{value:.0f} {unit}"


def number_text(value: float) -> str:
    """Return a number with four significant digits.

    >>> number_text(0.123456), number_text(12.0), number_text(1234567.0)
    ('0.1235', '12', '1.235e+06')
    """
    return f"{value:.4g}"


def media_line(media: Media) -> str:
    """Return the file's type, size on screen, duration and size in bytes in one line."""
    parts = [media.mime]
    if media.width and media.height:
        parts.append(f"{media.width} × {media.height}")
    if media.duration_s is not None:
        parts.append(f"{media.duration_s:.1f} s")
    return " · ".join([*parts, size_text(media.bytes)])


def media_pairs(media: Media) -> Pairs:
    """Return all header facts of a file."""
    pairs = [("SHA-256", media.sha256), ("Type", f"{media.kind.value}, {media.mime}"), ("Size", f"{media.bytes:,} bytes")]
    if media.width is not None and media.height is not None:
        pairs.append(("Dimensions", f"{media.width} × {media.height} pixels as displayed"))
    if media.duration_s is not None:
        pairs.append(("Duration", f"{number_text(media.duration_s)} s"))
    if media.fps is not None:
        pairs.append(("Frame rate", f"{number_text(media.fps)} per second"))
    if media.frame_count is not None:
        pairs.append(("Frames declared", str(media.frame_count)))
    if media.codec:
        pairs.append(("Codec", media.codec))
    if media.rotation:
        pairs.append(("Rotation", f"{media.rotation}°"))
    return [*pairs, *(("Note", note) for note in media.notes)]


def condition_pairs(conditions: FileConditions) -> Pairs:
    """Return what decides how far evidence from pixels can carry."""
    pairs = []
    if conditions.short_side is not None:
        pairs.append(("Short side", f"{conditions.short_side} pixels"))
    if conditions.compression:
        pairs.append(("Compression", conditions.compression))
    if conditions.jpeg_quality is not None:
        pairs.append(("Quality of the last JPEG compression", f"about {conditions.jpeg_quality} of 100"))
    if conditions.resized is not None:
        pairs.append(("Resized", "signs of resizing" if conditions.resized else "no signs of resizing"))
    if conditions.faces is not None:
        pairs.append(("Faces found", str(conditions.faces)))
    return pairs


def generation_pairs(generation: Generation) -> Pairs:
    """Return the settings of a recovered generation record; prompts and the raw text are not among them."""
    pairs: list[tuple[str, object]] = [
        ("Tool", " ".join(part for part in (generation.tool, generation.tool_version) if part)),
        ("Model", generation.model),
        ("Model hash", generation.model_hash),
        ("Sampler", generation.sampler),
        ("Scheduler", generation.scheduler),
        ("Steps", generation.steps),
        ("Guidance (CFG)", generation.cfg),
        ("Seed", generation.seed),
        ("Size", f"{generation.width} × {generation.height}" if generation.width and generation.height else None),
        ("Job", generation.job_id),
    ]
    pairs += [("LoRA", one.name if one.weight is None else f"{one.name}, weight {number_text(one.weight)}") for one in generation.loras]
    return [(name, str(value)) for name, value in pairs if value not in (None, "")]


def axis_pairs(claim: CredentialClaim) -> Pairs:
    """Return the four axes of a C2PA credential, never the library's one word (specs: provenance 3.2)."""
    validity = ", ".join(VALIDITY[one] for one in claim.signer_validity) or "not read"
    return [
        ("Content binding", BINDING[claim.binding]),
        ("Credential", SIGNATURE[claim.signature]),
        ("Signer", TRUST[claim.signer_trust]),
        ("Certificate and time", f"{validity}; {TIME_STAMP[claim.time_stamp]}"),
    ]


_FAMILIES = 5


def claim_heading(claim: Claim) -> str:
    """Return what a claim says in a few words."""
    match claim:
        case OriginClaim():
            says = STATEMENTS[claim.statement] if claim.statement else FINDINGS[claim.status]
            return f"Says: {says}" if claim.statement else f"{claim.parser}: {says}"
        case CredentialClaim():
            return f"C2PA credentials: {FINDINGS[claim.status]}"
        case FactClaim():
            return claim.name
        case MeasureClaim():
            return claim.name
        case AnomalyClaim():
            return claim.text
        case DetectionClaim():
            return f"Detector, {ROUTES[claim.route]}: log-likelihood ratio {number_text(claim.llr)}"
        case AttributionClaim():
            return "Resemblance to generator families that the model has seen"


def claim_pairs(claim: Claim) -> Pairs:
    """Return the details of a claim; the axes of a credential and the settings of a generation have their own functions."""
    match claim:
        case OriginClaim():
            return _origin_pairs(claim)
        case CredentialClaim():
            return _credential_pairs(claim)
        case FactClaim():
            return _kept([("Value", claim.value), ("Note", claim.note)])
        case MeasureClaim():
            return _kept([("Value", f"{number_text(claim.value)} {claim.unit}".strip()), ("Note", claim.note)])
        case AnomalyClaim():
            sides = [("Disagrees", side) for side in claim.sides]
            return _kept([*sides, ("Where", location_text(claim.location)), ("Kind", reason(claim.kind))])
        case DetectionClaim():
            return _detection_pairs(claim)
        case AttributionClaim():
            likely = sorted(zip(claim.probabilities, claim.names, strict=True), reverse=True)[:_FAMILIES]
            floor = ("Named from a probability of", f"{claim.min_probability:.2f}")
            return [*((name, f"{probability:.2f}") for probability, name in likely), floor]


def _origin_pairs(claim: OriginClaim) -> Pairs:
    generation = claim.generation or Generation()
    signature = None if claim.signature_ok is None else "fits" if claim.signature_ok else "does not fit"
    return _kept(
        [
            ("State", FINDINGS[claim.status] + (f": {reason(claim.reason)}" if claim.reason else "")),
            ("Strength", LADDER[claim.level] if claim.level else None),
            ("Vendor", claim.vendor),
            ("Tool", claim.tool if generation.tool is None else None),
            ("Model", claim.model if generation.model is None else None),
            ("Signer", claim.signer),
            ("Signature", signature),
            ("Ingredient depth", str(claim.depth) if claim.depth else None),
            ("Where", location_text(claim.location)),
            *(("Note", note) for note in claim.notes),
            ("SHA-256 of the raw data", claim.raw_sha256),
        ]
    )


def _credential_pairs(claim: CredentialClaim) -> Pairs:
    return _kept(
        [
            ("State", FINDINGS[claim.status] + (f": {reason(claim.reason)}" if claim.reason else "")),
            ("Strength", LADDER[claim.level] if claim.level else None),
            ("Signer", claim.signer),
            ("Issuer of the certificate", claim.issuer),
            ("Signed at", claim.signed_at),
            ("Written by", claim.generator),
            ("Manifests", str(claim.manifest_count) if claim.manifest_count else None),
            ("Trust list", claim.trust_list),
            ("Address of further credentials (not contacted)", claim.remote_url),
            ("Size", size_text(claim.store_bytes) if claim.store_bytes else None),
            *(("Soft binding", one) for one in claim.soft_bindings),
            ("Where", location_text(claim.location)),
            *(("Note", note) for note in claim.notes),
            ("Validation codes", "\n".join(claim.codes)),
        ]
    )


def _detection_pairs(claim: DetectionClaim) -> Pairs:
    condition = (
        claim.bucket
        if claim.calibrated_on == claim.bucket
        else f"{claim.bucket}; too few files there, so measured on {claim.calibrated_on}"
    )
    kept = {(): "neither answer", (0,): "not generated or manipulated", (1,): "generated or manipulated", (0, 1): "both answers"}
    conformal = (
        None if claim.conformal is None else f"{kept.get(tuple(sorted(claim.conformal)), 'unknown')} (at error level {claim.alpha or 0:g})"
    )
    return _kept(
        [
            ("Question", QUESTIONS[claim.question]),
            (
                "Range that the calibration can carry",
                f"{number_text(claim.llr_low)} to {number_text(claim.llr_high)}; above 0 points to yes",
            ),
            ("Condition of the file", condition),
            ("Calibration files", f"{claim.n_authentic:,} not generated or manipulated, {claim.n_synthetic:,} generated or manipulated"),
            ("Cannot be ruled out", conformal),
            ("Operating point for “some”", _point_text(claim.some)),
            ("Operating point for “strong”", _point_text(claim.strong)),
            ("Outside its domain", reason(claim.outside_domain)),
            ("Scorecard", claim.scorecard),
            ("Generators known up to", claim.validated_until),
        ]
    )


def _point_text(point: OperatingPoint | None) -> str:
    if point is None:
        return "not supported by these calibration files"
    return (
        f"from {number_text(point.llr)}; false positive rate {point.fpr:.2%} (95 % upper bound {point.fpr_high:.2%}), "
        f"true positive rate {point.tpr:.1%} (95 % lower bound {point.tpr_low:.1%})"
    )


def score_text(score: Score) -> str:
    """Return a score with its unit and whether it is calibrated; higher means more synthetic or manipulated."""
    return f"{number_text(score.value)} ({UNITS[score.unit]}; {'calibrated' if score.calibrated else 'not calibrated'})"


def track_text(track: TrackScore) -> str:
    """Return one line about a face that was followed through a video.

    >>> track_text(TrackScore(track=2, first_s=0.5, last_s=9.0, faces=12, score=-1.25))
    'Face 2: seen from 0:00.50 to 0:09.00, read in 12 frames, score -1.25 (raw logit)'
    """
    times = (
        f"from {time_text(track.first_s)} to {time_text(track.last_s)}"
        if track.last_s > track.first_s
        else f"at {time_text(track.first_s)}"
    )
    text = f"Face {track.track}: seen {times}, read in {track.faces} {'frame' if track.faces == 1 else 'frames'}"
    return f"{text}, score {number_text(track.score)} (raw logit{'' if track.decides else '; read too rarely to count'})"


def location_text(location: Location | None) -> str | None:
    """Return a place in the file."""
    if location is None:
        return None
    text = location.path
    if location.offset is not None:
        text += f", byte {location.offset:,}"
    return text if location.length is None else f"{text}, {location.length:,} bytes long"


def _kept(pairs: list[tuple[str, str | None]]) -> Pairs:
    return [(name, value) for name, value in pairs if value]
