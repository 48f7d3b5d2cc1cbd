"""``fakeprint data build-d3`` and ``measure-mix``: D3 from published rows to training shards."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

_web = partial(typer.Option, rich_help_panel="Photographs")
_shards = partial(typer.Option, rich_help_panel="Shards")
_part = partial(typer.Option, rich_help_panel="Which part")


def build_command(
    rows: Annotated[list[Path], typer.Argument(help="Parquet files of D3, or folders that hold them.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for everything; an existing one is continued.")],
    split: Annotated[str, _part(help="Name of the split, part of every key.")] = "train",
    records: Annotated[int | None, _part(min=1, help="No more than this many records.")] = None,
    rank: Annotated[int, _part(min=0, help="Which share of the files, from 0.")] = 0,
    world: Annotated[int, _part(min=1, help="Into how many shares the files are cut.")] = 1,
    offset: Annotated[int, _part(min=0, help="Leave out this many files at the beginning.")] = 0,
    bad_ids: Annotated[Path | None, _part(help="JSON list of ids to leave out.")] = None,
    keep_incomplete: Annotated[bool, _part("--keep-incomplete", help="Also write records that lack an image.")] = False,
    no_fetch: Annotated[bool, _web("--no-fetch", help="Use the photographs that are there; open no connection.")] = False,
    workers: Annotated[int, _web(min=1, help="Requests at a time.")] = 64,
    per_host: Annotated[int, _web(min=1, help="Requests at a time at one host.")] = 4,
    delay: Annotated[float, _web(min=0, help="Seconds between two requests at one host.")] = 0.2,
    min_side: Annotated[int, _web(min=1, help="Least pixels of the shorter side of a photograph.")] = 100,
    placeholders: Annotated[Path | None, _web(help="List of sha256 or perceptual hashes that are refused.")] = None,
    ignore_robots: Annotated[bool, _web("--ignore-robots", help="Do not ask for robots.txt.")] = False,
    ignore_no_ai: Annotated[bool, _web("--ignore-no-ai", help="Take files whose headers forbid collecting for training.")] = False,
    retry_failed: Annotated[bool, _web("--retry-failed", help="Ask again for photographs that failed for good.")] = False,
    allow_address: Annotated[list[str] | None, _web(help="HOST:PORT that may lie in a private network (repeat).")] = None,
    dataset: Annotated[str, _shards(help="Name of the dataset, part of every key.")] = "elsa_v2",
    shard_size: Annotated[int, _shards(min=1, help="Records in a shard.")] = 5000,
    first_shard: Annotated[int, _shards(min=0, help="Number of the first shard.")] = 0,
    mix: Annotated[Path | None, _shards(help="YAML law of encodings, applied to all five images alike; 'default' takes ours.")] = None,
    legacy_encode: Annotated[bool, _shards("--legacy-encode", help="Re-encode by the original's rule.")] = False,
    transform: Annotated[int, _shards(min=0, max=19, help="Do this many drawn operations to each image ('_transf' shards).")] = 0,
    test_folders: Annotated[
        bool, _shards("--test-folders", help="Also write the folder test set d3_test, plain and transformed, and its manifest.")
    ] = False,
    seed: Annotated[int, _shards(help="Seed of the law of encodings and of the operations.")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0: one for each processor.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")] = False,
) -> None:
    """Build training shards of D3: store the published bytes, fetch the photographs, re-encode all alike if asked, write.

    Exit codes: 0 every record written, 1 internal error, 2 usage, 3 records left out or files unreadable, 5 no record, 130/143 interrupted.
    """
    import os

    from fakeprint.cli.exit_codes import ExitCode, strongest
    from fakeprint.collect.d3_build import D3Config, build_d3
    from fakeprint.collect.d3_shards import ShardSettings
    from fakeprint.collect.download import file_sha256
    from fakeprint.collect.encoder_mix import EncoderMix, read_mix
    from fakeprint.collect.placeholders import Placeholders, read_placeholders
    from fakeprint.collect.rules import DownloadConfig, Pace, Rules
    from fakeprint.core.errors import UsageError
    from fakeprint.datasets.d3_record import read_bad_ids

    files = [found for path in rows for found in (sorted(path.rglob("*.parquet")) if path.is_dir() else [path])]
    for path in (*files, *(one for one in (bad_ids, placeholders) if one)):
        if not path.is_file():
            raise UsageError(f"there is no file {path}")
    count = jobs or os.cpu_count() or 1
    law = None if mix is None else EncoderMix() if str(mix) == "default" else read_mix(mix)
    download = DownloadConfig(
        rules=Rules(
            min_side=min_side,
            robots=not ignore_robots,
            no_ai=not ignore_no_ai,
            unsafe_prompts=True,
            placeholders=file_sha256(placeholders) if placeholders else None,
        ),
        pace=Pace(workers=workers, per_host=per_host, delay_s=delay, decoders=count),
        allowed=frozenset(allow_address or ()),
        retry_failed=retry_failed,
    )
    config = D3Config(
        split=split,
        shards=ShardSettings(
            dataset=dataset, size=shard_size, first=first_shard, mix=law, legacy=legacy_encode, transform=transform, seed=seed
        ),
        test_folders=test_folders,
        download=download,
        bad_ids=read_bad_ids(bad_ids),
        keep_incomplete=keep_incomplete,
        fetch=not no_fetch,
        jobs=count,
        rank=rank,
        world=world,
        offset=offset,
        records=records,
    )
    summary = build_d3(files, out, config, placeholders=read_placeholders(placeholders) if placeholders else Placeholders())
    if not quiet:
        typer.echo(summary.model_dump_json(indent=1))
    codes = [ExitCode.OK]
    if summary.signal is not None:
        codes.append(ExitCode(128 + summary.signal))
    elif not summary.written:
        codes.append(ExitCode.NO_INPUT)
    if summary.faulty_files or summary.left_out:
        codes.append(ExitCode.INPUT_FAILED)
    raise typer.Exit(strongest(*codes))


def measure_command(
    paths: Annotated[list[str], typer.Argument(help="Files, folders or globs: the pool of photographs.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the law here (YAML) instead of stdout.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0: one for each processor.")] = 0,
) -> None:
    """Measure how the images of a pool are encoded, as a law for build-d3 --mix."""
    import os

    import yaml

    from fakeprint.cli.exit_codes import ExitCode
    from fakeprint.collect.encoder_mix import measure_mix
    from fakeprint.collect.inspector import Inspector
    from fakeprint.core.durable import write_atomic
    from fakeprint.core.limits import Limits
    from fakeprint.media.inputs import find_inputs

    failed = 0
    facts = []
    with Inspector(Limits(), jobs or os.cpu_count() or 1) as inspector:
        for found in inspector.inspect_all(one.path for one in find_inputs(paths)):
            if found.facts is None:
                failed += 1
            else:
                facts.append(found.facts)
    text = yaml.safe_dump(measure_mix(facts).model_dump(mode="json"), sort_keys=True)
    if out is not None:
        write_atomic(out, text.encode())
    else:
        typer.echo(text, nl=False)
    typer.echo(f"{len(facts)} images measured, {failed} files could not be decoded", err=True)
    raise typer.Exit(ExitCode.INPUT_FAILED if failed else ExitCode.OK)
