"""When an answer must be inconclusive, whatever was found (specs: reliability 12.4, REL-17)."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why an answer is inconclusive; the value is what :attr:`~fakeprint.core.verdict.Answer.reason` holds."""

    CONFLICT = "conflict"
    DECODE_ERROR = "decode_error"
    EXAMINER_FAILED = "examiner_failed"
    TOO_SMALL = "too_small"
    NO_FACE = "no_face"
    FEW_FACES = "few_faces"
    NOT_A_STILL = "not_a_still"
    OUTSIDE_DOMAIN = "outside_domain"
    STRONG_COMPRESSION = "strong_compression"
    SCREENSHOT = "screenshot"
    DETECTORS_DISAGREE = "detectors_disagree"
    CONFORMAL_BOTH = "conformal_both"
    CONFORMAL_NONE = "conformal_none"
    ABSTENTION_BAND = "abstention_band"
    GENERATOR_UNKNOWN = "generator_unknown"


PIXEL_REASONS = (
    Reason.TOO_SMALL,
    Reason.NO_FACE,
    Reason.FEW_FACES,
    Reason.NOT_A_STILL,
    Reason.OUTSIDE_DOMAIN,
    Reason.STRONG_COMPRESSION,
    Reason.SCREENSHOT,
    Reason.DETECTORS_DISAGREE,
    Reason.CONFORMAL_BOTH,
    Reason.CONFORMAL_NONE,
    Reason.ABSTENTION_BAND,
)
"""Reasons that concern what was read from pixels, in the order in which one is named."""


@dataclass(frozen=True)
class Circumstances:
    """What is known about one question before it is answered.

    ``signed``: the answer is a signed statement by a trusted signer.  ``declared``: it rests on an unsigned declaration or an open
    watermark.  ``conflict``: findings contradict each other with enough weight to touch this answer (see
    :mod:`fakeprint.judge.conflicts`).  ``pixels``: why what the detectors read from pixels cannot decide.
    """

    signed: bool = False
    declared: bool = False
    conflict: bool = False
    decode_error: bool = False
    examiner_failed: bool = False
    pixels: frozenset[Reason] = frozenset()


def mandatory(case: Circumstances) -> Reason | None:
    """Return why the answer must be inconclusive, or None.

    A conflict of weight always binds.  A signed statement survives everything else: it does not rest on pixels.  An unreadable
    file or a failed examiner binds every other answer, because what was not read might contradict it.  What concerns pixels alone
    binds answers that rest on pixels or on nothing; a declaration in the metadata says the same at any size and compression.

    >>> mandatory(Circumstances(signed=True, decode_error=True)) is None
    True
    >>> mandatory(Circumstances(declared=True, decode_error=True)).value
    'decode_error'
    >>> mandatory(Circumstances(pixels=frozenset({Reason.SCREENSHOT, Reason.OUTSIDE_DOMAIN}))).value
    'outside_domain'
    """
    if case.conflict:
        return Reason.CONFLICT
    if case.signed:
        return None
    if case.decode_error:
        return Reason.DECODE_ERROR
    if case.examiner_failed:
        return Reason.EXAMINER_FAILED
    if case.declared:
        return None
    return next((reason for reason in PIXEL_REASONS if reason in case.pixels), None)
