"""Every sentence that a verdict may hold, as data (specs: reliability 12; provenance 1 and 11)."""

from fakeprint.core.evidence import OriginStatement, Question
from fakeprint.core.verdict import Level
from fakeprint.judge.inconclusive import Reason

NONE_FOUND = "No indications found. This does not mean the file is authentic"
"""The fixed sentence of the specification, and the only place for its last word."""

SIGNED = "Signed statement by {signer}: {statement}"
UNNAMED_SIGNER = "a signer on the trust list"

STATEMENTS: dict[OriginStatement, str] = {
    OriginStatement.AI_GENERATED: "AI-generated",
    OriginStatement.AI_EDITED: "edited with AI",
    OriginStatement.AI_POSSIBLE: "AI generation possible",
    OriginStatement.CAPTURED: "captured",
    OriginStatement.EDITED: "edited",
    OriginStatement.PROCEDURAL: "made by a procedure without machine learning",
    OriginStatement.INFORMATIONAL: "information about the file",
}

LEVELS: dict[Question, dict[Level, str]] = {
    Question.SYNTHETIC: {
        Level.SIGNED_STATEMENT: SIGNED,
        Level.STRONG: "Strong indications of AI generation",
        Level.SOME: "Some indications of AI generation",
        Level.INCONCLUSIVE: "Inconclusive: {reason}",
        Level.NONE_FOUND: NONE_FOUND,
    },
    Question.MANIPULATED: {
        Level.SIGNED_STATEMENT: SIGNED,
        Level.STRONG: "Strong indications of manipulation",
        Level.SOME: "Some indications of manipulation",
        Level.INCONCLUSIVE: "Inconclusive: {reason}",
        Level.NONE_FOUND: NONE_FOUND,
    },
    Question.GENERATOR: {
        Level.SIGNED_STATEMENT: "Signed statement by {signer}: made with {name}",
        Level.STRONG: "Strong indications of {name}",
        Level.SOME: "Some indications of {name}",
        Level.INCONCLUSIVE: "Inconclusive: {reason}",
        Level.NONE_FOUND: "No generator named. This says nothing about how the file was made",
    },
}

REASONS: dict[Reason, str] = {
    Reason.CONFLICT: "findings contradict each other",
    Reason.DECODE_ERROR: "the file could not be decoded in full",
    Reason.EXAMINER_FAILED: "an examination that this answer needs did not finish",
    Reason.TOO_SMALL: "the picture is too small for the detector",
    Reason.NO_FACE: "no usable face was found, and only faces can be examined for manipulation",
    Reason.FEW_FACES: "no face was seen often enough to be judged, and only faces can be examined for manipulation",
    Reason.NOT_A_STILL: "the detector is validated on still images only",
    Reason.OUTSIDE_DOMAIN: "the file lies outside the conditions for which the detector was validated",
    Reason.STRONG_COMPRESSION: "the last compression was too strong for traces in the pixels to survive",
    Reason.SCREENSHOT: "the file appears to be a screenshot, which replaces the traces of the original",
    Reason.DETECTORS_DISAGREE: "detectors that were validated for this kind of file disagree",
    Reason.CONFORMAL_BOTH: "the detector's score fits both classes of its calibration data",
    Reason.CONFORMAL_NONE: "the detector's score fits neither class of its calibration data",
    Reason.ABSTENTION_BAND: "the detector's score lies in the band where it abstains",
    Reason.GENERATOR_UNKNOWN: "nothing that was found names the generator",
}

SOURCES: dict[str, str] = {
    "container": "file structure",
    "c2pa": "C2PA credentials",
    "iptc": "photo metadata",
    "generator-metadata": "generator metadata",
    "aigc-label": "AIGC label",
    "stealth-png": "stealth payload",
    "dwt-dct-watermark": "open watermark",
}
"""What an examiner read, for sentences about conflicts; other examiners appear under their names."""

CODES: dict[str, str] = {
    "extra_missing": "an optional part of Fakeprint is not installed",
    "remote_manifest_not_fetched": "they lie at a remote address, which is not contacted",
    "network_disabled": "network access is off",
    "truncated": "the data end early",
    "bad_length": "a declared length is wrong",
    "bad_json": "malformed JSON",
    "bad_xml": "malformed XML",
    "over_limit": "larger than the limit",
}
"""Words for reason codes of evidence; a code without words is shown with its underscores opened."""

BASE_RATE = (
    "How much a finding is worth also depends on how common generated media are among the files it comes from: where they are rare, "
    "most indications that are wrong some of the time point at files made without AI."
)
ABSENCE = "Missing credentials, metadata or watermarks say nothing: most platforms and editors remove them."
NO_DETECTOR = "No calibrated detector looked at the pixels; the answers rest on what the file declares about itself."
NAME_ONLY = "The name is what the file declares; nothing here tells models of one kind apart by their pixels."
RESEMBLANCE = (
    "Among the families that the model has seen, the pixels resemble this one most; "
    "a generator that it has not seen can resemble one of them too."
)
UNSIGNED = "The file says so itself, without a signature; such text is easily added or removed."
POSSIBLE = "The declaration says that AI generation is possible, not that it took place."
SIGNER_UNKNOWN = "The credentials are intact, but who signed them is not established; anyone can sign with a certificate of their own."
CHAINED = "The signer is on a trust list, but the certificate was not in order when it was read, for example because it has expired."
WATERMARK = "The watermark's code is open, so anyone can embed it."
EARLIER = "The statement stands in an earlier generation of the credentials; later steps may have changed the picture's origin."
HINT = "{source}: a weak hint ({name}); hints are listed and never counted."
CAPTURED = "The signer states that the picture was captured by a device; this does not speak of what was in front of it."
PIXELS_SPEAK = "A detector that read the pixels found: {finding}."
MEASURED = (
    "At this threshold, under the nearest validated condition ({bucket}), the detector flagged {fpr} (at most {fpr_high}) of {n_authentic} "
    "calibration files made without AI, and {tpr} (at least {tpr_low}) of {n_synthetic} others. Bounds are one-sided at 95 %."
)
SUPPORT = "Read as a likelihood ratio within what the calibration data can carry: {words}."
NOT_OWN_BUCKET = "Too few calibration files share this file's condition ({own}); a wider one was used ({used})."
VALIDATED_UNTIL = "The detector has seen generators up to {date}; it can miss newer ones."
NOT_COUNTED = "Scores without calibration are shown and never counted ({examiners})."
WHERE = "Face {track} of {several} that were followed scores highest: seen from {first} to {last}, read in {faces} frames."
WHERE_ONE = "It rests on one face, seen from {first} to {last} and read in {faces} frames."
PIXELS_UNDECIDED = "What detectors read from the pixels does not decide: {reason}."

CHANGED_AFTER_SIGNING = (
    "The file changed after signing, so its credentials are not used. Their hash covers every byte: a change of metadata or a few "
    "bytes added at the end have the same effect as a change of the picture."
)
CREDENTIAL_DAMAGED = (
    "The credentials are damaged ({state}), so they are not used. This is a fact about the credentials, not about the picture."
)
CREDENTIAL_REVOKED = "The signer's certificate is {state}, so the credentials are not used. This is a fact about the credentials."
CREDENTIAL_UNREAD = "The file carries credentials that were not read: {reason}."
UNREADABLE = "{source}: something is there that could not be read ({reason})."
SIGNATURE_MISMATCH = "{source}: a vendor's signature does not match these pixels; any re-encoding does that."

CONFLICT = "{one}: {one_says}; {other}: {other_says}."
MORE_CONFLICTS = "Another {count} contradictions are not listed."
CAMERA = "camera maker {make}"
GENERATOR_NAMED = "made with {name}"


def reason_words(code: str) -> str:
    """Return words for a reason code of evidence.

    >>> reason_words("bad_json"), reason_words("bad_magic")
    ('malformed JSON', 'bad magic')
    """
    return CODES.get(code, code.replace("_", " "))
