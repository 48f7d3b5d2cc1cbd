"""``build``: a source and its options to a manifest on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.manifest import ManifestHeader
from fakeprint.datasets import DATASETS
from fakeprint.datasets.held_out import keep_held_out
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.screened_samples import screened
from fakeprint.datasets.store import write_manifest
from fakeprint.datasets.summary import Summary

REFUSED_SUFFIX = ".refused.json"


@dataclass(frozen=True)
class Built:
    """What came of an import: the importer with its options, counts of the source, counts of the manifest."""

    importer: Importer
    tally: Tally
    summary: Summary


def build(kind: str, source: Path, out: Path, options: Mapping[str, str] | None = None, *, name: str | None = None) -> Built:
    """Read ``source`` with the importer ``kind`` and write the manifest ``out``, its card, and what was refused.

    ``out`` ends in ``.parquet`` or ``.jsonl``; ``NAME.refused.json`` beside it holds the counts and some keys of what was refused.  Prompts
    pass the safety filter (specs: dflip3k 6.2): flagged samples carry the categories, and text that may not be stored is left out.

    Raises:
        UsageError: no such importer or option, or a source that cannot be read.
        AlignmentError, LeakageError: ids are not unique, or a group lies in two splits.
    """
    importer, tally = open_importer(kind, options or {}), Tally()
    samples = (
        keep_held_out(lambda counted: importer.samples(source, counted), tally) if importer.straddles else importer.samples(source, tally)
    )
    header = ManifestHeader(
        name=name or out.stem,
        description=f"{importer.title}. Groups: {importer.grouping}.",
        citation=importer.citation,
        terms=importer.licence,
    )
    summary = write_manifest(out, header, screened(samples))
    refused = {"found": tally.found, "used": tally.used, "refused": tally.refused, "notes": tally.notes, "examples": tally.examples}
    write_atomic(out.with_suffix(REFUSED_SUFFIX), (json.dumps(refused, indent=2) + "\n").encode())
    return Built(importer, tally, summary)


def open_importer(kind: str, options: Mapping[str, str]) -> Importer:
    """Return the importer with options given as text; an unknown option or an impossible value is an error that names it."""
    part = DATASETS.load(kind)
    try:
        return part.model_validate(dict(options))
    except ValidationError as error:
        known = ", ".join(part.model_fields) or "none"
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise UsageError(f"{kind}: {said} (options: {known})") from error
