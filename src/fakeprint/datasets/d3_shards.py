"""D3 as the trainer eats it: WebDataset tar shards, chosen by shard lists (specs: d3-code 1.2 and 1.4)."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.archive import INSIDE, Member, members
from fakeprint.datasets.d3_record import SLOTS, SPLITS, D3Layout, D3Record, note_missing, read_bad_ids, record_samples
from fakeprint.datasets.importer import Tally
from fakeprint.datasets.source_files import IMAGE_SUFFIXES, text_lines


class D3Shards(D3Layout):
    """WebDataset shards of D3: ``elsa_v2-0000.tar`` and the like, keys ``DATASET__SPLIT__ID``.

    ``PATH`` is a shard or a folder of them; ``shards`` is a list file (``elsav2-training.shards``) that names which of them to read, and
    a name on it without a file is an error.  Members are matched by name (``KEY.real.jpg``, ``KEY.gen_0.png``, any of jpg, jpeg, png, gif,
    bmp, tif, tiff, webp; ``KEY.caption.txt``, ``KEY.url.txt``), others are counted and left.  A missing image is counted, never
    shifts the rest; a shard that cannot be read is refused and named.  The split is that of the key unless ``split`` is given, which
    the published test and validation lists need: their keys all say ``train``.

    Citation: Baraldi et al., ECCV 2024, arXiv 2407.20337.  Licence: not stated by the card.
    """

    title: ClassVar[str] = "D3 WebDataset shards"

    split: Split | None = None
    shards: Path | None = None
    bad_ids: Path | None = None

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the samples of each record of each shard."""
        bad = read_bad_ids(self.bad_ids)
        root = path if path.is_dir() else path.parent
        for shard in self._chosen(path):
            name = shard.relative_to(root).as_posix()
            try:
                for key, found in groupby(members(shard), _key):
                    record = self._record(key, list(found), name, tally)
                    if record is not None:
                        note_missing(record, tally)
                        yield from record_samples(record, bad, tally)
            except UsageError as error:
                tally.refuse("a shard that cannot be read to its end", f"{name}: {error}")

    def _chosen(self, path: Path) -> list[Path]:
        if not path.is_dir():
            return [path]
        if self.shards is None:
            found = sorted(path.rglob("*.tar"))
            if not found:
                raise UsageError(f"{path.name} holds no shard (*.tar)")
            return found
        names = [line.strip() for line in text_lines(self.shards)]
        chosen = [path / (name if name.endswith(".tar") else f"{name}.tar") for name in names]
        missing = [shard.name for shard in chosen if not shard.is_file()]
        if missing:
            raise UsageError(f"{len(missing)} shards of {self.shards.name} are not in {path.name}; the first is {missing[0]}")
        return chosen

    def _record(self, key: str, found: list[Member], shard: str, tally: Tally) -> D3Record | None:
        _, word, identity = key.rsplit("__", 2) if key.count("__") >= 2 else ("", "", key.rpartition("__")[2])
        split = self.split or SPLITS.get(word)
        if split is None:
            tally.refuse("the key names no split; give --set split=train, val or test", key)
            return None
        record = D3Record(id=identity, split=split)
        for member in found:
            role, _, suffix = member.name.rpartition("/")[2][len(key) :].lower().removeprefix(".").rpartition(".")
            if role in SLOTS and f".{suffix}" in IMAGE_SUFFIXES:
                record.paths[role] = f"{shard}{INSIDE}{member.name}"
            elif role == "caption" and member.text:
                record.caption = member.text
            elif role == "url" and member.text:
                record.url = member.text.strip()
            else:
                tally.note("members of no known role")
        return record


def _key(member: Member) -> str:
    return member.name.rpartition("/")[2].split(".", 1)[0]
