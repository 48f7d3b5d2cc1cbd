"""Millions of samples read for their keys and given new splits and groups, without building a record of each."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from fakeprint.core.durable import atomic_file
from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.columns import NESTED, header_of
from fakeprint.datasets.keys import UPLOADER, Keys, keys_of, normal_prompt, normal_url
from fakeprint.datasets.parquet_file import open_parquet
from fakeprint.datasets.store import BATCH, TWIN_ROWS, read_header, read_samples, write_card, write_manifest
from fakeprint.datasets.summary import Summary

if TYPE_CHECKING:
    import pyarrow as pa

_READ = ("id", "group", "split", "label", "source", "generator", "family", "generator_version", "sha256", "phash", "url", "pair", NESTED)
_COUNTED = ("id", "label", "split", "group", "source", "generator", "licence", "sha256")


def read_keys(path: Path) -> Keys:
    """Return the keys of a stored manifest, in stored order.

    Raises:
        UsageError: not a manifest, or a row that cannot be read.
    """
    if path.suffix != ".parquet":
        return keys_of(read_samples(path))
    keys = Keys()
    with open_parquet(path) as file:
        header_of(file.schema_arrow.metadata, path.name)
        for batch in file.iter_batches(batch_size=BATCH, columns=list(_READ)):
            _add(keys, {name: batch.column(name).to_pylist() for name in _READ})
    return keys


def _add(keys: Keys, columns: dict[str, list[str | None]]) -> None:
    plain = (
        (keys.ids, "id"),
        (keys.groups, "group"),
        (keys.splits, "split"),
        (keys.labels, "label"),
        (keys.sources, "source"),
        (keys.generators, "generator"),
        (keys.families, "family"),
        (keys.versions, "generator_version"),
        (keys.sha256s, "sha256"),
        (keys.phashes, "phash"),
        (keys.pairs, "pair"),
    )
    for target, name in plain:
        target.extend(columns[name])  # type: ignore[arg-type]
    keys.urls.extend(map(normal_url, columns["url"]))
    for number, nested in enumerate(columns[NESTED]):
        prompt, uploader, sha256 = _nested(nested)
        keys.prompts.append(normal_prompt(prompt))
        keys.uploaders.append(uploader)
        if sha256 and not columns["sha256"][number]:
            keys.sha256s[number - len(columns[NESTED])] = sha256


def _nested(text: str | None) -> tuple[str | None, str | None, str | None]:
    """Return prompt, uploader and hash of the nested column; the text is searched before it is parsed."""
    if not text or ('"prompt"' not in text and f'"{UPLOADER}"' not in text and '"media"' not in text):
        return None, None, None
    try:
        inner = json.loads(text)
        uploader = inner.get("extra", {}).get(UPLOADER)
        prompt = (inner.get("generation") or {}).get("prompt")
        return prompt, None if uploader is None else str(uploader), (inner.get("media") or {}).get("sha256")
    except (ValueError, AttributeError, RecursionError) as error:
        raise UsageError(f"a nested column of the manifest cannot be read: {error}") from error


def write_assigned(path: Path, out: Path, splits: Sequence[Split | None], groups: Sequence[str]) -> Summary:
    """Write the manifest again with new splits and groups, one of each for each sample in stored order; None leaves a sample out.

    Raises:
        UsageError: as many splits as samples are needed, or nothing is left.
        LeakageError: a group lies in two splits.
    """
    header = read_header(path)
    if path.suffix != ".parquet" or out.suffix != ".parquet" or len(splits) <= TWIN_ROWS:
        return write_manifest(out, header, _changed(read_samples(path), splits, groups))
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not any(splits):
        raise UsageError(f"no sample was left to write to {out.name}")
    summary = Summary()
    at = 0
    out.parent.mkdir(parents=True, exist_ok=True)
    with open_parquet(path) as file:
        wanted = file.schema_arrow
    with atomic_file(out) as stream, pq.ParquetWriter(stream, wanted, compression="zstd") as writer:
        for stored in _row_groups(path):
            part = slice(at, at + stored.num_rows)
            at += stored.num_rows
            kept = pa.array([split is not None for split in splits[part]])
            new = {"split": [split and split.value for split in splits[part]], "group": list(groups[part])}
            columns = [pa.array(new[name], pa.string()) if name in new else stored.column(name) for name in wanted.names]
            table = pa.Table.from_arrays(columns, names=wanted.names).filter(kept).cast(wanted)
            nested = [inner or "" for inner in table.column(NESTED).to_pylist()]
            with_prompt, flagged = (sum(f'"{name}"' in inner for inner in nested) for name in ("prompt", "safety"))
            summary.add_columns(table.select(_COUNTED).to_pydict(), with_prompt=with_prompt, flagged=flagged)
            writer.write_table(table)
        if at != len(splits):
            raise UsageError(f"{len(splits)} splits were given for {at} samples")
    out.with_suffix(".jsonl").unlink(missing_ok=True)
    write_card(out, header, summary)
    return summary


def _row_groups(path: Path) -> "Iterator[pa.Table]":
    with open_parquet(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number)


def _changed(samples: Iterator[Sample], splits: Sequence[Split | None], groups: Sequence[str]) -> Iterator[Sample]:
    changes = zip(splits, groups, strict=True)
    for sample, (split, group) in zip(samples, islice(changes, len(splits)), strict=True):
        if split is not None:
            yield sample.model_copy(update={"split": split, "group": group})
