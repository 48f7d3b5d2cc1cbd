import itertools

import pytest

from fakeprint.core.evidence import Binding, SignatureState, SignerTrust, SignerValidity, TimeStampState
from fakeprint.provenance.c2pa_axes import Axes, Codes, axes_of, ingredient_level, level_of, other_failures

GOOD = ("claimSignature.insideValidity", "claimSignature.validated", "assertion.hashedURI.match", "assertion.dataHash.match")
UNTRUSTED, EXPIRED, TRUSTED = "signingCredential.untrusted", "signingCredential.expired", "signingCredential.trusted"
SKIPPED = ("signingCredential.ocsp.skipped",)


@pytest.mark.parametrize("kind", ["dataHash", "bmffHash", "boxesHash", "collectionHash"])
@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (("match",), Binding.MATCH),
        (("mismatch",), Binding.MISMATCH),
        (("match", "mismatch"), Binding.MISMATCH),
        ((), Binding.NOT_ESTABLISHED),
        (("malformed",), Binding.NOT_ESTABLISHED),
        (("additionalExclusionsPresent",), Binding.NOT_ESTABLISHED),
    ],
)
def test_binding(kind: str, outcomes: tuple[str, ...], expected: Binding) -> None:
    codes = tuple(f"assertion.{kind}.{outcome}" for outcome in outcomes)
    for codes_by_heading in (Codes(success=codes), Codes(informational=codes), Codes(failure=codes)):
        assert axes_of(codes_by_heading, anchors=True).binding is expected


@pytest.mark.parametrize(
    "code", ["assertion.hashedURI.mismatch", "assertion.otherHash.mismatch", "xassertion.dataHash.mismatch", "dataHash.mismatch"]
)
def test_no_other_code_says_that_the_file_changed(code: str) -> None:
    assert axes_of(Codes(failure=(code,)), anchors=True).binding is Binding.NOT_ESTABLISHED


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("claimSignature.validated",), SignatureState.INTACT),
        (("claimSignature.validated", "assertion.hashedURI.match"), SignatureState.INTACT),
        (("claimSignature.validated", "assertion.hashedURI.mismatch"), SignatureState.MANIFEST_ALTERED),
        (("claimSignature.validated", "assertion.hashedURI.mismatch", "assertion.action.malformed"), SignatureState.MANIFEST_ALTERED),
        (("claimSignature.mismatch",), SignatureState.INVALID),
        (("claimSignature.mismatch", "claimSignature.validated"), SignatureState.INVALID),
        (("claimSignature.mismatch", "assertion.hashedURI.mismatch"), SignatureState.INVALID),
        (("claimSignature.missing",), SignatureState.MISSING),
        (("claimSignature.insideValidity",), None),
        ((), None),
    ],
)
def test_signature(codes: tuple[str, ...], expected: SignatureState | None) -> None:
    assert axes_of(Codes(success=codes), anchors=True).signature is expected


@pytest.mark.parametrize(
    ("codes", "anchors", "expected"),
    [
        ((TRUSTED,), True, SignerTrust.TRUSTED),
        ((UNTRUSTED,), True, SignerTrust.UNTRUSTED),
        ((UNTRUSTED, EXPIRED), True, SignerTrust.UNDETERMINED),
        ((TRUSTED, UNTRUSTED), True, SignerTrust.UNTRUSTED),
        ((), True, SignerTrust.UNDETERMINED),
        ((TRUSTED,), False, SignerTrust.NOT_CHECKED),
        ((UNTRUSTED,), False, SignerTrust.NOT_CHECKED),
        ((UNTRUSTED, EXPIRED), False, SignerTrust.NOT_CHECKED),
    ],
)
def test_signer_trust(codes: tuple[str, ...], anchors: bool, expected: SignerTrust) -> None:
    assert axes_of(Codes(failure=codes), anchors=anchors).trust is expected


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("claimSignature.validated",), {SignerValidity.VALID}),
        (("claimSignature.validated", "claimSignature.insideValidity", EXPIRED), {SignerValidity.EXPIRED}),
        (("claimSignature.validated", "signingCredential.ocsp.revoked"), {SignerValidity.REVOKED}),
        (("claimSignature.validated", "signingCredential.invalid"), {SignerValidity.INVALID}),
        (("claimSignature.validated", "claimSignature.outsideValidity"), {SignerValidity.OUTSIDE_VALIDITY}),
        (("claimSignature.validated", *SKIPPED), {SignerValidity.VALID, SignerValidity.REVOCATION_UNKNOWN}),
        (("claimSignature.validated", "signingCredential.ocsp.inaccessible"), {SignerValidity.VALID, SignerValidity.REVOCATION_UNKNOWN}),
        (("claimSignature.validated", "signingCredential.ocsp.unknown"), {SignerValidity.VALID, SignerValidity.REVOCATION_UNKNOWN}),
        ((EXPIRED, "signingCredential.ocsp.revoked"), {SignerValidity.EXPIRED, SignerValidity.REVOKED}),
        (("claimSignature.insideValidity",), set()),
        (("claimSignature.mismatch", TRUSTED), set()),
    ],
)
def test_signer_validity(codes: tuple[str, ...], expected: set[SignerValidity]) -> None:
    assert set(axes_of(Codes(success=codes), anchors=True).validity) == expected


@pytest.mark.parametrize(
    ("codes", "anchors", "expected"),
    [
        ((), True, TimeStampState.NONE),
        (("timeStamp.validated",), True, TimeStampState.VALIDATED),
        (("timeStamp.validated", "timeStamp.trusted"), True, TimeStampState.TRUSTED),
        (("timeStamp.validated", "timeStamp.trusted"), False, TimeStampState.VALIDATED),
        (("timeStamp.validated", "timeStamp.untrusted"), True, TimeStampState.UNTRUSTED),
        (("timeStamp.validated", "timeStamp.trusted", "timeStamp.mismatch"), True, TimeStampState.MISMATCH),
        (("timeStamp.malformed",), True, TimeStampState.MALFORMED),
        (("timeStamp.validated", "timeStamp.outsideValidity"), True, TimeStampState.OUTSIDE_VALIDITY),
    ],
)
def test_time_stamp(codes: tuple[str, ...], anchors: bool, expected: TimeStampState) -> None:
    assert axes_of(Codes(informational=codes), anchors=anchors).time_stamp is expected


def test_level_over_the_whole_truth_table() -> None:
    """Level 1: match, intact, trusted, none of the four bad states.  Level 2: match, intact, neither revoked nor invalid."""
    bad = (SignerValidity.EXPIRED, SignerValidity.REVOKED, SignerValidity.INVALID, SignerValidity.OUTSIDE_VALIDITY)
    states = [subset for size in range(5) for subset in itertools.combinations(bad, size)]
    rows = 0
    for binding, signature, trust, validity in itertools.product(Binding, [*SignatureState, None], SignerTrust, states):
        level = level_of(Axes(binding, signature, trust, (*validity, SignerValidity.REVOCATION_UNKNOWN), TimeStampState.NONE))
        whole = binding is Binding.MATCH and signature is SignatureState.INTACT
        if whole and trust is SignerTrust.TRUSTED and not validity:
            assert level == 1
        elif whole and SignerValidity.REVOKED not in validity and SignerValidity.INVALID not in validity:
            assert level == 2
        else:
            assert level is None
        rows += 1
    assert rows == 3 * 5 * 4 * 16


@pytest.mark.parametrize(
    ("codes", "anchors", "level"),
    [
        (Codes(success=(TRUSTED, *GOOD), informational=SKIPPED), True, 1),
        (Codes(success=GOOD, informational=SKIPPED, failure=(UNTRUSTED,)), False, 2),
        (Codes(success=GOOD, informational=SKIPPED, failure=(UNTRUSTED,)), True, 2),
        (Codes(success=GOOD, failure=(UNTRUSTED, EXPIRED)), True, 2),
        (Codes(success=(TRUSTED, *GOOD[:3]), failure=("assertion.dataHash.mismatch",)), True, None),
        (Codes(success=(TRUSTED, *GOOD[2:]), failure=("claimSignature.mismatch",)), True, None),
        (Codes(success=(TRUSTED, *GOOD), failure=("assertion.hashedURI.mismatch",)), True, None),
        (Codes(success=(TRUSTED, *GOOD), failure=("signingCredential.ocsp.revoked",)), True, None),
        (Codes(success=GOOD, failure=(UNTRUSTED, "cawg.x509.credential.untrusted")), True, 2),
    ],
)
def test_level_from_code_lists_of_measured_files(codes: Codes, anchors: bool, level: int | None) -> None:
    assert level_of(axes_of(codes, anchors=anchors)) == level


def test_failures_that_no_axis_reads() -> None:
    read = (
        UNTRUSTED,
        EXPIRED,
        "claimSignature.mismatch",
        "timeStamp.mismatch",
        "assertion.dataHash.mismatch",
        "assertion.hashedURI.mismatch",
    )
    apart = ("cawg.x509.credential.untrusted", "ingredient.manifest.mismatch")
    assert other_failures(Codes(failure=read + apart)) == ()
    assert other_failures(Codes(failure=("assertion.missing", "x.new", "x.new"))) == ("assertion.missing", "x.new")


@pytest.mark.parametrize(
    ("codes", "anchors", "level"),
    [
        (Codes(success=(TRUSTED,)), True, 1),
        (Codes(success=(TRUSTED,)), False, 2),
        (Codes(success=(TRUSTED,), failure=(UNTRUSTED,)), True, 1),
        (Codes(success=(TRUSTED,), failure=(EXPIRED,)), True, 2),
        (Codes(failure=(UNTRUSTED,)), True, 2),
        (Codes(), True, 2),
        (Codes(success=(TRUSTED,), failure=("claimSignature.mismatch",)), True, None),
        (Codes(success=(TRUSTED,), failure=("assertion.dataHash.mismatch",)), True, None),
        (Codes(success=(TRUSTED,), failure=("ingredient.manifest.missing",)), True, None),
        (Codes(success=(TRUSTED,), failure=("cawg.x509.signature.mismatch",)), True, 1),
    ],
)
def test_level_of_an_ingredient(codes: Codes, anchors: bool, level: int | None) -> None:
    assert ingredient_level(codes, anchors=anchors) == level


def test_lines_keep_unknown_codes_once() -> None:
    codes = Codes(success=("a", "a"), informational=("new.code",), failure=("b",))
    assert codes.lines() == ("success:a", "informational:new.code", "failure:b")
