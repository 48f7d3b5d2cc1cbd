"""A CSV, JSONL or Parquet table of labelled files, as an importer."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from fakeprint.core.sample import Label, Sample
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import require_content
from fakeprint.datasets.table import read_table


class LabelledTable(Importer):
    """A table with the columns ``path``, ``label`` and ``split``, and any other field of a sample: CSV, JSONL or Parquet.

    Labels are words (authentic, real, 0; synthetic, fake, 1; manipulated); ``positive`` says what ``fake`` and ``1`` mean.  ``where``
    keeps the rows whose column has a value, written ``COLUMN:VALUE``.  A row that makes no sample is an error: the table is the user's.

    Citation: the set's own.  Licence: the column ``licence``.
    """

    title: ClassVar[str] = "CSV, JSONL or Parquet table"
    citation: ClassVar[str] = "none: cite the set that the table lists"
    licence: ClassVar[str] = "the column licence of each row"
    grouping: ClassVar[str] = "the column group; without one every path is a group of its own"

    positive: Literal[Label.SYNTHETIC, Label.MANIPULATED] = Label.SYNTHETIC
    where: str | None = None

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each row."""
        require_content(path)
        column, _, value = (self.where or "").partition(":")
        for sample in read_table(path, where={column: value} if column else None, positive=self.positive).samples:
            yield from tally.offer(sample.path, **dict(sample))
