"""The part of an inspection that runs in the sandbox: paths in, facts out; every image is decoded."""

import math
import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue, TypeAdapter

from fakeprint.collect.image_facts import ImageFacts, Inspected
from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.core.media import MediaKind
from fakeprint.media.container.model import Container, PartKind
from fakeprint.media.container.sniff import SNIFF_BYTES, sniff

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EXIF_MARKS = (b"Exif\0\0", b"eXIf", b"EXIF")
_ANSWER = TypeAdapter(list[Inspected])


class InspectWorker:
    """Constructed once in each worker, then called with a batch of paths."""

    def __init__(self, setup: JsonValue) -> None:
        import fakeprint.media.image
        import fakeprint.media.perceptual_hash  # noqa: F401 (loaded once, before the first item)

        if not isinstance(setup, dict):
            raise TypeError("malformed setup")
        self._limits = Limits.model_validate(setup["limits"])
        self._encoding = bool(setup["encoding"])

    def __call__(self, payload: JsonValue) -> tuple[bytes, dict[str, bytes]]:
        """Return one :class:`Inspected` for each of ``paths`` (bytes as Latin-1), in their order."""
        paths = payload["paths"] if isinstance(payload, dict) else []
        found = [self._inspect(Path(os.fsdecode(str(path).encode("latin-1")))) for path in (paths if isinstance(paths, list) else [])]
        return _ANSWER.dump_json(found, exclude_defaults=True), {}

    def _inspect(self, path: Path) -> Inspected:
        try:
            return Inspected(facts=inspect(path, self._limits, encoding=self._encoding))
        except MediaError as error:
            if error.code is ErrorCode.E_MEMORY:
                raise  # the worker leaves; the pool repeats the batch, its owner then item by item
            return Inspected(error=error.info())


def inspect(path: Path, limits: Limits, *, encoding: bool = True) -> ImageFacts:
    """Decode an image file and return its facts; without ``encoding`` those of its container and tables are left at their defaults.

    Raises:
        MediaError: no image, refused, damaged or over a limit.
    """
    from fakeprint.media.container.walk import walk

    try:
        if (size := path.stat().st_size) > limits.image_bytes:
            raise MediaError(ErrorCode.E_TOO_LARGE, f"{size} bytes; the limit is {limits.image_bytes}", Stage.OPEN)
        data = path.read_bytes()
    except OSError as error:
        raise MediaError(ErrorCode.E_READ, f"cannot be read: {error.strerror}", Stage.OPEN) from error
    if not encoding and not any(mark in data for mark in _EXIF_MARKS):
        found = sniff(data[:SNIFF_BYTES])
        with suppress(MediaError):  # the walk below finds the better words for what is wrong
            return _facts(path, Container(found.format, found.mime, found.kind), limits)
    container = walk(BytesIO(data), limits)
    facts = _facts(path, container, limits)
    return facts.model_copy(update=_encoding(container)) if encoding else facts


def _facts(path: Path, container: Container, limits: Limits) -> ImageFacts:
    from fakeprint.media.perceptual_hash import hash_of_grey

    if container.kind is not MediaKind.IMAGE:
        code = ErrorCode.E_FORMAT_UNKNOWN if container.format == "unknown" else ErrorCode.E_FORMAT_REFUSED
        raise MediaError(code, f"the content is {container.format}, no image", Stage.PROBE)
    width, height, mode, grey = _decoded(path, container, limits)
    return ImageFacts(
        format=container.format,
        mime=container.mime,
        width=width,
        height=height,
        mode=mode,
        phash=f"{hash_of_grey(grey):016x}",
        deviation=round(math.sqrt(max(0.0, float((grey * grey).mean() - grey.mean() ** 2))), 3),
    )


def _decoded(path: Path, container: Container, limits: Limits) -> "tuple[int, int, str, NDArray[np.float64]]":
    from fakeprint.media.image import decode_image
    from fakeprint.media.image_header import decoder_errors, opened_image
    from fakeprint.media.perceptual_hash import small_grey

    with opened_image(path, container, limits) as (image, header, _):
        if header.orientation == 1 and image.mode in ("RGB", "L"):
            with decoder_errors(Stage.DECODE, container):
                image.load()
            return header.width, header.height, header.mode, small_grey(image)
    pixels = decode_image(path, container, limits).upright()
    return pixels.shape[1], pixels.shape[0], header.mode, small_grey(pixels)


def _encoding(container: Container) -> "dict[str, int | str | bool | None]":
    from fakeprint.media.jpeg_tables import read_jpeg_header

    header = read_jpeg_header(container) if container.format == "jpeg" else None
    has = {"has_exif": bool(container.of_kind(PartKind.EXIF)), "has_icc": bool(container.of_kind(PartKind.ICC))}
    if header is None:
        return {**has, "lossless": container.lossless}
    quality = header.quality
    return {
        **has,
        "quality": quality.value if quality else None,
        "exact": quality.exact if quality else None,
        "subsampling": header.subsampling,
        "progressive": header.process == "progressive",
        "lossless": container.lossless,
    }
