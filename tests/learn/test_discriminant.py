import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score

from fakeprint.learn.discriminant import fit_discriminant


def test_without_scatter_it_is_ordinary_discriminant_analysis():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(400, 5)) @ rng.normal(size=(5, 5))
    labels = (np.arange(400) % 2).astype(np.int64)
    rows[labels == 1] += 0.7
    found = fit_discriminant(rows, labels, np.array(["s"] * 400), np.ones(400), between=0.0, ridge=1e-9)
    wanted = LinearDiscriminantAnalysis(solver="lsqr").fit(rows, labels).decision_function(rows)
    assert np.corrcoef(found.score(rows), wanted)[0, 1] > 0.995


def test_a_direction_that_tells_sources_apart_is_distrusted():
    rng = np.random.default_rng(1)
    shifts = {"a": 3.0, "b": -3.0, "c": 4.0, "d": -1.0}  # the first column separates sources far more than classes
    rows, labels, sources = [], [], []
    for source, shift in shifts.items():
        label = int(source in "cd")
        part = rng.normal(size=(200, 2))
        part[:, 0] += shift
        part[:, 1] += 1.0 * label
        rows.append(part)
        labels += [label] * 200
        sources += [source] * 200
    arguments = np.concatenate(rows), np.array(labels), np.array(sources), np.ones(800)
    trusting, wary = (fit_discriminant(*arguments, between=value, ridge=0.05) for value in (0.0, 10.0))
    share = [abs(one.weights[0]) / np.abs(one.weights).sum() for one in (trusting, wary)]
    assert share[1] < 0.3 * share[0]
    unseen = rng.normal(size=(400, 2))
    truth = (np.arange(400) % 2).astype(int)
    unseen[:, 0] -= 4.0 * truth
    unseen[:, 1] += truth
    assert roc_auc_score(truth, wary.score(unseen)) > roc_auc_score(truth, trusting.score(unseen))


@pytest.mark.parametrize("weight", [0.1, 10.0])
def test_the_scale_of_weights_does_not_matter(weight):
    rng = np.random.default_rng(2)
    rows, labels = rng.normal(size=(100, 3)), (np.arange(100) % 2).astype(np.int64)
    sources = np.array(["s"] * 100)
    one = fit_discriminant(rows, labels, sources, np.ones(100), between=1.0, ridge=0.1)
    other = fit_discriminant(rows, labels, sources, np.full(100, weight), between=1.0, ridge=0.1)
    np.testing.assert_allclose(one.score(rows), other.score(rows), atol=1e-9)
