"""Claims of the tool parsers: present, unreadable, nothing there."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import islice

from fakeprint.core.evidence import FindingStatus, Location, OriginClaim, OriginStatement
from fakeprint.core.generation import Generation
from fakeprint.media.container.model import PartKind
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import Carried, broken_text, can_carry
from fakeprint.provenance.tools.json_text import Unreadable

DECLARATION = 4
"""Level of an unsigned structured declaration (specs: provenance 1)."""

_MAX_CANDIDATES = 16
"""How many texts of one file a parser tries."""

HINT = 6
"""Level of a hint that is listed and never scored."""


def present(
    parser: str,
    carried: Carried,
    *,
    tool: str | None,
    generation: Generation | None = None,
    vendor: str | None = None,
    statement: OriginStatement = OriginStatement.AI_GENERATED,
    level: int = DECLARATION,
    signature_ok: bool | None = None,
    notes: tuple[str, ...] = (),
) -> OriginClaim:
    """Make the claim of a text that satisfied its format's acceptance test."""
    return OriginClaim(
        parser=parser,
        status=FindingStatus.PRESENT,
        statement=statement,
        level=level,
        vendor=vendor,
        tool=tool,
        model=generation.model if generation else None,
        generation=generation,
        location=carried.location,
        signature_ok=signature_ok,
        raw_sha256=sha256(carried.text.encode("utf-8", "surrogatepass")).hexdigest(),
        notes=notes,
    )


def unreadable(parser: str, reason: str, location: Location | None) -> OriginClaim:
    """Make the claim that something is there and could not be read."""
    return OriginClaim(parser=parser, status=FindingStatus.UNREADABLE, reason=reason, location=location)


def nothing(parser: str, item: MediaItem, *kinds: PartKind) -> OriginClaim:
    """Make the claim of a parser that met nothing of its own in carriers of these kinds (any, if none is given).

    ``absent`` needs a walk that reached the declared end; otherwise the claim is ``unreadable/truncated`` without a location.
    """
    if kinds and not can_carry(item, *kinds):
        return OriginClaim(parser=parser, status=FindingStatus.NOT_APPLICABLE, reason="format")
    if not item.container.complete:
        return unreadable(parser, "truncated", None)
    return OriginClaim(parser=parser, status=FindingStatus.ABSENT)


def first_claim(
    parser: str,
    item: MediaItem,
    candidates: Iterable[Carried],
    read: Callable[[Carried], OriginClaim | None],
    *,
    kinds: tuple[PartKind, ...],
    keys: tuple[str, ...] = (),
) -> OriginClaim:
    """Return the claim of the first candidate that is accepted, else of the first malformed one, else that there is nothing.

    ``keys`` are those keyed texts whose very presence belongs to the tool, so that an oversized one is worth a claim.
    """
    trouble: OriginClaim | None = None
    for carried in islice(candidates, _MAX_CANDIDATES):
        try:
            claim = read(carried)
        except Unreadable as error:
            trouble = trouble or unreadable(parser, error.reason, carried.location)
            continue
        if claim is not None:
            return claim
    if trouble is None and (broken := broken_text(item, *keys)):
        trouble = unreadable(parser, *broken)
    return trouble or nothing(parser, item, *kinds)
