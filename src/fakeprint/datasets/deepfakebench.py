"""DeepfakeBench: JSON files that list the frames of each video by label, split and compression."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import json_object

_SPLITS = {"train": Split.TRAIN, "val": Split.VAL, "test": Split.TEST}
_REAL = re.compile(r"(?:^|[_-])real$", re.IGNORECASE)
_FAKE = re.compile(r"(?:^|[_-])fake[a-b]?$|^FF-(?:DF|F2F|FS|NT|SH|FH)$", re.IGNORECASE)
_FF_PAIR = re.compile(r"(\d{3})_(\d{3})")
_CELEB_SWAP = re.compile(r"(id\d{1,4})_id\d{1,4}_(\d{1,6})")


@dataclass(frozen=True)
class _Video:
    dataset: str
    label: str
    split: str
    compression: str | None
    name: str
    frames: tuple[str, ...]


class DeepfakeBench(Importer):
    """The JSON files of DeepfakeBench: ``{DATASET: {LABEL: {SPLIT: {[COMPRESSION:] {VIDEO: {"label", "frames"}}}}}}``.

    ``PATH`` is one such file or a folder of them; one sample is made for each frame.  The label is the word in the label's name:
    ``..._real`` and ``FF-real`` are authentic; ``..._fake`` and the FaceForensics++ methods ``FF-DF``, ``FF-F2F``, ``FF-FS``, ``FF-NT``,
    ``FF-SH``, ``FF-FH`` are manipulated; videos of any other label are refused.  ``val`` often repeats ``test`` in these files: a frame
    is taken once, in the most protected of its splits.  ``compression`` takes one of ``raw``, ``c23``, ``c40``; ``prefix`` is cut from the
    front of each path.

    Citation: Yan et al., NeurIPS 2023 Datasets and Benchmarks.  Licence: CC-BY-NC-4.0 (lists); each data set keeps its own terms.
    """

    title: ClassVar[str] = "DeepfakeBench JSON"
    citation: ClassVar[str] = (
        "Yan, Zhang, Yuan, Lyu, Wu. DeepfakeBench: a comprehensive benchmark of deepfake detection. NeurIPS 2023 Datasets and Benchmarks."
    )
    licence: ClassVar[str] = "CC-BY-NC-4.0 for the lists; each data set keeps its own terms"
    grouping: ClassVar[str] = "a FaceForensics++ pair of source videos, a Celeb-DF target video, else a video of one data set"
    straddles: ClassVar[bool] = True

    compression: str | None = None
    prefix: str = ""

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the frames of each video, test first, then val, then train."""
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not files:
            raise UsageError(f"{path.name} holds no JSON file")
        videos = [video for file in files for video in _videos(file, tally)]
        partners = _partners(videos)
        seen: set[str] = set()
        for split_word in ("test", "val", "train"):
            for video in videos:
                if video.split == split_word and self.compression in (None, video.compression):
                    yield from self._frames(video, partners, seen, tally)

    def _frames(self, video: _Video, partners: Mapping[str, str], seen: set[str], tally: Tally) -> Iterator[Sample]:
        label = label_of(video.label)
        for frame in video.frames:
            where = frame.replace("\\", "/").removeprefix(self.prefix).lstrip("/").removeprefix("./")
            if label is None:
                tally.refuse(f"the label {video.label} does not say what it means", where)
            elif where in seen:
                tally.refuse("listed before, in a more protected split or again", where)
            else:
                seen.add(where)
                yield from tally.offer(
                    where,
                    id=where,
                    path=where,
                    label=label,
                    split=_SPLITS[video.split],
                    group=_group(video, partners),
                    source=f"deepfakebench/{video.dataset}",
                    generator=video.label if label.positive else None,
                    extra={"video": video.name, **({"compression": video.compression} if video.compression else {})},
                )


def label_of(name: str) -> Label | None:
    """Return what a label of DeepfakeBench means, None where its name does not say.

    >>> [str(label_of(name)) for name in ("FF-real", "CelebDFv2_fake", "FF-NT", "DFDCP_FakeA", "surreal")]
    ['authentic', 'manipulated', 'manipulated', 'manipulated', 'None']
    """
    if _REAL.search(name):
        return Label.AUTHENTIC
    return Label.MANIPULATED if _FAKE.search(name) else None


def _videos(file: Path, tally: Tally) -> Iterator[_Video]:
    for dataset, labels in json_object(file).items():
        for label, splits in _inside(labels, file, dataset):
            for split, content in _inside(splits, file, label):
                if split not in _SPLITS:
                    tally.refuse("the split is not train, val or test", f"{dataset}/{label}/{split}")
                    continue
                for name, entry in _inside(content, file, split):
                    if isinstance(entry, dict) and "frames" in entry:
                        yield _video(dataset, label, split, None, name, entry, file)
                    else:
                        for video, deeper in _inside(entry, file, name):
                            yield _video(dataset, label, split, name, video, deeper, file)


def _inside(value: object, file: Path, where: str) -> Iterator[tuple[str, object]]:
    if not isinstance(value, dict):
        raise UsageError(f"{file.name}: {where} holds no object")
    yield from value.items()


def _video(dataset: str, label: str, split: str, compression: str | None, name: str, entry: object, file: Path) -> _Video:
    frames = entry.get("frames") if isinstance(entry, dict) else None
    if not isinstance(frames, list) or not all(isinstance(frame, str) for frame in frames):
        raise UsageError(f"{file.name}: the video {name} has no list of frames")
    return _Video(dataset, label, split, compression, name, tuple(frames))


def _partners(videos: list[_Video]) -> dict[str, str]:
    """Return the pair of each FaceForensics++ source video, as far as its manipulated videos tell."""
    pairs: dict[str, str] = {}
    for video in videos:
        if found := _FF_PAIR.fullmatch(video.name):
            pairs |= dict.fromkeys(found.groups(), "_".join(sorted(found.groups())))
    return pairs


def _group(video: _Video, partners: Mapping[str, str]) -> str:
    if found := _FF_PAIR.fullmatch(video.name):
        return f"faceforensics:{'_'.join(sorted(found.groups()))}"
    if video.label.startswith("FF-") and video.name in partners:
        return f"faceforensics:{partners[video.name]}"
    if swap := _CELEB_SWAP.fullmatch(video.name):
        return f"celeb-df:{swap[1]}_{swap[2]}"
    if video.dataset.lower().startswith("celeb") and re.fullmatch(r"id\d{1,4}_\d{1,6}", video.name):
        return f"celeb-df:{video.name}"
    return f"{video.dataset}:{video.name}"
