import numpy as np

from fakeprint.core.sample import Label, Sample, Split
from fakeprint.learn.balance import draw_weights
from fakeprint.learn.left_out import MEAN, Evaluated, leave_out, measured_left_out
from fakeprint.learn.recipe import StatisticsMember
from fakeprint.learn.statistics_fit import fit_head

MEMBER = StatisticsMember(name="s", groups=("haar",), views=2, between=1.0, ridge=0.1)


def sample(name, label, source, split=Split.TRAIN):
    return Sample(id=name, path=name, label=label, split=split, group=name, source=source, generator="g" if label.positive else None)


def world(split, count, rng):
    """Two sources a class; column 0 tells classes apart, column 1 tells sources apart."""
    samples, rows = [], []
    for source, label, shift in (("a", 0, 2), ("b", 0, -2), ("c", 1, 3), ("d", 1, -3)):
        for number in range(count):
            kind = Label.SYNTHETIC if label else Label.AUTHENTIC
            samples.append(sample(f"{split}-{source}-{number}", kind, source, split))
            rows.append(rng.normal(size=2) + np.array((1.5 * label, shift)))
    return samples, np.array(rows, np.float32)


def test_every_source_is_scored_without_itself():
    rng = np.random.default_rng(0)
    train, rows = world(Split.TRAIN, 40, rng)
    validation, held = world(Split.DEV, 25, rng)
    views = np.stack([rows, rows], 1)
    measured = [one for one in train if one.source != "b"]  # b only supports training
    own = rows[[one.source != "b" for one in train]]
    (result,) = leave_out(MEMBER, views, train, measured, validation, draw_weights(train), [Evaluated("c", own, held)], 2.0, 0.5)
    assert {one.id for one in result.rows.samples} == {one.id for one in (*measured, *validation)}
    assert set(result.by_source) == {"a", "b", "c", "d"}
    counts = {name: np.bincount(scored.labels, minlength=2).tolist() for name, scored in result.by_source.items()}
    assert counts == {"a": [65, 50], "b": [25, 50], "c": [50, 65], "d": [50, 65]}
    head = fit_head(MEMBER, views, train, draw_weights(train), np.array([one.source != "a" for one in train]))
    at = [n for n, one in enumerate(result.rows.samples) if one.source == "a" and one.split is Split.DEV]
    wanted = 2.0 * head.score(held[[one.source == "a" for one in validation]].astype(np.float64)) + 0.5
    np.testing.assert_allclose(result.rows.logits[at], wanted, atol=1e-9)


def test_the_mean_over_sources_is_reported():
    rng = np.random.default_rng(1)
    train, rows = world(Split.TRAIN, 30, rng)
    validation, held = world(Split.DEV, 20, rng)
    results = leave_out(
        MEMBER, np.stack([rows, rows], 1), train, train, validation, draw_weights(train), [Evaluated("c", rows, held)], 1.0, 0.0
    )
    numbers = {one.group: one for one in measured_left_out(results, seed=0)}
    single = [one.value for name, one in numbers.items() if name != MEAN]
    assert numbers[MEAN].value == np.mean(single)
    assert all(one.low <= one.value <= one.high for name, one in numbers.items() if name != MEAN)
