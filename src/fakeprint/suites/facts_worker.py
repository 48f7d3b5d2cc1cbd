"""The part of a format audit that runs in the sandbox: many headers in, their facts out."""

import os
from pathlib import Path

from pydantic import JsonValue

from fakeprint.core.errors import MediaError
from fakeprint.core.limits import Limits
from fakeprint.core.prediction import FormatFacts
from fakeprint.core.record import Record


class Batch(Record):
    """Places on disk (bytes as Latin-1) and names in the manifest, side by side."""

    paths: tuple[str, ...]
    names: tuple[str, ...]


class BatchFacts(Record):
    """Facts in the order of the batch, null where a header could not be read."""

    facts: tuple[FormatFacts | None, ...]


class FactsWorker:
    """Constructed once in each worker, then called with one batch after the other."""

    def __init__(self, setup: JsonValue) -> None:
        self._limits = Limits.model_validate(setup)

    def __call__(self, payload: JsonValue) -> tuple[bytes, dict[str, bytes]]:
        """Return the batch's :class:`BatchFacts` as JSON."""
        batch = Batch.model_validate(payload)
        found = tuple(self._facts(path, name) for path, name in zip(batch.paths, batch.names, strict=True))
        return BatchFacts(facts=found).model_dump_json().encode(), {}

    def _facts(self, path: str, name: str) -> FormatFacts | None:
        from fakeprint.suites.format_facts import read_format_facts

        place = Path(os.fsdecode(path.encode("latin-1")))
        try:
            return read_format_facts(place, name, self._limits) if place.is_file() else None
        except (MediaError, OSError):
            return None


def batch_of(places: list[tuple[Path, str]]) -> dict[str, JsonValue]:
    """Return the JSON that names one batch of files."""
    return {"paths": [os.fsencode(path).decode("latin-1") for path, _ in places], "names": [name for _, name in places]}
