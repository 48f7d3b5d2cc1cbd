"""Folders whose names are the labels: ``0_real`` and ``1_fake``, or ``real`` and ``fake``, at any depth."""

import os
from collections.abc import Iterator
from pathlib import Path

from fakeprint.core.errors import UsageError
from fakeprint.core.manifest import Manifest, ManifestHeader
from fakeprint.core.sample import Label, Sample, Split

LABEL_FOLDERS = {
    "0_real": Label.AUTHENTIC,
    "real": Label.AUTHENTIC,
    "authentic": Label.AUTHENTIC,
    "1_fake": Label.SYNTHETIC,
    "fake": Label.SYNTHETIC,
    "synthetic": Label.SYNTHETIC,
    "manipulated": Label.MANIPULATED,
}

SPLIT_FOLDERS = {"train": Split.TRAIN, "val": Split.VAL, "valid": Split.VAL, "dev": Split.DEV, "calib": Split.CALIB, "test": Split.TEST}


def read_folders(root: Path, *, split: Split = Split.TEST, positive: Label = Label.SYNTHETIC) -> Manifest:
    """Make a manifest of every file under a label folder; nothing is opened, so unreadable files stay in and fail later.

    A folder named like a split above the label folder sets the split (else ``split``).  ``source`` is the path above the label
    folder without the split, ``generator`` the path between label folder and file (or, where empty, the source) for files of label
    1.  ``fake`` folders get the label ``positive``.  The group is the file's path: give a table where samples belong together.
    Hidden files are left out; links to folders are not followed.

    Raises:
        UsageError: no file lies under a label folder, or a path has both labels in it.
    """
    samples = tuple(_samples(root, split, positive))
    if not samples:
        raise UsageError(f"no file under {root.name} lies in a folder named {', '.join(LABEL_FOLDERS)}")
    return Manifest(header=ManifestHeader(name=root.resolve().name), samples=samples)


def _samples(root: Path, split: Split, positive: Label) -> Iterator[Sample]:
    for folder, folders, files in os.walk(root):
        folders.sort()
        parts = Path(folder).relative_to(root).parts
        found = [index for index, part in enumerate(parts) if part.lower() in LABEL_FOLDERS]
        if not found:
            continue
        labels = {LABEL_FOLDERS[parts[index].lower()].positive for index in found}
        if len(labels) > 1:
            raise UsageError(f"{'/'.join(parts)} names both labels")
        at = found[0]
        label = LABEL_FOLDERS[parts[at].lower()]
        above = parts[:at]
        splits = [SPLIT_FOLDERS[part.lower()] for part in above if part.lower() in SPLIT_FOLDERS]
        source = "/".join(part for part in above if part.lower() not in SPLIT_FOLDERS) or root.resolve().name
        for name in sorted(files):
            if not name.startswith("."):
                path = "/".join((*parts, name))
                yield Sample(
                    id=path,
                    path=path,
                    label=positive if label is Label.SYNTHETIC else label,
                    split=splits[-1] if splits else split,
                    group=path,
                    source=source,
                    generator=("/".join(parts[at + 1 :]) or source) if label.positive else None,
                )
