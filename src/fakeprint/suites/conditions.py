"""Delivery conditions by name: a tier, or steps joined by ``+`` (specs: evaluation 9 and 12).

``clean``, ``web``, ``hard``, ``social``, ``messenger`` are tiers.  ``x0.6`` resamples both axes by 0.6, ``x0.5-lanczos`` with that kernel;
``jpeg80``, ``webp75`` encode at a quality, ``jpeg80-95`` at one drawn for each sample; ``blur1.5`` and ``noise5`` take a sigma; ``crop3``
cuts 3 pixels from the left and the top, which moves the compression grid; ``window224`` keeps the middle of at most 224 x 224 pixels,
which makes sizes equal; ``fit1600`` bounds the longer side.  What is drawn depends on seed, condition and sample id alone, never on the
label, and every step is recorded and can be replayed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from fakeprint.core.calibration import Bucket, bucket_of
from fakeprint.core.errors import UsageError
from fakeprint.core.registry import unknown_name
from fakeprint.core.sample import Step
from fakeprint.transforms.blur import Blur
from fakeprint.transforms.crop import Crop
from fakeprint.transforms.fit import Fit
from fakeprint.transforms.jpeg import Jpeg
from fakeprint.transforms.noise import Noise
from fakeprint.transforms.resize import Resize
from fakeprint.transforms.tiers import TIERS
from fakeprint.transforms.transform import Pixels, Transform
from fakeprint.transforms.webp import Webp

DEFAULT_CONDITIONS = ("clean", "web", "hard", "x0.6", "jpeg80-95")
"""What a detector is measured under when nothing else is asked for."""

_ATOM = re.compile(r"(x|jpeg|webp|blur|noise|crop|window|fit)(\d{1,6}(?:\.\d{1,4})?)(?:-(\d{1,3}|[a-z]{3,10}))?")

Draw = Callable[[np.random.Generator, Pixels], Transform]


@dataclass(frozen=True)
class Condition:
    """One delivery.  ``definition`` says in words what is done."""

    name: str
    definition: str
    draws: tuple[Draw, ...]

    def deliver(self, pixels: Pixels, sample_id: str, seed: int) -> tuple[Pixels, tuple[Step, ...]]:
        """Return the delivered (H, W, 3) uint8 pixels and the steps that replay them."""
        rng = np.random.default_rng(int.from_bytes(sha256(f"{seed}\0{self.name}\0{sample_id}".encode()).digest()[:8]))
        steps = []
        for draw in self.draws:
            transform = draw(rng, pixels)
            pixels = transform.apply(pixels)
            steps.append(transform.step())
        return pixels, tuple(steps)


def condition_of(name: str) -> Condition:
    """Return the condition of that name, or raise a UsageError that says what there is.

    >>> pixels, steps = condition_of("x0.5+jpeg80-95").deliver(np.zeros((40, 60, 3), np.uint8), "a.png", 1)
    >>> pixels.shape, [step.name for step in steps]
    ((20, 30, 3), ['resize', 'jpeg'])
    """
    if name in TIERS:
        chain = TIERS[name]
        return Condition(name, "; ".join(_told(one) for one in chain) or "as stored", tuple(_fixed(one) for one in chain))
    atoms = name.split("+")
    draws, words = [], []
    for atom in atoms:
        found = _ATOM.fullmatch(atom)
        if found is None:
            raise _unknown(name)
        draw, told = _atom(found.group(1), found.group(2), found.group(3), name)
        draws.append(draw)
        words.append(told)
    return Condition(name, "; ".join(words), tuple(draws))


def _unknown(name: str) -> UsageError:
    known = (*TIERS, "x0.6", "jpeg80", "jpeg80-95", "webp75", "blur1", "noise5", "crop3", "window224", "fit1600", "x0.7-area+jpeg80")
    return unknown_name("delivery condition", name, known)


def _atom(kind: str, number: str, extra: str | None, name: str) -> tuple[Draw, str]:
    if kind == "jpeg" and extra is not None and extra.isdigit():
        low, high = int(float(number)), int(extra)
        if not low < high:
            raise UsageError(f"a range of qualities rises; got {name!r}")
        return lambda rng, _: Jpeg(quality=int(rng.integers(low, high + 1))), f"JPEG quality drawn from {low} to {high}, 4:2:0"
    if kind == "x":
        resize = Resize(factor=float(number), kernel=extra or "bilinear")
        return _fixed(resize), _told(resize)
    if extra is not None or (kind not in ("blur", "noise") and "." in number):
        raise _unknown(name)
    if kind == "noise":
        sigma = float(number)
        Noise(sigma=sigma)
        return lambda rng, _: Noise(sigma=sigma, seed=int(rng.integers(2**63))), f"Gaussian noise, sigma {sigma:g}"
    if kind == "crop":
        cut = int(number)
        return lambda _, pixels: _cropped(pixels, cut), f"{cut} pixels cut from the left and the top"
    if kind == "window":
        side = int(number)
        if side < 1:
            raise UsageError(f"a window has at least one pixel; got {name!r}")
        return lambda _, pixels: _middle(pixels, side), f"the middle {side} x {side} pixels"
    makers: dict[str, Callable[[], Transform]] = {
        "jpeg": lambda: Jpeg(quality=int(number)),
        "webp": lambda: Webp(quality=int(number)),
        "blur": lambda: Blur(sigma=float(number)),
        "fit": lambda: Fit(side=int(number)),
    }
    transform = makers[kind]()
    return _fixed(transform), _told(transform)


def _fixed(transform: Transform) -> Draw:
    return lambda _rng, _pixels: transform


def _cropped(pixels: Pixels, cut: int) -> Crop:
    height, width = pixels.shape[:2]
    return Crop(left=min(cut, width - 1), top=min(cut, height - 1), width=max(1, width - cut), height=max(1, height - cut))


def _middle(pixels: Pixels, side: int) -> Crop:
    height, width = pixels.shape[:2]
    wide, high = min(width, side), min(height, side)
    return Crop(left=(width - wide) // 2, top=(height - high) // 2, width=wide, height=high)


def _told(transform: Transform) -> str:
    parameters = ", ".join(f"{name} {value}" for name, value in transform.step().parameters.items())
    return f"{transform.name} ({parameters})"


def delivered_bucket(stored: Bucket, steps: tuple[Step, ...], width: int, height: int) -> Bucket:
    """Return the calibration bucket of what arrives: the stored file's own where nothing was done, else by the last step.

    A last step that encodes as JPEG gives its quality, WebP an unknown one; anything else arrives without further loss.

    >>> delivered_bucket(Bucket(), (Step(name="resize"), Step(name="jpeg", parameters={"quality": 60})), 300, 200).name
    'under-256/under-q75'
    """
    if not steps:
        return stored
    last = steps[-1]
    quality = last.parameters.get("quality") if last.name == "jpeg" else None
    lossless = last.name not in ("jpeg", "webp")
    return bucket_of(min(width, height), int(quality) if quality is not None else None, lossless=lossless)
