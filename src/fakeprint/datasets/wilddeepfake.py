"""WildDeepfake: face sequences from the internet (specs: recce 4)."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import IMAGE_SUFFIXES, media_files, require_folder

_LABELS = {"real": Label.AUTHENTIC, "fake": Label.MANIPULATED}
_SPLITS = {"train": Split.TRAIN, "test": Split.TEST}


class WildDeepfake(Importer):
    """WildDeepfake: face crops ``{train,test}/{real,fake}/SEQUENCE/.../*.png``, or ``{real,fake}_{train,test}/SEQUENCE/...`` as published.

    The label and the split are names of folders.  Lists in pickles are not opened: the files themselves are listed.

    Citation: Zi et al., ACM Multimedia 2020.  Licence: non-commercial research.
    """

    title: ClassVar[str] = "WildDeepfake"
    citation: ClassVar[str] = (
        "Zi, Chang, Chen, Ma, Jiang. WildDeepfake: a challenging real-world dataset for deepfake detection. ACM Multimedia 2020."
    )
    licence: ClassVar[str] = "non-commercial research"
    grouping: ClassVar[str] = "the frames of one numbered sequence, which is one source video"

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the frames of each class and split."""
        root, any_file = require_folder(path), False
        for split_word, split in _SPLITS.items():
            for word, label in _LABELS.items():
                for folder in (root / split_word / word, root / f"{word}_{split_word}"):
                    for inside in media_files(folder, IMAGE_SUFFIXES) if folder.is_dir() else ():
                        any_file = True
                        where = f"{folder.relative_to(root).as_posix()}/{inside}"
                        if len(inside.parts) < 2:
                            tally.refuse("not in the folder of a sequence", where)
                            continue
                        yield from tally.offer(
                            where,
                            id=where,
                            path=where,
                            label=label,
                            split=split,
                            group=f"wilddeepfake:{split_word}/{word}/{inside.parts[0]}",
                            source="wilddeepfake",
                            generator="WildDeepfake" if label.positive else None,
                            family="face-swap" if label.positive else None,
                            licence=self.licence,
                        )
        if not any_file:
            raise UsageError(f"{path.name} holds no images in train/real, train/fake, test/real, test/fake (or real_train, ...)")
