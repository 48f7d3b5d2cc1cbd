"""Positions and identifiers left out of a report before anyone writes it (specs: reliability 11, provenance 11 PROV-25)."""

import re
from collections.abc import Iterable
from functools import lru_cache

from fakeprint.core.evidence import Claim, Evidence, FactClaim
from fakeprint.core.report import Report
from fakeprint.core.sanitise import map_text

HIDDEN = {"location": "[position hidden]", "identifier": "[identifier hidden]"}

_OURS = frozenset({"schema_version", "input", "id", "examiner", "examiner_version", "because", "licensed_by", "mime", "run"})
_NAMES = {
    "location": r"(?:gps[a-z _]{0,24}|latitude|longitude|location[ ._-]?(?:shown|created|iso6709)|geo[ _-]?tag)",
    "identifier": (
        r"(?:(?:camera|body|lens|internal|device)?[ _-]?serial(?:[ _-]?(?:number|no)|(?=[=:>\"'])|$)"
        r"|(?:camera)?[ _-]?owner[ _-]?name|image[ _-]?unique[ _-]?id)"
    ),
}
_UNQUOTED = {"location": r"[^\n;<>}\]]{1,60}", "identifier": r"[^\n,;<>\"'}\]]{1,60}"}
_QUOTED = r"\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'"
_BETWEEN = r"[\"']?\s{0,4}[:=>]\s{0,4}"
_KEYED = {
    kind: re.compile(rf"(?i)(?<![a-z])({names})({_BETWEEN})(?!\s*\[\w+ hidden\])(?:{_QUOTED}|{_UNQUOTED[kind]})")
    for kind, names in _NAMES.items()
}
_NAMED = {kind: re.compile(rf"(?i)(?:.*[^a-z])?{names}\]?") for kind, names in _NAMES.items()}
_ISO_6709 = re.compile(r"(?<![\d.])[+-]\d{2,3}\.\d{3,9}[+-]\d{2,3}\.\d{3,9}(?:[+-]\d{1,6}(?:\.\d{1,6})?)?/?")
_PRECISE = re.compile(r"\d{1,3}\.\d{3,}")
_SUSPECT = ('"sensitive":"', "gps", "latitude", "longitude", "serial")
_HINT = re.compile(r"\.\d{3,9}[+-]\d|location[ ._-]?(?:shown|created|iso6709)|geo[ _-]?tag|owner[ _-]?name|unique[ _-]?id")
_SHORTEST_VALUE = 4
_REMEMBERED = 400


def redact(report: Report, *, show_gps: bool = False, show_identifiers: bool = False) -> Report:
    """Return the report without positions, serial numbers and owner names, unless they are asked for.

    Facts marked ``sensitive`` lose their value, and so do facts whose name says that they should have been marked.  The same values,
    of four or more characters, are then taken out of every other text of the report (raw metadata, notes, summaries), and so is what
    follows a telling key such as ``GPSLatitude=``.  The input's path and all hashes stay.
    """
    kinds = tuple(kind for kind, shown in (("location", show_gps), ("identifier", show_identifiers)) if not shown)
    if not kinds or not report.evidence:
        return report
    secrets: dict[str, str] = {}
    evidence = tuple(_without_facts(one, kinds, secrets) for one in report.evidence)
    known = _any_of(secrets)

    def clean(text: str) -> str:
        if known is not None:
            text = known.sub(lambda found: HIDDEN[secrets[found[0]]], text)
        return _short_without_keyed(text, kinds) if len(text) <= _REMEMBERED else _without_keyed(text, kinds)

    return map_text(report.model_copy(update={"evidence": evidence}), clean, _OURS)


def may_be_sensitive(text: str) -> bool:
    """Return whether a report's JSON holds anything that :func:`redact` could hide; False is certain."""
    text = text.lower()
    return any(word in text for word in _SUSPECT) or _HINT.search(text) is not None


def _without_keyed(text: str, kinds: tuple[str, ...]) -> str:
    for kind in kinds:
        text = _KEYED[kind].sub(rf"\1\2{HIDDEN[kind]}", text)
    return _ISO_6709.sub(HIDDEN["location"], text) if "location" in kinds else text


_short_without_keyed = lru_cache(maxsize=4096)(_without_keyed)


def _without_facts(evidence: Evidence, kinds: tuple[str, ...], secrets: dict[str, str]) -> Evidence:
    """Hide the values of sensitive facts and add them to ``secrets`` by what they are."""
    claims: list[Claim] = []
    for claim in evidence.claims:
        if isinstance(claim, FactClaim) and (kind := _kind(claim, kinds)):
            precise = _PRECISE.findall(claim.value) if kind == "location" else []
            secrets.update({value: kind for value in (claim.value.strip(), *precise) if len(value) >= _SHORTEST_VALUE})
            claims.append(claim.model_copy(update={"value": HIDDEN[kind]}))
        else:
            claims.append(claim)
    return evidence.model_copy(update={"claims": tuple(claims)})


def _kind(fact: FactClaim, kinds: tuple[str, ...]) -> str | None:
    if fact.sensitive is not None:
        return fact.sensitive if fact.sensitive in kinds else None
    return next((kind for kind in kinds if _NAMED[kind].fullmatch(fact.name[:200])), None)


def _any_of(values: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(values, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)") if longest_first else None
