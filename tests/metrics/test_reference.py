"""Every metric against an independent implementation, on random rows with ties."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn import metrics as reference
from sklearn.isotonic import IsotonicRegression

from fakeprint.metrics import METRICS, TABLE
from fakeprint.metrics.bootstrap import Resamples
from fakeprint.metrics.calibration import recalibration
from fakeprint.metrics.delong import delong
from fakeprint.metrics.metric import Takes
from fakeprint.metrics.pixels import false_area, pixel_f1, pixel_iou


def rows(seed: int, n: int = 300, ties: int = 25) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    labels[:2] = (0, 1)
    scores = np.round(rng.normal(labels * 1.2 - 0.6, 1.0) * ties / 5) / (ties / 5)
    return scores, labels


def probabilities(scores: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-scores))


SEEDS = range(5)


@pytest.mark.parametrize("seed", SEEDS)
def test_ranking(seed: int) -> None:
    scores, labels = rows(seed)
    assert METRICS.load("auroc")(scores, labels) == pytest.approx(reference.roc_auc_score(labels, scores), abs=1e-12)
    assert METRICS.load("ap")(scores, labels) == pytest.approx(reference.average_precision_score(labels, scores), abs=1e-12)
    fpr, tpr, _ = reference.roc_curve(labels, scores, drop_intermediate=False)
    grid = np.linspace(0, 1, 200_001)
    gap = np.interp(grid, fpr, 1 - tpr) - grid if np.all(np.diff(fpr) > 0) else None
    eer = METRICS.load("eer")(scores, labels)
    crossing = np.flatnonzero(fpr >= 1 - tpr)[0]
    x0, y0, x1, y1 = fpr[crossing - 1], 1 - tpr[crossing - 1], fpr[crossing], 1 - tpr[crossing]
    t = (y0 - x0) / ((y0 - x0) - (y1 - x1))
    assert eer == pytest.approx(x0 + t * (x1 - x0), abs=1e-12)
    if gap is not None:
        assert eer == pytest.approx(grid[np.abs(gap).argmin()], abs=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "target"), [("tpr-at-fpr-10", 0.10), ("tpr-at-fpr-5", 0.05)])
def test_tpr_at_fpr_by_trying_all_thresholds(seed: int, name: str, target: float) -> None:
    scores, labels = rows(seed, n=900)
    thresholds = np.r_[np.unique(scores), np.inf, np.unique(scores) + 1e-9]
    passing = [np.mean(scores[labels == 1] >= t) for t in thresholds if np.mean(scores[labels == 0] >= t) <= target]
    assert METRICS.load(name)(scores, labels) == pytest.approx(max(passing))


@pytest.mark.parametrize("seed", SEEDS)
def test_probabilities(seed: int) -> None:
    scores, labels = rows(seed)
    p = probabilities(scores)
    assert METRICS.load("brier")(p, labels) == pytest.approx(reference.brier_score_loss(labels, p))
    assert METRICS.load("log-loss")(p, labels) == pytest.approx(reference.log_loss(labels, p))


def test_log_loss_is_clipped() -> None:
    assert METRICS.load("log-loss")([0.0, 0.0], [0, 1]) == pytest.approx(0.5 * -np.log(1e-6), rel=1e-5)


def test_ece_of_equal_mass_bins_without_ties() -> None:
    rng = np.random.default_rng(3)
    p, n = rng.permutation(np.linspace(0.01, 0.99, 600)), 600
    labels = (rng.random(n) < p**2).astype(int)
    order = np.argsort(p)
    expected = sum(abs(p[part].mean() - labels[part].mean()) * len(part) / n for part in np.array_split(order, 15))
    assert METRICS.load("ece")(p, labels) == pytest.approx(expected)


def test_ece_keeps_equal_probabilities_in_one_bin_and_uses_fewer_bins_for_few_rows() -> None:
    assert METRICS.load("ece")(np.full(200, 0.3), np.r_[np.ones(60), np.zeros(140)]) == pytest.approx(0.0)
    p = np.r_[np.linspace(0.2, 0.3, 60), np.linspace(0.7, 0.8, 60)]
    labels = np.r_[np.zeros(60), np.ones(60)]
    parts = np.array_split(np.arange(120), 6)
    assert METRICS.load("ece")(p, labels) == pytest.approx(sum(abs(p[q].mean() - labels[q].mean()) / 6 for q in parts))


@pytest.mark.parametrize("seed", SEEDS)
def test_cllr_and_its_minimum(seed: int) -> None:
    llr, labels = rows(seed)
    ones, zeros = np.exp(llr[labels == 1]), np.exp(llr[labels == 0])
    expected = 0.5 * (np.log2(1 + 1 / ones).mean() + np.log2(1 + zeros).mean())
    assert METRICS.load("cllr")(llr, labels) == pytest.approx(expected)
    share = np.mean(labels)
    fitted = IsotonicRegression(y_min=0, y_max=1).fit_transform(llr, labels)
    with np.errstate(divide="ignore"):
        best = np.log(fitted / (1 - fitted)) - np.log(share / (1 - share))
    up, down = np.log2(1 + np.exp(-best[labels == 1])).mean(), np.log2(1 + np.exp(best[labels == 0])).mean()
    assert METRICS.load("cllr-min")(llr, labels) == pytest.approx(0.5 * (up + down), abs=1e-6)
    assert METRICS.load("cllr-min")(llr, labels) <= METRICS.load("cllr")(llr, labels)


@pytest.mark.parametrize("seed", SEEDS)
def test_decisions(seed: int) -> None:
    scores, labels = rows(seed)
    called = (scores > 0.1).astype(float)
    assert METRICS.load("balanced-accuracy")(called, labels) == pytest.approx(reference.balanced_accuracy_score(labels, called))
    assert METRICS.load("f-acc")(called, labels) == pytest.approx(reference.recall_score(labels, called))
    assert METRICS.load("r-acc")(called, labels) == pytest.approx(reference.recall_score(labels, called, pos_label=0))
    assert METRICS.load("fpr")(called, labels) == pytest.approx(1 - METRICS.load("r-acc")(called, labels))
    decisions = np.where(np.abs(scores) < 0.3, -1.0, called)
    kept = decisions >= 0
    assert METRICS.load("coverage")(decisions, labels) == pytest.approx(kept.mean())
    assert METRICS.load("selective-accuracy")(decisions, labels) == pytest.approx(
        reference.balanced_accuracy_score(labels[kept], decisions[kept])
    )


def test_risk_against_coverage_by_hand() -> None:
    llr, labels = np.array([4.0, -3.0, 2.0, -1.0]), np.array([1, 1, 1, 0])
    assert METRICS.load("aurc")(llr, labels) == pytest.approx(np.mean([0, 1 / 2, 1 / 3, 1 / 4]))
    assert METRICS.load("risk-at-80")(llr, labels) == pytest.approx(1 / 4)
    assert METRICS.load("risk-at-90")(np.r_[llr, 0.1], np.r_[labels, 1]) == pytest.approx(1 / 5)


@pytest.mark.parametrize("seed", SEEDS)
def test_attribution(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, 200)
    predicted = np.where(rng.random(200) < 0.6, truth, rng.integers(0, 5, 200))
    assert METRICS.load("top-1")(predicted, truth) == pytest.approx(np.mean(predicted == truth))
    expected = reference.f1_score(truth, predicted, labels=np.unique(truth), average="macro")
    assert METRICS.load("macro-f1")(predicted, truth) == pytest.approx(expected)
    assert METRICS.load("macro-recall")(predicted, truth) == pytest.approx(
        reference.recall_score(truth, predicted, labels=np.unique(truth), average="macro")
    )


def test_pixels() -> None:
    rng = np.random.default_rng(0)
    heat, truth = rng.random((30, 40)), rng.random((30, 40)) < 0.3
    assert pixel_f1(heat, truth) == pytest.approx(reference.f1_score(truth.ravel(), heat.ravel() >= 0.5))
    assert pixel_iou(heat, truth) == pytest.approx(reference.jaccard_score(truth.ravel(), heat.ravel() >= 0.5))
    assert false_area(heat) == pytest.approx(np.mean(heat >= 0.5))


@pytest.mark.parametrize("name", TABLE)
def test_weights_are_multiplicities(name: str) -> None:
    """The kernel under weights equals the kernel on rows that are repeated so often: the bootstrap measures what the metric does."""
    metric = METRICS.load(name)
    scores, labels = rows(7, n=260)
    values = {
        Takes.SCORES: scores,
        Takes.LLR: scores,
        Takes.PROBABILITIES: probabilities(scores),
        Takes.CALLED: (scores > 0).astype(float),
        Takes.DECISIONS: np.where(np.abs(scores) < 0.3, -1.0, (scores > 0).astype(float)),
        Takes.CLASSES: np.clip(np.round(scores) + 1, 0, 3),
        Takes.FRACTIONS: probabilities(scores),
    }[metric.takes]
    if metric.takes is Takes.CLASSES:
        labels = np.random.default_rng(1).integers(0, 3, len(labels))
    weights = np.random.default_rng(2).integers(0, 4, (3, len(labels)))
    found = metric.kernel(values, labels, weights.astype(float))
    for repeated, value in zip(weights, found, strict=True):
        whole = metric.kernel(np.repeat(values, repeated), np.repeat(labels, repeated), np.ones((1, repeated.sum())))[0]
        assert value == pytest.approx(whole, abs=1e-9)


def test_delong_agrees_with_the_bootstrap_and_with_known_variance() -> None:
    rng = np.random.default_rng(5)
    labels = np.r_[np.zeros(400, int), np.ones(400, int)]
    first, second = rng.normal(labels, 1.0), rng.normal(labels * 0.8, 1.0)
    found = delong(np.stack([first, second]), labels)
    assert found.aurocs[0] == pytest.approx(METRICS.load("auroc")(first, labels))
    draws = Resamples([str(place) for place in range(800)], labels, count=2000, seed=1)
    drawn = np.concatenate([METRICS.load("auroc").kernel(first, labels, weights) for weights in draws.weights()])
    assert found.standard_error() == pytest.approx(drawn.std(), rel=0.06)
    assert abs(found.z_of_difference()) < 6
    assert delong(np.stack([first, first]), labels).z_of_difference() == 0.0
    assert 2 * norm.sf(abs(found.z_of_difference())) < 1


def test_recalibration_of_a_calibrated_llr_is_near_one_and_zero() -> None:
    rng = np.random.default_rng(6)
    labels = rng.integers(0, 2, 20_000)
    llr = 2.0 * rng.normal(labels * 2.0 - 1.0, 1.0)  # two unit normals at -1 and +1: llr = 2x
    slope, intercept = recalibration(llr, labels)
    assert slope == pytest.approx(1.0, abs=0.05)
    assert intercept == pytest.approx(0.0, abs=0.06)
