"""Celeb-DF v1 and v2: face swaps between celebrities, with the official list of test videos (specs: recce 4)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import require_folder, text_lines
from fakeprint.datasets.video_files import video_files

TEST_LIST = "List_of_testing_videos.txt"
FOLDERS = {"Celeb-real": Label.AUTHENTIC, "YouTube-real": Label.AUTHENTIC, "Celeb-synthesis": Label.MANIPULATED}
_SWAP = re.compile(r"(id\d{1,4})_(id\d{1,4})_(\d{1,6})")
_TARGET = re.compile(r"(id\d{1,4})_(\d{1,6})")


class CelebDF(Importer):
    """Celeb-DF, v1 or v2: ``Celeb-real``, ``YouTube-real``, ``Celeb-synthesis``, each with ``VIDEO.mp4`` or ``images/VIDEO/*.png``.

    ``List_of_testing_videos.txt`` must be there: its videos are ``test``, all others ``train``.  The number in front of each line of that
    list is **1 for an authentic video**, the opposite of our polarity; it is not used, the label is the folder, and a line whose number
    contradicts its folder is counted.  ``group`` is ``video`` (default) or ``person``, stricter than the official split: the 59 persons
    appear on both sides of it, so with ``person`` most training videos are refused.

    Citation: Li et al., CVPR 2020.  Licence: Celeb-DF terms of use, non-commercial research.
    """

    title: ClassVar[str] = "Celeb-DF v1 and v2"
    citation: ClassVar[str] = "Li, Yang, Sun, Qi, Lyu. Celeb-DF: a large-scale challenging dataset for DeepFake forensics. CVPR 2020."
    licence: ClassVar[str] = "Celeb-DF terms of use: non-commercial research"
    grouping: ClassVar[str] = "a target video and every swap made on it; with group=person, all videos of the target person"
    straddles: ClassVar[bool] = True

    group: Literal["video", "person"] = "video"

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield videos or frames folder by folder."""
        root = require_folder(path)
        tests, any_file, found = _test_videos(root, tally), False, set()
        for folder, label in FOLDERS.items():
            for file in video_files(root, root / folder):
                any_file = True
                name = f"{folder}/{file.video}"
                found.add(name)
                yield from tally.offer(
                    file.path,
                    id=file.path,
                    path=file.path,
                    label=label,
                    split=Split.TEST if name in tests else Split.TRAIN,
                    group=f"celeb-df:{_group(folder, file.video, self.group)}",
                    source=f"celeb-df/{folder}",
                    generator="Celeb-DF" if label.positive else None,
                    family="face-swap" if label.positive else None,
                    licence=self.licence,
                    extra={"video": file.video},
                )
        if not any_file:
            raise UsageError(f"{path.name} holds no video or frame in {', '.join(FOLDERS)}")
        if missing := len(tests - found):
            tally.note("videos of the test list that are not there", missing)


def _test_videos(root: Path, tally: Tally) -> frozenset[str]:
    names = set()
    for line in text_lines(root / TEST_LIST):
        number, _, video = line.strip().rpartition(" ")
        parts = video.replace("\\", "/").split("/")
        if len(parts) < 2 or parts[-2] not in FOLDERS:
            raise UsageError(f"{TEST_LIST}: the line {line!r} does not end in FOLDER/VIDEO")
        if number.strip() and number.strip() != str(1 - FOLDERS[parts[-2]].positive):
            tally.note("lines of the test list whose number contradicts the folder")
        names.add(f"{parts[-2]}/{Path(parts[-1]).stem}")
    return frozenset(names)


def _group(folder: str, video: str, by: str) -> str:
    """Return target video or target person.

    >>> _group("Celeb-synthesis", "id0_id1_0002", "video"), _group("Celeb-real", "id0_0002", "video")
    ('id0_0002', 'id0_0002')
    >>> _group("Celeb-synthesis", "id0_id1_0002", "person"), _group("YouTube-real", "00170", "person")
    ('id0', 'YouTube-real/00170')
    """
    if swap := _SWAP.fullmatch(video):
        return swap[1] if by == "person" else f"{swap[1]}_{swap[3]}"
    if target := _TARGET.fullmatch(video):
        return target[1] if by == "person" else video
    return f"{folder}/{video}"
