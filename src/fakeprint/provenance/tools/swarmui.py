"""SwarmUI: JSON with ``sui_image_params`` (specs: provenance 5)."""

from itertools import zip_longest

from pydantic import JsonValue

from fakeprint.core.evidence import OriginClaim
from fakeprint.core.generation import Generation, Lora
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import PartKind
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import Carried, keyed, user_comment
from fakeprint.provenance.tools.claims import first_claim, present
from fakeprint.provenance.tools.json_text import Unreadable, load_object, looks_like_object
from fakeprint.provenance.tools.values import MAX_LORAS, generation_of, to_lora

PARSER = "swarmui"
_MARK = '"sui_image_params"'


def read(text: str, limits: Limits) -> Generation | None:
    """Read one text, or None if it is not of SwarmUI.

    Raises:
        Unreadable: it names ``sui_image_params`` and is malformed.
    """
    if not looks_like_object(text) or _MARK not in text:
        return None
    whole = load_object(text)
    if "sui_image_params" not in whole:
        return None
    params = whole["sui_image_params"]
    if not isinstance(params, dict):
        raise Unreadable("bad_json")
    models = whole.get("sui_models")
    model_hash = None
    for model in models[:MAX_LORAS] if isinstance(models, list) else ():
        if isinstance(model, dict) and model.get("param") == "model":
            model_hash = model.get("hash")
            break
    return generation_of(
        limits,
        text,
        _loras(params.get("loras"), params.get("loraweights")),
        tool="SwarmUI",
        tool_version=params.get("swarm_version"),
        prompt=params.get("prompt"),
        negative_prompt=params.get("negativeprompt"),
        seed=params.get("seed"),
        steps=params.get("steps"),
        sampler=params.get("sampler"),
        scheduler=params.get("scheduler"),
        cfg=params.get("cfgscale"),
        width=params.get("width"),
        height=params.get("height"),
        model=params.get("model"),
        model_hash=model_hash,
    )


def parse(item: MediaItem) -> OriginClaim:
    """Read the PNG text ``parameters`` or the EXIF UserComment."""
    comment = user_comment(item)

    def accept(carried: Carried) -> OriginClaim | None:
        generation = read(carried.text, item.limits)
        return None if generation is None else present(PARSER, carried, tool="SwarmUI", generation=generation)

    candidates = (*keyed(item, "parameters"), *((comment,) if comment else ()))
    return first_claim(PARSER, item, candidates, accept, kinds=(PartKind.TEXT, PartKind.EXIF))


def _loras(names: JsonValue, weights: JsonValue) -> tuple[Lora | None, ...]:
    listed = names[:MAX_LORAS] if isinstance(names, list) else []
    given = weights if isinstance(weights, list) else []
    return tuple(to_lora(name, weight) for name, weight in zip_longest(listed, given[: len(listed)]))
