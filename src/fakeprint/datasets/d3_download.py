"""D3 as the original downloader leaves it: one file for each image, caption and address (specs: d3-code 1.3)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.archive import TEXT_BYTES
from fakeprint.datasets.d3_record import D3Layout, D3Record, note_missing, read_bad_ids, record_samples
from fakeprint.datasets.importer import Tally
from fakeprint.datasets.source_files import IMAGE_SUFFIXES, require_folder, subfolder

_NAME = re.compile(r"(?P<id>[^/]+)_(?P<role>gen[0-3]|real|url|prompt)\.(?P<suffix>[A-Za-z0-9]{1,5})")


class D3Download(D3Layout):
    """Folders of the original D3 downloader: ``data_d3/job-RANK/N/ID_gen0.png`` to ``ID_gen3``, ``ID_url.txt``, ``ID_prompt.txt``.

    ``PATH`` is the download folder, its ``data_d3`` or one ``job-*``.  Photographs that were fetched stand as ``ID_real.*``; where only the
    address is there, the sample carries it with the path ``real/ID``.  State files (``*.pkl``, ``resume.txt``, ...) are not opened.
    Folders name no split: all samples get ``split``.

    Citation: Baraldi et al., ECCV 2024, arXiv 2407.20337.  Licence: not stated by the card.
    """

    title: ClassVar[str] = "D3 legacy download folders"

    split: Split = Split.TRAIN
    bad_ids: Path | None = None

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the samples of each record, folder by folder, ids in order."""
        root, any_record = require_folder(path), False
        bad, seen = read_bad_ids(self.bad_ids), set[str]()
        start = subfolder(root, "data_d3") or root
        for folder in sorted(one for one in (start, *start.glob("job-*"), *start.glob("job-*/*"), *start.glob("[0-9]*")) if one.is_dir()):
            for identity, record in sorted(self._records(root, folder).items()):
                any_record = True
                if identity in seen:
                    tally.refuse("the record stands in another folder too", f"{folder.name}/{identity}")
                else:
                    seen.add(identity)
                    note_missing(record, tally)
                    yield from record_samples(record, bad, tally)
        if not any_record:
            raise UsageError(f"{path.name} holds no file job-*/N/ID_gen0.*")

    def _records(self, root: Path, folder: Path) -> dict[str, D3Record]:
        records: dict[str, D3Record] = {}
        for file in sorted(folder.iterdir()):
            match = _NAME.fullmatch(file.name)
            if match is None or not file.is_file():
                continue
            record = records.setdefault(match["id"], D3Record(id=match["id"], split=self.split))
            role = match["role"]
            if role in ("url", "prompt"):
                with file.open("rb") as stream:
                    content = stream.read(TEXT_BYTES).decode("utf-8", "backslashreplace").strip()
                record.url, record.caption = (content, record.caption) if role == "url" else (record.url, content)
            elif f".{match['suffix'].lower()}" in IMAGE_SUFFIXES:
                slot = "real" if role == "real" else f"gen_{role[-1]}"
                record.paths[slot] = file.relative_to(root).as_posix()
        for record in records.values():
            if record.url and "real" not in record.paths:
                record.paths["real"] = f"real/{record.id}"
        return records
