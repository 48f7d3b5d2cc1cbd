"""The shape of every transform: checked parameters, one deterministic ``apply``, and the Step that replays it."""

from dataclasses import dataclass, fields
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Step

Pixels = NDArray[np.uint8]
"""(H, W, 3) uint8 RGB, at least 1x1."""


@dataclass(frozen=True)
class Transform:
    """Base of all transforms: a frozen dataclass of numbers and words, checked when it is made."""

    name: ClassVar[str]
    version: ClassVar[str] = "1"

    def apply(self, pixels: Pixels) -> Pixels:
        """Return the transformed copy of (H, W, 3) uint8 pixels; the input is left as it is."""
        raise NotImplementedError  # the base is no transform; every entry of the table has its own

    def step(self) -> Step:
        """Return the record that replays this transform."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        seed = values.pop("seed", None)
        return Step(name=self.name, version=self.version, parameters=values, seed=seed)

    @classmethod
    def of(cls, step: Step) -> Self:
        """Rebuild the transform from its record."""
        if step.version != cls.version:
            raise UsageError(f"step {step.name!r} is of version {step.version}, this program applies version {cls.version}")
        known = {field.name for field in fields(cls)}
        values = dict(step.parameters)
        if "seed" in known:
            values["seed"] = 0 if step.seed is None else step.seed
        if set(values) != known:
            raise UsageError(f"step {step.name!r} has parameters {sorted(values)}; it needs {sorted(known)}")
        return cls(**values)


def require(condition: bool, message: str) -> None:
    """Refuse parameters that make no sense."""
    if not condition:
        raise UsageError(message)
