"""FaceForensics++: videos by compression and method, with the official split by pairs of source videos (specs: recce 4, evaluation 4)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Literal

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import json_rows, require_folder
from fakeprint.datasets.video_files import video_files

METHODS = ("Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "FaceShifter", "DeepFakeDetection")
COMPRESSIONS = ("raw", "c23", "c40")
_ACTORS = ("actors", "DeepFakeDetection")
_SPLITS = (Split.TRAIN, Split.VAL, Split.TEST)


class FaceForensics(Importer):
    """FaceForensics++: 1,000 source videos, each manipulated by several methods, in three compressions.

    ``PATH`` holds ``original_sequences/{youtube,actors}/{raw,c23,c40}/videos/NNN.mp4`` and
    ``manipulated_sequences/METHOD/{raw,c23,c40}/videos/NNN_MMM.mp4`` (``images/NNN_MMM/*.png`` for extracted frames), and the official
    ``train.json``, ``val.json``, ``test.json`` (lists of pairs, 360 : 70 : 70), also in ``splits/``.  Without them nothing is imported: a
    split is never made up.  The label is the folder: ``original_sequences`` authentic, ``manipulated_sequences`` manipulated.
    ``compression`` takes one of them (default all), ``methods`` some of the methods, separated by commas.  The DeepFakeDetection videos
    of actors have no official split: they are refused unless ``actors`` names one, and all share one group.

    Citation: Roessler et al., ICCV 2019.  Licence: FaceForensics terms of use, non-commercial research and education.
    """

    title: ClassVar[str] = "FaceForensics++"
    citation: ClassVar[str] = (
        "Roessler, Cozzolino, Verdoliva, Riess, Thies, Niessner. FaceForensics++: learning to detect manipulated facial images. ICCV 2019."
    )
    licence: ClassVar[str] = "FaceForensics terms of use: non-commercial research and education"
    grouping: ClassVar[str] = "both source videos of an official pair, and everything made from them, in every method and compression"

    compression: Literal["raw", "c23", "c40"] | None = None
    methods: str | None = None
    actors: Split | None = None

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield originals, then each method; files of videos that no split lists are refused."""
        root = require_folder(path)
        homes, any_file = official_splits(root), False
        compressions = (self.compression,) if self.compression else COMPRESSIONS
        chosen = tuple(word.strip() for word in self.methods.split(",")) if self.methods else METHODS
        if unknown := set(chosen) - set(METHODS):
            raise UsageError(f"no method {', '.join(sorted(unknown))}; there are {', '.join(METHODS)}")
        sources = [("original_sequences", "youtube"), ("original_sequences", "actors")]
        for top, name in sources + [("manipulated_sequences", method) for method in chosen]:
            for compression in compressions:
                for file in video_files(root, root / top / name / compression):
                    any_file = True
                    yield from self._sample(name, compression, file.video, file.path, homes, tally)
        if not any_file:
            raise UsageError(f"{path.name} holds no original_sequences/*/*/videos and no manipulated_sequences/*/*/videos")

    def _sample(
        self, name: str, compression: str, video: str, path: str, homes: Mapping[str, tuple[Split, str]], tally: Tally
    ) -> Iterator[Sample]:
        parts = video.split("_")
        home = homes.get(parts[0])
        if name in _ACTORS:
            home = (self.actors, "faceforensics:actors") if self.actors else None
        elif home is None or homes.get(parts[-1]) != home:
            tally.refuse("no official split lists the video, or its two sources lie in different ones", path)
            return
        if home is None:
            tally.refuse("a video of the actors, which no official split lists; give --set actors=test to take them", path)
            return
        original = name in ("youtube", "actors")
        yield from tally.offer(
            path,
            id=path,
            path=path,
            label=Label.AUTHENTIC if original else Label.MANIPULATED,
            split=home[0],
            group=home[1],
            source=f"faceforensics++/{name}",
            generator=None if original else name,
            family=None if original else _FAMILY.get(name, "face-swap"),
            licence=self.licence,
            pair=None if original or name in _ACTORS else _pair(path, name, parts[0]),
            extra={"compression": compression, "video": video},
        )


_FAMILY = {"Face2Face": "face-reenactment", "NeuralTextures": "face-reenactment"}


def _pair(path: str, method: str, target: str) -> str:
    """Return the id of the original of a manipulated video or frame: same compression, the first of the two numbers."""
    parts = path.replace(f"manipulated_sequences/{method}/", "original_sequences/youtube/", 1).split("/")
    at = -1 if parts[-2] == "videos" else -2
    parts[at] = f"{target}{Path(parts[at]).suffix}" if at == -1 else target
    return "/".join(parts)


def official_splits(root: Path) -> dict[str, tuple[Split, str]]:
    """Return split and group of each source video, from ``train.json``, ``val.json``, ``test.json`` in the root or in ``splits``.

    Raises:
        UsageError: a list is missing, is no list of pairs, or names a video twice.
    """
    folder = next((one for one in (root, root / "splits") if (one / "train.json").is_file()), None)
    if folder is None:
        raise UsageError(f"{root.name} holds no train.json, val.json, test.json; copy the official split files into it")
    homes: dict[str, tuple[Split, str]] = {}
    for split in _SPLITS:
        for pair in json_rows(folder / f"{split}.json"):
            if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(name, str) for name in pair):
                raise UsageError(f"{split}.json is no list of pairs of video numbers")
            for name in pair:
                if name in homes:
                    raise UsageError(f"the official lists name video {name} twice")
                homes[name] = (split, f"faceforensics:{min(pair)}_{max(pair)}")
    return homes
