"""The IPTC vocabulary DigitalSourceType, and the two values that C2PA adds to it (specs: provenance 4)."""

from fakeprint.core.evidence import OriginStatement

IPTC_PREFIX = "http://cv.iptc.org/newscodes/digitalsourcetype/"
C2PA_PREFIX = "http://c2pa.org/digitalsourcetype/"

STATEMENTS: dict[str, OriginStatement] = {
    "trainedalgorithmicmedia": OriginStatement.AI_GENERATED,
    "compositewithtrainedalgorithmicmedia": OriginStatement.AI_EDITED,
    "trainedalgorithmicdata": OriginStatement.AI_EDITED,
    "compositesynthetic": OriginStatement.AI_POSSIBLE,
    "composite": OriginStatement.AI_POSSIBLE,
    "algorithmicmedia": OriginStatement.PROCEDURAL,
    "algorithmicallyenhanced": OriginStatement.EDITED,
    "humanedits": OriginStatement.EDITED,
    "minorhumanedits": OriginStatement.EDITED,
    "digitalcapture": OriginStatement.CAPTURED,
    "computationalcapture": OriginStatement.CAPTURED,
    "compositecapture": OriginStatement.CAPTURED,
    "negativefilm": OriginStatement.CAPTURED,
    "positivefilm": OriginStatement.CAPTURED,
    "print": OriginStatement.CAPTURED,
    "datadrivenmedia": OriginStatement.INFORMATIONAL,
    "virtualrecording": OriginStatement.INFORMATIONAL,
    "screencapture": OriginStatement.INFORMATIONAL,
    "digitalcreation": OriginStatement.INFORMATIONAL,
    "digitalart": OriginStatement.INFORMATIONAL,
    "empty": OriginStatement.INFORMATIONAL,
}
"""Keys are whole last path segments in lower case."""


def tail_of(uri: str) -> str:
    """Return the last path segment in lower case; a bare value is its own tail.

    >>> tail_of(IPTC_PREFIX + "compositeWithTrainedAlgorithmicMedia")
    'compositewithtrainedalgorithmicmedia'
    """
    return uri.strip().rstrip("/").rpartition("/")[2].lower()


def statement_of(uri: str) -> OriginStatement | None:
    """Return what a value says about the origin of a media file, or None for a value that the vocabulary does not hold.

    The whole last segment is compared, because the name of the partial value contains the name of the full one.

    >>> statement_of(IPTC_PREFIX + "trainedAlgorithmicMedia").value
    'ai_generated'
    >>> statement_of(IPTC_PREFIX + "algorithmicMedia").value
    'procedural'
    >>> statement_of(IPTC_PREFIX + "xtrainedAlgorithmicMedia") is None
    True
    """
    return STATEMENTS.get(tail_of(uri))
