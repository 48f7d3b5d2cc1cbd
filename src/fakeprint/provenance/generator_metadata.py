"""What generating tools write about themselves, through one parser per tool (specs: provenance 5)."""

from collections.abc import Callable

from fakeprint.core.evidence import AnomalyClaim, Claim, Evidence, FindingStatus, OriginClaim, OriginStatement, Question
from fakeprint.core.generation import Generation
from fakeprint.core.registry import Registry
from fakeprint.media.container.model import PartKind
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools import TABLE
from fakeprint.provenance.tools.carriers import can_carry
from fakeprint.provenance.tools.claims import DECLARATION

ToolParser = Callable[[MediaItem], OriginClaim]

_NOT_SETTINGS = {"tool", "prompt", "seed", "raw"}
_BACKENDS = {"ComfyUI"}
"""Tools that run inside other tools, which then both sign the file."""


class GeneratorMetadataExaminer:
    """Runs every tool parser over the metadata of one file."""

    name = "generator-metadata"
    version = "1"
    questions: tuple[Question, ...] = (Question.SYNTHETIC, Question.GENERATOR)
    worth = (
        "Image generators often record prompt and settings in the file. A record shows what the file says about itself; it is text that "
        "anyone can add or remove. Most platforms strip it, so its absence says nothing."
    )

    def __init__(self) -> None:
        registry: Registry[ToolParser] = Registry("tools", TABLE)
        self._parsers = [(name, registry.load(name)) for name in registry.names()]

    def examine(self, item: MediaItem) -> Evidence:
        """Examine one item."""
        if not can_carry(item, PartKind.TEXT, PartKind.COMMENT, PartKind.EXIF, PartKind.XMP):
            return not_applicable(self, item, "format", "This format cannot carry generator parameters.")
        results = [parse(item) for _, parse in self._parsers]
        found = _without_repeats([claim for claim in results if claim.status is FindingStatus.PRESENT])
        damaged = [claim for claim in results if claim.status is FindingStatus.UNREADABLE and claim.location is not None]
        claims: list[Claim] = [*found, *damaged, *_conflict(found)]
        absent = tuple(claim.parser for claim in results if claim.status is FindingStatus.ABSENT)
        return evidence_of(self, item, summary=_summary(found, damaged), claims=tuple(claims), looked_for=absent)


def _without_repeats(found: list[OriginClaim]) -> list[OriginClaim]:
    """Keep one claim per text, strongest first, and no hint that only repeats the tool or vendor of a declaration."""
    ordered = sorted(found, key=lambda claim: claim.level or DECLARATION)
    named = {name for claim in ordered if _is_declaration(claim) for name in (claim.tool, claim.vendor) if name}
    kept: list[OriginClaim] = []
    texts: set[str | None] = set()
    for claim in ordered:
        if claim.raw_sha256 in texts or (not _is_declaration(claim) and claim.tool in named):
            continue
        texts.add(claim.raw_sha256)
        kept.append(claim)
    return kept


def _is_declaration(claim: OriginClaim) -> bool:
    return claim.level is not None and claim.level <= DECLARATION


def _conflict(found: list[OriginClaim]) -> tuple[AnomalyClaim, ...]:
    """Two tools that both say they made the file; one may have worked on the other's output."""
    tools = sorted({claim.tool for claim in found if claim.tool and _is_declaration(claim)} - _BACKENDS)
    if len(tools) < 2:
        return ()
    text = "Two tools each say that they made this file; one may have worked on the output of the other, or a text was copied."
    return (AnomalyClaim(kind="generators_differ", text=text, sides=tuple(tools)),)


def _summary(found: list[OriginClaim], damaged: list[OriginClaim]) -> str:
    declared = next((claim for claim in found if _is_declaration(claim)), None)
    if declared is not None:
        return _declaration_text(declared)
    if damaged:
        return f"The file carries generator parameters that could not be read ({damaged[0].reason})."
    if found:
        return f"A field of the metadata names {found[0].tool}. This is a weak hint and is not scored."
    return "No generator parameters were found. Programs and platforms often remove them."


def _declaration_text(claim: OriginClaim) -> str:
    recorded = _recorded(claim.generation)
    recorded = f" ({recorded} recorded)" if recorded else ""
    if claim.signature_ok:
        return f"{claim.tool}'s signature matches these pixels and the settings in the metadata{recorded}."
    verb = "made" if claim.statement is OriginStatement.AI_GENERATED else "processed"
    signature = " Its signature does not match these pixels." if claim.signature_ok is False else ""
    return f"The file's metadata says that {claim.tool} {verb} it{recorded}.{signature} Such text is trivially added or removed."


def _recorded(generation: Generation | None) -> str:
    """Say what was recorded.

    >>> _recorded(Generation(prompt="a cat", seed=1, steps=20, cfg=7.0))
    'prompt, seed and 2 settings'
    """
    if generation is None:
        return ""
    named = [name for name in ("prompt", "seed") if getattr(generation, name) is not None]
    count = sum(name not in _NOT_SETTINGS and getattr(generation, name) not in (None, ()) for name in Generation.model_fields)
    if count:
        named.append(f"{count} setting{'s' if count > 1 else ''}")
    return " and ".join(part for part in (", ".join(named[:-1]), *named[-1:]) if part)
