"""The RECCE network: encoder, reconstruction branch, graph step, attention, head (specs: recce 1)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from fakeprint.learn.outputs import OUTPUTS
from fakeprint.learn.recce.attention import ResidualAttention
from fakeprint.learn.recce.checkpoint import published_state
from fakeprint.learn.recce.encoder import Block, Encoder, SeparableConv
from fakeprint.learn.recce.graph_step import GraphStep
from fakeprint.learn.recce.losses import flooded, likeness, reconstruction_loss, separation_loss
from fakeprint.learn.recipe import NetworkMember, RecceSettings


class RecceOutputs(NamedTuple):
    """What the network returns, in training too.

    ``logit`` (N,), ``patch_logits`` (N, 1, h', w') whose mean is the logit (without dropout), ``reconstruction`` (N, 3, H, W) in [0, 1],
    ``residual`` (N, 1, H, W) in [0, 1], ``attention`` (N, 1, h, w) in [0, 1].
    """

    logit: Tensor
    patch_logits: Tensor
    reconstruction: Tensor
    residual: Tensor
    attention: Tensor


class RecceTraining(NamedTuple):
    """The same five, and in training the pooled features (N, C) of the encoder and of both decoders, which the third loss compares."""

    logit: Tensor
    patch_logits: Tensor
    reconstruction: Tensor
    residual: Tensor
    attention: Tensor
    encoded: Tensor
    decoded: Tensor
    decoded_fine: Tensor


class RecceNet(nn.Module):
    """Takes (N, 3, H, W) float32 RGB in [0, 1], square faces of 224, 256 or 299 pixels as published; any H, W >= 96 works.

    ``widths`` are the eight channels of :class:`~fakeprint.learn.recce.encoder.Encoder`; the decoders mirror them.  ``dropout`` is used
    everywhere.  Names of parameters are the published ones, without the unused ``encoder.fc``.
    """

    def __init__(self, widths: Sequence[int], dropout: float, settings: RecceSettings | None = None) -> None:
        super().__init__()
        self.outputs: tuple[str, ...] = RecceOutputs._fields
        self.settings = settings or RecceSettings()
        self.encoder = Encoder(widths)
        _, coarse, fine, joint, middle, *_, last = widths
        self.decoder1 = _doubling(middle, joint)
        self.decoder2 = Block(joint, (joint,) * 3)
        self.decoder3 = _doubling(joint, fine)
        self.decoder4 = Block(fine, (fine,) * 3)
        self.decoder5 = _doubling(fine, coarse)
        self.decoder6 = nn.Sequential(nn.Conv2d(coarse, 3, 1, bias=False), nn.Tanh())
        self.reasoning = GraphStep(middle, joint, fine, dropout)
        self.attention = ResidualAttention(middle, dropout)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(last, 1)

    def forward(self, image: Tensor) -> RecceOutputs | RecceTraining | tuple[Tensor, ...]:
        """Return the outputs; see :class:`RecceOutputs` and, in training, :class:`RecceTraining`."""
        clean = image * 2.0 - 1.0
        encoded = self.encoder.early(self._noisy(clean))
        decoded = self.decoder2(self.decoder1(self.dropout(encoded)))
        decoded_fine = self.decoder4(self.decoder3(decoded))
        drawn = self.decoder6(self.decoder5(decoded_fine))
        redrawn = functional.interpolate(drawn, size=image.shape[2:], mode="bilinear", align_corners=True)
        residual = (clean - redrawn).abs()
        cells = self.encoder.middle(encoded)
        fused = self.encoder.eighth(self.reasoning(cells, decoded, decoded_fine) + cells)
        attended, gate = self.attention(residual, fused)
        features = self.encoder.late(attended)
        logit = self.fc(self.dropout(features.mean((2, 3)))).squeeze(1)
        patches = functional.conv2d(features, self.fc.weight[:, :, None, None], self.fc.bias)
        found = RecceOutputs(logit, patches, (redrawn + 1.0) / 2.0, residual.mean(1, keepdim=True) / 2.0, gate)
        if not self.training:
            return found if self.outputs == found._fields else found[: len(OUTPUTS)]
        return RecceTraining(*found, encoded.mean((2, 3)), decoded.mean((2, 3)), decoded_fine.mean((2, 3)))

    def loss(self, outputs: RecceTraining, images: Tensor, labels: Tensor, member: NetworkMember) -> Tensor:
        """Return the weighted sum of the three losses; see :mod:`fakeprint.learn.recce.losses`."""
        used = self.settings
        targets = labels.float() * (1.0 - member.smoothing) + 0.5 * member.smoothing
        classified = functional.binary_cross_entropy_with_logits(outputs.logit.float(), targets)
        redrawn = reconstruction_loss(outputs.reconstruction * 2.0 - 1.0, images * 2.0 - 1.0, labels)
        matrices = [likeness(one) for one in (outputs.encoded, outputs.decoded, outputs.decoded_fine)]
        separated = separation_loss(matrices, labels, compat=used.compat)
        return flooded(classified, used.flood) + used.reconstruction * redrawn + used.separation * separated

    def from_published(self, tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], tuple[str, ...]]:
        """Return a published state dict under the names of this network, and what its card must say about it.

        A network whose reconstruction branch was never trained gives no maps.
        """
        published = published_state(tensors)
        if published.redraws:
            return published.tensors, ()
        self.outputs = OUTPUTS
        return published.tensors, ("The reconstruction branch of these weights was never trained, so the model shows no maps.",)

    def _noisy(self, clean: Tensor) -> Tensor:
        """In training, where the settings say so, add noise to half of the faces and hold the batch within [-1, 1]."""
        if not self.training or not self.settings.noise:
            return clean
        chosen = torch.rand(len(clean), 1, 1, 1, device=clean.device) < 0.5
        return (clean + chosen * self.settings.noise * torch.randn_like(clean)).clamp(-1.0, 1.0)


def _doubling(width: int, wider: int) -> nn.Sequential:
    """Twice the size by repetition, a separable convolution, normalisation, ReLU."""
    return nn.Sequential(nn.Upsample(scale_factor=2), SeparableConv(width, wider), nn.BatchNorm2d(wider), nn.ReLU())
