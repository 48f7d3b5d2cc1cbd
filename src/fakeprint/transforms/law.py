"""A random law of degradation: draws deterministic transforms, the same way for every class.

A law is data (a list in a recipe): each entry names a transform, its probability ``p``, and for every parameter a fixed value, a
``[low, high]`` range or a list of ``choices``.  Whole-number ranges include both ends; ranges of decimals are uniform.  An entry can
also be ``one_of`` several, each as likely.
"""

from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields

import numpy as np
from pydantic import Field, field_validator

from fakeprint.core.record import Record
from fakeprint.core.sample import Step
from fakeprint.transforms import TRANSFORMS
from fakeprint.transforms.transform import Pixels, Transform


class Choices(Record):
    """One of several values, each as likely."""

    choices: tuple[int | float | str, ...] = Field(min_length=1)


Range = tuple[int, int] | tuple[float, float]


class Chance(Record):
    """One entry of a law: apply ``transform`` with probability ``p``."""

    transform: str
    p: float = Field(1.0, ge=0, le=1)
    parameters: dict[str, int | float | str | Choices | Range] = Field(default_factory=dict)


class OneOf(Record):
    """Apply one of several entries, each as likely, with probability ``p``; their own ``p`` must be 1."""

    one_of: tuple[Chance, ...] = Field(min_length=2)
    p: float = Field(1.0, ge=0, le=1)

    @field_validator("one_of")
    @classmethod
    def _certain(cls, entries: tuple[Chance, ...]) -> tuple[Chance, ...]:
        if any(one.p != 1 for one in entries):
            raise ValueError("entries of one_of have no p of their own")
        return entries


@dataclass(frozen=True)
class Law:
    """Entries in the order in which they are applied.

    >>> law = Law((Chance(transform="jpeg", parameters={"quality": (80, 95)}),))
    >>> law.draw(np.random.default_rng(0))[0].step().name
    'jpeg'
    """

    chances: Sequence[Chance | OneOf]

    def __post_init__(self) -> None:
        for chance in self.chances:
            for one in chance.one_of if isinstance(chance, OneOf) else (chance,):
                _build(one, np.random.default_rng(0))

    def draw(self, rng: np.random.Generator) -> tuple[Transform, ...]:
        """Draw one chain.  Every entry consumes random numbers whether it is applied or not."""
        drawn = [(rng.random() < chance.p, _build(chance, rng)) for chance in self.chances]
        return tuple(transform for kept, transform in drawn if kept)

    def apply(self, pixels: Pixels, rng: np.random.Generator) -> tuple[Pixels, tuple[Step, ...]]:
        """Draw a chain, apply it, and return the pixels with the steps that replay it."""
        chain = self.draw(rng)
        for transform in chain:
            pixels = transform.apply(pixels)
        return pixels, tuple(transform.step() for transform in chain)


def _build(chance: Chance | OneOf, rng: np.random.Generator) -> Transform:
    if isinstance(chance, OneOf):
        return _build(chance.one_of[int(rng.integers(len(chance.one_of)))], rng)
    kind = TRANSFORMS.load(chance.transform)
    values = {name: _value(value, rng) for name, value in chance.parameters.items()}
    seed = int(rng.integers(2**63)) if any(field.name == "seed" for field in fields(kind)) else None
    defaults = {field.name: field.default for field in fields(kind) if field.name != "seed" and field.default is not MISSING}
    return kind.of(Step(name=chance.transform, version=kind.version, parameters={**defaults, **values}, seed=seed))


def _value(value: int | float | str | Choices | Range, rng: np.random.Generator) -> int | float | str:
    if isinstance(value, Choices):
        return value.choices[int(rng.integers(len(value.choices)))]
    if isinstance(value, tuple):
        low, high = value
        if isinstance(low, int) and isinstance(high, int):
            return int(rng.integers(low, high + 1))
        return float(rng.uniform(low, high))
    return value
