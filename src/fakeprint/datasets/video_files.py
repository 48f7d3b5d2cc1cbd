"""Videos as data sets store them: one file each, or a folder of frames each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fakeprint.datasets.source_files import IMAGE_SUFFIXES, VIDEO_SUFFIXES


@dataclass(frozen=True)
class VideoFile:
    """A video file, or one frame of a video: the video's name, and the path relative to the root of the set."""

    video: str
    path: str


def video_files(root: Path, folder: Path) -> Iterator[VideoFile]:
    """Yield the videos directly in ``folder``, and the frames in folders of ``folder`` that are named like a video; sorted.

    Folders ``videos``, ``images``, ``frames`` and ``faces`` inside ``folder`` are looked into the same way.
    """
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_file():
            if entry.suffix.lower() in VIDEO_SUFFIXES:
                yield VideoFile(entry.stem, entry.relative_to(root).as_posix())
        elif entry.name in ("videos", "images", "frames", "faces"):
            yield from video_files(root, entry)
        else:
            for frame in sorted(entry.iterdir()):
                if frame.is_file() and frame.suffix.lower() in IMAGE_SUFFIXES and not frame.name.startswith("."):
                    yield VideoFile(entry.name, frame.relative_to(root).as_posix())
