"""Graphs of ComfyUI: links are followed, every node once."""

import json

import pytest

import generated_media
from fakeprint.core.generation import Generation, Lora
from fakeprint.core.limits import Limits
from fakeprint.provenance.tools.comfyui import read
from fakeprint.provenance.tools.comfyui_graph import graph_of
from fakeprint.provenance.tools.json_text import Unreadable


def generation(graph: object) -> Generation:
    found = read(json.dumps(graph), Limits())
    assert found is not None
    return found[0]


def sampler(**inputs: object) -> dict[str, object]:
    base: dict[str, object] = {"seed": 1, "steps": 2, "cfg": 3.0, "sampler_name": "euler", "scheduler": "normal"}
    return {"class_type": "KSampler", "inputs": base | inputs}


def encode(text: object) -> dict[str, object]:
    return {"class_type": "CLIPTextEncode", "inputs": {"text": text}}


def test_the_usual_graph() -> None:
    one = generation(generated_media.GRAPH)
    assert one.loras == (Lora(name="paint.safetensors", weight=0.8),)
    assert (one.sampler, one.scheduler, one.steps, one.cfg) == ("euler", "normal", 20, 7.0)
    assert one.seed == 2**64 - 1


def test_the_negative_prompt_is_never_taken_for_the_prompt() -> None:
    one = generation({"1": encode("dog"), "2": encode("cat"), "3": sampler(positive=["2", 0], negative=["1", 0])})
    assert (one.prompt, one.negative_prompt) == ("cat", "dog")


def test_both_sides_through_one_node() -> None:
    apply = {"class_type": "ControlNetApplyAdvanced", "inputs": {"positive": ["1", 0], "negative": ["2", 0], "image": ["9", 0]}}
    one = generation({"1": encode("cat"), "2": encode("dog"), "3": apply, "4": sampler(positive=["3", 0], negative=["3", 1])})
    assert (one.prompt, one.negative_prompt) == ("cat", "dog")


def test_a_loader_that_holds_both_texts() -> None:
    loader = {"class_type": "Efficient Loader", "inputs": {"ckpt_name": "m", "positive": "cat", "negative": "dog"}}
    one = generation({"1": loader, "2": sampler(model=["1", 0], positive=["1", 1], negative=["1", 2])})
    assert (one.prompt, one.negative_prompt, one.model) == ("cat", "dog", "m")


def test_two_encoder_texts_are_joined_once() -> None:
    node = {"class_type": "CLIPTextEncodeSDXL", "inputs": {"text_g": "cat", "text_l": "cat", "width": 9}}
    one = generation({"1": node, "2": encode("roof"), "3": {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["1", 0],
                     "conditioning_2": ["2", 0]}}, "4": sampler(positive=["3", 0], negative=["5", 0])})  # fmt: skip
    assert one.prompt == "cat\nroof"
    assert one.negative_prompt is None


def test_custom_sampling_and_linked_values() -> None:
    one = generation(generated_media.FLUX_GRAPH)
    assert (one.sampler, one.scheduler, one.seed, one.steps) == ("euler", "simple", 42, 28)
    assert (one.prompt, one.negative_prompt, one.model) == (generated_media.PROMPT, None, "flux1-dev.safetensors")
    guider = {"class_type": "CFGGuider", "inputs": {"positive": ["1", 0], "negative": ["2", 0], "cfg": 2.5}}
    custom = {"class_type": "SamplerCustomAdvanced", "inputs": {"guider": ["3", 0], "sampler": ["9", 0], "sigmas": ["9", 0]}}
    one = generation({"1": encode("cat"), "2": encode("dog"), "3": guider, "4": custom})
    assert (one.prompt, one.negative_prompt, one.cfg) == ("cat", "dog", 2.5)


def test_circles_end() -> None:
    loop = {"class_type": "CLIPTextEncode", "inputs": {"text": ["1", 0], "conditioning": ["2", 0]}}
    one = generation({"1": loop, "2": sampler(positive=["1", 0], negative=["2", 0], model=["2", 0], latent_image=["2", 0], seed=["2", 0])})
    assert one.prompt is None
    assert one.seed is None


@pytest.mark.parametrize("wrap", [lambda graph: {"prompt": graph}, lambda graph: {"prompt": json.dumps(graph)}, json.dumps])
def test_wrapped_graphs(wrap: object) -> None:
    assert callable(wrap)
    assert generation(wrap({"1": encode("cat"), "2": sampler(positive=["1", 0])})).prompt == "cat"


@pytest.mark.parametrize("value", [[], 3, None, {}, {"1": 2}, {"1": {"class_type": 3}}, {"nodes": [{"type": "KSampler"}]}])
def test_no_node_with_a_class_type_is_no_graph(value: object) -> None:
    assert graph_of(value) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("inputs", [None, [], {"positive": 3, "seed": [], "steps": [1, 2, 3], "cfg": {}, "sampler_name": [None, 0]}])
def test_odd_inputs_are_nothing(inputs: object) -> None:
    assert generation({"1": {"class_type": "KSampler", "inputs": inputs}}).seed is None


def test_a_graph_that_is_cut_off_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="bad_json"):
        read(generated_media.COMFY[:-5], Limits())
