"""InvokeAI in three generations: ``invokeai_metadata``, ``sd-metadata``, ``Dream`` (specs: provenance 5)."""

import re

from pydantic import JsonValue

from fakeprint.core.evidence import OriginClaim
from fakeprint.core.generation import Generation, Lora
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import PartKind
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import Carried, keyed
from fakeprint.provenance.tools.claims import first_claim, present
from fakeprint.provenance.tools.json_text import Unreadable, load_object
from fakeprint.provenance.tools.values import MAX_LORAS, generation_of, to_lora

PARSER = "invokeai"
TOOL = "InvokeAI"
_FLAG = re.compile(r"(?<!\S)-([sSWHCA]) ?([^\s-]\S{0,63})")
_KNOWN = {"positive_prompt", "negative_prompt", "generation_mode", "seed", "steps", "cfg_scale", "scheduler", "model", "app_version"}


def read_metadata(text: str, limits: Limits) -> Generation:
    """Read a text of ``invokeai_metadata``.

    Raises:
        Unreadable: no JSON object, or none of the known fields in it.
    """
    fields = load_object(text)
    if not _KNOWN & fields.keys():
        raise Unreadable("not_recognised")
    model = _object(fields.get("model"))
    return generation_of(
        limits,
        text,
        _loras(fields.get("loras")),
        tool=TOOL,
        tool_version=fields.get("app_version"),
        prompt=fields.get("positive_prompt"),
        negative_prompt=fields.get("negative_prompt"),
        seed=fields.get("seed"),
        steps=fields.get("steps"),
        scheduler=fields.get("scheduler"),
        cfg=fields.get("cfg_scale"),
        width=fields.get("width"),
        height=fields.get("height"),
        model=model.get("name") or model.get("model_name"),
        model_hash=model.get("hash"),
    )


def read_sd_metadata(text: str, limits: Limits) -> Generation:
    """Read a text of ``sd-metadata``.

    Raises:
        Unreadable: no JSON object, or no ``image`` object in it.
    """
    fields = load_object(text)
    image = fields.get("image")
    if not isinstance(image, dict):
        raise Unreadable("not_recognised")
    prompts = image.get("prompt")
    texts = [_object(one).get("prompt") for one in prompts[:MAX_LORAS]] if isinstance(prompts, list) else [prompts]
    positive, negative = _split_brackets(" ".join(text for text in texts if isinstance(text, str))[: limits.prompt_chars])
    return generation_of(
        limits,
        text,
        tool=TOOL,
        tool_version=fields.get("app_version"),
        prompt=positive,
        negative_prompt=negative,
        seed=image.get("seed"),
        steps=image.get("steps"),
        sampler=image.get("sampler"),
        cfg=image.get("cfg_scale"),
        width=image.get("width"),
        height=image.get("height"),
        model=fields.get("model_weights"),
        model_hash=fields.get("model_hash"),
    )


def read_dream(text: str, limits: Limits) -> Generation:
    """Read a command line of ``Dream``: a quoted prompt, then at least two known flags.

    Raises:
        Unreadable: any other text.

    >>> one = read_dream('"a cat [dog]" -s 50 -S 123 -W 512 -H 768 -C 7.5 -A k_lms', Limits())
    >>> one.prompt, one.negative_prompt, one.seed, one.height, one.sampler
    ('a cat', 'dog', 123, 768, 'k_lms')
    """
    end = text.rfind('"')
    if not text.startswith('"') or end <= 0:
        raise Unreadable("not_recognised")
    flags: dict[str, JsonValue] = dict(_FLAG.findall(text[end + 1 : end + 1 + limits.prompt_chars]))
    if len(flags) < 2:
        raise Unreadable("not_recognised")
    positive, negative = _split_brackets(text[1:end].replace('\\"', '"')[: limits.prompt_chars])
    return generation_of(
        limits,
        text,
        tool=TOOL,
        prompt=positive,
        negative_prompt=negative,
        steps=flags.get("s"),
        seed=flags.get("S"),
        width=flags.get("W"),
        height=flags.get("H"),
        cfg=flags.get("C"),
        sampler=flags.get("A"),
    )


def read_graph(text: str, limits: Limits) -> Generation:
    """Accept a text of ``invokeai_graph`` or ``invokeai_workflow``, which holds no flat settings.

    Raises:
        Unreadable: no JSON object with ``nodes``.
    """
    if not isinstance(load_object(text).get("nodes"), dict | list):
        raise Unreadable("not_recognised")
    return generation_of(limits, text, tool=TOOL)


_READERS = {
    "invokeai_metadata": read_metadata,
    "sd-metadata": read_sd_metadata,
    "dream": read_dream,
    "invokeai_graph": read_graph,
    "invokeai_workflow": read_graph,
}


def parse(item: MediaItem) -> OriginClaim:
    """Read the newest of the five PNG texts that is readable."""
    by_place = {carried.location: key for key in _READERS for carried in keyed(item, key)}
    candidates = [carried for key in _READERS for carried in keyed(item, key)]

    def accept(carried: Carried) -> OriginClaim:
        generation = _READERS[by_place[carried.location]](carried.text, item.limits)
        return present(PARSER, carried, tool=TOOL, generation=generation)

    return first_claim(PARSER, item, candidates, accept, kinds=(PartKind.TEXT,), keys=tuple(_READERS))


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _loras(rows: JsonValue) -> tuple[Lora | None, ...]:
    loras: list[Lora | None] = []
    for row in rows[:MAX_LORAS] if isinstance(rows, list) else ():
        fields = _object(row)
        model = _object(fields.get("model")) or _object(fields.get("lora"))
        loras.append(to_lora(model.get("name") or model.get("model_name"), fields.get("weight"), model.get("hash")))
    return tuple(loras)


def _split_brackets(text: str) -> tuple[str, str]:
    """Move what stands in square brackets, the negative prompt of that time, out of a prompt."""
    negatives = re.findall(r"\[([^\[\]]*)\]", text)
    return re.sub(r" ?\[[^\[\]]*\]", "", text).strip(), ", ".join(part.strip() for part in negatives)
