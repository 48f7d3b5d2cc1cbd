"""Validation codes of one C2PA manifest to four separate axes; never from the library's one-word state (specs: provenance 3.2)."""

import re
from dataclasses import dataclass
from functools import cached_property

from fakeprint.core.evidence import Binding, SignatureState, SignerTrust, SignerValidity, TimeStampState

_HASH = re.compile(r"assertion\.(dataHash|bmffHash|boxesHash|collectionHash)\.(match|mismatch)")
_REVOCATION_UNKNOWN = ("signingCredential.ocsp.skipped", "signingCredential.ocsp.inaccessible", "signingCredential.ocsp.unknown")
_VALIDITY_CODES = {
    "signingCredential.expired": SignerValidity.EXPIRED,
    "signingCredential.ocsp.revoked": SignerValidity.REVOKED,
    "signingCredential.invalid": SignerValidity.INVALID,
    "claimSignature.outsideValidity": SignerValidity.OUTSIDE_VALIDITY,
}
_TIME_STAMP_CODES = (
    ("timeStamp.mismatch", TimeStampState.MISMATCH),
    ("timeStamp.malformed", TimeStampState.MALFORMED),
    ("timeStamp.outsideValidity", TimeStampState.OUTSIDE_VALIDITY),
    ("timeStamp.untrusted", TimeStampState.UNTRUSTED),
    ("timeStamp.trusted", TimeStampState.TRUSTED),
    ("timeStamp.validated", TimeStampState.VALIDATED),
)
_READ_BY_AXES = ("signingCredential.", "claimSignature.", "timeStamp.", "ingredient.", "cawg.")
_BROKEN = ("mismatch", "missing", "malformed", "invalid", "revoked", "outsideValidity", "inaccessible")


@dataclass(frozen=True)
class Codes:
    """The validation codes of one manifest, as the library sorts them."""

    success: tuple[str, ...] = ()
    informational: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()

    @cached_property
    def all(self) -> frozenset[str]:
        """Every code, whatever its heading: a mismatch counts wherever it is listed."""
        return frozenset(self.success + self.informational + self.failure)

    def lines(self) -> tuple[str, ...]:
        """Return every code once, prefixed by its heading.

        >>> Codes(success=("claimSignature.validated",) * 2, failure=("x.unknown",)).lines()
        ('success:claimSignature.validated', 'failure:x.unknown')
        """
        headed = (("success", self.success), ("informational", self.informational), ("failure", self.failure))
        return tuple(dict.fromkeys(f"{heading}:{code}" for heading, codes in headed for code in codes))


@dataclass(frozen=True)
class Axes:
    """What holds for the active manifest.  ``signature`` is None where no code speaks of the signature."""

    binding: Binding
    signature: SignatureState | None
    trust: SignerTrust
    validity: tuple[SignerValidity, ...]
    time_stamp: TimeStampState


def axes_of(codes: Codes, *, anchors: bool) -> Axes:
    """Derive the axes from the active manifest's codes; ``anchors`` says whether a trust list was supplied.

    The axes are combined with AND: a success never outweighs a failure, because the library lists ``signingCredential.trusted`` and
    ``dataHash.match`` as successes even where the signature does not match.

    >>> axes_of(Codes(success=("claimSignature.validated", "assertion.dataHash.match")), anchors=False).trust.value
    'not_checked'
    """
    return Axes(
        binding=_binding(codes),
        signature=_signature(codes),
        trust=_trust(codes, anchors=anchors),
        validity=_validity(codes),
        time_stamp=_time_stamp(codes, anchors=anchors),
    )


def level_of(axes: Axes) -> int | None:
    """Return the rung of the strength ladder: 1, 2, or None where the credential carries no weight."""
    if axes.binding is not Binding.MATCH or axes.signature is not SignatureState.INTACT:
        return None
    if {SignerValidity.REVOKED, SignerValidity.INVALID} & set(axes.validity):
        return None
    doubtful = {SignerValidity.EXPIRED, SignerValidity.OUTSIDE_VALIDITY} & set(axes.validity)
    return 1 if axes.trust is SignerTrust.TRUSTED and not doubtful else 2


def other_failures(codes: Codes) -> tuple[str, ...]:
    """Return the failures that no axis reads; one of them keeps a credential from level 1."""
    return tuple(
        code
        for code in dict.fromkeys(codes.failure)
        if not code.startswith(_READ_BY_AXES) and not _HASH.fullmatch(code) and code != "assertion.hashedURI.mismatch"
    )


def ingredient_level(codes: Codes, *, anchors: bool) -> int | None:
    """Return the best level that a statement inside an ingredient's manifest can have.

    ``codes`` joins what the next generation recorded about the ingredient with what this reading found to differ from that record.
    """
    if any(code.rpartition(".")[2] in _BROKEN for code in codes.failure if not code.startswith("cawg.")):
        return None
    if "signingCredential.expired" in codes.all or not anchors:
        return 2
    return 1 if "signingCredential.trusted" in codes.all else 2


def _binding(codes: Codes) -> Binding:
    outcomes = {found[2] for code in codes.all if (found := _HASH.fullmatch(code))}
    if "mismatch" in outcomes:
        return Binding.MISMATCH
    return Binding.MATCH if "match" in outcomes else Binding.NOT_ESTABLISHED


def _signature(codes: Codes) -> SignatureState | None:
    if "claimSignature.mismatch" in codes.all:
        return SignatureState.INVALID
    if "claimSignature.missing" in codes.all:
        return SignatureState.MISSING
    if "assertion.hashedURI.mismatch" in codes.all:
        return SignatureState.MANIFEST_ALTERED
    return SignatureState.INTACT if "claimSignature.validated" in codes.all else None


def _trust(codes: Codes, *, anchors: bool) -> SignerTrust:
    if not anchors:
        return SignerTrust.NOT_CHECKED
    if "signingCredential.untrusted" in codes.all:
        return SignerTrust.UNDETERMINED if "signingCredential.expired" in codes.all else SignerTrust.UNTRUSTED
    return SignerTrust.TRUSTED if "signingCredential.trusted" in codes.all else SignerTrust.UNDETERMINED


def _validity(codes: Codes) -> tuple[SignerValidity, ...]:
    bad = [state for code, state in _VALIDITY_CODES.items() if code in codes.all]
    states = bad or ([SignerValidity.VALID] if "claimSignature.validated" in codes.all else [])
    if codes.all.intersection(_REVOCATION_UNKNOWN):
        states.append(SignerValidity.REVOCATION_UNKNOWN)
    return tuple(states)


def _time_stamp(codes: Codes, *, anchors: bool) -> TimeStampState:
    state = next((state for code, state in _TIME_STAMP_CODES if code in codes.all), TimeStampState.NONE)
    return TimeStampState.VALIDATED if state is TimeStampState.TRUSTED and not anchors else state
