"""What an importer is: options, facts about the data set, and a stream of samples with every refusal counted."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from pydantic import ValidationError

from fakeprint.core.record import Record
from fakeprint.core.sample import Sample

EXAMPLES = 20
"""Refused keys kept for each reason, so that the report can name some."""


class Tally:
    """Counts of what a source offered: found, used, and refused by reason.

    >>> tally = Tally()
    >>> list(tally.offer("a.png", path="/etc/passwd"))
    []
    >>> tally.refuse("no label", "b.png")
    >>> tally.found, tally.used, dict(tally.refused)
    (2, 0, {'not a valid sample: id': 1, 'no label': 1})
    """

    def __init__(self) -> None:
        self.found = 0
        self.used = 0
        self.refused: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}
        self._ids: set[int] = set()

    def offer(self, key: str, **values: object) -> Iterator[Sample]:
        """Count one candidate; yield its sample, or nothing if the values make none, or one whose id was used: then it is refused.

        Text that UTF-8 cannot hold (lone surrogates, which JSON can) makes no sample.
        """
        try:
            sample = Sample.model_validate({name: value for name, value in values.items() if value is not None})
            sample.model_dump_json()
        except ValidationError as error:
            first = error.errors()[0]
            self.refuse(f"not a valid sample: {'.'.join(map(str, first['loc'])) or first['type']}", key)
            return
        except ValueError:
            self.refuse("text that is no Unicode", key)
            return
        if (identity := hash(sample.id)) in self._ids:
            self.refuse("another sample has its id", key)
            return
        self._ids.add(identity)
        self.found += 1
        self.used += 1
        yield sample

    def refuse(self, reason: str, key: str) -> None:
        """Count one candidate that makes no sample."""
        self.found += 1
        self._mark(reason, key)

    def withdraw(self, reason: str, key: str) -> None:
        """Count a sample that was offered before as refused after all."""
        self.used -= 1
        self._mark(reason, key)

    def note(self, what: str, times: int = 1) -> None:
        """Count something that refuses no sample, such as rows that were merged."""
        self.notes[what] += times

    def _mark(self, reason: str, key: str) -> None:
        self.refused[reason] += 1
        kept = self.examples.setdefault(reason, [])
        if len(kept) < EXAMPLES:
            kept.append(key)

    def lines(self) -> list[str]:
        """Return the counts as lines of text."""
        lines = [f"found {self.found:,}, used {self.used:,}, refused {sum(self.refused.values()):,}"]
        lines += [f"refused {count:,}: {reason} (first: {self.examples[reason][0]})" for reason, count in self.refused.most_common()]
        return lines + [f"{what}: {count:,}" for what, count in self.notes.most_common()]


class Importer(Record):
    """Reads one layout into samples.  Fields of a subclass are its options; unknown options are refused.

    ``title``, ``citation`` and ``licence`` are facts about the data set as a whole; ``grouping`` says what shares a group, so that no
    split can leak.  ``straddles`` is true where the source publishes splits that may tear groups apart: then groups are kept in the
    most protected of their splits and their other members are refused.
    """

    title: ClassVar[str]
    citation: ClassVar[str]
    licence: ClassVar[str]
    grouping: ClassVar[str]
    straddles: ClassVar[bool] = False

    @abstractmethod
    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the samples found at ``path``; the same ones, in the same order, every time.

        Raises:
            UsageError: the layout is not there, or a file of it cannot be read.
        """
