"""Names, shapes and counts of the published network; every size and batch; nothing kept between calls."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
import torch

from fakeprint.core.errors import UsageError
from fakeprint.learn.recce.encoder import WIDTHS
from fakeprint.learn.recce.network import RecceNet, RecceOutputs
from fakeprint.learn.recipe import RecceSettings

Shapes = dict[str, tuple[int, ...]]


def norm(name: str, width: int) -> Shapes:
    return {f"{name}.{part}": (width,) for part in ("weight", "bias", "running_mean", "running_var")} | {f"{name}.num_batches_tracked": ()}


def separable(name: str, width: int, wider: int) -> Shapes:
    return {f"{name}.conv1.weight": (width, 1, 3, 3), f"{name}.pointwise.weight": (wider, width, 1, 1)}


def block(name: str, widths: Sequence[int], *, first: int = 1, skip: bool = False) -> Shapes:
    shapes: Shapes = {}
    for number, (width, wider) in enumerate(pairwise(widths)):
        shapes |= separable(f"{name}.rep.{first + 3 * number}", width, wider) | norm(f"{name}.rep.{first + 1 + 3 * number}", wider)
    if skip:
        shapes |= {f"{name}.skip.weight": (widths[-1], widths[0], 1, 1)} | norm(f"{name}.skipbn", widths[-1])
    return shapes


def published_shapes(widths: Sequence[int]) -> Shapes:
    """Every entry of a published state dict, written down from the specification alone."""
    a, b, c, d, middle, e, f, g = widths
    shapes = {"encoder.conv1.weight": (a, 3, 3, 3), "encoder.conv2.weight": (b, a, 3, 3)} | norm("encoder.bn1", a) | norm("encoder.bn2", b)
    shapes |= block("encoder.block1", (b, c, c), first=0, skip=True) | block("encoder.block2", (c, d, d), skip=True)
    shapes |= block("encoder.block3", (d, middle, middle), skip=True)
    for number in range(4, 12):
        shapes |= block(f"encoder.block{number}", (middle,) * 4)
    shapes |= block("encoder.block12", (middle, middle, e), skip=True)
    shapes |= separable("encoder.conv3", e, f) | norm("encoder.bn3", f) | separable("encoder.conv4", f, g) | norm("encoder.bn4", g)
    shapes |= {"encoder.fc.weight": (1000, g), "encoder.fc.bias": (1000,), "fc.weight": (1, g), "fc.bias": (1,)}
    shapes |= {"attention.gated.0.weight": (3, 3, 3, 3), "attention.gated.2.weight": (1, 3, 1, 1)}
    shapes |= {"attention.h.0.weight": (middle, middle, 1, 1)} | norm("attention.h.1", middle)
    graph = {"va_embedding.0": (d, middle, 1, 1), "va_embedding.2": (d, d, 1, 1), "va_gated_b.0": (d, middle, 1, 1)}
    graph |= {"va_gated_c.0": (d, middle, 1, 1), "vb_embedding.0": (d, d), "vb_embedding.2": (d, d), "vc_embedding.0": (d, c)}
    graph |= {"vc_embedding.2": (d, d), "reweight_ab.0": (1, 2 * d), "reweight_ac.0": (1, 2 * d)}
    graph |= {"reproject.0": (middle, 3 * d, 1, 1), "reproject.2": (middle, middle, 1, 1)}
    shapes |= {f"reasoning.{name}.weight": shape for name, shape in graph.items()}
    for number, width, wider in ((1, middle, d), (3, d, c), (5, c, b)):
        shapes |= separable(f"decoder{number}.1", width, wider) | norm(f"decoder{number}.2", wider)
    return shapes | block("decoder2", (d,) * 4) | block("decoder4", (c,) * 4) | {"decoder6.0.weight": (3, b, 1, 1)}


def test_names_shapes_and_counts_are_the_published_ones() -> None:
    wanted = published_shapes(WIDTHS)
    assert len(wanted) == 362
    with torch.device("meta"):
        network = RecceNet(WIDTHS, 0.2)
    unused = {name: wanted.pop(name) for name in ("encoder.fc.weight", "encoder.fc.bias")}
    assert {name: tuple(value.shape) for name, value in network.state_dict().items()} == wanted
    counts = {name: sum(one.numel() for one in part.parameters()) for name, part in network.named_children() if list(part.parameters())}
    counts["encoder"] += sum(torch.Size(shape).numel() for shape in unused.values())
    assert counts == {
        "encoder": 22_855_952,
        "decoder1": 193_432,
        "decoder2": 205_056,
        "decoder3": 35_328,
        "decoder4": 53_376,
        "decoder5": 9_472,
        "decoder6": 192,
        "reasoning": 1_944_128,
        "attention": 531_524,
        "fc": 2_049,
    }
    assert sum(counts.values()) == 25_830_509


@pytest.mark.parametrize(("size", "cells", "last"), [(299, 19, 10), (256, 16, 8), (224, 14, 7)])
@pytest.mark.parametrize("count", [1, 3])
def test_every_published_size_and_any_batch(network: RecceNet, size: int, cells: int, last: int, count: int) -> None:
    with torch.inference_mode():
        found = network(torch.rand(count, 3, size, size))
    assert isinstance(found, RecceOutputs)
    assert [tuple(one.shape) for one in found] == [
        (count,),
        (count, 1, last, last),
        (count, 3, size, size),
        (count, 1, size, size),
        (count, 1, cells, cells),
    ]
    torch.testing.assert_close(found.patch_logits.mean((1, 2, 3)), found.logit)
    for one in found[2:]:
        assert 0 <= float(one.min()) <= float(one.max()) <= 1


def test_the_residual_is_the_distance_to_the_reconstruction(network: RecceNet) -> None:
    image = torch.rand(2, 3, 100, 120)
    with torch.inference_mode():
        found = network(image)
    torch.testing.assert_close(found.residual, (image - found.reconstruction).abs().mean(1, keepdim=True))


def test_a_face_scores_the_same_in_any_batch(network: RecceNet) -> None:
    images = torch.rand(4, 3, 96, 96)
    with torch.inference_mode():
        together = network(images)
        for at in (2, 0):
            for one, all_ in zip(network(images[at : at + 1]), together, strict=True):
                torch.testing.assert_close(one[0], all_[at], atol=1e-5, rtol=1e-5)


def test_noise_is_off_unless_asked_for(tiny: tuple[int, ...]) -> None:
    clean = torch.rand(6, 3, 8, 8) * 2 - 1
    assert RecceNet(tiny, 0.0).train()._noisy(clean) is clean
    noisy = RecceNet(tiny, 0.0, RecceSettings(noise=0.1))
    assert noisy.eval()._noisy(clean) is clean
    torch.manual_seed(0)
    changed = (noisy.train()._noisy(clean) != clean).flatten(1).any(1)
    assert 0 < int(changed.sum()) < 6, "half of the faces on average"
    assert float(noisy._noisy(clean).abs().max()) <= 1


def test_eight_widths_or_none() -> None:
    with pytest.raises(UsageError, match="8 channels"):
        RecceNet((24, 48, 96), 0.2)
