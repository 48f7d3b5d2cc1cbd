"""D3 from published rows to training shards: ingest, fetch photographs, store, re-encode alike, write (specs: d3-code 2).

Every stage leaves its finished work in the folder, so that calling again after a kill goes on where it stopped:

* ``ingest/``: one file of records for each row group;
* ``photographs/``: the downloads, with their ledger;
* ``store/``: all bytes as they came, by hash;
* ``records.jsonl``: every record, with its photograph or the reason why there is none;
* ``shards/``: tar files with index and closing record;
* ``d3_test/``, ``d3_test.parquet``: the folder test set and its manifest, where asked for;
* ``build.run.json``: settings and counts.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import Field

from fakeprint.collect.byte_store import ByteStore
from fakeprint.collect.d3_ingest import BLOCKED, ingest, read_segments, usable_id
from fakeprint.collect.d3_shards import ShardSettings, write_shards
from fakeprint.collect.d3_test_folders import write_test_folders
from fakeprint.collect.download import DownloadSummary, download
from fakeprint.collect.folder_lock import lock_folder
from fakeprint.collect.inspector import Inspector, describe
from fakeprint.collect.ledger import read_ledger
from fakeprint.collect.outcome import LedgerRow, Status
from fakeprint.collect.placeholders import Placeholders
from fakeprint.collect.rules import DownloadConfig, Rules
from fakeprint.collect.shard_writer import ShardInfo
from fakeprint.collect.stored_record import REAL, StoredImage, StoredRecord
from fakeprint.collect.sync import sync_folder
from fakeprint.collect.transport import Resolver
from fakeprint.collect.wanted import Wanted
from fakeprint.core.durable import atomic_file, write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.limits import Limits
from fakeprint.core.record import Record
from fakeprint.core.run import RunRecord, close_run, start_run
from fakeprint.datasets.d3 import slice_of

RUN = "build.run.json"
LEAST_SIDE = 100


class D3Config(Record):
    """Everything a build is told but its files.

    ``bad_ids`` are left out.  ``keep_incomplete`` writes records that lack an image, with the reason in the index; otherwise they are
    left out and counted.  ``fetch`` off uses the photographs that are there.  ``test_folders`` also writes the folder test set.
    """

    split: str = Field("train", pattern=r"^[A-Za-z0-9_]{1,32}$")
    shards: ShardSettings = ShardSettings()
    download: DownloadConfig = DownloadConfig(rules=Rules(min_side=LEAST_SIDE, unsafe_prompts=True))
    limits: Limits = Limits()
    bad_ids: frozenset[str] = frozenset()
    keep_incomplete: bool = False
    fetch: bool = True
    test_folders: bool = False
    jobs: int = Field(2, ge=1)
    rank: int = 0
    world: int = 1
    offset: int = 0
    records: int | None = Field(None, ge=1)


class D3Summary(Record):
    """How a build ended.  ``left_out`` counts records by reason, ``signal`` is set when the download was interrupted."""

    records: int
    written: int
    shards: int
    shards_kept: int
    test_images: int
    left_out: dict[str, int]
    missing: dict[str, int]
    photographs: dict[str, int]
    faulty_files: tuple[str, ...]
    signal: int | None = None


def build_d3(
    files: Sequence[Path],
    folder: Path,
    config: D3Config,
    *,
    placeholders: Placeholders | None = None,
    on_row: Callable[[LedgerRow], None] | None = None,
    resolver: Resolver | None = None,
) -> D3Summary:
    """Build or continue.  The same rows and photographs give the same shards, byte for byte.

    Raises:
        UsageError: no files, files that are not D3's, settings that exclude each other.
    """
    if config.shards.mix is not None and config.shards.legacy:
        raise UsageError("choose either an encoder mix or the original's rule")
    ordered = sorted(files, key=lambda path: path.name)
    mine = slice_of(ordered[config.offset :], config.rank, config.world)
    if not mine:
        raise UsageError("no Parquet file to build from")
    folder.mkdir(parents=True, exist_ok=True)
    with lock_folder(folder / "build.lock"):
        for part in ("", "ingest", "shards"):
            for stale in (folder / part).glob("*.tmp.*"):
                stale.unlink()
        return _build(mine, folder, config, placeholders, on_row, resolver)


def _build(
    files: Sequence[Path],
    folder: Path,
    config: D3Config,
    placeholders: Placeholders | None,
    on_row: Callable[[LedgerRow], None] | None,
    resolver: Resolver | None,
) -> D3Summary:
    run = start_run("data build-d3", config, limits=config.limits, seed=config.shards.seed)
    _write_run(folder, run)
    store = ByteStore(folder / "store")
    with Inspector(config.limits, config.jobs) as inspector:
        found = ingest(files, folder / "ingest", store, inspector, config.split)
        records, left_out = _chosen(read_segments(found.segments), config)
        fetched = _fetch(records, folder, config, placeholders, on_row, resolver)
        complete = _with_photographs(records, folder, store, inspector)
    _write_records(folder / "records.jsonl", complete)
    usable = [record for record in complete if record.complete or config.keep_incomplete]
    left_out["incomplete"] += len(complete) - len(usable)
    missing = Counter(slot for record in complete for slot in record.missing)
    infos: list[ShardInfo] = []
    kept = test_images = 0
    if fetched is not None and fetched.signal is not None:
        usable = []
    else:
        infos, kept = write_shards(usable, folder / "shards", store, config.shards, config.limits, config.jobs)
        if config.test_folders and usable:
            test_images = write_test_folders(usable, folder, store, config.shards, config.limits, config.jobs)
    summary = D3Summary(
        records=len(complete) + sum(left_out.values()) - left_out["incomplete"],
        written=len(usable),
        shards=len(infos),
        shards_kept=kept,
        test_images=test_images,
        left_out={reason: count for reason, count in sorted(left_out.items()) if count},
        missing=dict(sorted(missing.items())),
        photographs=fetched.counts if fetched else {},
        faulty_files=found.faulty,
        signal=fetched.signal if fetched else None,
    )
    counts = {"records": summary.records, "written": summary.written, "shards": summary.shards}
    _write_run(folder, close_run(run, "interrupted" if summary.signal else "completed", counts))
    return summary


def _chosen(records: Iterator[StoredRecord], config: D3Config) -> tuple[list[StoredRecord], Counter[str]]:
    """Return the records to work on, sorted by id, each id once, and why others were left out."""
    left_out: Counter[str] = Counter()
    chosen: dict[str, StoredRecord] = {}
    for record in records:
        if not usable_id(record.id):
            left_out["unusable id"] += 1
        elif record.id in config.bad_ids:
            left_out["on the filter list"] += 1
        elif record.id in chosen:
            left_out["repeated id"] += 1
        elif record.missing.get(REAL) == BLOCKED:
            left_out[BLOCKED] += 1
        else:
            chosen[record.id] = record
            if config.records is not None and len(chosen) >= config.records:
                break
    return [chosen[key] for key in sorted(chosen)], left_out


def _key_of(record_id: str) -> str:
    """Return the key of a photograph; folders by the last digits keep listings short."""
    return f"{record_id[-2:]}/{record_id}"


def _fetch(
    records: Sequence[StoredRecord],
    folder: Path,
    config: D3Config,
    placeholders: Placeholders | None,
    on_row: Callable[[LedgerRow], None] | None,
    resolver: Resolver | None,
) -> DownloadSummary | None:
    if not config.fetch:
        return None
    wanted = [Wanted(_key_of(record.id), record.url, record.caption) for record in records]
    place = folder / "photographs"
    return download(wanted, place, config.download, placeholders=placeholders, on_row=on_row, resolver=resolver)


def _with_photographs(records: Sequence[StoredRecord], folder: Path, store: ByteStore, inspector: Inspector) -> list[StoredRecord]:
    """Take the fetched photographs into the store and into the records."""
    place = folder / "photographs"
    rows = {row.key: row for row in read_ledger(place)}
    there = {key: row for key, row in rows.items() if row.status is Status.OK and row.path and row.sha256 and (place / row.path).exists()}
    wanted = [row for record in records if (row := there.get(_key_of(record.id))) is not None]
    for row in wanted:
        store.adopt(place / (row.path or ""), row.sha256 or "")
    sync_folder(store.folder)
    found = inspector.inspect_all(store.path_of(row.sha256 or "") for row in wanted)
    complete = []
    for record in records:
        key = _key_of(record.id)
        if key not in there:
            reason = f"{rows[key].status}: {rows[key].error}" if key in rows else "not fetched"
            complete.append(record.model_copy(update={"missing": record.missing | {REAL: reason}}))
            continue
        row, inspected = there[key], next(found)
        if inspected.facts is None:
            complete.append(record.model_copy(update={"missing": record.missing | {REAL: describe(inspected.error)}}))
            continue
        image = StoredImage(sha256=row.sha256 or "", suffix=(row.path or "").rpartition(".")[2].lower(), facts=inspected.facts)
        missing = {slot: reason for slot, reason in record.missing.items() if slot != REAL}
        complete.append(record.model_copy(update={"images": record.images | {REAL: image}, "missing": missing}))
    return complete


def _write_records(path: Path, records: Sequence[StoredRecord]) -> None:
    with atomic_file(path) as stream:
        stream.writelines(record.model_dump_json().encode() + b"\n" for record in records)


def _write_run(folder: Path, run: RunRecord) -> None:
    write_atomic(folder / RUN, run.model_dump_json(indent=1).encode())
