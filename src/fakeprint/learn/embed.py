"""Embeddings of a validation set under fixed deliveries, and how well they keep the labels apart."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fakeprint.core.card import FaceSpec
from fakeprint.core.sample import Sample
from fakeprint.learn.pixels import PixelStore
from fakeprint.learn.recipe import ConditionRecipe, TripletSettings
from fakeprint.learn.triplet import triplet_loss
from fakeprint.learn.views import view_batches


@torch.inference_mode()
def embed(
    network: nn.Module,
    samples: Sequence[Sample],
    store: PixelStore,
    condition: ConditionRecipe,
    device: torch.device,
    face: FaceSpec | int | None,
) -> Tensor:
    """Return (N, D) float32 embeddings on the CPU, in the order of the samples."""
    network.eval()
    found: dict[int, Tensor] = {}
    for positions, batch in view_batches(samples, store, condition, face):
        image = torch.from_numpy(batch).to(device).permute(0, 3, 1, 2).float().div_(255.0)
        found |= zip(positions, network(image.contiguous(memory_format=torch.channels_last))[0].float().cpu(), strict=True)
    return torch.stack([found[at] for at in range(len(samples))])


def separation(embeddings: Tensor, samples: Sequence[Sample], settings: TripletSettings, seed: int) -> float:
    """Return ``exp(-loss)`` of random triplets, the same ones every time: 1 where every margin is kept, near 0 where none is.

    Mining plays no part, so that runs with different mining can be compared.
    """
    labels = torch.tensor([one.label.positive for one in samples])
    even = settings.model_copy(update={"mining": "random"})
    losses = [float(triplet_loss(embeddings, labels, even, torch.Generator().manual_seed(seed + turn))) for turn in range(4)]
    return math.exp(-sum(losses) / len(losses))
