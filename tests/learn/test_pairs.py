"""Pairs of faces: one delivery for both, blends where asked for, sources without manipulated faces on both sides."""

import numpy as np
import pytest
import torch

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.generators.blend_law import BlendLaw
from fakeprint.learn.pairs import Blending, FaceDelivery, PairStream, around
from fakeprint.learn.pixels import PixelStore
from fakeprint.media.faces import Face
from fakeprint.transforms.law import Chance, Law

LAW = Law((Chance(transform="noise", p=0.5, parameters={"sigma": (1.0, 3.0)}), Chance(transform="jpeg", parameters={"quality": (60, 95)})))
WAY = FaceDelivery(LAW, 64)
KEYPOINTS = np.array(((30, 40), (66, 40), (48, 58), (48, 74), (12, 46), (84, 46)), np.float32)
FACE = Face((8.0, 16.0, 88.0, 96.0), 0.9, KEYPOINTS)


def sample(name: str, label: Label, group: str) -> Sample:
    return Sample(id=name, path=f"{name}.png", label=label, split=Split.TRAIN, group=group, source="camera")


@pytest.fixture
def store(make):
    rng = np.random.default_rng(0)
    names = ["a1", "a2", "b1", "b2", "lone", "faceless"]
    pictures = [make.picture(rng, 96) for _ in names]
    index = {name: (at * 96 * 96 * 3, 96, 96) for at, name in enumerate(names)}
    return PixelStore(np.concatenate([one.reshape(-1) for one in pictures]), index, {})


SAMPLES = [
    sample("a1", Label.AUTHENTIC, "1"),
    sample("b1", Label.MANIPULATED, "1"),
    sample("a2", Label.AUTHENTIC, "2"),
    sample("b2", Label.MANIPULATED, "2"),
    sample("lone", Label.AUTHENTIC, "3"),
    sample("faceless", Label.AUTHENTIC, "4"),
]


def test_pairs_share_their_delivery(store):
    store.index["b1"], store.index["b2"] = store.index["a1"], store.index["a2"]
    stream = PairStream(SAMPLES, store, WAY, seed=1)
    assert len(stream.pairs) == 2
    for pair in range(6):
        (first, zero), (second, one) = stream[2 * pair], stream[2 * pair + 1]
        assert (int(zero), int(one)) == (0, 1)
        torch.testing.assert_close(first, second, atol=0, rtol=0)


def test_elements_depend_on_seed_and_position_alone(store):
    faces = {"a1": FACE, "a2": FACE, "lone": FACE}
    streams = [PairStream(SAMPLES, store, WAY, seed, Blending(0.5, BlendLaw(), faces)) for seed in (1, 1, 2)]
    elements = [torch.stack([one[at][0] for at in (7, 3, 0, 12)]) for one in streams]
    torch.testing.assert_close(elements[0], elements[1], atol=0, rtol=0)
    assert (elements[0] != elements[2]).any()


def test_groups_without_manipulated_faces_pair_with_themselves(store):
    stream = PairStream(SAMPLES, store, WAY, seed=1, blending=Blending(0.0, BlendLaw(), {"lone": FACE}))
    assert [(one[0][0].id, len(one[1])) for one in stream.pairs] == [("a1", 1), ("a2", 1), ("lone", 0)]
    apart = [(stream[2 * at][0] != stream[2 * at + 1][0]).any() for at in range(12)]
    assert all(apart)


def test_at_share_one_no_manipulated_face_is_used(store):
    stream = PairStream(SAMPLES, store, WAY, seed=1, blending=Blending(1.0, BlendLaw(), {"a1": FACE, "lone": FACE}))
    assert [(one[0][0].id, one[1]) for one in stream.pairs] == [("a1", []), ("lone", [])]
    kept = dict(store.index)
    del store.index["b1"], store.index["b2"]
    for at in range(8):
        stream[at]
    store.index.update(kept)


def test_the_share_is_kept(store):
    store.index["b1"], store.index["b2"] = store.index["a1"], store.index["a2"]
    stream = PairStream(SAMPLES[:4], store, WAY, seed=5, blending=Blending(0.3, BlendLaw(), {"a1": FACE, "a2": FACE}))
    blended = np.mean([(stream[2 * at][0] != stream[2 * at + 1][0]).any() for at in range(120)])
    assert 0.17 < blended < 0.43


def test_faces_without_keypoints_are_never_blended(store):
    store.index["b1"], store.index["b2"] = store.index["a1"], store.index["a2"]
    stream = PairStream(SAMPLES[:4], store, WAY, seed=5, blending=Blending(0.9, BlendLaw(), {}))
    for at in range(10):
        torch.testing.assert_close(stream[2 * at][0], stream[2 * at + 1][0], atol=0, rtol=0)


@pytest.mark.parametrize("box", [(8.0, 16.0, 48.0, 56.0), (-20.0, -20.0, 30.0, 30.0), (60.0, 70.0, 120.0, 130.0), (0.0, 0.0, 300.0, 300.0)])
def test_squares_lie_inside_the_picture(box):
    cut = around(np.zeros((96, 80, 3), np.uint8), Face(box, 0.9, KEYPOINTS))
    side = min(80, round(1.2 * (box[2] - box[0])))
    assert cut.shape == (side, side, 3)


def test_nothing_to_pair_is_refused(store):
    with pytest.raises(UsageError, match="no group"):
        PairStream(SAMPLES[4:], store, WAY, seed=1)
