"""Decoded pixels of a data set in one memory-mapped file, so that training never waits for a decoder."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.durable import atomic_file, write_atomic
from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.core.sample import Sample
from fakeprint.media.image import decode_image
from fakeprint.media.probe import open_media


@dataclass(frozen=True)
class PixelStore:
    """Upright RGB pixels by sample id.  ``refused`` holds the samples that could not be decoded, with the reason."""

    pixels: NDArray[np.uint8]
    index: dict[str, tuple[int, int, int]]
    refused: dict[str, str]

    def __contains__(self, sample_id: str) -> bool:
        return sample_id in self.index

    def get(self, sample_id: str) -> NDArray[np.uint8]:
        """Return (H, W, 3) uint8 RGB, a read-only view of the file."""
        start, height, width = self.index[sample_id]
        return self.pixels[start : start + height * width * 3].reshape(height, width, 3)


def pixel_store(samples: Sequence[Sample], root: Path, cache: Path, *, whole: int = 1024) -> PixelStore:
    """Open the store of these samples under ``cache``, decoding every file first if it is not there yet.

    Pictures with a side above ``whole`` pixels are kept as their central ``whole`` x ``whole`` window: crops are small, and a
    camera's full picture would fill the disk.  Files that cannot be decoded are listed, never replaced.
    """
    key = sha256("\n".join([str(whole), *(f"{one.id}\0{one.path}\0{one.sha256}" for one in samples)]).encode()).hexdigest()[:16]
    data, index_file = cache / f"pixels-{key}.bin", cache / f"pixels-{key}.json"
    if not index_file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _decode_all(samples, root, data, index_file, whole)
    held = json.loads(index_file.read_text(encoding="utf-8"))
    pixels = np.memmap(data, np.uint8, "r") if held["index"] else np.zeros(0, np.uint8)
    index = {name: (entry[0], entry[1], entry[2]) for name, entry in held["index"].items()}
    return PixelStore(pixels, index, held["refused"])


def _decode_all(samples: Sequence[Sample], root: Path, data: Path, index_file: Path, whole: int) -> None:
    limits = Limits()
    index: dict[str, tuple[int, int, int]] = {}
    refused: dict[str, str] = {}
    position = 0
    with atomic_file(data) as stream:
        for sample in samples:
            try:
                path = root / sample.path
                container = open_media(path, limits).container
                if container is None:
                    raise MediaError(ErrorCode.E_FORMAT_REFUSED, "not an image that this program decodes", Stage.DECODE)
                rgb = decode_image(path, container, limits).upright()
            except MediaError as error:
                refused[sample.id] = str(error)
                continue
            kept = _central(rgb, whole)
            stream.write(kept.tobytes())
            index[sample.id] = (position, kept.shape[0], kept.shape[1])
            position += kept.size
    write_atomic(index_file, json.dumps({"index": index, "refused": refused}).encode())


def _central(rgb: NDArray[np.uint8], whole: int) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    top, left = max(0, (height - whole) // 2), max(0, (width - whole) // 2)
    return np.ascontiguousarray(rgb[top : top + whole, left : left + whole])
