"""What was looked at, what was not and why, and what stands in the way (specs: reliability 12.3, REL-18)."""

from collections.abc import Iterable, Sequence

from fakeprint.core.evidence import (
    Binding,
    Claim,
    CredentialClaim,
    Evidence,
    EvidenceStatus,
    FindingStatus,
    OriginClaim,
    SignatureState,
    SignerValidity,
)
from fakeprint.core.sanitise import plain
from fakeprint.core.verdict import NotChecked
from fakeprint.judge.findings import credential_is_void, credentials_of
from fakeprint.judge.wording import (
    CHANGED_AFTER_SIGNING,
    CREDENTIAL_DAMAGED,
    CREDENTIAL_REVOKED,
    CREDENTIAL_UNREAD,
    SIGNATURE_MISMATCH,
    SOURCES,
    UNREADABLE,
    reason_words,
)

_REASON_CHARS = 200


def checked(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the names of the examiners that looked and finished."""
    return tuple(sorted({one.examiner for one in evidence if one.status is EvidenceStatus.OK}))


def not_checked(evidence: Iterable[Evidence]) -> tuple[NotChecked, ...]:
    """Return everything that was not looked at: whole examiners by name, single schemes within an examiner by theirs.

    The reasons are the codes of the evidence.
    """
    missing: set[tuple[str, str]] = set()
    for one in evidence:
        skipped = {
            (_subject(one, claim), _code(claim.reason, "not_checked"))
            for claim in one.claims
            if isinstance(claim, OriginClaim | CredentialClaim) and claim.status is FindingStatus.NOT_CHECKED
        }
        if one.status is not EvidenceStatus.OK and not skipped:
            skipped = {(one.examiner, _code(one.reason, one.status.value))}
        missing |= skipped
    return tuple(NotChecked(what=what, reason=reason) for what, reason in sorted(missing))


def file_caveats(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return what must be said about credentials that are not used and about metadata that could not be read."""
    caveats: set[str] = set()
    for one in evidence:
        void = False
        for credential in credentials_of(one):
            void = void or credential_is_void(credential)
            caveats.update(_credential_caveats(credential))
        caveats.update(_claim_caveats(one, void=void))
    return tuple(sorted(caveats))


def _claim_caveats(evidence: Evidence, *, void: bool) -> Iterable[str]:
    source = SOURCES.get(evidence.examiner, evidence.examiner)
    for claim in evidence.claims:
        if not isinstance(claim, OriginClaim | CredentialClaim):
            continue
        if claim.status is FindingStatus.UNREADABLE:
            yield UNREADABLE.format(source=source, reason=_words(claim.reason, "unreadable"))
        elif isinstance(claim, CredentialClaim) and claim.status is FindingStatus.NOT_CHECKED:
            yield CREDENTIAL_UNREAD.format(reason=_words(claim.reason, "not_checked"))
        elif isinstance(claim, OriginClaim) and claim.signature_ok is False and not void:
            yield SIGNATURE_MISMATCH.format(source=source)


def _credential_caveats(credential: CredentialClaim) -> Iterable[str]:
    if credential.binding is Binding.MISMATCH:
        yield CHANGED_AFTER_SIGNING
    if credential.signature is not None and credential.signature is not SignatureState.INTACT:
        yield CREDENTIAL_DAMAGED.format(state=f"signature {credential.signature.value.replace('_', ' ')}")
    for state in (SignerValidity.REVOKED, SignerValidity.INVALID):
        if state in credential.signer_validity:
            yield CREDENTIAL_REVOKED.format(state=state.value)


def _subject(evidence: Evidence, claim: Claim) -> str:
    names: Sequence[str | None] = (claim.tool, claim.vendor, claim.parser) if isinstance(claim, OriginClaim) else ()
    return plain(next((name for name in names if name), evidence.examiner))[:_REASON_CHARS]


def _code(code: str | None, fallback: str) -> str:
    return plain(code or fallback)[:_REASON_CHARS]


def _words(code: str | None, fallback: str) -> str:
    return reason_words(_code(code, fallback))
