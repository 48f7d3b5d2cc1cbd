"""``fakeprint data dedupe``: leave out exact duplicates, keep near duplicates together."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fakeprint.cli.data_input import DataInput
    from fakeprint.datasets.duplicates import Duplicates
    from fakeprint.datasets.keys import Keys
    from fakeprint.datasets.summary import Summary


def dedupe_command(
    manifest: Annotated[Path, typer.Argument(help="Manifest (.parquet, .jsonl), table (.csv) or folder.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Manifest to write; without it duplicates are only reported.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write every cluster as a line of JSON.")] = None,
    files: Annotated[bool, typer.Option("--files", help="Hash the files, instead of trusting the hashes in the manifest.")] = False,
    radius: Annotated[int, typer.Option(min=0, max=15, help="Bits of the perceptual hash in which near duplicates may differ.")] = 8,
    remove_near: Annotated[bool, typer.Option("--remove-near", help="Leave near duplicates out; default: one group for them.")] = False,
    where: Annotated[list[str] | None, typer.Option(help="Only samples with column=value (repeat).")] = None,
    root: Annotated[Path | None, typer.Option(help="Folder that paths are relative to; default: the manifest's.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0: one for each processor.")] = 0,
) -> None:
    """Find duplicates by hash and by perceptual hash; with --files near ones are confirmed on thumbnails."""
    from collections import Counter

    from fakeprint.cli.data_input import read_input
    from fakeprint.core.durable import write_atomic
    from fakeprint.datasets.duplicates import find_duplicates
    from fakeprint.datasets.keys import keys_of
    from fakeprint.datasets.rewrite import read_keys

    streamed = manifest.suffix == ".parquet" and not files and not where
    given = None if streamed else read_input(manifest, where=tuple(where or ()), root=root)
    keys = read_keys(manifest) if given is None else keys_of(given.samples)
    thumbnails = _hash_files(given, keys, jobs) if files and given is not None else None
    _say_hashes(keys)
    found = find_duplicates(keys, thumbnails, radius=radius, remove_near=remove_near)
    kinds = Counter(one.kind for one in found.clusters)
    conflicts = sum(len(one.labels) > 1 for one in found.clusters)
    typer.echo(f"{kinds['exact']:,} exact clusters, {kinds['near']:,} near clusters; {conflicts:,} of them with more than one label")
    typer.echo(f"{found.candidates:,} near pairs by hash" + (f", {found.confirmed:,} confirmed" if thumbnails else ""))
    for reason, count in Counter(reason for reason in found.left_out if reason).items():
        typer.echo(f"{'left out' if out else 'would be left out'}: {count:,} {reason}")
    if report is not None:
        write_atomic(report, b"".join(one.model_dump_json().encode() + b"\n" for one in found.clusters))
    if out is not None:
        summary = _write(manifest, given, keys, found, out)
        typer.echo(f"wrote {out}: {summary.samples:,} samples in {summary.groups:,} groups")


def _write(manifest: Path, given: "DataInput | None", keys: "Keys", found: "Duplicates", out: Path) -> "Summary":
    from fakeprint.core.sample import Split
    from fakeprint.datasets.rewrite import write_assigned
    from fakeprint.datasets.store import write_manifest

    if given is None:
        splits = [Split(split) if reason is None else None for split, reason in zip(keys.splits, found.left_out, strict=True)]
        return write_assigned(manifest, out, splits, found.groups)
    kept = (
        one.model_copy(update={"group": group, "sha256": sha256, "phash": phash})
        for one, group, sha256, phash, reason in zip(given.samples, found.groups, keys.sha256s, keys.phashes, found.left_out, strict=True)
        if reason is None
    )
    return write_manifest(out, given.header, kept)


def _hash_files(given: "DataInput", keys: "Keys", jobs: int) -> dict[str, tuple[int, ...]]:
    """Put the hashes of the files into the keys and return their thumbnails; a file that cannot be read keeps what the manifest says."""
    from fakeprint.cli.progress import progress_over
    from fakeprint.suites.file_survey import SurveySetup, survey

    thumbnails: dict[str, tuple[int, ...]] = {}
    failed = 0
    found = survey(given.samples, given.root, SurveySetup(pixels=True), jobs=jobs)
    for row, one in enumerate(progress_over(found, on=True)):
        if one.media is None or one.error is not None:
            failed += 1
            continue
        keys.sha256s[row], keys.phashes[row] = one.media.sha256, one.phash
        thumbnails[one.sample_id] = one.thumbnail
    if failed:
        typer.echo(f"{failed:,} files could not be read; fakeprint data check lists them", err=True)
    return thumbnails


def _say_hashes(keys: "Keys") -> None:
    exact, near = (sum(value is not None for value in column) for column in (keys.sha256s, keys.phashes))
    typer.echo(f"{len(keys):,} samples; {exact:,} with sha256, {near:,} with perceptual hash")
    if not exact and not near:
        from fakeprint.core.errors import UsageError

        raise UsageError("no sample has a hash; use --files to read them from the files")
