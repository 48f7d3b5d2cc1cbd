"""Delivery tiers: fixed chains that stand for how a file reaches its reader (specs: evaluation 9)."""

from fakeprint.core.errors import UnknownNameError
from fakeprint.transforms.fit import Fit
from fakeprint.transforms.jpeg import Jpeg
from fakeprint.transforms.resize import Resize
from fakeprint.transforms.transform import Pixels, Transform

TIERS: dict[str, tuple[Transform, ...]] = {
    "clean": (),
    "web": (Fit(side=768), Jpeg(quality=60)),
    "hard": (Fit(side=512), Jpeg(quality=40)),
    "social": (Resize(factor=0.7, kernel="area"), Jpeg(quality=80)),
    "messenger": (Fit(side=1600), Jpeg(quality=75), Fit(side=1600), Jpeg(quality=75)),
}
"""``clean``, ``web`` and ``hard`` are the public definitions; ``social`` and ``messenger`` are ours."""


def deliver(pixels: Pixels, tier: str) -> Pixels:
    """Pass (H, W, 3) uint8 RGB pixels through a tier."""
    if tier not in TIERS:
        raise UnknownNameError(f"no delivery tier named {tier!r}; there are: {', '.join(TIERS)}")
    for transform in TIERS[tier]:
        pixels = transform.apply(pixels)
    return pixels
