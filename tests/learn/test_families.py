import numpy as np
import pytest
import torch

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.learn.discriminant import fit_discriminant
from fakeprint.learn.ensemble import Ensemble, StatisticsNet
from fakeprint.learn.families import Attributed, families_of, family_of, fit_families
from fakeprint.learn.statistics import Statistics


def samples(names, count):
    return [
        Sample(id=f"{name}{i}", path="p", label=Label.SYNTHETIC, split=Split.TRAIN, group=f"{name}{i}", source="s", generator=name)
        for name in names
        for i in range(count)
    ]


@pytest.fixture
def known():
    rng = np.random.default_rng(0)
    centres = {"x": (4, 0, 0), "y": (0, 4, 0), "z": (0, 0, 4)}
    held = samples(centres, 60)
    rows = np.array([rng.normal(size=3) + centres[one.generator] for one in held], np.float32)
    return held, rows


def test_classes_that_differ_are_told_apart(known):
    held, rows = known
    head = fit_families(rows[:, None], held, ("x", "y", "z"), ridge=0.1)
    truth = [head.names.index(one.generator) for one in held]
    assert np.mean(head.logits(rows).argmax(1) == truth) > 0.9


def test_a_class_is_a_family_and_a_generator_only_where_none_is_on_record():
    pictures = samples("xyz", 10)
    pictures = [one.model_copy(update={"family": "w"}) if one.generator in "xy" else one for one in pictures]
    assert families_of(pictures, 10) == ("w", "z")
    assert [family_of(one) for one in pictures[::10]] == ["w", "w", "z"]


def test_few_families_are_refused():
    with pytest.raises(UsageError, match="two families"):
        families_of([*samples("x", 30), *samples("y", 5)], 10)


def test_the_graph_gives_what_head_and_ensemble_give_alone():
    rng = np.random.default_rng(0)
    image = torch.nn.functional.avg_pool2d(torch.rand(2, 3, 120, 120), 5, 1)
    rows = Statistics(("haar",))(image).numpy()
    held = samples("xy", 20)
    spread = rng.normal(rows.mean(0), 0.1, (40, 1, 36)).astype(np.float32)
    head = fit_families(spread, held, ("x", "y"), ridge=0.5)
    origin = fit_discriminant(
        spread[:, 0].astype(np.float64), np.arange(40) % 2, np.array(["a", "b"])[np.arange(40) % 2], np.ones(40), between=1.0, ridge=0.5
    )
    ensemble = Ensemble([StatisticsNet(("haar",), origin)], [2.0], [0.5], [1.0])
    logit, patches, classes = Attributed(ensemble, head)(image)
    alone = ensemble(image)
    np.testing.assert_allclose(logit.numpy(), alone[0].numpy())
    np.testing.assert_allclose(patches.numpy(), alone[1].numpy())
    np.testing.assert_allclose(classes.numpy(), head.logits(rows), rtol=1e-3, atol=1e-3)
