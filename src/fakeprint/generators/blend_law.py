"""The random law of self-blending: ranges as data, in a recipe or by default those of the published recipe (specs: field 4.1)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from fakeprint.core.errors import UsageError
from fakeprint.core.record import Record
from fakeprint.generators.face_change import KERNELS, FaceChange
from fakeprint.generators.face_mask import FaceMask
from fakeprint.generators.self_blend import SelfBlend

Range = tuple[float, float]


class BlendLaw(Record):
    """Ranges are uniform and end inclusive; ``p_...`` are probabilities; choices are equally likely.

    Published: shifts of 20 grey levels, brightness and contrast of 0.1, translation of 3 % across and 1.5 % down, scale 0.95 to
    1 / 0.95, no forehead with probability 0.25, ratios.  Chosen here, where the description is silent or in other units: the sizes of
    the mask, the amounts of detail, hue and saturation, the JPEG round trip.
    """

    p_target: float = Field(0.5, ge=0, le=1)
    p_shift: float = Field(0.3, ge=0, le=1)
    shift: float = Field(20.0, ge=0, le=128)
    hue: float = Field(8.0, ge=0, le=180)
    saturation: float = Field(0.3, ge=0, lt=1)
    brightness: float = Field(0.1, ge=0, le=0.5)
    contrast: float = Field(0.1, ge=0, lt=1)
    details: tuple[str, ...] = Field(("rescale", "sharpen", "blur"), min_length=1)
    rescale: Range = (0.3, 0.9)
    sharpen: Range = (0.4, 1.6)
    blur: Range = (0.4, 1.6)
    p_jpeg: float = Field(0.3, ge=0, le=1)
    quality: tuple[int, int] = (40, 95)
    across: float = Field(0.03, ge=0, le=0.5)
    down: float = Field(0.015, ge=0, le=0.5)
    scale: float = Field(0.95, gt=0.5, le=1)
    p_no_forehead: float = Field(0.25, ge=0, le=1)
    forehead: Range = (0.35, 0.9)
    chin: Range = (0.45, 0.9)
    grow: Range = (0.75, 1.1)
    bend: Range = (0.0, 0.045)
    soften: Range = (0.005, 0.07)
    level: Range = (0.3, 0.9)
    feather: Range = (0.004, 0.07)
    ratios: tuple[float, ...] = Field((0.25, 0.5, 0.75, 1.0, 1.0, 1.0), min_length=1)

    @model_validator(mode="after")
    def _drawable(self) -> "BlendLaw":
        keypoints = np.array(((30, 40), (70, 40), (50, 60), (50, 80), (15, 45), (85, 45)), np.float32)
        ranges = (
            self.rescale,
            self.sharpen,
            self.blur,
            self.forehead,
            self.chin,
            self.grow,
            self.bend,
            self.soften,
            self.level,
            self.feather,
        )
        if any(low > high for low, high in (*ranges, self.quality)):
            raise ValueError("a range is written [low, high]")
        for seed in range(8):
            try:
                self.draw(keypoints, np.random.default_rng(seed))
            except (UsageError, KeyError) as error:
                raise ValueError(f"cannot be drawn: {error}") from error
        return self

    def draw(self, keypoints: NDArray[np.float32], rng: np.random.Generator) -> SelfBlend:
        """Decide every number of one blend of the face with these keypoints (6, 2).

        >>> face = np.array(((30, 40), (70, 40), (50, 60), (50, 80), (15, 45), (85, 45)), np.float32)
        >>> BlendLaw().draw(face, np.random.default_rng(1)) == BlendLaw().draw(face, np.random.default_rng(1))
        True
        """
        scale = float(rng.uniform(self.scale, 1.0))
        return SelfBlend(
            keypoints=tuple(float(one) for one in keypoints.reshape(-1)),
            mask=self._mask(rng),
            change=self._change(rng),
            changed="target" if rng.random() < self.p_target else "source",
            across=float(rng.uniform(-self.across, self.across)),
            down=float(rng.uniform(-self.down, self.down)),
            scale=1 / scale if rng.random() < 0.5 else scale,
            kernel=_one_of(("bilinear", "bicubic"), rng),
            ratio=self.ratios[int(rng.integers(len(self.ratios)))],
        )

    def _mask(self, rng: np.random.Generator) -> FaceMask:
        bare = rng.random() < self.p_no_forehead
        forehead = float(rng.uniform(*self.forehead))
        return FaceMask(
            forehead=0.15 if bare else forehead,
            chin=float(rng.uniform(*self.chin)),
            grow=float(rng.uniform(*self.grow)),
            bend=float(rng.uniform(*self.bend)),
            soften=float(rng.uniform(*self.soften)),
            level=float(rng.uniform(*self.level)),
            feather=float(rng.uniform(*self.feather)),
            seed=int(rng.integers(2**62)),
        )

    def _change(self, rng: np.random.Generator) -> FaceChange:
        shifted = rng.random() < self.p_shift
        red, green, blue = (float(one) * shifted for one in rng.uniform(-self.shift, self.shift, 3))
        detail = _one_of(self.details, rng)
        amounts = {"none": (0.0, 0.0), "rescale": self.rescale, "sharpen": self.sharpen, "blur": self.blur}
        compressed = rng.random() < self.p_jpeg
        quality = int(rng.integers(self.quality[0], self.quality[1] + 1))
        return FaceChange(
            red=red,
            green=green,
            blue=blue,
            hue=float(rng.uniform(-self.hue, self.hue)),
            saturation=1 + float(rng.uniform(-self.saturation, self.saturation)),
            brightness=255 * float(rng.uniform(-self.brightness, self.brightness)),
            contrast=1 + float(rng.uniform(-self.contrast, self.contrast)),
            detail=detail,
            amount=float(rng.uniform(*amounts[detail])),
            kernel=_one_of(tuple(KERNELS)[1:], rng),
            quality=quality if compressed else 0,
        )


def read_law(path: Path) -> BlendLaw:
    """Read a law from YAML; every mistake is named with its place.

    Raises:
        UsageError: no such file, not YAML, or not a law.
    """
    try:
        return BlendLaw.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path.name} cannot be read as YAML: {error}") from error
    except ValidationError as error:
        lines = [f"  {'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise UsageError("\n".join([f"{path.name} is not a law of self-blending:", *lines])) from error


def _one_of(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
