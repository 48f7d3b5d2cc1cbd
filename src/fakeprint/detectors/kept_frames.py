"""Small pictures of sampled frames and their faces, kept while a video is read: as many as a report shows, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.card import FaceSpec
from fakeprint.core.evidence import EvidenceFile
from fakeprint.core.time_text import time_text
from fakeprint.media.evidence_file import picture_file
from fakeprint.media.faces import Face, crop_face

MOST = 24
MOST_FACES = 8
LONG_SIDE = 400
_FACE = FaceSpec(size=112, scale=1.5, min_side=1)


@dataclass(frozen=True)
class KeptFrame:
    """A frame's time, its picture, made smaller, and its first faces, (112, 112, 3) each; all uint8 RGB."""

    time_s: float
    pixels: NDArray[np.uint8]
    faces: tuple[NDArray[np.uint8], ...]

    def picture(self) -> tuple[EvidenceFile, bytes]:
        """Return the frame as a picture for a report."""
        return picture_file(
            self.pixels,
            name=f"frame-{round(self.time_s * 1000):09d}",
            role="frame",
            title=f"Frame at {time_text(self.time_s)}",
            how_to_read="A sampled frame, made smaller.",
            time_s=self.time_s,
        )

    def face(self, place: int, track: int) -> tuple[EvidenceFile, bytes]:
        """Return one of its faces as a picture of a track."""
        return picture_file(
            self.faces[place],
            name=f"face-{track}",
            role="thumbnail",
            title=f"Face {track}",
            how_to_read=f"The frame at {time_text(self.time_s)}, among those kept the one in which this face scores highest.",
            time_s=self.time_s,
        )


class KeptFrames:
    """Keeps every frame up to :data:`MOST`, then every second, every fourth and so on, which stay spread over the video."""

    def __init__(self) -> None:
        self.frames: dict[int, KeptFrame] = {}
        self._given = 0
        self._step = 1

    def add(self, number: int, time_s: float, rgb: NDArray[np.uint8], faces: Sequence[Face]) -> None:
        """Keep the (H, W, 3) uint8 RGB pixels of the sampled frame of that number, made smaller, or pass it over."""
        if self._given % self._step == 0 and len(self.frames) == MOST:
            self.frames = {key: frame for place, (key, frame) in enumerate(self.frames.items()) if place % 2 == 0}
            self._step *= 2
        if self._given % self._step == 0:
            small = Image.fromarray(rgb)
            small.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.BOX, reducing_gap=2.0)
            crops = tuple(crop_face(rgb, face, _FACE) for face in faces[:MOST_FACES])
            self.frames[number] = KeptFrame(time_s, np.asarray(small), crops)
        self._given += 1
