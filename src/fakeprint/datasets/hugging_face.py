"""Data sets of the Hugging Face hub, by name or as local Parquet files, with the meaning of each label said in words."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.archive import INSIDE
from fakeprint.datasets.d3 import HUB, hub_stream
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.parquet_file import parquet_rows
from fakeprint.datasets.prompt_group import prompt_group
from fakeprint.datasets.source_files import text

_SPLITS = {"train": Split.TRAIN, "validation": Split.VAL, "valid": Split.VAL, "val": Split.VAL, "test": Split.TEST}
SHOWN = 8


class HuggingFace(Importer):
    """Rows of ``hf:OWNER/NAME`` (streamed through the ``datasets`` library), or of a Parquet file or folder.

    ``authentic``, ``synthetic`` and ``manipulated`` list the values of the column ``label`` that mean each, separated by commas; nothing is
    guessed, neither from numbers nor from the order of class names: a row with any other value is refused, and the values met are shown.
    A set without a label column is given one meaning with ``all_are``.  Columns are named by ``image``, ``label``, ``id``, ``prompt``,
    ``generator``, ``group``.  Pixels are not read: an image's path is ``FILE.parquet!/ROW/IMAGE``.  The split is that of the file name or
    of the hub, else ``split``; ``hub_split`` names the split to stream.

    Citation: the set's own.  Licence: that of its card, ``terms`` writes it into every sample.
    """

    title: ClassVar[str] = "Hugging Face hub or local Parquet"
    citation: ClassVar[str] = "none: cite the set that is imported"
    licence: ClassVar[str] = "that of the set's card; give it with --set terms=..."
    grouping: ClassVar[str] = "the column group; else images of one prompt; else every row is a group of its own"
    straddles: ClassVar[bool] = True

    image: str = "image"
    label: str = "label"
    id: str | None = None
    prompt: str | None = None
    generator: str | None = None
    group: str | None = None
    authentic: str = ""
    synthetic: str = ""
    manipulated: str = ""
    all_are: Label | None = None
    made_by: str | None = None
    split: Split | None = None
    hub_split: str = "train"
    terms: str | None = None
    source: str | None = None

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each row whose label has a meaning."""
        meanings = self._meanings()
        hub = str(path).removeprefix(HUB) if str(path).startswith(HUB) else None
        name = self.source or hub or path.resolve().name
        for where, split, row in self._hub(hub) if hub else self._local(path):
            value = str(row.get(self.label))
            meaning = self.all_are or meanings.get(value)
            if meaning is None:
                known = len(tally.refused) < SHOWN
                tally.refuse(f"the label {value[:40]!r} was given no meaning" if known else "a label that was given no meaning", where)
                continue
            prompt = text(row.get(self.prompt)) if self.prompt else None
            identity = text(row.get(self.id)) if self.id else None
            group = text(row.get(self.group)) if self.group else None
            maker = (text(row.get(self.generator)) if self.generator else None) or self.made_by
            yield from tally.offer(
                where,
                id=f"{name}/{identity}" if identity else f"{name}/{where}",
                path=f"{where}/{self.image}",
                label=meaning,
                split=split,
                group=f"{name}:{group}" if group else prompt_group(prompt, f"{name}/{where}"),
                source=name,
                generator=maker if meaning.positive else None,
                generation=Generation(prompt=prompt) if prompt else None,
                licence=self.terms,
            )

    def _meanings(self) -> dict[str, Label]:
        meanings: dict[str, Label] = {}
        given: tuple[tuple[Label, str], ...] = (
            (Label.AUTHENTIC, self.authentic),
            (Label.SYNTHETIC, self.synthetic),
            (Label.MANIPULATED, self.manipulated),
        )
        for label, values in given:
            for value in filter(None, (one.strip() for one in values.split(","))):
                if meanings.setdefault(value, label) is not label:
                    raise UsageError(f"the label {value!r} was given two meanings")
        if not meanings and self.all_are is None:
            raise UsageError(
                f"say what the values of the column {self.label!r} mean, for example --set authentic=0 --set synthetic=1,2, "
                "or --set all_are=synthetic for a set of one kind"
            )
        return meanings

    def _columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in (self.label, self.id, self.prompt, self.generator, self.group) if name))

    def _local(self, path: Path) -> Iterator[tuple[str, Split, Mapping[str, object]]]:
        files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
        if not files:
            raise UsageError(f"{path.name} holds no Parquet file")
        root = path if path.is_dir() else path.parent
        for file in files:
            split = self.split or _SPLITS.get(file.name.split("-")[0].split(".")[0].lower())
            if split is None:
                raise UsageError(f"the name {file.name} does not begin with a split; give --set split=train, val or test")
            for number, row in enumerate(parquet_rows(file, self._columns())):
                yield f"{file.relative_to(root).as_posix()}{INSIDE}{number}", split, row

    def _hub(self, name: str) -> Iterator[tuple[str, Split, Mapping[str, object]]]:
        split = self.split or _SPLITS.get(self.hub_split)
        if split is None:
            raise UsageError(f"the split {self.hub_split} of the hub is none of ours; give --set split=train, val or test")
        for number, row in enumerate(hub_stream(name, self.hub_split, self._columns())):
            yield f"{name.strip('/')}/{self.hub_split}{INSIDE}{number}", split, row


class OpenSdi(HuggingFace):
    """OpenSDI: rows with ``key``, ``image``, ``mask``, ``label`` (0 authentic, 1 locally or wholly generated), one split for each model.

    ``PATH`` is ``hf:nebula/OpenSDI_train`` with ``hub_split=sd15`` and ``split=train``, or Parquet files of it.

    Citation: Wang et al., CVPR 2025.  Licence: that of its card.
    """

    title: ClassVar[str] = "OpenSDI"
    citation: ClassVar[str] = "Wang, Huang, Hong. OpenSDI: spotting diffusion-generated images in the open world. CVPR 2025."
    licence: ClassVar[str] = "that of its card; photographs keep their own terms"
    grouping: ClassVar[str] = "rows of one key"

    id: str | None = "key"
    group: str | None = "key"
    authentic: str = "0"
    manipulated: str = "1"
    hub_split: str = "sd15"
    source: str | None = "opensdi"
