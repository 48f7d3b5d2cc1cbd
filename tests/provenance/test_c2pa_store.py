import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakeprint.core.limits import Limits
from fakeprint.provenance.c2pa_store import MANIFESTS, Action, StoreError, read_store

LIMITS = Limits()


def _text(manifest: object, **more: object) -> str:
    return json.dumps({"active_manifest": "a", "manifests": {"a": manifest}, **more})


def _actions(data: object, label: str = "c2pa.actions.v2") -> tuple[Action, ...]:
    return read_store(_text({"assertions": [{"label": label, "data": data}]}), LIMITS).active.actions


def test_generator_forms() -> None:
    assert read_store(_text({"claim_generator": None}), LIMITS).active.generator is None
    assert read_store(_text({"claim_generator": "Tool/1"}), LIMITS).active.generator == "Tool/1"
    info = [{"name": "ChatGPT", "version": "2"}]
    assert read_store(_text({"claim_generator": "x", "claim_generator_info": info}), LIMITS).active.generator == "ChatGPT 2"
    assert read_store(_text({"claim_generator": "x", "claim_generator_info": [{}]}), LIMITS).active.generator == "x"


@pytest.mark.parametrize(
    ("agent", "expected"),
    [("GPT", "GPT"), ({"name": "GPT", "version": "4"}, "GPT 4"), ({"name": "GPT"}, "GPT"), ({}, None), (None, None), (7, None), ([], None)],
)
def test_software_agent_forms(agent: object, expected: str | None) -> None:
    assert _actions({"actions": [{"action": "c2pa.created", "softwareAgent": agent}]}) == (Action("c2pa.created", None, expected),)


@pytest.mark.parametrize("label", ["c2pa.actions", "c2pa.actions.v2", "c2pa.actions.v2__3"])
def test_action_lists(label: str) -> None:
    assert _actions({"actions": [{"action": "c2pa.created", "digitalSourceType": "x"}]}, label) == (Action("c2pa.created", "x"),)
    assert _actions({"actions": [{"action": "c2pa.created"}]}, "c2pa.actionsx") == ()


def test_listed_agents_and_templates() -> None:
    data = {
        "softwareAgents": [{"name": "One"}, {"name": "Two"}],
        "templates": [{"action": "c2pa.filtered", "digitalSourceType": "t"}],
        "actions": [
            {"action": "c2pa.edited", "softwareAgentIndex": 1},
            {"action": "c2pa.edited", "softwareAgentIndex": 9},
            {"action": "c2pa.filtered"},
            {"action": "c2pa.filtered", "digitalSourceType": "own"},
        ],
    }
    assert [(one.source_type, one.agent) for one in _actions(data)] == [(None, "Two"), (None, None), ("t", None), ("own", None)]


def test_recorded_and_new_codes_of_an_ingredient_are_joined() -> None:
    recorded = {"activeManifest": {"failure": [{"code": "signingCredential.untrusted"}]}}
    manifest = {
        "ingredients": [
            {"relationship": "parentOf", "active_manifest": "b", "label": "c2pa.ingredient.v3", "validation_results": recorded},
            {"relationship": "componentOf", "active_manifest": None, "label": "c2pa.ingredient.v3__1"},
        ]
    }
    delta = {
        "ingredientAssertionURI": "self#jumbf=/c2pa/a/c2pa.assertions/c2pa.ingredient.v3",
        "validationDeltas": {"success": [{"code": "signingCredential.trusted"}]},
    }
    parent, part = read_store(_text(manifest, validation_results={"ingredientDeltas": [delta]}), LIMITS).active.ingredients
    assert (parent.manifest, parent.codes.success, parent.codes.failure) == (
        "b",
        ("signingCredential.trusted",),
        ("signingCredential.untrusted",),
    )
    assert (part.manifest, part.codes.all) == (None, frozenset())


def test_vendor_assertion_and_soft_bindings() -> None:
    assertions = [
        {"label": "c2pa.ai_generated_content", "data": {"model": "flux", "prompt": "p" * 20_000, "ai_generated": True}},
        {"label": "c2pa.soft-binding", "data": {"alg": "com.adobe.trustmark.P"}},
        {"label": "c2pa.soft-binding__1", "data": {"alg": "com.adobe.trustmark.P"}},
        {"label": "c2pa.soft-binding__2", "data": {"alg": 3}},
    ]
    active = read_store(_text({"assertions": assertions}), LIMITS).active
    assert active.soft_bindings == ("com.adobe.trustmark.P",)
    assert active.ai_content is not None
    assert (active.ai_content.model, active.ai_content.ai_generated) == ("flux", True)
    assert len(active.ai_content.prompt or "") == LIMITS.prompt_chars


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "bad_json"),
        ("{", "bad_json"),
        ("[]", "no_active_manifest"),
        ("{}", "no_active_manifest"),
        ('{"active_manifest": "x", "manifests": {}}', "no_active_manifest"),
        ("[" * 100_000 + "]" * 100_000, "over_limit"),
    ],
)
def test_what_is_no_store_is_refused(text: str, reason: str) -> None:
    with pytest.raises(StoreError) as caught:
        read_store(text, LIMITS)
    assert caught.value.reason == reason


def test_size_limit() -> None:
    with pytest.raises(StoreError, match="over_limit"):
        read_store(_text({"x": "y" * 2000}), Limits(c2pa_bytes=1000))


def test_manifests_are_capped_and_a_late_mismatch_is_not() -> None:
    manifests = {"a": {}, **{f"m{n}": {} for n in range(MANIFESTS + 5)}}
    failures = [{"code": f"x.{n}"} for n in range(3000)] + [{"code": "assertion.hashedURI.mismatch"}]
    results = {"activeManifest": {"failure": failures}}
    store = read_store(json.dumps({"active_manifest": "a", "manifests": manifests, "validation_results": results}), LIMITS)
    assert store.capped
    assert len(store.manifests) == MANIFESTS
    assert "assertion.hashedURI.mismatch" in store.codes.all


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["label", "data", "actions", "action", "name", "code", "alg", "success", "failure", "relationship", "softwareAgents"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    manifest=st.dictionaries(st.sampled_from(["assertions", "ingredients", "claim_generator_info", "signature_info"]), JSON), results=JSON
)
def test_any_shape_is_read_without_an_exception(manifest: object, results: object) -> None:
    assert (
        read_store(_text(manifest, validation_results={"activeManifest": results, "ingredientDeltas": results}), LIMITS).active.label == "a"
    )
