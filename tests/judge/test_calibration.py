import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from fakeprint.core.calibration import BetaMap, Bucket, Calibration, Compression, PlattMap, ShortSide, TemperatureMap, score_of
from fakeprint.core.evidence import Question, Route, ScoreUnit
from fakeprint.judge.binomial import upper_bound
from fakeprint.judge.calibration import Method, apply_map, calibrate, calibrate_bucket, fit_map, operating_point

METHODS: tuple[Method, ...] = ("temperature", "platt", "beta")


def rows(n_0: int = 600, n_1: int = 300, gap: float = 2.0, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], [n_0, n_1])
    return rng.normal(np.where(labels == 1, gap, -gap), 2.0), labels


def balanced_loss(llrs: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    loss = np.logaddexp(0.0, np.where(labels == 1, -llrs, llrs))
    return float(loss[labels == 0].mean() + loss[labels == 1].mean())


def test_platt_equals_scikit_learn() -> None:
    logits, labels = rows()
    fitted = fit_map(logits, labels, "platt", smooth=False)
    model = LogisticRegression(C=np.inf, class_weight="balanced", tol=1e-10, max_iter=10_000).fit(logits[:, None], labels)
    assert isinstance(fitted, PlattMap)
    assert fitted.slope == pytest.approx(model.coef_[0, 0], rel=1e-4)
    assert fitted.intercept == pytest.approx(model.intercept_[0], abs=1e-4)


def test_temperature_and_beta_reach_the_minimum_of_a_general_optimiser() -> None:
    logits, labels = rows()
    temperature = fit_map(logits, labels, "temperature", smooth=False)
    best = minimize(lambda t: balanced_loss(logits / math.exp(t[0]), labels), [0.0])
    assert isinstance(temperature, TemperatureMap)
    assert temperature.temperature == pytest.approx(math.exp(best.x[0]), rel=1e-3)
    beta = fit_map(logits, labels, "beta", smooth=False)
    best = minimize(
        lambda c: balanced_loss(apply_map_free(c, logits), labels), [1.0, 1.0, 0.0], method="Nelder-Mead", options={"maxiter": 4000}
    )
    assert balanced_loss(apply_map(beta, logits), labels) <= best.fun + 1e-8


def apply_map_free(c: NDArray[np.float64], logits: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = -c[0] * np.logaddexp(0, -logits) + c[1] * np.logaddexp(0, logits) + c[2]
    return found


@pytest.mark.parametrize("method", METHODS)
def test_maps_are_finite_rise_and_ignore_class_sizes(method: Method) -> None:
    logits, labels = rows(gap=5.0, seed=3)
    fitted = fit_map(logits, labels, method)
    grid = np.linspace(-800, 800, 400)
    mapped = apply_map(fitted, grid)
    assert np.isfinite(mapped).all()
    assert (np.diff(mapped) >= 0).all()
    again = fit_map(np.concatenate([logits, logits[labels == 0]]), np.concatenate([labels, labels[labels == 0]]), method, smooth=False)
    once = fit_map(logits, labels, method, smooth=False)
    assert np.allclose(apply_map(once, logits), apply_map(again, logits), atol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_separated_classes_give_a_finite_map(method: Method) -> None:
    labels = np.repeat([0, 1], 300)
    fitted = fit_map(np.where(labels == 1, 4.0, -4.0) + np.linspace(-1, 1, 600), labels, method)
    assert math.isfinite(fitted.llr(5.0))
    assert fitted.llr(5.0) < 40


@pytest.mark.parametrize("method", METHODS)
def test_reversed_logits_are_refused(method: Method) -> None:
    logits, labels = rows()
    with pytest.raises(ValueError, match="polarity"):
        fit_map(-logits, labels, method)


def test_refusals() -> None:
    logits, labels = rows()
    for bad_logits, bad_labels, words in (
        (logits, np.zeros_like(labels), "both must occur"),
        (logits, labels * 2, "0 and 1"),
        (np.where(labels == 1, np.nan, logits), labels, "finite"),
        (logits[:-1], labels, "equally long"),
    ):
        with pytest.raises(ValueError, match=words):
            fit_map(bad_logits, bad_labels, "platt")
    with pytest.raises(ValueError, match="no calibration method"):
        fit_map(logits, labels, "isotonic")  # type: ignore[arg-type]


def test_beta_without_one_side_stays_rising() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 500)
    fitted = fit_map(np.where(labels == 1, rng.exponential(1.0, 1000), rng.exponential(4.0, 1000) * -1 + 3), labels, "beta")
    assert isinstance(fitted, BetaMap)
    assert fitted.a >= 0
    assert fitted.b >= 0


@pytest.mark.parametrize("target", [0.01, 0.05])
def test_operating_points_meet_the_target_at_the_lowest_threshold(target: float) -> None:
    logits, labels = rows(3000, 1000, seed=2)
    point = operating_point(logits, labels, target)
    assert point is not None
    authentic = logits[labels == 0]
    false = int((authentic >= point.llr).sum())
    assert point.fpr == false / 3000
    assert point.fpr_high == upper_bound(false, 3000) <= target
    assert upper_bound(false + 1, 3000) > target
    assert point.tpr == (logits[labels == 1] >= point.llr).mean()
    assert point.tpr_low < point.tpr


def test_too_few_rows_support_no_operating_point() -> None:
    logits, labels = rows(250, 250)
    assert operating_point(logits, labels, 0.01) is None
    assert operating_point(logits, labels, 0.05) is not None
    assert operating_point(np.zeros(600), np.repeat([0, 1], 300), 0.05) is None


def test_buckets_fall_back_to_their_parents() -> None:
    full = Bucket(short_side=ShortSide.FROM_512, compression=Compression.MEDIUM)
    thin = Bucket(short_side=ShortSide.UNDER_256, compression=Compression.MEDIUM)
    alone = Bucket(short_side=ShortSide.FROM_1024, compression=Compression.HEAVY)
    logits, labels = rows(900, 900)
    buckets = [(full, thin, alone)[0 if i % 10 < 8 else i % 10 - 7] for i in range(len(logits))]
    fitted = calibrate(logits, labels, buckets, method="platt", scorecard="s", created="2026-11-20", validated_until="2026-10-01")
    assert [one.bucket.name for one in fitted.buckets] == ["512-1023/q75-89", "any/any", "any/q75-89"]
    for bucket, used in ((full, "512-1023/q75-89"), (thin, "any/q75-89"), (alone, "any/any")):
        claim = fitted.detect(3.0, bucket, question=Question.SYNTHETIC, route=Route.WHOLE_IMAGE)
        assert claim is not None
        assert (claim.bucket, claim.calibrated_on) == (bucket.name, used)
    assert Calibration.model_validate_json(fitted.model_dump_json()) == fitted


def test_too_few_rows_altogether_are_refused() -> None:
    logits, labels = rows(199, 300)
    options = {"method": "platt", "scorecard": "s", "created": "d", "validated_until": "d"}
    with pytest.raises(ValueError, match="200 rows"):
        calibrate(logits, labels, [Bucket()] * len(logits), **options)
    with pytest.raises(ValueError, match="buckets"):
        calibrate(logits, labels, [Bucket()], **options)


def test_a_detection_is_held_within_its_bounds_and_thresholds_are_not() -> None:
    logits, labels = rows(500, 500, gap=8.0)
    bucket = calibrate_bucket(logits, labels, Bucket(), "platt")
    one = Calibration(scorecard="s", created="d", validated_until="d", buckets=(bucket,))
    claim = one.detect(1e6, Bucket(), question=Question.SYNTHETIC, route=Route.WHOLE_IMAGE)
    assert claim is not None
    assert claim.llr == claim.llr_high < claim.mapped
    assert math.exp(claim.llr_high) <= 1 / upper_bound(0, 500) + 1e-9
    score = score_of(claim)
    assert (score.unit, score.calibrated, score.value) == (ScoreUnit.LLR, True, claim.llr)
    assert one.select(Bucket(short_side=ShortSide.UNDER_256)) == bucket
    none = Calibration(scorecard="s", created="d", validated_until="d", buckets=())
    assert none.detect(1.0, Bucket(), question=Question.SYNTHETIC, route=Route.WHOLE_IMAGE) is None


def test_a_bucket_cannot_be_calibrated_twice() -> None:
    bucket = calibrate_bucket(*rows(), Bucket(), "platt")
    with pytest.raises(ValueError, match="twice"):
        Calibration(scorecard="s", created="d", validated_until="d", buckets=(bucket, bucket))
