"""The label that Chinese law requires in the metadata of generated media, GB 45438-2025 (specs: provenance 6)."""

import json
from collections.abc import Iterator
from html import unescape
from itertools import islice

from pydantic import JsonValue

from fakeprint.core.evidence import Claim, Evidence, FactClaim, OriginClaim, OriginStatement, Question
from fakeprint.media.container.model import PartKind
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.exif import IMAGE_DESCRIPTION
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import Carried, broken_text, can_carry, exif_text, keyed, user_comment
from fakeprint.provenance.tools.claims import DECLARATION, present, unreadable
from fakeprint.provenance.tools.json_text import Unreadable, load_leading, load_object
from fakeprint.provenance.tools.values import generation_of, to_name

PARSER = "aigc-label"
STANDARD = "AIGC label (GB 45438-2025)"
NAMESPACE = "tc260.org.cn/ns/aigc"
_KEY = "AIGC"
_MAX_LABELS = 16
_KINDS = (PartKind.TEXT, PartKind.EXIF, PartKind.XMP)

FIELDS = ("Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2")
VENDOR_FIELDS = ("ServiceProvider", "ServiceUser", "Time", "ContentId")
_KNOWN = frozenset((*FIELDS, *VENDOR_FIELDS))

_PRODUCER = ("ContentProducer", "ServiceProvider")
_ID = ("ProduceID", "ContentId")

_LABELS: dict[str, tuple[OriginStatement, str]] = {
    "1": (OriginStatement.AI_GENERATED, "is AI-generated"),
    "2": (OriginStatement.AI_POSSIBLE, "may be AI-generated"),
    "3": (OriginStatement.AI_POSSIBLE, "is suspected to be AI-generated"),
}
_NO_LABEL = (OriginStatement.AI_POSSIBLE, "carries an AI label without a known value")


def read_label(text: str) -> dict[str, str]:
    """Return the known fields of a label, unwrapping one level named ``AIGC``.

    Raises:
        Unreadable: no JSON object (``bad_json``) or no known field in it (``not_recognised``).

    >>> read_label('{"AIGC": {"Label": "1", "ContentProducer": "001X", "Else": "?"}}')
    {'Label': '1', 'ContentProducer': '001X'}
    """
    text = text.strip().rstrip("\0")
    if text.startswith(("&", "{&")):
        text = unescape(text)
    fields = load_object(text)
    inner = fields.get(_KEY)
    if isinstance(inner, str):
        inner = load_object(inner)
    return _known(inner if isinstance(inner, dict) else fields)


def _known(fields: dict[str, JsonValue]) -> dict[str, str]:
    known = {name: value for name in fields if name in _KNOWN and (value := to_name(fields[name])) is not None}
    if not known:
        raise Unreadable("not_recognised")
    return known


def find_labels(item: MediaItem) -> Iterator[tuple[Carried, dict[str, str]] | OriginClaim]:
    """Yield every label of the item, and a claim for every carrier of one that cannot be read."""
    for carried in _carriers(item):
        if len(carried.text) > item.limits.aigc_bytes:
            yield unreadable(PARSER, "over_limit", carried.location)
            continue
        try:
            yield carried, read_label(carried.text)
        except Unreadable as error:
            yield unreadable(PARSER, error.reason, carried.location)
    for packet in item.xmp:
        direct: dict[str, JsonValue] = {
            one.name: one.value for one in packet.properties if NAMESPACE in one.namespace.casefold() and one.name in _KNOWN
        }
        if any(isinstance(value, str) and value.strip() for value in direct.values()):
            yield Carried(json.dumps(direct), packet.location), _known(direct)
    if broken := broken_text(item, _KEY.casefold()):
        yield unreadable(PARSER, *broken)


def _carriers(item: MediaItem) -> Iterator[Carried]:
    yield from keyed(item, _KEY.casefold())
    for packet in item.xmp:
        for one in packet.properties:
            if NAMESPACE in one.namespace.casefold() and one.name == _KEY and one.value.strip():
                yield Carried(one.value, packet.location)
    for tag in (user_comment(item), exif_text(item, IMAGE_DESCRIPTION)):
        if tag is not None and (text := _wrapped(tag.text)) is not None:
            yield Carried(text, tag.location)
    for part in item.container.of_kind(PartKind.OTHER):
        glued = part.data is not None and part.where in ("jpeg/APP0", "jpeg/between-segments")
        text = _glued((part.data or b"").decode("utf-8", "replace")) if glued else None
        if text is not None:
            yield Carried(text, part.location())


def _wrapped(text: str) -> str | None:
    """Return the label of a text that is JSON with one member ``AIGC``, or that begins ``AIGC{``; None for any other text."""
    text = text.strip().rstrip("\0")
    if text.startswith("{") and f'"{_KEY}"' in text[:64]:
        return text
    return _glued(text) if text.startswith(_KEY + "{") else None


def _glued(text: str) -> str | None:
    """Return the JSON object that follows the first ``AIGC{``, without what stands behind it."""
    at = text.find(_KEY + "{")
    if at < 0:
        return None
    rest = text[at + len(_KEY) :]
    try:
        return rest[: load_leading(rest)[1]]
    except Unreadable:
        return rest


def _claim(item: MediaItem, carried: Carried, fields: dict[str, str]) -> OriginClaim:
    statement, words = _LABELS.get(fields.get("Label", ""), _NO_LABEL)
    vendor = next((fields[name] for name in _PRODUCER if name in fields), None)
    job_id = next((fields[name] for name in _ID if name in fields), None)
    return present(
        PARSER,
        carried,
        tool=None,
        vendor=vendor,
        statement=statement,
        level=DECLARATION,
        generation=generation_of(item.limits, carried.text, job_id=job_id),
        notes=(f"Label {fields.get('Label', 'missing')}: the file {words}.",),
    )


def _facts(fields: dict[str, str]) -> Iterator[FactClaim]:
    shown = {"Label", *[name for name in _PRODUCER if name in fields][:1], *[name for name in _ID if name in fields][:1]}
    for name, value in fields.items():
        if name not in shown:
            yield FactClaim(name=f"AIGC {name}", value=value, sensitive="identifier" if name == "ServiceUser" else None)


class AigcLabelExaminer:
    """Reads the label from all its carriers."""

    name = PARSER
    version = "1"
    questions: tuple[Question, ...] = (Question.SYNTHETIC, Question.GENERATOR)
    worth = (
        "Providers and platforms under Chinese law must label generated media in the metadata. The label is unsigned text that anyone can "
        "add or remove; most platforms elsewhere drop it, so its absence says nothing."
    )

    def examine(self, item: MediaItem) -> Evidence:
        """Examine one item."""
        if not can_carry(item, *_KINDS):
            return not_applicable(self, item, "format", "This format cannot carry the label.")
        claims: list[Claim] = []
        words = ""
        trouble: OriginClaim | None = None
        for found in islice(find_labels(item), _MAX_LABELS):
            if isinstance(found, OriginClaim):
                trouble = trouble or found
                claims.append(found)
            else:
                carried, fields = found
                words = words or _LABELS.get(fields.get("Label", ""), _NO_LABEL)[1]
                claims.extend((_claim(item, carried, fields), *_facts(fields)))
        if words:
            summary = f"An AIGC label (GB 45438-2025) in the metadata says that the file {words}. It is unsigned."
        elif trouble:
            summary = f"An AIGC label is present but could not be read ({trouble.reason})."
        else:
            summary = "No AIGC label (GB 45438-2025) was found."
        return evidence_of(
            self, item, summary=summary, claims=tuple(claims), looked_for=() if claims or not item.container.complete else (STANDARD,)
        )
