"""A C2PA manifest store as the reading library prints it, brought into typed form (specs: provenance 3.3).

Everything in it was written by whoever made the file.  Wrong types are dropped one by one, counts and lengths are capped.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

from fakeprint.core.limits import Limits
from fakeprint.provenance.c2pa_axes import Codes

NAME_CHARS = 200
MANIFESTS = 1000
ENTRIES = 1000

Object = dict[str, JsonValue]


class StoreError(ValueError):
    """The printed store cannot be used; ``reason`` is the finding's reason code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Action:
    """One entry of an action list: ``source_type`` is a DigitalSourceType URI, ``agent`` the software that did it."""

    name: str
    source_type: str | None = None
    agent: str | None = None


@dataclass(frozen=True)
class Ingredient:
    """One ingredient: how it was used, its manifest where it has one, and what is known of that manifest's validity."""

    relationship: str
    manifest: str | None
    codes: Codes


@dataclass(frozen=True)
class AiContent:
    """The vendor assertion ``c2pa.ai_generated_content``."""

    ai_generated: bool | None
    model: str | None
    prompt: str | None


@dataclass(frozen=True)
class Manifest:
    """One generation: ``generator`` is ``name version`` of the software, ``signer`` and ``organisation`` are what the certificate names."""

    label: str
    generator: str | None = None
    signer: str | None = None
    organisation: str | None = None
    signed_at: str | None = None
    actions: tuple[Action, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    soft_bindings: tuple[str, ...] = ()
    ai_content: AiContent | None = None


@dataclass(frozen=True)
class Store:
    """All manifests of a file by label.

    ``codes`` and ``state`` concern the active one.
    """

    active: Manifest
    manifests: dict[str, Manifest] = field(default_factory=dict)
    codes: Codes = field(default_factory=Codes)
    state: str | None = None
    capped: bool = False


def read_store(text: str, limits: Limits) -> Store:
    """Read the library's JSON.

    Raises:
        StoreError: not JSON, too deep, too large, or without an active manifest.
    """
    if len(text) > limits.c2pa_bytes:
        raise StoreError("over_limit")
    try:
        document = _object(json.loads(text))
    except RecursionError as error:
        raise StoreError("over_limit") from error
    except ValueError as error:
        raise StoreError("bad_json") from error
    results = _object(document.get("validation_results"))
    deltas = _deltas(results)
    listed = _object(document.get("manifests"))
    manifests = {label: _manifest(label, _object(body), deltas, limits) for label, body in list(listed.items())[:MANIFESTS]}
    active = manifests.get(_text(document.get("active_manifest")) or "")
    if active is None:
        raise StoreError("no_active_manifest")
    return Store(
        active=active,
        manifests=manifests,
        codes=_codes(results.get("activeManifest")),
        state=_text(document.get("validation_state")),
        capped=len(listed) > MANIFESTS,
    )


def _object(value: JsonValue) -> Object:
    return value if isinstance(value, dict) else {}


def _objects(value: JsonValue, cap: int | None = ENTRIES) -> Iterator[Object]:
    return (_object(one) for one in (value if isinstance(value, list) else [])[:cap])


def _text(value: JsonValue, chars: int = 1024) -> str | None:
    return value.strip()[:chars] or None if isinstance(value, str) else None


def _named(value: JsonValue) -> str | None:
    """Return ``name version`` of a software entry, which is a string or an object."""
    if isinstance(value, dict):
        words = [_text(value.get("name")), _text(value.get("version"))]
        return _text(" ".join(word for word in words if word), NAME_CHARS)
    return _text(value, NAME_CHARS)


def _codes(value: JsonValue) -> Codes:
    """Read all codes: capping them could hide a mismatch."""
    groups = _object(value)
    success, informational, failure = (
        tuple(code for entry in _objects(groups.get(heading), cap=None) if (code := _text(entry.get("code"), NAME_CHARS)))
        for heading in ("success", "informational", "failure")
    )
    return Codes(success, informational, failure)


def _deltas(results: Object) -> dict[str, Codes]:
    return {
        uri: _codes(delta.get("validationDeltas"))
        for delta in _objects(results.get("ingredientDeltas"), cap=None)
        if (uri := _text(delta.get("ingredientAssertionURI")))
    }


def _manifest(label: str, body: Object, deltas: dict[str, Codes], limits: Limits) -> Manifest:
    infos = list(_objects(body.get("claim_generator_info")))
    signature = _object(body.get("signature_info"))
    assertions = [(_text(one.get("label")) or "", _object(one.get("data"))) for one in _objects(body.get("assertions"))]
    bindings = (_text(data.get("alg"), NAME_CHARS) for name, data in assertions if name.startswith("c2pa.soft-binding"))
    return Manifest(
        label=label,
        generator=(_named(dict(infos[0])) if infos else None) or _text(body.get("claim_generator"), NAME_CHARS),
        signer=_text(signature.get("common_name"), NAME_CHARS),
        organisation=_text(signature.get("issuer"), NAME_CHARS),
        signed_at=_text(signature.get("time"), NAME_CHARS),
        actions=tuple(action for name, data in assertions if _is_action_list(name) for action in _actions(data))[:ENTRIES],
        ingredients=tuple(_ingredient(label, one, deltas) for one in _objects(body.get("ingredients"))),
        soft_bindings=tuple(dict.fromkeys(alg for alg in bindings if alg)),
        ai_content=next((_ai_content(data, limits) for name, data in assertions if _base(name) == "c2pa.ai_generated_content"), None),
    )


def _base(label: str) -> str:
    return label.partition("__")[0]


def _is_action_list(label: str) -> bool:
    return _base(label) in ("c2pa.actions", "c2pa.actions.v2")


def _actions(data: Object) -> Iterator[Action]:
    agents = [_named(one) for one in _objects(data.get("softwareAgents"))]
    templates = {_text(one.get("action")): one for one in _objects(data.get("templates"))}
    for entry in _objects(data.get("actions")):
        name = _text(entry.get("action"), NAME_CHARS)
        if name is None:
            continue
        template = templates.get(name) or templates.get("*") or {}
        whole = {**template, **entry}
        index = whole.get("softwareAgentIndex")
        listed = agents[index] if isinstance(index, int) and 0 <= index < len(agents) else None
        yield Action(name, _text(whole.get("digitalSourceType")), _named(whole.get("softwareAgent")) or listed)


def _ingredient(owner: str, body: Object, deltas: dict[str, Codes]) -> Ingredient:
    recorded = _codes(_object(body.get("validation_results")).get("activeManifest"))
    label = _text(body.get("label")) or "c2pa.ingredient"
    found = deltas.get(f"self#jumbf=/c2pa/{owner}/c2pa.assertions/{label}", Codes())
    return Ingredient(
        relationship=_text(body.get("relationship"), NAME_CHARS) or "componentOf",
        manifest=_text(body.get("active_manifest")),
        codes=Codes(recorded.success + found.success, recorded.informational + found.informational, recorded.failure + found.failure),
    )


def _ai_content(data: Object, limits: Limits) -> AiContent:
    stated = data.get("ai_generated")
    return AiContent(
        ai_generated=stated if isinstance(stated, bool) else None,
        model=_text(data.get("model"), NAME_CHARS),
        prompt=_text(data.get("prompt"), limits.prompt_chars),
    )
