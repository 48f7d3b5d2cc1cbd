"""The part of format matching that runs in the sandbox: one file in, its window re-encoded as told out."""

import os
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, JsonValue

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.core.media import Sha256
from fakeprint.core.record import Record
from fakeprint.core.sample import Step

if TYPE_CHECKING:
    from fakeprint.media.item import MediaItem

PROBE_QUALITY = 75
"""JPEG quality (4:2:0) at which every window is encoded once to see how busy it is."""

FILE = "file"


class MatchTarget(Record):
    """How a file is to be stored: ``jpeg`` or ``webp`` with a quality, or ``png``; ``subsampling`` is 444, 422 or 420 (JPEG only)."""

    format: str = Field(pattern="^(jpeg|webp|png)$")
    quality: int | None = Field(None, ge=1, le=100)
    subsampling: int | None = None

    @property
    def suffix(self) -> str:
        """The ending of such a file."""
        return {"jpeg": ".jpg", "webp": ".webp", "png": ".png"}[self.format]


class MatchSetup(Record):
    """What a worker is told once."""

    limits: Limits = Limits()


class MatchTask(Record):
    """One file: ``place`` is where it lies (bytes as Latin-1), ``at`` the position of the window in [0, 1) across and down.

    ``first`` is the form that the whole picture passes through before it is cut, for files that have no lossy save behind them.
    """

    place: str
    target: MatchTarget
    first: MatchTarget | None = None
    window: int = Field(gt=0)
    at: tuple[float, float]


class MatchedFile(Record):
    """What was written.  ``probe_bytes`` is the size of the window as a JPEG of fixed quality; ``notes`` say what could not be done."""

    sha256: Sha256
    bytes: int
    mime: str
    steps: tuple[Step, ...]
    probe_bytes: int
    notes: tuple[str, ...] = ()


class MatchWorker:
    """Constructed once in each worker, then called with one :class:`MatchTask` after the other."""

    def __init__(self, setup: JsonValue) -> None:
        self._limits = MatchSetup.model_validate(setup).limits

    def __call__(self, payload: Mapping[str, JsonValue]) -> tuple[bytes, dict[str, bytes]]:
        """Return the :class:`MatchedFile` as JSON, and the new file.

        Raises:
            MediaError: the file cannot be decoded or is smaller than the window.
        """
        from PIL import Image

        from fakeprint.media.item import MediaItem
        from fakeprint.media.probe import open_media
        from fakeprint.transforms.crop import Crop

        task = MatchTask.model_validate(payload)
        path = Path(os.fsdecode(task.place.encode("latin-1")))
        opened = open_media(path, self._limits)
        if opened.media is None or opened.container is None or opened.error is not None:
            error = opened.error
            raise MediaError(error.code if error else ErrorCode.E_READ, error.message if error else "cannot be read", Stage.PROBE)
        item = MediaItem(opened.media, opened.container, path, path.name, self._limits, want_pictures=False)
        pixels, notes = srgb(item)
        height, width = pixels.shape[:2]
        if min(height, width) < task.window:
            raise MediaError(ErrorCode.E_FORMAT_REFUSED, f"smaller than the window of {task.window} pixels", Stage.DECODE)
        left, top = (int(at * (size - task.window + 1)) for at, size in zip(task.at, (width, height), strict=True))
        before: tuple[Step, ...] = ()
        if task.first is not None:
            data, before = encode(pixels, task.first)
            pixels = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
        crop = Crop(left=left, top=top, width=task.window, height=task.window)
        cut = crop.apply(pixels)
        data, steps = encode(cut, task.target)
        found = MatchedFile(
            sha256=sha256(data).hexdigest(),
            bytes=len(data),
            mime=f"image/{task.target.format}",
            steps=(*before, crop.step(), *steps),
            probe_bytes=len(encode(cut, MatchTarget(format="jpeg", quality=PROBE_QUALITY, subsampling=420))[0]),
            notes=notes,
        )
        return found.model_dump_json().encode(), {FILE: data}


def encode(pixels: NDArray[np.uint8], target: MatchTarget) -> tuple[bytes, tuple[Step, ...]]:
    """Return the file of (H, W, 3) uint8 pixels, without metadata, and the steps whose replay gives the pixels that it decodes to."""
    from PIL import Image

    from fakeprint.transforms.jpeg import Jpeg
    from fakeprint.transforms.webp import Webp

    picture, buffer = Image.fromarray(pixels), BytesIO()
    if target.format == "png":
        picture.save(buffer, "PNG")
        return buffer.getvalue(), ()
    quality = target.quality or 0
    if target.format == "webp":
        step = Webp(quality=quality).step()
        picture.save(buffer, "WEBP", quality=quality, method=2)
        return buffer.getvalue(), (step,)
    subsampling = target.subsampling or 420
    step = Jpeg(quality=quality, subsampling=subsampling).step()
    picture.save(buffer, "JPEG", quality=quality, subsampling={444: "4:4:4", 422: "4:2:2", 420: "4:2:0"}[subsampling])
    return buffer.getvalue(), (step,)


def srgb(item: "MediaItem") -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Return the upright picture in sRGB; where its colour profile cannot be applied, as stored, with a note.

    Raises:
        MediaError: the pixels cannot be decoded.
    """
    from PIL import Image, ImageCms

    from fakeprint.media.container.model import PartKind

    pixels = item.image.upright()
    data = next((part.data for part in item.container.of_kind(PartKind.ICC) if part.data), None)
    if data is None:
        return pixels, ()
    try:
        profile = ImageCms.getOpenProfile(BytesIO(data))
        if profile.profile.xcolor_space.strip() != "RGB":
            return pixels, ("the colour profile is not one of RGB values and was not applied",)
        turned = ImageCms.profileToProfile(Image.fromarray(pixels), profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        return pixels, (f"the colour profile could not be applied: {str(error)[:100]}",)
    return np.asarray(turned), ()
