from fakeprint.core.evidence import OriginClaim, OriginStatement
from fakeprint.provenance.c2pa_axes import Codes
from fakeprint.provenance.c2pa_statements import MAX_CLAIMS, generations, origin_claims, signer_name
from fakeprint.provenance.c2pa_store import Action, AiContent, Ingredient, Manifest, Store

S = OriginStatement
AI = (Action("c2pa.created", "trainedAlgorithmicMedia"),)
TRUSTED = Codes(success=("signingCredential.trusted",))


def _store(*manifests: Manifest) -> Store:
    return Store(active=manifests[0], manifests={one.label: one for one in manifests})


def _claims(store: Store, level: int | None = 1, *, anchors: bool = True) -> tuple[OriginClaim, ...]:
    return origin_claims(generations(store, level, anchors=anchors), signature_ok=True, location=None, raw_sha256=None)


def _parent(label: str, codes: Codes = TRUSTED, relationship: str = "parentOf") -> Ingredient:
    return Ingredient(relationship, label, codes)


def _seen(claims: tuple[OriginClaim, ...]) -> list[tuple[OriginStatement | None, int, int | None]]:
    return [(claim.statement, claim.depth, claim.level) for claim in claims]


def test_depth_and_level_along_a_chain() -> None:
    store = _store(
        Manifest("a", actions=(Action("c2pa.opened"),), ingredients=(_parent("b"),)),
        Manifest("b", actions=(Action("c2pa.cropped"),), ingredients=(_parent("c", Codes()),)),
        Manifest("c", actions=AI, ingredients=(_parent("d"),)),
        Manifest("d", actions=(Action("c2pa.created", "digitalCapture"),)),
    )
    assert _seen(_claims(store)) == [(S.EDITED, 1, 1), (S.AI_GENERATED, 2, 2), (S.CAPTURED, 3, 2)]
    assert _seen(_claims(store, anchors=False)) == [(S.EDITED, 1, 2), (S.AI_GENERATED, 2, 2), (S.CAPTURED, 3, 2)]
    assert {claim.level for claim in _claims(store, None)} == {None}


def test_below_a_broken_generation_nothing_has_a_level() -> None:
    broken = Codes(failure=("claimSignature.mismatch",))
    store = _store(
        Manifest("a", actions=AI, ingredients=(_parent("b", broken),)),
        Manifest("b", actions=AI, ingredients=(_parent("c"),)),
        Manifest("c", actions=AI),
    )
    assert [claim.level for claim in _claims(store)] == [1, None, None]


def test_roles_of_ingredients() -> None:
    def inner(relationship: str, source_type: str) -> list[OriginStatement | None]:
        made = (Action("c2pa.created", source_type),)
        store = _store(Manifest("a", ingredients=(_parent("b", TRUSTED, relationship),)), Manifest("b", actions=made))
        return [claim.statement for claim in _claims(store)]

    assert inner("parentOf", "trainedAlgorithmicMedia") == [S.AI_GENERATED]
    assert inner("componentOf", "trainedAlgorithmicMedia") == [S.AI_EDITED]
    assert inner("componentOf", "composite") == [S.AI_POSSIBLE]
    assert inner("componentOf", "digitalCapture") == [S.INFORMATIONAL]
    assert inner("inputTo", "trainedAlgorithmicMedia") == [S.INFORMATIONAL]
    assert inner("somethingNew", "trainedAlgorithmicMedia") == [S.INFORMATIONAL]


def test_a_parent_of_a_component_is_still_a_component() -> None:
    store = _store(
        Manifest("a", ingredients=(_parent("b", TRUSTED, "componentOf"),)),
        Manifest("b", ingredients=(_parent("c"),)),
        Manifest("c", actions=AI),
    )
    assert _seen(_claims(store)) == [(S.AI_EDITED, 2, 1)]
    store = _store(
        Manifest("a", ingredients=(_parent("b", TRUSTED, "inputTo"),)),
        Manifest("b", ingredients=(_parent("c", TRUSTED, "componentOf"),)),
        Manifest("c", actions=AI),
    )
    assert _seen(_claims(store)) == [(S.INFORMATIONAL, 2, 1)]


def test_loops_and_loose_manifests() -> None:
    store = _store(
        Manifest("a", actions=AI, ingredients=(_parent("b"), _parent("a"), _parent("missing"))),
        Manifest("b", actions=AI, ingredients=(_parent("a"),)),
        Manifest("loose", actions=AI),
    )
    claims = _claims(store)
    assert [(claim.depth, claim.level) for claim in claims] == [(0, 1), (1, 1), (1, None)]
    assert any("no ingredient of this file refers to" in note for note in claims[-1].notes)


def test_ingredients_without_credentials_are_counted() -> None:
    nothing = Ingredient("componentOf", None, Codes())
    (claim,) = _claims(_store(Manifest("a", ingredients=(nothing, nothing))))
    assert claim.statement is S.INFORMATIONAL
    assert claim.notes[0] == "unknown provenance: 2 of 2 ingredients without credentials"


def test_vendor_assertion() -> None:
    content = AiContent(True, "m", "p")
    (alone,) = _claims(_store(Manifest("a", ai_content=content)))
    assert (alone.statement, alone.model) == (S.AI_GENERATED, "m")
    assert alone.generation is not None
    (joined,) = _claims(_store(Manifest("a", actions=AI, ai_content=content)))
    assert joined.generation == alone.generation
    assert _claims(_store(Manifest("a", ai_content=AiContent(False, "m", None)))) == ()


def test_claims_are_capped() -> None:
    store = _store(*(Manifest(f"m{number}", actions=AI) for number in range(MAX_CLAIMS * 2)))
    assert len(_claims(store)) == MAX_CLAIMS


def test_signer_name() -> None:
    assert signer_name(Manifest("a", signer="N", organisation="O")) == "O (N)"
    assert signer_name(Manifest("a", signer="N", organisation="N")) == "N"
    assert signer_name(Manifest("a", signer="N")) == "N"
    assert signer_name(Manifest("a")) is None
