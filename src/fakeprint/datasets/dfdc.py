"""DFDC: the Deepfake Detection Challenge, training parts with metadata, test videos with a label table (specs: recce 4)."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import json_object, require_folder, text, text_lines
from fakeprint.datasets.video_files import VideoFile, video_files

LABELS = {"REAL": Label.AUTHENTIC, "FAKE": Label.MANIPULATED}
_TEST_LABELS = {"0": Label.AUTHENTIC, "1": Label.MANIPULATED}


class Dfdc(Importer):
    """The Deepfake Detection Challenge data set, full, preview parts, or the sample of the competition.

    Training: ``dfdc_train_part_*/metadata.json`` (``{"a.mp4": {"label": "FAKE", "original": "b.mp4", ...}}``) with the videos beside it or
    frames in ``images/VIDEO/*.png``; a folder that is itself such a part is read too.  Test: ``test/labels.csv`` (``a.mp4,0``; 1 = FAKE)
    with ``test/*.mp4``, ``test/videos`` or ``test/images/VIDEO``.  Files without an entry, and entries with another label, are refused.

    Citation: Dolhansky et al., arXiv 2006.07397.  Licence: DFDC terms, research.
    """

    title: ClassVar[str] = "Deepfake Detection Challenge (DFDC)"
    citation: ClassVar[str] = (
        "Dolhansky, Bitton, Pflaum, Lu, Howes, Wang, Canton Ferrer. The DeepFake Detection Challenge (DFDC) dataset. arXiv 2006.07397."
    )
    licence: ClassVar[str] = "DFDC terms of use: research"
    grouping: ClassVar[str] = "an original video and every video made from it; the test set names no originals, so each video stands alone"

    split: Split = Split.TRAIN

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the training parts in order, then the test set."""
        root = require_folder(path)
        parts = [part for part in (root, *sorted(root.glob("dfdc_train_part_*"))) if (part / "metadata.json").is_file()]
        test = root / "test"
        if not parts and not (test / "labels.csv").is_file():
            raise UsageError(f"{path.name} holds neither metadata.json, nor dfdc_train_part_*/metadata.json, nor test/labels.csv")
        for part in parts:
            yield from self._part(root, part, tally)
        if (test / "labels.csv").is_file():
            yield from self._test(root, test, tally)

    def _part(self, root: Path, part: Path, tally: Tally) -> Iterator[Sample]:
        entries = {Path(name).stem: entry for name, entry in json_object(part / "metadata.json").items()}
        for file in video_files(root, part):
            entry = entries.get(file.video)
            word = entry.get("label") if isinstance(entry, dict) else None
            label = LABELS.get(word.upper()) if isinstance(word, str) else None
            if label is None or not isinstance(entry, dict):
                tally.refuse("metadata.json has no label REAL or FAKE for it", file.path)
                continue
            original = text(entry.get("original")) if label.positive else None
            yield from self._sample(file, label, self.split, Path(original).stem if original else file.video, "dfdc/train", tally)

    def _test(self, root: Path, test: Path, tally: Tally) -> Iterator[Sample]:
        labels: dict[str, Label] = {}
        for line in text_lines(test / "labels.csv"):
            name, _, word = line.strip().rpartition(",")
            if word.strip() in _TEST_LABELS:
                labels[Path(name.strip()).stem] = _TEST_LABELS[word.strip()]
            elif word.strip().lower() != "label":
                raise UsageError(f"test/labels.csv: the line {line!r} does not end in ,0 or ,1")
        for file in video_files(root, test):
            if file.video in labels:
                yield from self._sample(file, labels[file.video], Split.TEST, file.video, "dfdc/test", tally)
            else:
                tally.refuse("labels.csv does not list it", file.path)

    def _sample(self, file: VideoFile, label: Label, split: Split, group: str, source: str, tally: Tally) -> Iterator[Sample]:
        yield from tally.offer(
            file.path,
            id=file.path,
            path=file.path,
            label=label,
            split=split,
            group=f"dfdc:{group}",
            source=source,
            generator="DFDC" if label.positive else None,
            family="face-swap" if label.positive else None,
            licence=self.licence,
            extra={"video": file.video},
        )
