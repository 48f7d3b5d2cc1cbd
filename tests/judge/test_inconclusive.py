"""The whole truth table of the mandatory conditions (specs: reliability REL-17)."""

from itertools import product
from types import ModuleType

import pytest

from fakeprint.core.evidence import FactClaim, MeasureClaim, Question
from fakeprint.core.verdict import Level
from fakeprint.judge.inconclusive import PIXEL_REASONS, Circumstances, Reason, mandatory
from fakeprint.judge.judge import judge

FLAGS = ("signed", "declared", "conflict", "decode_error", "examiner_failed")


@pytest.mark.parametrize("values", list(product((False, True), repeat=5)))
def test_truth_table(values: tuple[bool, ...]) -> None:
    signed, declared, conflict, decode_error, examiner_failed = values
    flags = dict(zip(FLAGS, values, strict=True))
    for pixels in ((), *((one,) for one in PIXEL_REASONS), PIXEL_REASONS):
        found = mandatory(Circumstances(**flags, pixels=frozenset(pixels)))
        if conflict:
            assert found is Reason.CONFLICT
        elif signed:
            assert found is None
        elif decode_error or examiner_failed:
            assert found is (Reason.DECODE_ERROR if decode_error else Reason.EXAMINER_FAILED)
        elif declared or not pixels:
            assert found is None
        else:
            assert found is pixels[0]


def test_every_reason_is_reachable_or_about_the_generator() -> None:
    reached = {mandatory(Circumstances(pixels=frozenset({one}))) for one in PIXEL_REASONS}
    reached |= {
        mandatory(Circumstances(conflict=True)),
        mandatory(Circumstances(decode_error=True)),
        mandatory(Circumstances(examiner_failed=True)),
    }
    assert set(Reason) - (reached - {None}) == {Reason.GENERATOR_UNKNOWN}


@pytest.mark.parametrize(
    ("reason", "fields", "facts"),
    [
        ("outside_domain", {"outside_domain": "the shorter side is 50 px"}, ()),
        ("outside_domain", {"some": None}, ()),
        ("outside_domain", {"conformal": None}, ()),
        ("strong_compression", {}, (MeasureClaim(name="jpeg_quality", value=30, unit="q"),)),
        ("screenshot", {}, (FactClaim(name="screenshot", value="yes"),)),
        ("conformal_both", {"conformal": (0, 1)}, ()),
        ("conformal_none", {"conformal": ()}, ()),
        ("abstention_band", {"llr": 0.5, "conformal": (0,)}, ()),
        ("abstention_band", {"llr": 0.5, "conformal": (1,)}, ()),
    ],
)
def test_each_pixel_condition_reaches_the_verdict(
    make: ModuleType, reason: str, fields: dict[str, object], facts: tuple[object, ...]
) -> None:
    given = dict(fields)
    detector = make.detector(given.pop("llr", 4.0), **given)
    evidence = [detector, make.evidence("facts", *facts)]
    answer = judge(make.media(), evidence).synthetic
    assert (answer.level, answer.reason, answer.probability) == (Level.INCONCLUSIVE, reason, None)
    assert answer.because == ("spatial",)
    assert judge(make.media(), [*evidence, make.signed_ai()]).synthetic.level is Level.SIGNED_STATEMENT
    declared = judge(make.media(), [*evidence, make.parameters()]).synthetic
    assert declared.level is Level.SOME
    assert any("does not decide" in one for one in declared.caveats)


def test_detectors_that_disagree(make: ModuleType) -> None:
    answer = judge(make.media(), [make.detector(4.0), make.detector(-2.0, name="frequency")]).synthetic
    assert (answer.level, answer.reason) == (Level.INCONCLUSIVE, "detectors_disagree")
    assert answer.because == ("frequency", "spatial")


def test_media_signed_after_the_newest_generator_lie_outside(make: ModuleType) -> None:
    for date, level in (("2026-09-30T10:00:00Z", Level.STRONG), ("2026-10-02T10:00:00Z", Level.INCONCLUSIVE)):
        credentials = make.c2pa(make.origin(make.S.INFORMATIONAL, None), signed_at=date)
        assert judge(make.media(), [make.detector(), credentials]).synthetic.level is level


def test_an_answer_of_one_question_does_not_touch_the_other(make: ModuleType) -> None:
    both = make.detector(conformal=(0, 1), question=Question.MANIPULATED)
    verdict = judge(make.media(), [both])
    assert (verdict.synthetic.level, verdict.manipulated.level) == (Level.NONE_FOUND, Level.INCONCLUSIVE)
