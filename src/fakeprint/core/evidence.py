"""What one examiner found in one media file: typed claims, a score with its unit, regions, a timeline, files."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from fakeprint.core.generation import Generation
from fakeprint.core.media import Sha256
from fakeprint.core.record import Record


class Question(StrEnum):
    """The three questions a verdict answers, each on its own (specs: reliability 12.2)."""

    SYNTHETIC = "synthetic"
    MANIPULATED = "manipulated"
    GENERATOR = "generator"


class EvidenceStatus(StrEnum):
    """``ok``: looked and finished.  The other three carry a reason; none of them reassures."""

    OK = "ok"
    NOT_APPLICABLE = "not_applicable"
    NOT_CHECKED = "not_checked"
    FAILED = "failed"


class FindingStatus(StrEnum):
    """The five outcomes of a provenance parser (specs: provenance 1)."""

    PRESENT = "present"
    ABSENT = "absent"
    UNREADABLE = "unreadable"
    NOT_APPLICABLE = "not_applicable"
    NOT_CHECKED = "not_checked"


class OriginStatement(StrEnum):
    """What a declaration says about how the media came to be."""

    AI_GENERATED = "ai_generated"
    AI_EDITED = "ai_edited"
    AI_POSSIBLE = "ai_possible"
    CAPTURED = "captured"
    EDITED = "edited"
    PROCEDURAL = "procedural"
    INFORMATIONAL = "informational"


class ScoreUnit(StrEnum):
    """What a score is.  Only ``probability`` and ``llr`` that are calibrated may be fused."""

    LOGIT = "logit"
    PROBABILITY = "probability"
    LLR = "llr"
    Z = "z"


class Location(Record):
    """Where in the file something stands: container path such as ``png/tEXt[parameters]``, byte offset and length."""

    path: str
    offset: int | None = Field(None, ge=0)
    length: int | None = Field(None, ge=0)


class OriginClaim(Record):
    """One finding of a provenance parser (specs: provenance 1).

    ``level`` is the strength ladder of the specification: 1 signed and trusted, 2 intact but signer not established, 3 vendor
    signature, 4 unsigned declaration, 5 open watermark, 6 hint; null where the finding carries no weight at all.  ``depth`` counts
    C2PA ingredient generations; 0 is the file itself.
    """

    type: Literal["origin"] = "origin"
    parser: str
    status: FindingStatus
    reason: str | None = None
    statement: OriginStatement | None = None
    level: int | None = Field(None, ge=1, le=6)
    vendor: str | None = None
    tool: str | None = None
    model: str | None = None
    signer: str | None = None
    generation: Generation | None = None
    location: Location | None = None
    signature_ok: bool | None = None
    depth: int = Field(0, ge=0)
    raw_sha256: Sha256 | None = None
    notes: tuple[str, ...] = ()


class Binding(StrEnum):
    """Does the credential's content hash match the file's bytes?"""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_ESTABLISHED = "not_established"


class SignatureState(StrEnum):
    """Is the credential itself intact?"""

    INTACT = "intact"
    MANIFEST_ALTERED = "manifest_altered"
    INVALID = "invalid"
    MISSING = "missing"


class SignerTrust(StrEnum):
    """Is the signer on a trust list?"""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    UNDETERMINED = "undetermined"
    NOT_CHECKED = "not_checked"


class SignerValidity(StrEnum):
    """State of the signer's certificate; several may hold."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    INVALID = "invalid"
    OUTSIDE_VALIDITY = "outside_validity"
    REVOCATION_UNKNOWN = "revocation_unknown"


class TimeStampState(StrEnum):
    """State of the credential's time stamp."""

    NONE = "none"
    VALIDATED = "validated"
    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    MISMATCH = "mismatch"
    MALFORMED = "malformed"
    OUTSIDE_VALIDITY = "outside_validity"


class CredentialClaim(Record):
    """C2PA credentials of the file, on four separate axes (specs: provenance 3.2).

    ``library_state`` is the reading library's one-word summary; it is stored and never worded.  ``codes`` holds every validation
    code of the active manifest, prefixed ``success:``, ``informational:`` or ``failure:``.
    """

    type: Literal["credential"] = "credential"
    status: FindingStatus
    reason: str | None = None
    binding: Binding | None = None
    signature: SignatureState | None = None
    signer_trust: SignerTrust | None = None
    signer_validity: tuple[SignerValidity, ...] = ()
    time_stamp: TimeStampState | None = None
    level: int | None = Field(None, ge=1, le=6)
    signer: str | None = None
    issuer: str | None = None
    signed_at: str | None = None
    generator: str | None = None
    manifest_count: int = Field(0, ge=0)
    trust_list: str | None = None
    remote_url: str | None = None
    store_bytes: int | None = Field(None, ge=0)
    soft_bindings: tuple[str, ...] = ()
    library_state: str | None = None
    codes: tuple[str, ...] = ()
    location: Location | None = None
    notes: tuple[str, ...] = ()


class FactClaim(Record):
    """A plain fact read from the file, for example the camera model.  ``sensitive`` values are redacted unless asked for."""

    type: Literal["fact"] = "fact"
    name: str
    value: str
    note: str | None = None
    sensitive: Literal["location", "identifier"] | None = None


class MeasureClaim(Record):
    """A number measured on bytes or pixels, with its unit and what it means."""

    type: Literal["measure"] = "measure"
    name: str
    value: float
    unit: str
    note: str | None = None


class AnomalyClaim(Record):
    """Something that does not fit: bytes after the end, a thumbnail that shows another picture, two declarations that disagree.

    ``kind`` is a stable identifier; ``sides`` names the two or more things that disagree, empty where there is only one.
    """

    type: Literal["anomaly"] = "anomaly"
    kind: str
    text: str
    sides: tuple[str, ...] = ()
    location: Location | None = None


class Route(StrEnum):
    """What a learned detector looks at.  Scores are fused within one route and never across (specs: field 9.3)."""

    WHOLE_IMAGE = "whole_image"
    FACE = "face"
    LOCAL_EDIT = "local_edit"


class OperatingPoint(Record):
    """A threshold fixed on calibration data, and the error rates measured there (specs: evaluation 5).

    ``llr`` is the smallest calibrated log-likelihood ratio, before it is held within bounds, that passes.  ``fpr`` is the share of
    authentic rows at or above it, ``fpr_high`` its upper 95 % Clopper-Pearson bound, which is at most ``target_fpr``; ``tpr`` and
    ``tpr_low`` are the share of the other class and its lower bound.
    """

    llr: float
    target_fpr: float = Field(gt=0, lt=1)
    fpr: float = Field(ge=0, le=1)
    fpr_high: float = Field(ge=0, le=1)
    tpr: float = Field(ge=0, le=1)
    tpr_low: float = Field(ge=0, le=1)


class DetectionClaim(Record):
    """What a learned detector read from pixels, calibrated for the file's condition (specs: evaluation 5 to 7).

    The judge takes the decision; this is everything it needs.  ``logit`` is the raw output, ``mapped`` the calibrated natural-log
    likelihood ratio, which thresholds are compared with, and ``llr`` the same held within ``llr_low`` and ``llr_high``, the most
    that the calibration rows can carry; only ``llr`` is ever shown or fused.  ``bucket`` is the condition of the file,
    ``calibrated_on`` the bucket whose rows were used: a wider one where the file's own had too few.
    ``conformal`` is the prediction set at ``alpha``, 1 for synthetic or manipulated and 0 for authentic, null without one.
    ``some`` and ``strong`` are the operating points of that bucket, null where its rows cannot support one.
    ``outside_domain`` says why the file lies outside what the detector was validated for, null where it does not.
    """

    type: Literal["detection"] = "detection"
    question: Question
    route: Route
    logit: float
    mapped: float
    llr: float
    llr_low: float = Field(le=0)
    llr_high: float = Field(ge=0)
    bucket: str
    calibrated_on: str
    n_authentic: int = Field(ge=0)
    n_synthetic: int = Field(ge=0)
    conformal: tuple[Literal[0, 1], ...] | None = None
    alpha: float | None = Field(None, gt=0, lt=1)
    some: OperatingPoint | None = None
    strong: OperatingPoint | None = None
    outside_domain: str | None = None
    scorecard: str
    validated_until: str


class AttributionClaim(Record):
    """Which of the generator families that a model has seen the pixels resemble most.

    ``probabilities`` belong to ``names``, in the same order, and sum to 1, or to less where
    the model has a class of pictures of no family.  Below ``min_probability``, which the model's card fixes on
    calibration data, the family is unknown; the judge takes that decision.
    """

    type: Literal["attribution"] = "attribution"
    names: tuple[str, ...]
    probabilities: tuple[Annotated[float, Field(ge=0, le=1)], ...]
    min_probability: float = Field(gt=0, le=1)
    validated_until: str


Claim = Annotated[
    OriginClaim | CredentialClaim | FactClaim | MeasureClaim | AnomalyClaim | DetectionClaim | AttributionClaim, Field(discriminator="type")
]


class Score(Record):
    """One number of one examiner; higher always means more synthetic or manipulated."""

    question: Question
    value: float
    unit: ScoreUnit
    calibrated: bool = False


class Region(Record):
    """A box in displayed source pixels, ``xyxy``, right and bottom exclusive."""

    box: tuple[float, float, float, float]
    label: str
    score: float | None = None


class TimePoint(Record):
    """One sampled frame: its true time stamp in seconds and its index in decoding order where known.

    Detectors of faces give one point for each usable face of a frame, with its ``track`` and ``box`` (``xyxy``, displayed source
    pixels), and one point without either for a frame that shows none.
    """

    time_s: float
    frame: int | None = None
    score: float | None = None
    label: str | None = None
    track: int | None = Field(None, ge=0)
    box: tuple[float, float, float, float] | None = None


class TrackScore(Record):
    """One person's face through a video: ``score`` is the track's aggregated raw logit, ``faces`` how many frames were read.

    ``decides`` is False where the face was read in too few frames; such a track is listed and does not count towards the answer.
    """

    track: int = Field(ge=0)
    first_s: float
    last_s: float
    faces: int = Field(ge=1)
    score: float
    decides: bool = True


class EvidenceFile(Record):
    """A picture that belongs to the evidence, stored beside the report under its hash.

    ``time_s`` is the position in the video of a frame, as in :class:`TimePoint`; null for everything else.
    """

    name: str
    role: Literal["map", "overlay", "thumbnail", "frame"]
    mime: str
    sha256: Sha256
    bytes: int = Field(ge=0)
    title: str
    how_to_read: str
    time_s: float | None = Field(None, ge=0)


class Evidence(Record):
    """What one examiner found in one media file.

    ``id`` is unique within a report and is what a verdict's ``because`` names.  ``summary`` is one plain sentence for a reader,
    ``worth`` says what this kind of evidence can and cannot show.  ``looked_for`` names what was searched to the end and not found.
    """

    id: str
    examiner: str
    examiner_version: str
    media_sha256: Sha256
    questions: tuple[Question, ...] = ()
    status: EvidenceStatus
    reason: str | None = None
    summary: str
    worth: str
    claims: tuple[Claim, ...] = ()
    looked_for: tuple[str, ...] = ()
    score: Score | None = None
    regions: tuple[Region, ...] = ()
    timeline: tuple[TimePoint, ...] = ()
    tracks: tuple[TrackScore, ...] = ()
    files: tuple[EvidenceFile, ...] = ()
    seconds: float = Field(0.0, ge=0)
    weights_sha256: Sha256 | None = None
