"""Self-blended faces: the inner face is replaced by a slightly changed and moved copy of itself (specs: field 4.1).

Written from the published description.  What a detector can learn from them is the blending, not the method of any face swapper.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Step
from fakeprint.generators.face_change import KERNELS, FaceChange, Pixels
from fakeprint.generators.face_mask import FaceMask, Points, face_size


@dataclass(frozen=True)
class Blended:
    """The blended picture (H, W, 3) uint8 RGB, and what share of each pixel was replaced, (H, W) float32 in [0, 1]."""

    pixels: Pixels
    mask: NDArray[np.float32]


@dataclass(frozen=True)
class SelfBlend:
    """One self-blend, every number of it decided.

    ``keypoints`` are x and y of the six keypoints in turn, in pixels of the picture (:data:`fakeprint.media.faces.KEYPOINTS`).
    ``changed`` says which copy gets ``change``: the moved ``source`` or the ``target``.  The source is moved by ``across`` and ``down``
    face sizes and scaled by ``scale`` about the middle of the face, with interpolation ``kernel``; the mask moves with it.  ``ratio``
    is the share of the source inside the mask.
    """

    name: ClassVar[str] = "self-blend"
    version: ClassVar[str] = "1"
    keypoints: tuple[float, ...]
    mask: FaceMask
    change: FaceChange
    changed: str = "source"
    across: float = 0.0
    down: float = 0.0
    scale: float = 1.0
    kernel: str = "bilinear"
    ratio: float = 1.0

    def __post_init__(self) -> None:
        if len(self.keypoints) != 12:
            raise UsageError(f"six keypoints are twelve numbers; got {len(self.keypoints)}")
        face_size(self._points())
        if self.changed not in ("source", "target") or self.kernel not in ("bilinear", "bicubic"):
            raise UsageError("changed is source or target, kernel bilinear or bicubic")
        if not (abs(self.across) <= 1 and abs(self.down) <= 1 and 0.5 <= self.scale <= 2 and 0 < self.ratio <= 1):
            raise UsageError("a source moves by at most its size, scales by 0.5 to 2, and is blended at a ratio in 0 to 1")

    def apply(self, pixels: Pixels) -> Blended:
        """Blend (H, W, 3) uint8 RGB pixels; equal pixels give equal bytes.

        Raises:
            UsageError: the face lies outside the picture.
        """
        height, width = pixels.shape[:2]
        size = face_size(self._points())
        outline = self.mask.outline(self._points())
        mask = self.mask.raster(self._moved_outline(outline, size), width, height, size) * np.float32(self.ratio)
        changed = self.change.apply(pixels)
        source, target = (changed, pixels) if self.changed == "source" else (pixels, changed)
        share = mask[:, :, None]
        mixed = self._moved(source, outline, size).astype(np.float32) * share + target.astype(np.float32) * (1 - share)
        return Blended(np.clip(np.rint(mixed), 0, 255).astype(np.uint8), mask)

    def step(self) -> Step:
        """Return the record that makes this blend again."""
        whole = asdict(self)
        parameters: dict[str, int | float | str | bool] = {}
        for number, value in enumerate(whole.pop("keypoints")):
            parameters[f"keypoint_{number // 2}_{'xy'[number % 2]}"] = float(value)
        seed = int(whole["mask"].pop("seed"))
        for part in ("mask", "change"):
            parameters |= {f"{part}_{name}": value for name, value in whole.pop(part).items()}
        return Step(name=self.name, version=self.version, parameters={**parameters, **whole}, seed=seed)

    @classmethod
    def of(cls, step: Step) -> Self:
        """Rebuild a blend from its record.

        Raises:
            UsageError: another step, another version, or parameters that are missing, unknown or out of range.
        """
        if (step.name, step.version) != (cls.name, cls.version) or step.seed is None:
            raise UsageError(f"{step.name!r} version {step.version} is no step of {cls.name} version {cls.version} with its seed")
        left: dict[str, Any] = dict(step.parameters)
        try:
            points = tuple(float(left.pop(f"keypoint_{number // 2}_{'xy'[number % 2]}")) for number in range(12))
            mask = FaceMask(seed=step.seed, **{one.name: left.pop(f"mask_{one.name}") for one in fields(FaceMask) if one.name != "seed"})
            change = FaceChange(**{one.name: left.pop(f"change_{one.name}") for one in fields(FaceChange)})
            return cls(keypoints=points, mask=mask, change=change, **left)
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"step {cls.name!r} cannot be replayed: {error}") from error

    def _points(self) -> NDArray[np.float32]:
        return np.array(self.keypoints, np.float32).reshape(6, 2)

    def _moved_outline(self, outline: Points, size: float) -> Points:
        centre = outline.mean(0)
        moved: Points = centre + self.scale * (outline - centre) + np.array((self.across, self.down)) * size
        return moved

    def _moved(self, pixels: Pixels, outline: Points, size: float) -> Pixels:
        if (self.scale, self.across, self.down) == (1.0, 0.0, 0.0):
            return pixels
        height, width = pixels.shape[:2]
        step = np.array((self.across, self.down)) * size
        centre = outline.mean(0)
        reach = (np.abs(centre) + max(height, width)) * max(0.0, 1 / self.scale - 1) + np.abs(step) / self.scale
        edge = 2 + int(np.ceil(reach.max()))  # edge pixels are repeated where the source would lie outside the picture
        offset = edge + centre - (centre + step) / self.scale
        matrix = (1 / self.scale, 0.0, float(offset[0]), 0.0, 1 / self.scale, float(offset[1]))
        image = Image.fromarray(np.pad(pixels, ((edge, edge), (edge, edge), (0, 0)), mode="edge"))
        return np.array(image.transform((width, height), Image.Transform.AFFINE, matrix, KERNELS[self.kernel]))
