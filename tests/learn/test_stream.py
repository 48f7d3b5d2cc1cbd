"""Element i of a stream depends on the seed and on i alone; nothing about a crop depends on its class."""

import numpy as np
import pytest
import torch

from fakeprint.core.sample import Label, Sample, Split
from fakeprint.learn.balance import draw_weights
from fakeprint.learn.pixels import PixelStore, pixel_store
from fakeprint.learn.recipe import ConditionRecipe
from fakeprint.learn.stream import CropStream, Delivery, Positions, unaligned
from fakeprint.learn.views import fixed_view, view_batches
from fakeprint.transforms.law import Chance, Law

LAW = Law(
    (Chance(transform="resize", p=0.5, parameters={"factor": (0.5, 1.2)}), Chance(transform="jpeg", parameters={"quality": (60, 95)}))
)


def sample(name, label, source="s", generator=None, group=None):
    return Sample(id=name, path=name, label=label, split=Split.TRAIN, group=group or name, source=source, generator=generator)


@pytest.fixture
def samples():
    return [sample(f"a{i}", Label.AUTHENTIC, "cam", group=f"g{i}") for i in range(4)] + [
        sample(f"b{i}", Label.MANIPULATED, "lab", "m", group=f"g{i}") for i in range(4)
    ]


@pytest.fixture
def store(samples):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (len(samples), 130, 150, 3), np.uint8)
    size = pictures[0].size
    return PixelStore(pictures.reshape(-1), {one.id: (at * size, 130, 150) for at, one in enumerate(samples)}, {})


@pytest.fixture
def stream(samples, store):
    return CropStream(samples, draw_weights(samples), store, Delivery(LAW, 96, 128), seed=3)


def test_positions_are_repeatable_in_any_order_and_process(stream):
    first = [stream[i] for i in (5, 2, 9)]
    again = [stream[i] for i in (9, 5, 2)]
    for one, other in zip(first, (again[1], again[2], again[0]), strict=True):
        torch.testing.assert_close(one[0], other[0], atol=0, rtol=0)
    assert first[0][0].shape == (3, 96, 96)
    assert 0 <= first[0][0].min() <= first[0][0].max() <= 1


def test_processes_share_the_positions_without_overlap():
    parts = [list(Positions(4, 20, rank, 3)) for rank in range(3)]
    assert sorted(one for part in parts for one in part) == list(range(4, 20))


def test_classes_are_drawn_alike(stream):
    labels = [int(stream[i][1]) for i in range(200)]
    assert 70 < sum(labels) < 130


def test_no_grid_starts_at_zero():
    grid = np.zeros((64, 64, 3), np.uint8)
    grid[::8] = 255
    for seed in range(20):
        rows = np.flatnonzero(unaligned(grid, np.random.default_rng(seed))[:, 0, 0])
        assert rows[0] % 8 != 0


def test_weights_balance_classes_sources_and_generators():
    many = [sample(f"a{i}", Label.AUTHENTIC, "big" if i < 9 else "small") for i in range(10)]
    many += [sample(f"b{i}", Label.SYNTHETIC, "lab", "x" if i < 4 else "y") for i in range(5)]
    weights = draw_weights(many)
    assert weights[:10].sum() == pytest.approx(0.5)
    assert weights[:9].sum() / weights[9] == pytest.approx(3.0)
    assert weights[10:14].sum() / weights[14] == pytest.approx(2.0)


def test_fixed_views_depend_on_sample_and_condition_alone(samples, store):
    condition = ConditionRecipe(name="c", crop=96, law=(Chance(transform="jpeg", parameters={"quality": (60, 95)}),))
    one = fixed_view(store.get("a1"), "a1", condition)
    np.testing.assert_array_equal(one, fixed_view(store.get("a1"), "a1", condition))
    found = {at: view for positions, batch in view_batches(samples, store, condition, size=3) for at, view in zip(positions, batch)}  # noqa: B905
    assert sorted(found) == list(range(len(samples)))
    np.testing.assert_array_equal(found[1], one)


def test_unreadable_files_are_listed_never_replaced(tmp_path, make):
    from PIL import Image

    Image.fromarray(make.picture(np.random.default_rng(0))).save(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    listed = [sample("good.png", Label.AUTHENTIC), sample("bad.png", Label.AUTHENTIC), sample("gone.png", Label.AUTHENTIC)]
    store = pixel_store(listed, tmp_path, tmp_path / "cache")
    assert set(store.index) == {"good.png"}
    assert set(store.refused) == {"bad.png", "gone.png"}
    np.testing.assert_array_equal(store.get("good.png"), np.array(Image.open(tmp_path / "good.png")))
