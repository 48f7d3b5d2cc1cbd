"""What the evidence says about origin, weighed one finding at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from fakeprint.core.evidence import (
    Binding,
    CredentialClaim,
    Evidence,
    EvidenceStatus,
    FactClaim,
    FindingStatus,
    OriginClaim,
    OriginStatement,
    SignatureState,
    SignerTrust,
    SignerValidity,
    TrackScore,
)
from fakeprint.core.sanitise import plain
from fakeprint.core.verdict import Level
from fakeprint.judge.policy import RANK, Policy
from fakeprint.judge.wording import SOURCES, UNNAMED_SIGNER

NAME_CHARS = 120
AI_STATEMENTS = frozenset({OriginStatement.AI_GENERATED, OriginStatement.AI_EDITED, OriginStatement.AI_POSSIBLE})
_MAKE_FACTS = frozenset({"make", "camera make", "camera maker", "exif make", "manufacturer"})
_WITHOUT_LEVEL = frozenset({SignerValidity.REVOKED, SignerValidity.INVALID})
_NOT_RUNG_1 = _WITHOUT_LEVEL | {SignerValidity.EXPIRED, SignerValidity.OUTSIDE_VALIDITY}


class Weight(IntEnum):
    """How much a finding can do: nothing but be listed, declare, or state under a signature that was checked."""

    HINT = 1
    DECLARED = 2
    SIGNED = 3


@dataclass(frozen=True)
class Finding:
    """One origin statement with what it may carry.

    ``rung`` is the rung of the strength ladder after the file's own credential axes were applied, ``ceiling`` what it reaches alone.
    ``chained`` tells that the signer's certificate ends at a trust list; that is known of the file's own credential, not of ingredients.
    ``carrier`` holds everything by which two findings can turn out to come from one place.
    """

    evidence: str
    examiner: str
    statement: OriginStatement
    rung: int | None
    chained: bool
    ceiling: Level | None
    weight: Weight
    vendor: str | None
    tool: str | None
    model: str | None
    signer: str
    depth: int
    carrier: frozenset[str]

    @property
    def source(self) -> str:
        """What was read, in words."""
        return SOURCES.get(self.examiner, self.examiner)

    @property
    def name(self) -> str | None:
        """The generator in words: tool or vendor, and model where known."""
        maker = self.tool or self.vendor
        if maker and self.model and self.model.casefold() != maker.casefold():
            return f"{maker}, model {self.model}"
        return maker or self.model

    @property
    def makers(self) -> frozenset[str]:
        """Vendor, tool and model in lower case, to compare."""
        return frozenset(text.casefold() for text in (self.vendor, self.tool, self.model) if text)


def findings(evidence: Iterable[Evidence], policy: Policy) -> tuple[Finding, ...]:
    """Return all origin statements that are present and usable, in the order of evidence ids.

    Statements inside a credential whose hash does not match the file, whose signature is damaged or whose signer is revoked are left
    out: such a credential says nothing (specs: provenance 3.2).
    """
    found = [finding for one in sorted(evidence, key=_id) for finding in _of_evidence(one, policy)]
    return tuple(found)


def _id(evidence: Evidence) -> str:
    return evidence.id


def _of_evidence(evidence: Evidence, policy: Policy) -> Iterable[Finding]:
    if evidence.status is not EvidenceStatus.OK:
        return
    credentials = credentials_of(evidence)
    if any(credential_is_void(one) for one in credentials):
        return
    for claim in evidence.claims:
        if isinstance(claim, OriginClaim) and claim.status is FindingStatus.PRESENT and claim.statement is not None:
            yield _finding(evidence, claim, credentials[0] if credentials else None, policy)


def credentials_of(evidence: Evidence) -> tuple[CredentialClaim, ...]:
    """Return the credential claims of one evidence that were read."""
    return tuple(one for one in evidence.claims if isinstance(one, CredentialClaim) and one.status is FindingStatus.PRESENT)


def credential_is_void(credential: CredentialClaim) -> bool:
    """Whether a credential carries no level at all: changed file, damaged signature, revoked or invalid signer."""
    return (
        credential.binding is not Binding.MATCH
        or credential.signature is not SignatureState.INTACT
        or not _WITHOUT_LEVEL.isdisjoint(credential.signer_validity)
    )


def _finding(evidence: Evidence, claim: OriginClaim, credential: CredentialClaim | None, policy: Policy) -> Finding:
    rung = _rung(claim, credential)
    chained = credential is not None and credential.signer_trust is SignerTrust.TRUSTED and claim.depth == 0
    assert claim.statement is not None  # noqa: S101  (the caller checked)
    vendor, tool, model = (_name(text) for text in (claim.vendor, claim.tool, claim.model))
    generation = claim.generation
    signer = claim.signer or (credential.signer or credential.issuer if credential else None) or claim.vendor
    return Finding(
        evidence=evidence.id,
        examiner=evidence.examiner,
        statement=claim.statement,
        rung=rung,
        chained=chained,
        ceiling=None if rung is None else policy.ceilings.of(rung, chained=chained),
        weight=_weight(rung),
        vendor=vendor,
        tool=tool or _name(generation.tool if generation else None),
        model=model or _name(generation.model if generation else None),
        signer=_name(signer) or UNNAMED_SIGNER,
        depth=claim.depth,
        carrier=_carrier(evidence, claim),
    )


def _rung(claim: OriginClaim, credential: CredentialClaim | None) -> int | None:
    """Return the rung of a claim, never better than the file's own credential axes or its own signature check allow."""
    if claim.level == 1 and (
        credential is None or credential.signer_trust is not SignerTrust.TRUSTED or not _NOT_RUNG_1.isdisjoint(credential.signer_validity)
    ):
        return 2
    if claim.level == 3 and claim.signature_ok is not True:
        return 4
    return claim.level


def _weight(rung: int | None) -> Weight:
    if rung in (1, 3):
        return Weight.SIGNED
    return Weight.DECLARED if rung in (2, 4, 5) else Weight.HINT


def _carrier(evidence: Evidence, claim: OriginClaim) -> frozenset[str]:
    """Return examiner and place; the place is the offset where known, else the container path, else the raw value."""
    place = claim.location
    if place is not None:
        where = f"path:{place.path}" if place.offset is None else f"offset:{place.offset}"
    else:
        where = f"raw:{claim.raw_sha256}" if claim.raw_sha256 else f"examiner:{evidence.examiner}"
    return frozenset({f"examiner:{evidence.examiner}", where})


def _name(text: str | None) -> str | None:
    """Return untrusted text as a short printable name."""
    return (plain(text).strip()[:NAME_CHARS].strip() or None) if text else None


def independent_carriers(found: Sequence[Finding]) -> int:
    """Count groups of findings that share no examiner and no place in the file.

    Two parsers that read the same text are one carrier, and so is everything that one examiner found.
    """
    groups: list[frozenset[str]] = []
    for finding in found:
        touching = [group for group in groups if group & finding.carrier]
        groups = [group for group in groups if not group & finding.carrier]
        groups.append(finding.carrier.union(*touching))
    return len(groups)


def combined_level(found: Sequence[Finding], policy: Policy) -> Level | None:
    """Return the level that findings which agree reach together, or None if none of them carries any.

    Statements that AI generation is merely possible stay at their own ceiling and do not count towards agreement.
    """
    levels = [_lower(one.ceiling, policy) if one.statement is OriginStatement.AI_POSSIBLE else one.ceiling for one in found]
    reached = max((level for level in levels if level is not None), key=RANK.__getitem__, default=None)
    agreeing = [one for one in found if one.weight is Weight.DECLARED and one.statement is not OriginStatement.AI_POSSIBLE]
    if reached is not None and independent_carriers(agreeing) >= policy.agreeing_carriers:
        reached = max(reached, policy.agreement, key=RANK.__getitem__)
    return reached


def _lower(level: Level | None, policy: Policy) -> Level | None:
    return None if level is None else min(level, policy.possible, key=RANK.__getitem__)


@dataclass(frozen=True)
class CameraFact:
    """A camera maker named by unsigned metadata.  It never counts for anything by itself; it can only contradict."""

    evidence: str
    make: str


def camera_facts(evidence: Iterable[Evidence], policy: Policy) -> tuple[CameraFact, ...]:
    """Return the makers of cameras and phones that facts name, under the names of :attr:`Policy.camera_makes`."""
    found = {
        CameraFact(one.id, make)
        for one in evidence
        for claim in one.claims
        if isinstance(claim, FactClaim) and " ".join(claim.name.casefold().replace("_", " ").split()) in _MAKE_FACTS
        if (make := known_make(claim.value, policy)) is not None
    }
    return tuple(sorted(found, key=lambda fact: (fact.make, fact.evidence)))


def known_make(text: str | None, policy: Policy) -> str | None:
    """Return the known maker with which a text begins, as a whole word.

    >>> from fakeprint.judge.policy import DEFAULT
    >>> known_make("NIKON CORPORATION", DEFAULT), known_make("Black Forest Labs", DEFAULT)
    ('nikon', None)
    """
    words = " ".join((text or "").casefold().split()) + " "
    return next((make for make in policy.camera_makes if words.startswith(f"{make} ")), None)


@dataclass(frozen=True)
class StandingOut:
    """The face of a video that scores highest in one evidence, of ``several`` that count."""

    evidence: str
    track: TrackScore
    several: int


def standing_out(evidence: Iterable[Evidence], names: Iterable[str]) -> tuple[StandingOut, ...]:
    """Return, for each of the named evidence that followed faces through a video, the one that scores highest.

    The scores of different detectors are raw and are not compared with each other.
    """
    wanted, found = frozenset(names), []
    for one in sorted(evidence, key=_id):
        deciding = [track for track in one.tracks if track.decides]
        if one.id in wanted and one.status is EvidenceStatus.OK and deciding:
            found.append(StandingOut(one.id, max(deciding, key=lambda track: (track.score, -track.track)), len(deciding)))
    return tuple(found)
