"""Walking a ComfyUI graph ``{id: {class_type, inputs}}`` along its links, every node at most once (specs: provenance 5).

An input is a literal or a link ``[node id, output number]``.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from pydantic import JsonValue

Node = dict[str, JsonValue]

_MAX_NODES = 5_000
_MAX_LINKS = 5_000
_MAX_TEXTS = 16
_NOT_TEXT = frozenset(
    {"model", "clip", "vae", "image", "images", "pixels", "latent", "latent_image", "samples", "mask", "control_net", "clip_vision"}
)
_TEXT_INPUTS = ("text", "prompt", "text_g", "text_l", "t5xxl", "clip_l", "string", "value", "text2", "text1", "populated_text")
_MODEL_INPUTS = ("ckpt_name", "unet_name", "model_name", "gguf_name", "base_ckpt_name")
_SETTINGS: dict[str, tuple[str, ...]] = {
    "seed": ("seed", "noise_seed"),
    "steps": ("steps",),
    "sampler": ("sampler_name",),
    "scheduler": ("scheduler",),
    "cfg": ("cfg", "guidance"),
}
_LITERAL_INPUTS = ("value", "int", "float", "number", "string", "text", "seed", "noise_seed", "steps", "cfg")


@dataclass(frozen=True)
class Graph:
    """The nodes by id, and the node that drew the picture (None where there is no sampler)."""

    nodes: dict[str, Node]
    sampler: Node | None

    def settings_of(self, sampler: Node) -> dict[str, JsonValue]:
        """Return seed, steps, sampler, scheduler and cfg of the sampler, or of the nodes that feed it."""
        found: dict[str, JsonValue] = {}
        for node in self._upstream(sampler, follow=lambda name: name not in _NOT_TEXT and name not in ("positive", "negative")):
            for field, names in _SETTINGS.items():
                for name in names:
                    if field not in found and (value := self._literal(_inputs(node).get(name), name)) is not None:
                        found[field] = value
        return found

    def prompt_of(self, sampler: Node, side: str) -> str | None:
        """Return the texts that feed ``positive`` or ``negative`` of the sampler, joined by newlines.

        A node that is itself fed on both sides is left on the side on which it was entered.
        """
        names = (side,) if side in _inputs(sampler) else ("guider", "conditioning") if side == "positive" else ("guider",)
        start = [node for name in names if (node := self._linked(_inputs(sampler).get(name)))]
        if side == "negative" and start and names == ("guider",):
            start = [node for guider in start if (node := self._linked(_inputs(guider).get(side)))]
        other = "negative" if side == "positive" else "positive"
        texts: dict[str, None] = {}
        for node in self._upstream(*start, follow=lambda name: name not in _NOT_TEXT and name != other):
            inputs = _inputs(node)
            for name in (side, f"text_{side}", *_TEXT_INPUTS):
                value = inputs.get(name)
                if isinstance(value, str) and value.strip() and len(texts) < _MAX_TEXTS:
                    texts[value] = None
        return "\n".join(texts) or None

    def size_of(self, sampler: Node) -> tuple[JsonValue, JsonValue]:
        """Return width and height of the empty latent that the sampler starts from, None where there is none."""
        start = [node for name in ("latent_image", "latent") if (node := self._linked(_inputs(sampler).get(name)))]
        for node in self._upstream(*start, follow=lambda name: name in ("latent_image", "latent", "samples")):
            inputs = _inputs(node)
            if "width" in inputs and "height" in inputs:
                return self._literal(inputs["width"], "width"), self._literal(inputs["height"], "height")
        return None, None

    def model_of(self, sampler: Node | None) -> tuple[str | None, list[tuple[JsonValue, JsonValue]]]:
        """Return the loaded model's file name and the adapters on the way to it as ``(name, weight)``."""
        loras: list[tuple[JsonValue, JsonValue]] = []
        if sampler is None:
            nodes: Iterator[Node] = iter(self.nodes.values())
        else:
            guider = self._linked(_inputs(sampler).get("guider"))
            nodes = self._upstream(sampler, *([guider] if guider else []), follow=lambda name: name.startswith("model"))
        for node in nodes:
            inputs = _inputs(node)
            if isinstance(inputs.get("lora_name"), str):
                loras.append((inputs["lora_name"], inputs.get("strength_model")))
            for name in _MODEL_INPUTS:
                value = self._literal(inputs.get(name), name)
                if isinstance(value, str) and value:
                    return value, loras
        return None, loras

    def _linked(self, value: JsonValue) -> Node | None:
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int):
            return self.nodes.get(str(value[0]))
        return None

    def _literal(self, value: JsonValue, name: str) -> JsonValue:
        """Return a literal, following links through nodes that merely hold one, at most eight."""
        for _ in range(8):
            if not isinstance(value, list | dict):
                return value
            node = self._linked(value)
            if node is None:
                return None
            inputs = _inputs(node)
            value = next((inputs[key] for key in (name, *_LITERAL_INPUTS) if key in inputs), None)
        return None

    def _upstream(self, *start: Node, follow: Callable[[str], bool]) -> Iterator[Node]:
        """Yield nodes breadth first against the links whose input name ``follow`` accepts."""
        queue, seen, room = deque(start), {id(node) for node in start}, _MAX_LINKS
        while queue:
            node = queue.popleft()
            yield node
            inputs = _inputs(node)
            for name, value in islice(inputs.items(), room):
                target = self._linked(value) if follow(name) else None
                if target is not None and id(target) not in seen:
                    seen.add(id(target))
                    queue.append(target)
            room = max(0, room - len(inputs))


def graph_of(value: JsonValue) -> Graph | None:
    """Return the graph, or None if no node has a ``class_type``.

    >>> graph_of({"1": {"class_type": "SaveImage", "inputs": {}}}).sampler is None, graph_of({"nodes": []})
    (True, None)
    """
    if not isinstance(value, dict):
        return None
    nodes: dict[str, Node] = {}
    for key, node in value.items():
        if isinstance(node, dict) and isinstance(node.get("class_type"), str):
            nodes[key] = node
        if len(nodes) >= _MAX_NODES:
            break
    return Graph(nodes, _first_sampler(nodes)) if nodes else None


def _first_sampler(nodes: dict[str, Node]) -> Node | None:
    """Return the first node with the settings of a sampler, preferring one with links for both prompts."""
    samplers = [node for node in nodes.values() if _is_sampler(node)]
    return next((node for node in samplers if {"positive", "negative"} <= _inputs(node).keys()), samplers[0] if samplers else None)


def _is_sampler(node: Node) -> bool:
    inputs = _inputs(node)
    return {"sampler_name", "steps", "cfg"} <= inputs.keys() or {"sampler", "sigmas"} <= inputs.keys()


def _inputs(node: Node) -> dict[str, JsonValue]:
    inputs = node.get("inputs")
    return inputs if isinstance(inputs, dict) else {}
