"""Fetch what a metadata file asks for into a folder, so that it can be stopped at any moment and continued (specs: dflip3k 3)."""

import asyncio
import shutil
from collections.abc import Callable, Iterable, Iterator
from hashlib import file_digest
from pathlib import Path

from pydantic import Field

from fakeprint.collect.collector import Collector
from fakeprint.collect.ledger import Ledger
from fakeprint.collect.naming import BadKey, safe_key, stem_of
from fakeprint.collect.outcome import LedgerRow, Status
from fakeprint.collect.placeholders import Placeholders
from fakeprint.collect.rules import DownloadConfig
from fakeprint.collect.transport import Resolver
from fakeprint.collect.wanted import Wanted, read_wanted
from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.record import Record
from fakeprint.core.run import RunRecord, close_run, digest, start_run

RUN = "download.run.json"


class DownloadSummary(Record):
    """How a run ended.

    ``counts`` holds the status of every key of the list, kept ones included; ``kept`` is how many of them needed no request.
    ``signal`` is the number of the signal that ended the run early.
    """

    counts: dict[str, int]
    kept: int
    requests: int
    bytes: int
    seconds: float = Field(ge=0)
    signal: int | None = None

    @property
    def failed(self) -> int:
        """Keys without a file."""
        return sum(count for status, count in self.counts.items() if status != Status.OK)


class MetadataFile:
    """The rows of one metadata file, read anew by every loop."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[Wanted]:
        """Yield the rows."""
        return read_wanted(self.path)


def download(
    wanted: Iterable[Wanted],
    folder: Path,
    config: DownloadConfig,
    *,
    placeholders: Placeholders | None = None,
    on_row: Callable[[LedgerRow], None] | None = None,
    resolver: Resolver | None = None,
    force: bool = False,
) -> DownloadSummary:
    """Fetch every row of ``wanted`` that the folder does not hold yet.

    ``wanted`` is looped over twice.  Files lie under their keys, each whole or absent; ``ledger.jsonl`` has a row for every key that
    was tried, ``ledger.parquet`` the last row of each.  Calling again continues: keys whose file is there are not asked for, keys
    that failed for good only with ``retry_failed``.  ``on_row`` is called with every row, from this thread.

    Raises:
        UsageError: another process writes into the folder, or a former run took files in by other rules (unless ``force``).
        FakeprintError: the disk is full or the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with Ledger(folder) as ledger:
        run = _open_run(folder, config, force=force)
        shutil.rmtree(folder / ".parts", ignore_errors=True)
        (folder / ".parts").mkdir()
        shared = shared_stems(wanted)
        collector = Collector(folder, ledger, config, placeholders or Placeholders(), shared, on_row=on_row, resolver=resolver)
        asyncio.run(collector.run(wanted))
        summary = DownloadSummary(
            counts=dict(sorted(collector.counts.items())),
            kept=collector.kept,
            requests=collector.requests,
            bytes=collector.fetched_bytes,
            seconds=round(collector.seconds, 3),
            signal=collector.signal,
        )
        shutil.rmtree(folder / ".parts", ignore_errors=True)
        ledger.write_table()
        status = "interrupted" if summary.signal else "completed"
        _write_run(folder, close_run(run, status, summary.counts))
    return summary


def shared_stems(wanted: Iterable[Wanted]) -> frozenset[str]:
    """Return the stems, lower case, that several keys have: their files keep the whole key in the name.

    >>> sorted(shared_stems([Wanted("a.jpg", None), Wanted("A.png", None), Wanted("b", None)]))
    ['a']
    """
    seen: set[str] = set()
    shared: set[str] = set()
    for one in wanted:
        try:
            stem = stem_of(safe_key(one.key)).casefold()
        except BadKey:
            continue
        (shared if stem in seen else seen).add(stem)
    return frozenset(shared)


def _open_run(folder: Path, config: DownloadConfig, *, force: bool) -> RunRecord:
    path = folder / RUN
    rules = digest(config.rules.model_dump_json())
    if path.exists() and not force:
        former = RunRecord.model_validate_json(path.read_bytes())
        before = DownloadConfig.model_validate(former.config)
        if digest(before.rules.model_dump_json()) != rules:
            changed = [name for name in type(config.rules).model_fields if getattr(before.rules, name) != getattr(config.rules, name)]
            raise UsageError(
                f"{folder} was filled by other rules ({', '.join(changed)}); use the same ones, another folder, or --force to mix them"
            )
    run = start_run("data download", config, limits=config.limits)
    _write_run(folder, run)
    return run


def _write_run(folder: Path, run: RunRecord) -> None:
    write_atomic(folder / RUN, run.model_dump_json(indent=1).encode())


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
