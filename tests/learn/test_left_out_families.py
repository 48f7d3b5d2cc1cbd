import numpy as np
import pytest
from sklearn import metrics as reference

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.learn.families import family_of, fit_families, probabilities
from fakeprint.learn.left_out_families import FOLDS, Delivered, _folds, _quantile, _score, fit_attribution
from fakeprint.learn.recipe import FamiliesRecipe

CENTRES = {"x": (4, 0, 0, 0), "y": (0, 4, 0, 0), "z": (0, 0, 4, 0), "w": (0, 0, 0, 4)}


def picture(family, number, split=Split.TRAIN, label=Label.SYNTHETIC):
    name = f"{split}-{family}{number}"
    return Sample(id=name, path="p", label=label, split=split, group=f"{name[:-1]}{number // 2}", source="s", generator="g", family=family)


@pytest.fixture
def material():
    """Four families, three of them alike in size; deliveries of training and of what is tested."""
    rng = np.random.default_rng(0)
    sizes = {"x": 60, "y": 60, "z": 60, "w": 30}
    learned = [picture(name, number) for name, size in sizes.items() for number in range(size)]
    learned += [picture("", number, label=Label.AUTHENTIC) for number in range(40)]
    held = [picture(name, number, Split.DEV) for name in sizes for number in range(10)]
    held += [picture("seldom", number, Split.DEV) for number in range(5)]
    photographs = [picture("", number, Split.DEV, Label.AUTHENTIC) for number in range(30)]

    def rows(pictures):
        return np.array([rng.normal(size=4) + CENTRES.get(one.family, (0, 0, 0, 0)) for one in pictures], np.float32)

    tested = [*learned[:210], *held]
    return (
        learned,
        np.stack([rows(learned), rows(learned)], 1),
        Delivered(tested, [rows(tested) for _ in range(3)]),
        Delivered(photographs, [rows(photographs)]),
    )


def test_numbers_are_those_of_an_independent_computation(material):
    learned, rows, generated, photographs = material
    settings = FamiliesRecipe(least=10, ridge=0.1, unknown_error=0.25)
    head, attribution, measured = fit_attribution(settings, rows, learned, generated, photographs, seed=1)
    numbers = {one.metric: one for one in measured if one.group != "photographs, whatever the verdict" and one.metric != "recall"}
    assert head.names == ("w", "x", "y", "z", "photographs")
    scored = _score(settings, head.names[:-1], rows, learned, generated)
    assert numbers["balanced_accuracy"].value == pytest.approx(
        reference.balanced_accuracy_score(scored.families, scored.whole[:, :4].argmax(1))
    )
    recalls = {one.group: one.value for one in measured if one.metric == "recall"}
    assert list(recalls.values()) == pytest.approx(
        list(reference.recall_score(scored.families, scored.whole[:, :4].argmax(1), average=None))
    )
    assert numbers["balanced_accuracy"].value > 0.9
    assert all(one.low <= one.value <= one.high for one in measured)
    assert numbers["named_wrongly"].value == pytest.approx(0.25, abs=0.01)
    assert numbers["named"].n_positive == 250
    scale = head.weights[0, 0] / fit_families(rows, learned, head.names, 0.1).weights[0, 0]
    size = np.bincount(scored.families)
    aurocs = [
        reference.roc_auc_score(
            scored.families != place, probabilities(one, 1 / scale)[:, :-1].max(1), sample_weight=1 / size[scored.families]
        )
        for place, one in enumerate(scored.without)
    ]
    assert numbers["auroc_known_unknown"].value == pytest.approx(np.mean(aurocs))
    (photos,) = (one for one in measured if one.group == "photographs, whatever the verdict")
    named = probabilities(head.logits(photographs.deliveries[0]), attribution.temperature)[:, :-1].max(1) >= attribution.min_probability
    assert (photos.value, photos.n_authentic) == (pytest.approx(named.mean()), 30)


def test_no_head_saw_the_groups_that_it_scores(material):
    learned, rows, generated, _ = material
    folds = _folds([*learned, *(one for one in generated.samples if one.family != "seldom")])
    assert set(folds.values()) == set(range(FOLDS))
    settings = FamiliesRecipe(least=10, ridge=0.1)
    before = _score(settings, ("w", "x", "y", "z"), rows, learned, generated)
    first = [folds[one.group] == 0 for one in learned]
    changed = rows.copy()
    changed[first] += 5
    after = _score(settings, ("w", "x", "y", "z"), changed, learned, generated)
    kept = [place for place, one in enumerate(generated.samples) if family_of(one) in "wxyz"]
    same = np.tile([folds[generated.samples[place].group] == 0 for place in kept], 3)
    assert np.array_equal(before.whole[same], after.whole[same])
    assert not np.allclose(before.whole[~same], after.whole[~same])


def test_a_family_that_cannot_be_divided_is_refused(material):
    learned, rows, _, photographs = material
    lumped = [one.model_copy(update={"group": "one"}) if one.family == "w" else one for one in learned]
    with pytest.raises(UsageError, match="too few groups to be measured: w"):
        fit_attribution(FamiliesRecipe(least=10), rows, lumped, Delivered(lumped, [rows[:, 0]]), photographs, seed=0)


def test_the_threshold_lets_no_more_than_its_share_through():
    values, weights = np.array([0.1, 0.5, 0.5, 0.9]), np.ones(4)
    assert _quantile(values, weights, 0.75) == 0.9
    assert _quantile(values, weights, 0.5) == 0.9
    assert _quantile(values, weights, 0.25) == 0.5
    assert _quantile(values, weights, 0.9) > 0.9


def test_families_that_stand_together_are_one_class(material):
    learned, rows, generated, photographs = material
    settings = FamiliesRecipe(least=10, ridge=0.1, unknown_error=0.2, together=(("x", "y"),))
    head, _, measured = fit_attribution(settings, rows, learned, generated, photographs, seed=0)
    assert head.names == ("w", "x+y", "z", "photographs")
    assert {one.group: one.n_positive for one in measured if one.metric == "recall"} == {"w": 40, "x+y": 140, "z": 70}
