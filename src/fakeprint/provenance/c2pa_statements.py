"""What all manifests of a store state about the file's origin, generation by generation (specs: provenance 3.3)."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from fakeprint.core.evidence import FindingStatus, Location, OriginClaim, OriginStatement
from fakeprint.core.generation import Generation
from fakeprint.provenance.c2pa_axes import ingredient_level
from fakeprint.provenance.c2pa_rubric import Signal, rubric, signals_of, vendor_of
from fakeprint.provenance.c2pa_store import Manifest, Store

PARSER = "c2pa"
MAX_CLAIMS = 256
_WHOLE, _PART, _INPUT, _LOOSE = "whole", "part", "input", "loose"
_ROLES = {"parentOf": _WHOLE, "componentOf": _PART}
_AI = (OriginStatement.AI_GENERATED, OriginStatement.AI_EDITED)
_ROLE_NOTES = {
    _WHOLE: (),
    _PART: ("stated about an ingredient placed into this file, not about the whole picture",),
    _INPUT: ("stated about an ingredient that served as input to a process, not about this picture",),
    _LOOSE: ("stated in a manifest that no ingredient of this file refers to",),
}


@dataclass(frozen=True)
class ManifestAt:
    """One manifest on the way from the active one to its ingredients; ``level`` is the best that its statements can have."""

    manifest: Manifest
    depth: int
    role: str
    level: int | None


def generations(store: Store, level: int | None, *, anchors: bool) -> tuple[ManifestAt, ...]:
    """Return every manifest once, the active one first, then by depth; manifests that nothing refers to come last, without a level.

    A statement never has a better level than the generations above it: whoever signs last also vouches for what is inside.
    """
    found: list[ManifestAt] = []
    seen = {store.active.label}
    queue = deque([ManifestAt(store.active, 0, _WHOLE, level)])
    while queue:
        one = queue.popleft()
        found.append(one)
        for ingredient in sorted(one.manifest.ingredients, key=lambda ingredient: ingredient.relationship != "parentOf"):
            inner = store.manifests.get(ingredient.manifest or "")
            if inner is None or inner.label in seen:
                continue
            seen.add(inner.label)
            own = ingredient_level(ingredient.codes, anchors=anchors)
            best = None if one.level is None or own is None else max(one.level, own)
            queue.append(ManifestAt(inner, one.depth + 1, _role(one.role, ingredient.relationship), best))
    loose = (manifest for label, manifest in store.manifests.items() if label not in seen)
    return (*found, *(ManifestAt(manifest, 1, _LOOSE, None) for manifest in loose))


def _role(outer: str, relationship: str) -> str:
    inner = _ROLES.get(relationship, _INPUT)
    return outer if inner == _WHOLE else inner if outer == _WHOLE else _INPUT if _INPUT in (outer, inner) else _PART


def origin_claims(
    found: tuple[ManifestAt, ...], *, signature_ok: bool | None, location: Location | None, raw_sha256: str | None
) -> tuple[OriginClaim, ...]:
    """Return the statements of all generations in order, at most :data:`MAX_CLAIMS`."""
    claims = []
    for one in found:
        for claim in _claims_of(one):
            weightless = () if one.level else ("the credential that states this carries no weight",)
            extra = {
                "level": one.level,
                "signer": signer_name(one.manifest) if one.level == 1 else None,
                "depth": one.depth,
                "signature_ok": signature_ok if one.depth == 0 or one.level is not None else None,
                "location": location,
                "raw_sha256": raw_sha256,
                "notes": (*claim.notes, *_ROLE_NOTES[one.role], *weightless),
            }
            claims.append(claim.model_copy(update=extra))
            if len(claims) == MAX_CLAIMS:
                return tuple(claims)
    return tuple(claims)


def signer_name(manifest: Manifest) -> str | None:
    """Return the organisation and common name of the signing certificate."""
    organisation, name = manifest.organisation, manifest.signer
    if organisation and name and organisation != name:
        return f"{organisation} ({name})"
    return organisation or name


def _claims_of(one: ManifestAt) -> Iterator[OriginClaim]:
    signals = signals_of(one.manifest.actions)
    content = one.manifest.ai_content
    generation = _generation(one.manifest)
    for signal in signals:
        statement = _for_role(signal.statement, one.role)
        yield _claim(one, signal, statement, generation if signal.statement in _AI else None)
    if content and content.ai_generated and not any(signal.statement in _AI for signal in signals):
        statement = _for_role(OriginStatement.AI_GENERATED, one.role)
        stated = Signal("vendor assertion", OriginStatement.AI_GENERATED, ("c2pa.ai_generated_content",))
        yield _claim(one, stated, statement, generation)
    if unknown := sum(ingredient.manifest is None for ingredient in one.manifest.ingredients):
        note = f"unknown provenance: {unknown} of {len(one.manifest.ingredients)} ingredients without credentials"
        yield OriginClaim(parser=PARSER, status=FindingStatus.PRESENT, statement=OriginStatement.INFORMATIONAL, notes=(note,))


def _for_role(statement: OriginStatement, role: str) -> OriginStatement:
    """Return what a statement about an ingredient means for the file: a generated part makes a file that was edited with AI."""
    if role == _WHOLE:
        return statement
    if role == _PART and statement in (*_AI, OriginStatement.AI_POSSIBLE):
        return OriginStatement.AI_EDITED if statement in _AI else statement
    return OriginStatement.INFORMATIONAL


def _claim(one: ManifestAt, signal: Signal, statement: OriginStatement, generation: Generation | None) -> OriginClaim:
    actions = ", ".join(signal.actions[:8]) + (" and more" if len(signal.actions) > 8 else "")
    note = f"{signal.signal}: {actions}" + (f" with {signal.source_type}" if signal.source_type else "")
    tool = one.manifest.generator
    return OriginClaim(
        parser=PARSER,
        status=FindingStatus.PRESENT,
        statement=statement,
        vendor=vendor_of(tool) or vendor_of(signal.agent),
        tool=tool,
        model=(generation.model if generation else None) or (signal.agent if signal.agent != tool else None),
        generation=generation,
        notes=(note, f"rubric of {rubric().date}"),
    )


def _generation(manifest: Manifest) -> Generation | None:
    content = manifest.ai_content
    if content is None or not (content.model or content.prompt):
        return None
    return Generation(tool=manifest.generator, model=content.model, prompt=content.prompt)
