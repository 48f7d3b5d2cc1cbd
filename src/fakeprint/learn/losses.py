"""Losses of networks that tell two classes apart."""

from torch import Tensor
from torch.nn import functional

from fakeprint.learn.recipe import NetworkMember


def classification_loss(outputs: tuple[Tensor, ...], _: Tensor, labels: Tensor, member: NetworkMember) -> Tensor:
    """Binary cross-entropy with smoothed labels, and within pairs a ranking loss; the loss of networks that define none."""
    logits = outputs[0].float()
    targets = labels.float() * (1.0 - member.smoothing) + 0.5 * member.smoothing
    loss = functional.binary_cross_entropy_with_logits(logits, targets)
    if member.margin > 0:
        loss = loss + member.margin * functional.softplus(1.0 - (logits[1::2] - logits[::2])).mean()
    return loss
