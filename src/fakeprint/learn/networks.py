"""Which network a recipe's member is.

A network takes ``image`` (N, 3, H, W) float32 RGB in [0, 1] and returns a tuple: ``logit`` (N,) first, ``patch_logits`` (N, 1, h, w)
second.  In training mode it may return more.  One that learns otherwise than by :func:`fakeprint.learn.losses.classification_loss`
defines ``loss(outputs, images, labels, member)``, which returns a scalar.  One that gives more outputs names all in ``outputs``
(:mod:`fakeprint.learn.outputs`).  One whose weights were published under other names defines ``from_published(tensors)``, which
returns them under its own, and notes for the card.  One that takes a single input size only says it as ``fixed_side``.  A network that
learns distances (:class:`~fakeprint.learn.triplet.Embedding`) is only a step of training and gives ``embedding`` alone.
"""

from torch import nn

from fakeprint.learn.backbone_classifier import BackboneClassifier
from fakeprint.learn.face_network import FaceNet
from fakeprint.learn.face_trace import FaceTraceNet
from fakeprint.learn.network import PatchNet
from fakeprint.learn.recce.network import RecceNet
from fakeprint.learn.recipe import BackboneSettings, NetworkMember
from fakeprint.learn.triplet import Embedding


def make_network(member: NetworkMember) -> nn.Module:
    """Return the untrained network of a member, by the name of its front end."""
    if member.backbone is not None:
        return _on_backbone(member, member.backbone)
    if member.front == "face":
        return FaceNet(member.channels, member.dropout)
    if member.front == "face-trace":
        return FaceTraceNet(member.channels, member.dropout)
    if member.front == "recce":
        return RecceNet(member.channels, member.dropout, member.recce)
    return PatchNet(member.front, member.channels, member.strides, member.dropout)


def _on_backbone(member: NetworkMember, settings: BackboneSettings) -> nn.Module:
    if settings.triplet is not None:
        return Embedding(member.front, settings.size)
    return BackboneClassifier(member.front, settings.size, member.dropout, frozen=settings.frozen)
