import math
from types import ModuleType

import pytest

from fakeprint.core.evidence import Question, Route, Score, ScoreUnit
from fakeprint.core.verdict import FileConditions, Level
from fakeprint.judge.domain import condition_bucket, detections
from fakeprint.judge.fuse import CalibratedLlr, decide, fuse_llrs, opinion
from fakeprint.judge.inconclusive import Reason
from fakeprint.judge.judge import judge
from fakeprint.judge.policy import DEFAULT


@pytest.mark.parametrize("unit", list(ScoreUnit))
@pytest.mark.parametrize("calibrated", [False, True])
def test_only_calibrated_ratios_can_be_fused(unit: ScoreUnit, calibrated: bool) -> None:
    score = Score(question=Question.SYNTHETIC, value=1.0, unit=unit, calibrated=calibrated)
    if unit is ScoreUnit.LLR and calibrated:
        assert CalibratedLlr.of_score(score, -5.0, 5.0).value == 1.0
    else:
        with pytest.raises(TypeError, match="only calibrated"):
            CalibratedLlr.of_score(score, -5.0, 5.0)


def test_fusion_stays_within_every_bound() -> None:
    assert fuse_llrs([CalibratedLlr(5.0, -5.0, 5.0), CalibratedLlr(3.0, -9.0, 3.0)]) == 3.0
    assert fuse_llrs([CalibratedLlr(1.0, -5.0, 5.0), CalibratedLlr(2.0, -5.0, 5.0)]) == 1.5


@pytest.mark.parametrize(
    ("llr", "expected"),
    [(-1.0, Level.NONE_FOUND), (0.0, Reason.ABSTENTION_BAND), (0.99, Reason.ABSTENTION_BAND), (1.01, Level.SOME), (3.0, Level.STRONG)],
)
def test_levels_of_one_detector(make: ModuleType, llr: float, expected: object) -> None:
    assert decide(make.detection(llr), DEFAULT) is expected


def test_without_a_strong_operating_point_some_is_the_most(make: ModuleType) -> None:
    assert decide(make.detection(4.9, strong=None), DEFAULT) is Level.SOME


def test_a_detector_answers_with_rates_probability_and_scorecard(make: ModuleType) -> None:
    answer = judge(make.media(), [make.detector(4.0, calibrated_on="any/any")]).synthetic
    assert answer.level is Level.STRONG
    assert answer.probability == pytest.approx(1 / (1 + math.exp(-4.0)))
    assert answer.licensed_by == ("card-1",)
    assert answer.because == ("spatial",)
    text = " ".join(answer.caveats)
    assert "at most 1.0%) of 1000 calibration files made without AI, and 80.0% (at least 75.0%) of 1000 others" in text
    assert "a wider one was used (any/any)" in text
    assert "up to 2026-10-01" in text
    assert "moderate support" in text


def test_a_low_score_takes_nothing_from_a_declaration(make: ModuleType) -> None:
    answer = judge(make.media(), [make.detector(-2.0), make.parameters()]).synthetic
    assert answer.level is Level.SOME
    assert answer.because == ("generator-metadata",)


def test_a_low_score_alone_is_no_support_for_the_opposite(make: ModuleType) -> None:
    answer = judge(make.media(), [make.detector(-2.0)]).synthetic
    assert answer.level is Level.NONE_FOUND
    assert answer.because == ()
    assert not any("support" in one for one in answer.caveats)


def test_the_generator_is_unknown_to_a_detector(make: ModuleType) -> None:
    generator = judge(make.media(), [make.detector(4.0)]).generator
    assert (generator.level, generator.name) == (Level.INCONCLUSIVE, "unknown")


def test_the_lower_level_of_agreeing_detectors(make: ModuleType) -> None:
    assert judge(make.media(), [make.detector(4.0), make.detector(2.0, name="other")]).synthetic.level is Level.SOME


def test_a_detector_that_abstains_leaves_the_others(make: ModuleType) -> None:
    assert judge(make.media(), [make.detector(4.0), make.detector(4.0, name="other", conformal=())]).synthetic.level is Level.STRONG


def test_routes_are_never_averaged(make: ModuleType) -> None:
    found = detections(
        [
            make.detector(4.0, name="a", question=Question.MANIPULATED, route=Route.FACE),
            make.detector(-2.0, name="b", question=Question.MANIPULATED, route=Route.LOCAL_EDIT),
        ]
    )
    both = opinion(Question.MANIPULATED, found, lambda _: None, DEFAULT)
    assert both is not None
    assert (both.level, both.llr, both.because) == (Level.STRONG, 4.0, ("a",))
    assert opinion(Question.SYNTHETIC, found, lambda _: None, DEFAULT) is None


def test_a_route_that_cannot_decide_is_not_overlooked(make: ModuleType) -> None:
    face = make.detector(4.0, name="a", question=Question.MANIPULATED, route=Route.FACE, conformal=())
    local = make.detector(-2.0, name="b", question=Question.MANIPULATED, route=Route.LOCAL_EDIT)
    assert judge(make.media(), [face, local]).manipulated.reason == "conformal_none"


def test_a_detector_against_a_signed_capture_is_listed_and_leaves_it(make: ModuleType) -> None:
    verdict = judge(make.media(), [make.signed_capture(), make.detector(4.0)])
    assert verdict.synthetic.level is Level.SIGNED_STATEMENT
    assert verdict.conflicts == ("spatial: Strong indications of AI generation; C2PA credentials: captured, signed by Leica Camera AG.",)
    assert any("A detector that read the pixels found" in one for one in verdict.synthetic.caveats)


def test_condition_bucket() -> None:
    assert condition_bucket(FileConditions(short_side=300, compression="lossless")).name == "256-511/lossless-or-q90"
    assert condition_bucket(FileConditions(short_side=2000, compression="unknown")).name == "from-1024/unknown"
