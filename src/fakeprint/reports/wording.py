"""The words that reports use for the values of records (specs: reliability 12, provenance 1 and 3.2)."""

import re

from fakeprint.core.errors import ErrorCode
from fakeprint.core.evidence import (
    Binding,
    EvidenceStatus,
    FindingStatus,
    OriginStatement,
    Question,
    Route,
    ScoreUnit,
    SignatureState,
    SignerTrust,
    SignerValidity,
    TimeStampState,
)
from fakeprint.core.verdict import Level

QUESTIONS: dict[Question, str] = {
    Question.SYNTHETIC: "Generated as a whole?",
    Question.MANIPULATED: "Face or region manipulated?",
    Question.GENERATOR: "Which generator?",
}

LEVELS: dict[Level, str] = {
    Level.SIGNED_STATEMENT: "Signed statement",
    Level.STRONG: "Strong indications",
    Level.SOME: "Some indications",
    Level.INCONCLUSIVE: "Inconclusive",
    Level.NONE_FOUND: "No indications found",
}

LEVEL_MEANING: dict[Level, str] = {
    Level.NONE_FOUND: "What could be checked showed nothing. This does not mean the file is authentic: traces and labels are easily lost.",
    Level.SOME: "At least one trace or unsigned declaration points this way. It could be forged, or be there by chance.",
    Level.STRONG: "Independent pieces of evidence agree, or one measured method is far outside what it shows on other files.",
    Level.SIGNED_STATEMENT: "A signer on the trust list states how the file came to be, and the file matches that signature.",
    Level.INCONCLUSIVE: "The evidence disagrees, or the file lies outside what the methods were measured on. It leans neither way.",
}

LADDER: dict[int, str] = {
    1: "signed, signer trusted",
    2: "intact credentials, signer not established",
    3: "signed with a vendor's key",
    4: "unsigned declaration",
    5: "open watermark",
    6: "weak hint",
}

STATEMENTS: dict[OriginStatement, str] = {
    OriginStatement.AI_GENERATED: "generated with AI",
    OriginStatement.AI_EDITED: "edited with AI",
    OriginStatement.AI_POSSIBLE: "AI possibly involved",
    OriginStatement.CAPTURED: "captured",
    OriginStatement.EDITED: "edited",
    OriginStatement.PROCEDURAL: "made by a procedure, not by a trained model",
    OriginStatement.INFORMATIONAL: "for information",
}

FINDINGS: dict[FindingStatus, str] = {
    FindingStatus.PRESENT: "found",
    FindingStatus.ABSENT: "not there",
    FindingStatus.UNREADABLE: "there, but unreadable",
    FindingStatus.NOT_APPLICABLE: "not possible in this format",
    FindingStatus.NOT_CHECKED: "not checked",
}

EVIDENCE: dict[EvidenceStatus, str] = {
    EvidenceStatus.OK: "checked",
    EvidenceStatus.NOT_APPLICABLE: "does not apply",
    EvidenceStatus.NOT_CHECKED: "not checked",
    EvidenceStatus.FAILED: "failed",
}

BINDING: dict[Binding | None, str] = {
    Binding.MATCH: "The file's bytes match the credential.",
    Binding.MISMATCH: "The file changed after signing. This speaks of bytes: a metadata edit does it too.",
    Binding.NOT_ESTABLISHED: "Not established.",
    None: "Not read.",
}
SIGNATURE: dict[SignatureState | None, str] = {
    SignatureState.INTACT: "The credential is intact.",
    SignatureState.MANIFEST_ALTERED: "The credential was altered after signing.",
    SignatureState.INVALID: "The signature does not fit the credential.",
    SignatureState.MISSING: "The credential carries no signature.",
    None: "Not read.",
}
TRUST: dict[SignerTrust | None, str] = {
    SignerTrust.TRUSTED: "The signer is on the trust list.",
    SignerTrust.UNTRUSTED: "The signer is not on the trust list.",
    SignerTrust.UNDETERMINED: "Undetermined: the certificate has expired and carries no usable time stamp.",
    SignerTrust.NOT_CHECKED: "Not checked: no trust list was used.",
    None: "Not read.",
}
VALIDITY: dict[SignerValidity, str] = {
    SignerValidity.VALID: "valid",
    SignerValidity.EXPIRED: "expired",
    SignerValidity.REVOKED: "revoked",
    SignerValidity.INVALID: "invalid",
    SignerValidity.OUTSIDE_VALIDITY: "signed outside the certificate's validity",
    SignerValidity.REVOCATION_UNKNOWN: "revocation not checked",
}
TIME_STAMP: dict[TimeStampState | None, str] = {
    TimeStampState.NONE: "no time stamp",
    TimeStampState.VALIDATED: "time stamp intact",
    TimeStampState.TRUSTED: "time stamp from a trusted authority",
    TimeStampState.UNTRUSTED: "time stamp from an authority that is not on the trust list",
    TimeStampState.MISMATCH: "time stamp does not fit",
    TimeStampState.MALFORMED: "time stamp malformed",
    TimeStampState.OUTSIDE_VALIDITY: "time stamp outside its authority's validity",
    None: "time stamp not read",
}

UNITS: dict[ScoreUnit, str] = {
    ScoreUnit.LOGIT: "logit; 0 is the model's own middle",
    ScoreUnit.PROBABILITY: "probability, 0 to 1",
    ScoreUnit.LLR: "log-likelihood ratio, natural logarithm; 0 favours neither side",
    ScoreUnit.Z: "standard deviations from the reference",
}

ROUTES: dict[Route, str] = {
    Route.WHOLE_IMAGE: "whole image",
    Route.FACE: "face",
    Route.LOCAL_EDIT: "local edits",
}

REASONS: dict[str, str] = {
    "truncated": "the data ends early",
    "bad_length": "a declared length is wrong",
    "bad_json": "malformed JSON",
    "bad_xml": "malformed XML",
    "over_limit": "larger than the limit",
    "format": "this format cannot carry it",
    "extra_missing": "an optional part is not installed",
    "network_disabled": "it would need the network",
    "no_trust_list": "no trust list was given",
    "closed_detector": "only its vendor can read it",
    "disabled": "switched off for this run",
    "budget": "out of time for this file",
    "remote_manifest_not_fetched": "the credentials lie on a server, which was not contacted",
}

ERRORS: dict[ErrorCode, str] = {
    ErrorCode.E_NOT_FOUND: "no such file",
    ErrorCode.E_PERMISSION: "no permission to read the file",
    ErrorCode.E_NOT_A_FILE: "not a regular file",
    ErrorCode.E_PATH: "the path cannot be used",
    ErrorCode.E_READ: "the file could not be read",
    ErrorCode.E_EMPTY: "the file is empty",
    ErrorCode.E_FORMAT_UNKNOWN: "unknown format",
    ErrorCode.E_FORMAT_REFUSED: "this format is refused",
    ErrorCode.E_EXTRA_MISSING: "an optional part is not installed",
    ErrorCode.E_TRUNCATED: "the file ends early",
    ErrorCode.E_CORRUPT: "the file is damaged",
    ErrorCode.E_NO_FRAMES: "no picture in the file",
    ErrorCode.E_BOMB: "the picture is larger than the limit",
    ErrorCode.E_TOO_LARGE: "the file is larger than the limit",
    ErrorCode.E_MEMORY: "more memory would be needed than allowed",
    ErrorCode.E_TIMEOUT: "the time allowed was used up",
    ErrorCode.E_CRASH: "the decoder crashed",
    ErrorCode.E_INTERNAL: "an error in Fakeprint",
}

LAWS = (
    "Absence shows nothing. Platforms, messengers, screenshots and editors strip labels and traces; a file without them is no safer.",
    """Base rates matter. If 1 file in 100 is generated, a method that flags 90 of 100 generated files and 5 of 100 others is right about 15
    of every 100 files that it flags. Weigh each indication with what else is known about the file.""",
    "Unsigned metadata and open watermarks can be written or removed by anyone.",
    "Maps show where a method looked or responded; they do not show what was changed.",
)


def reason(code: str | None) -> str:
    """Return a reason code in words; codes that no list knows are shown with their underscores opened.

    >>> reason("closed_detector"), reason("E_TRUNCATED"), reason("models_disagree"), reason(None)
    ('only its vendor can read it', 'the file ends early', 'models disagree', '')
    """
    if not code:
        return ""
    spelled = code.replace(" ", "_")
    return REASONS.get(code) or (ERRORS[ErrorCode(spelled)] if spelled in ErrorCode.__members__ else code.replace("_", " "))


def subject(name: str) -> str:
    """Return what was not checked as a heading: names of ours are opened, other names stay as they are.

    >>> subject("other-closed-watermarks"), subject("SynthID"), subject("c2pa")
    ('Other closed watermarks', 'SynthID', 'C2PA credentials')
    """
    return title(name) if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) else name


def title(examiner: str) -> str:
    """Return the heading for an examiner's name.

    >>> title("jpeg-history"), title("c2pa"), title("dwt-dct-watermark")
    ('JPEG history', 'C2PA credentials', 'DWT-DCT watermark')
    """
    if examiner == "c2pa":
        return "C2PA credentials"
    known = {"jpeg": "JPEG", "exif": "EXIF", "iptc": "IPTC", "xmp": "XMP", "png": "PNG", "dwt": "DWT-DCT", "aigc": "AIGC", "c2pa": "C2PA"}
    words = [word for word in examiner.replace("_", "-").split("-") if word != "dct"]
    text = " ".join(known.get(word, word) for word in words)
    return text[:1].upper() + text[1:]
