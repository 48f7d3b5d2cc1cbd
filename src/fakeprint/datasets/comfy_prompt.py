"""The two prompts of a ComfyUI graph, found from the sampler along its links (specs: dflip3k 2.6)."""

import json
from collections.abc import Mapping

_TEXTS = ("text", "text_positive", "text2", "text_g", "text_l", "string", "value")
_DEPTH = 16
_GRAPH_BYTES = 4 << 20


def comfy_prompts(graph: object) -> tuple[str | None, str | None]:
    """Return positive and negative prompt of a graph, given as text or object, with or without the key ``prompt`` around its nodes.

    The first node, by its id, whose inputs ``positive`` and ``negative`` are links is taken for the sampler; (None, None) where there is
    none or the text is no graph.

    >>> nodes = {"1": {"inputs": {"text": "fog"}}, "2": {"inputs": {"text": "a hut"}}}
    >>> comfy_prompts(nodes | {"3": {"inputs": {"positive": ["2", 0], "negative": ["1", 0]}}})
    ('a hut', 'fog')
    """
    if isinstance(graph, str):
        if len(graph) > _GRAPH_BYTES:
            return None, None
        try:
            graph = json.loads(graph)
        except (ValueError, RecursionError):
            return None, None
    if isinstance(graph, Mapping) and isinstance(graph.get("prompt"), Mapping):
        graph = graph["prompt"]
    if not isinstance(graph, Mapping):
        return None, None
    for name in sorted(graph, key=str):
        inputs = _inputs(graph, name)
        if _is_link(inputs.get("positive")) and _is_link(inputs.get("negative")):
            return _text(graph, inputs["positive"]), _text(graph, inputs["negative"])
    return None, None


def _inputs(graph: Mapping[object, object], name: object) -> Mapping[str, object]:
    node = graph.get(name)
    inputs = node.get("inputs") if isinstance(node, Mapping) else None
    return inputs if isinstance(inputs, Mapping) else {}


def _is_link(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


def _text(graph: Mapping[object, object], link: object) -> str | None:
    """Follow a link, at most sixteen nodes deep and each node once, to the first text."""
    waiting, seen = [(link, 0)], set[str]()
    while waiting:
        found, depth = waiting.pop(0)
        if not isinstance(found, list) or not _is_link(found) or found[0] in seen or depth > _DEPTH:
            continue
        seen.add(found[0])
        inputs = _inputs(graph, found[0])
        for name in _TEXTS:
            value = inputs.get(name)
            if isinstance(value, str) and value.strip():
                return value
        waiting += [(value, depth + 1) for value in inputs.values()]
    return None
