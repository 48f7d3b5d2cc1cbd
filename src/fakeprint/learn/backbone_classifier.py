"""One logit from a backbone's features: DFSpot's plain heads, and the heads on a frozen, triplet-trained backbone (specs: dfspot 8)."""

from typing import Self

import torch
from torch import Tensor, nn

from fakeprint.core.errors import UsageError
from fakeprint.learn.backbone import Normalise, features_of, make_backbone, width_of
from fakeprint.learn.dfspot_checkpoint import is_dfspot, renamed


class BackboneClassifier(nn.Module):
    """Takes (N, 3, S, S) float32 RGB in [0, 1] of one size S; gives ``logit`` (N,) and ``patch_logits``.

    Plain: dropout and a linear layer on the features.  Frozen: batch normalisation and a linear layer; the backbone gets no gradient
    and stays in evaluation mode, so that its own statistics do not move.  Where the features are the mean of a map, ``patch_logits``
    (N, 1, h, w) is the head applied to each place, whose mean is the logit; otherwise it is the logit itself, (N, 1, 1, 1).
    """

    def __init__(self, front: str, size: int, dropout: float, *, frozen: bool) -> None:
        super().__init__()
        self.fixed_side, self.frozen = size, frozen
        self.normalise = Normalise()
        self.backbone = make_backbone(front, size)
        width = width_of(self.backbone)
        self.head = nn.Sequential(nn.BatchNorm1d(width) if frozen else nn.Dropout(dropout), nn.Linear(width, 1))
        if frozen:
            self.backbone.requires_grad_(False)

    def train(self, mode: bool = True) -> Self:
        """Set the mode, of a frozen backbone always evaluation."""
        super().train(mode)
        if self.frozen:
            self.backbone.eval()
        return self

    def from_published(self, tensors: dict[str, Tensor]) -> tuple[dict[str, Tensor], tuple[str, ...]]:
        """Return DFSpot's tensors under this network's names, and no notes; others as they are (see :mod:`.dfspot_checkpoint`).

        Raises:
            UsageError: the file's head is missing or of the other kind.
        """
        if not is_dfspot(tensors):
            return tensors, ()
        found = renamed(tensors)
        if self.frozen != ("head.0.weight" in found):
            kind, wanted = ("plain", "dfspot-v2 or dfspot-vit") if self.frozen else ("Siamese-tuned", "dfspot-v2st or dfspot-vitst")
            raise UsageError(f"the file holds a {kind} network; convert it with a recipe of that kind: {wanted}")
        return found, ()

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return (N,) logits and patch logits."""
        if self.frozen:
            with torch.no_grad():
                features, places = features_of(self.backbone, self.normalise(image))
        else:
            features, places = features_of(self.backbone, self.normalise(image))
        logit = self.head(features)[:, 0]
        if places is None or self.training:
            return logit, logit[:, None, None, None]
        rows = places.permute(0, 2, 3, 1)
        patches = self.head(rows.reshape(-1, rows.shape[3])).reshape(rows.shape[:3])
        return logit, patches[:, None]
