"""The part of a re-encoding that runs in the sandbox: a path, operations and a plan in, encoded bytes out."""

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue, TypeAdapter

from fakeprint.collect.encoder_mix import EncodingPlan
from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.core.sample import Step

if TYPE_CHECKING:
    from PIL import Image

_STEPS = TypeAdapter(list[Step])


def task_of(path: Path, plan: EncodingPlan, operations: Sequence[Step] = ()) -> dict[str, JsonValue]:
    """Return the JSON that asks for one encoding, after these operations on the upright pixels."""
    done: list[JsonValue] = [step.model_dump(mode="json") for step in operations]
    return {"path": os.fsencode(path).decode("latin-1"), "plan": plan.model_dump(mode="json"), "operations": done}


class EncodeWorker:
    """Constructed once in each worker, then called with one image at a time."""

    def __init__(self, setup: JsonValue) -> None:
        import fakeprint.media.image
        import fakeprint.transforms.replay  # noqa: F401 (loaded once, before the first item)

        self._limits = Limits.model_validate(setup)

    def __call__(self, payload: JsonValue) -> tuple[bytes, dict[str, bytes]]:
        """Return nothing but the blob ``image``.

        Raises:
            MediaError: the source cannot be decoded.
        """
        from PIL import Image

        from fakeprint.media.container.walk import walk
        from fakeprint.media.image import decode_image
        from fakeprint.transforms.replay import replay

        if not isinstance(payload, dict):
            raise TypeError("malformed task")
        path = Path(os.fsdecode(str(payload["path"]).encode("latin-1")))
        plan = EncodingPlan.model_validate(payload["plan"])
        try:
            with path.open("rb") as stream:
                container = walk(stream, self._limits)
        except OSError as error:
            raise MediaError(ErrorCode.E_READ, f"cannot be read: {error.strerror}", Stage.OPEN) from error
        pixels = replay(decode_image(path, container, self._limits).upright(), _STEPS.validate_python(payload["operations"]))
        return b"{}", {"image": encode(Image.fromarray(pixels), plan)}


def encode(image: "Image.Image", plan: EncodingPlan) -> bytes:
    """Return an RGB image encoded as planned, without metadata; the same pixels and plan give the same bytes."""
    from PIL import Image

    buffer = BytesIO()
    if plan.format == "jpeg":
        image.save(buffer, "JPEG", quality=plan.quality, subsampling=plan.subsampling, progressive=bool(plan.progressive))
    elif plan.format == "png":
        image.save(buffer, "PNG", compress_level=6 if plan.level is None else min(plan.level, 9))
    elif plan.format == "webp":
        image.save(buffer, "WEBP", quality=plan.quality, method=4)
    elif plan.format == "gif":
        palette = Image.Palette.WEB if plan.palette == "web" else Image.Palette.ADAPTIVE
        image.convert("P", palette=palette).save(buffer, "GIF")
    else:
        image.save(buffer, {"tiff": "TIFF", "bmp": "BMP"}[plan.format])
    return buffer.getvalue()
