"""ComfyUI: the graph that was run, in keyed texts, a private PNG chunk, EXIF tags or video tags (specs: provenance 5)."""

from collections.abc import Iterator

from pydantic import JsonValue

from fakeprint.core.evidence import OriginClaim, OriginStatement
from fakeprint.core.generation import Generation
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import PartKind
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import Carried, keyed, user_comment
from fakeprint.provenance.tools.claims import first_claim, present
from fakeprint.provenance.tools.comfyui_graph import Graph, graph_of
from fakeprint.provenance.tools.json_text import load_json
from fakeprint.provenance.tools.values import MAX_LORAS, generation_of, to_lora

PARSER = "comfyui"
TOOL = "ComfyUI"
_MARK = "class_type"
_PREFIXES = ("prompt:", "Prompt:")
_NO_SAMPLER = "No node of the graph draws a new picture with a known sampler; it may only have edited one."


def read(text: str, limits: Limits) -> tuple[Generation, Graph] | None:
    """Read one text, or None if it holds no node with ``class_type``.

    Raises:
        Unreadable: it names ``class_type`` and is no JSON.
    """
    if _MARK not in text or not text[:64].lstrip().startswith(("{", '"')):
        return None
    graph = graph_of(_inner_graph(load_json(text)))
    return None if graph is None else (_generation(graph, text, limits), graph)


def parse(item: MediaItem) -> OriginClaim:
    """Read the key ``prompt``, the chunk ``comf``, EXIF texts that begin ``prompt:`` and the EXIF UserComment."""

    def accept(carried: Carried) -> OriginClaim | None:
        found = read(carried.text, item.limits)
        if found is None:
            return None
        generation, graph = found
        drawn = graph.sampler is not None
        return present(
            PARSER,
            carried,
            tool=TOOL,
            generation=generation,
            statement=OriginStatement.AI_GENERATED if drawn else OriginStatement.AI_POSSIBLE,
            notes=() if drawn else (_NO_SAMPLER,),
        )

    return first_claim(PARSER, item, _candidates(item), accept, kinds=(PartKind.TEXT, PartKind.EXIF))


def _candidates(item: MediaItem) -> Iterator[Carried]:
    yield from keyed(item, "prompt")
    for tag in item.exif.tags if item.exif else ():
        if tag.ifd == "ifd0" and isinstance(tag.value, str) and tag.value.startswith(_PREFIXES) and item.exif:
            place = item.exif.location.model_copy(update={"path": f"{item.exif.location.path}[{tag.tag:#06x}]"})
            yield Carried(tag.value.partition(":")[2], place)
    if comment := user_comment(item):
        yield comment


def _inner_graph(value: JsonValue) -> JsonValue:
    """Unwrap a graph that is JSON inside JSON, or that stands under ``prompt`` beside a workflow."""
    for _ in range(3):
        if isinstance(value, str):
            value = load_json(value)
        elif isinstance(value, dict) and isinstance(value.get("prompt"), str | dict) and "class_type" not in value:
            value = value["prompt"]
        else:
            break
    return value


def _generation(graph: Graph, text: str, limits: Limits) -> Generation:
    sampler = graph.sampler
    settings = graph.settings_of(sampler) if sampler else {}
    width, height = graph.size_of(sampler) if sampler else (None, None)
    model, loras = graph.model_of(sampler)
    return generation_of(
        limits,
        text,
        tuple(to_lora(name, weight) for name, weight in loras[:MAX_LORAS]),
        tool=TOOL,
        prompt=graph.prompt_of(sampler, "positive") if sampler else None,
        negative_prompt=graph.prompt_of(sampler, "negative") if sampler else None,
        seed=settings.get("seed"),
        steps=settings.get("steps"),
        sampler=settings.get("sampler"),
        scheduler=settings.get("scheduler"),
        cfg=settings.get("cfg"),
        width=width,
        height=height,
        model=model,
    )
