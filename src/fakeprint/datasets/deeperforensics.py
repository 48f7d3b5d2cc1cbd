"""DeeperForensics-1.0: face swaps on the FaceForensics++ videos, with distortions (specs: deepfakeface 8.3)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import require_folder, text_lines
from fakeprint.datasets.video_files import video_files

_NAME = re.compile(r"(\d{3})_([MW]\d{3})")
_SPLITS = (Split.TRAIN, Split.VAL, Split.TEST)


class DeeperForensics(Importer):
    """DeeperForensics-1.0: ``manipulated_videos/VARIANT/TTT_ACTOR.mp4``, eleven variants of 1,000 videos.

    ``lists/splits/{train,val,test}.txt`` give the split by the video's name; without them nothing is imported.  All samples are
    ``manipulated``: ``source_videos`` are clips of the actors and are **not** the authentic class, so they are refused; the authentic
    counterparts are the FaceForensics++ videos (c23) of the same three-digit number, imported with ``faceforensics``.  The distortions
    that were applied (``lists/manipulated_videos_distortions_meta``) are kept in ``extra``.

    Citation: Jiang et al., CVPR 2020.  Licence: DeeperForensics terms of use, non-commercial research.
    """

    title: ClassVar[str] = "DeeperForensics-1.0"
    citation: ClassVar[str] = (
        "Jiang, Li, Wu, Qian, Loy. DeeperForensics-1.0: a large-scale dataset for real-world face forgery detection. CVPR 2020."
    )
    licence: ClassVar[str] = "DeeperForensics terms of use: non-commercial research"
    grouping: ClassVar[str] = "all videos with the face of one actor, whose identity the official split is made by"

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the videos of each variant."""
        root, any_file = require_folder(path), False
        homes = _splits(root)
        for folder in sorted(one for one in (root / "manipulated_videos").glob("*") if one.is_dir()):
            distortions = _distortions(root, folder.name)
            for file in video_files(root, folder):
                any_file = True
                name, split = _NAME.fullmatch(file.video), homes.get(file.video)
                if name is None or split is None:
                    tally.refuse("no official split lists the video", file.path)
                    continue
                chain = distortions.get(file.video)
                extra = {"variant": folder.name, "video": file.video, "target": name[1], **({"distortions": chain} if chain else {})}
                yield from tally.offer(
                    file.path,
                    id=file.path,
                    path=file.path,
                    label=Label.MANIPULATED,
                    split=split,
                    group=f"deeperforensics:{name[2]}",
                    source=f"deeperforensics/{folder.name}",
                    generator="DF-VAE",
                    family="face-swap",
                    licence=self.licence,
                    extra=extra,
                )
        for actor in sorted(one for one in (root / "source_videos").glob("*") if one.is_dir()):
            tally.refuse("clips of an actor, which are not the authentic class", f"source_videos/{actor.name}")
        if not any_file:
            raise UsageError(f"{path.name} holds no manipulated_videos/VARIANT/*.mp4")


def _splits(root: Path) -> dict[str, Split]:
    homes: dict[str, Split] = {}
    for split in _SPLITS:
        for line in text_lines(root / "lists" / "splits" / f"{split}.txt"):
            name = Path(line.strip()).stem
            if homes.setdefault(name, split) is not split:
                raise UsageError(f"the official lists name {name} in {homes[name]} and in {split}")
    return homes


def _distortions(root: Path, variant: str) -> Mapping[str, str]:
    """Return ``TYPE:LEVEL ...`` for each video of a variant, in the order in which they were applied (specs: deepfakeface 8.2)."""
    file = root / "lists" / "manipulated_videos_distortions_meta" / f"manipulated_videos_{variant}_meta.txt"
    if not file.is_file():
        return {}
    rows = (line.split() for line in text_lines(file))
    return {Path(row[0]).stem: " ".join(row[1:]) for row in rows if len(row) > 1}
