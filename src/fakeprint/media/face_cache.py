"""Faces that were found in videos, kept on disk by the media's hash, so that a later run need not find them again (specs: dfspot R8).

This is the worker's side: it reads entries and makes them, and :mod:`fakeprint.media.face_cache_folder` writes them in the parent.
Entries are JSON, whole or absent, and checked in full when they are read.
"""

import base64
import hashlib
import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, StringConstraints

import fakeprint
from fakeprint.core.limits import Limits
from fakeprint.core.record import Record
from fakeprint.media.face_cache_folder import MOST_BYTES, entry_path, sent_name
from fakeprint.media.face_tracks import LOOK_SIZE, SCENE_SIZE, FrameFaces
from fakeprint.media.faces import KEYPOINTS, Face
from fakeprint.media.item import MediaItem

Place = tuple[int, int]
"""Number of the sampled frame and number of the face in it, both from 0."""

_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, eq=False)
class FoundFaces:
    """The faces of a video's sampled frames, and raw logits by the key of who gave them.

    ``cut`` says which limit left frames out.  A scorer's logits hold for the places that it lists; other faces were not fit for it.
    """

    frames: tuple[FrameFaces, ...]
    cut: str | None
    scores: Mapping[str, Mapping[Place, float]]


_Pixel = Annotated[float, Field(ge=-1e6, le=1e6)]


class _Face(Record):
    box: tuple[_Pixel, _Pixel, _Pixel, _Pixel]
    score: float = Field(ge=0, le=1)
    keypoints: tuple[tuple[_Pixel, _Pixel], ...] = Field(max_length=len(KEYPOINTS))
    look: str | None


class _Frame(Record):
    time_s: float
    index: int | None
    scene: str | None
    faces: tuple[_Face, ...]


class _Entry(Record):
    format: Literal[1]
    media: _Digest
    key: _Digest
    cut: str | None
    frames: tuple[_Frame, ...]
    scores: dict[_Digest, tuple[tuple[int, int, float], ...]]


def cache_key(*, frames: str, finder_sha256: str, policy: str, min_face: float, limits: Limits) -> str:
    """Return the key of everything but the media that decides which faces are found: 64 hexadecimal digits.

    ``frames`` is the frame source as written; ``policy`` and ``min_face`` are the finder's.  The version of this package counts too.
    """
    return digest(frames, finder_sha256, policy, repr(float(min_face)), limits.video_samples, limits.video_frames)


def digest(*parts: str | float) -> str:
    """Return one digest for several settings and this package's version: 64 hexadecimal digits; also the key of a scorer."""
    return hashlib.sha256(json.dumps([fakeprint.__version__, *parts]).encode()).hexdigest()


def known_faces(item: MediaItem, folder: Path, key: str) -> FoundFaces | None:
    """Return what is known of this item's faces, from this run or an earlier one; None where nothing is, or the entry is damaged."""
    data = item.kept.get(sent_name(key)) or _read(entry_path(folder, item.media.sha256, key))
    return None if data is None else unpack(data, item.media.sha256, key)


def keep_faces(item: MediaItem, key: str, found: FoundFaces) -> bool:
    """Ask the parent to keep what was found; False, and nothing is asked for, where it would be too large."""
    data = pack(found, item.media.sha256, key)
    if len(data) > MOST_BYTES:
        return False
    item.kept[sent_name(key)] = data
    return True


def pack(found: FoundFaces, media_sha256: str, key: str) -> bytes:
    """Return the JSON of an entry."""
    entry = _Entry(
        format=1,
        media=media_sha256,
        key=key,
        cut=found.cut,
        frames=tuple(_packed(frame) for frame in found.frames),
        scores={name: tuple((*place, logit) for place, logit in sorted(given.items())) for name, given in found.scores.items()},
    )
    return entry.model_dump_json().encode()


def unpack(data: bytes, media_sha256: str, key: str) -> FoundFaces | None:
    """Return what an entry of that media and key says; None where it is malformed or belongs to another."""
    try:
        entry = _Entry.model_validate_json(data)
        if (entry.media, entry.key) != (media_sha256, key):
            return None
        frames = tuple(_unpacked(frame) for frame in entry.frames)
        scores = {name: _checked(given, frames) for name, given in entry.scores.items()}
    except ValueError:  # pydantic's and base64's errors are ValueErrors too
        return None
    return FoundFaces(frames, entry.cut, scores)


def _read(path: Path) -> bytes | None:
    """Return the bytes of a regular file within the bound, else None."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError:
        return None
    return data if len(data) <= MOST_BYTES else None


def _packed(frame: FrameFaces) -> _Frame:
    looks = frame.looks or (None,) * len(frame.faces)
    faces = tuple(
        _Face(
            box=face.box,
            score=face.score,
            keypoints=tuple((float(x), float(y)) for x, y in face.keypoints),
            look=None if look is None else _text(look),
        )
        for face, look in zip(frame.faces, looks, strict=True)
    )
    return _Frame(time_s=frame.time_s, index=frame.index, scene=None if frame.scene is None else _text(frame.scene), faces=faces)


def _unpacked(frame: _Frame) -> FrameFaces:
    faces = tuple(Face(face.box, face.score, np.array(face.keypoints, np.float32).reshape(-1, 2)) for face in frame.faces)
    looks = tuple(_picture(face.look, LOOK_SIZE) for face in frame.faces if face.look is not None)
    scene = None if frame.scene is None else _picture(frame.scene, SCENE_SIZE)
    return FrameFaces(frame.time_s, frame.index, faces, looks, scene)


def _checked(given: tuple[tuple[int, int, float], ...], frames: tuple[FrameFaces, ...]) -> dict[Place, float]:
    if any(not 0 <= frame < len(frames) or not 0 <= face < len(frames[frame].faces) for frame, face, _ in given):
        raise ValueError("a score for a face that is not there")
    return {(frame, face): logit for frame, face, logit in given}


def _text(small: NDArray[np.uint8]) -> str:
    return base64.b64encode(small.tobytes()).decode()


def _picture(text: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.frombuffer(base64.b64decode(text, validate=True), np.uint8).reshape(size[1], size[0], 3)
