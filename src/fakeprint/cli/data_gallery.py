"""``fakeprint data gallery``: a static page of samples with their prompts and settings."""

from pathlib import Path
from typing import Annotated

import typer


def gallery_command(
    manifest: Annotated[Path, typer.Argument(help="Manifest (.parquet, .jsonl), table (.csv) or folder.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the pages; open index.html there.")],
    where: Annotated[list[str] | None, typer.Option(help="Only samples with column=value (repeat).")] = None,
    per_generator: Annotated[int, typer.Option(min=1, help="Most samples of one generator or source.")] = 60,
    per_page: Annotated[int, typer.Option(min=1, max=500, help="Samples on one page.")] = 60,
    allow: Annotated[
        list[str] | None, typer.Option(help="Show this safety category without a gate: sexual, violence, hate, real_person, personal_data.")
    ] = None,
    root: Annotated[Path | None, typer.Option(help="Folder that paths are relative to; default: the manifest's.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the choice.")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0: one for each processor.")] = 0,
) -> None:
    """Write a gallery that opens from disk, loads nothing from outside, and hides what the safety filter flags."""
    from collections.abc import Iterator, Sequence
    from tempfile import TemporaryDirectory

    from fakeprint.cli.data_input import allowed_categories, read_input
    from fakeprint.cli.progress import progress_over
    from fakeprint.core.limits import Limits
    from fakeprint.core.sample import Sample
    from fakeprint.reports.dataset_gallery import GalleryConfig, choose, write_gallery
    from fakeprint.reports.dataset_thumbnails import Thumbnail, thumbnails
    from fakeprint.suites.file_survey import place_of

    given = read_input(manifest, where=tuple(where or ()), root=root)
    config = GalleryConfig(per_group=per_generator, per_page=per_page, seed=seed, allow=allowed_categories(allow))

    def pictures(samples: Sequence[Sample]) -> Iterator[Thumbnail]:
        with TemporaryDirectory(prefix="fakeprint-") as folder:
            places = (place_of(one, given.root, Path(folder), number) for number, one in enumerate(samples))
            yield from progress_over(thumbnails(places, Limits(), jobs=jobs), on=True)

    found = write_gallery(out, given.header.name, choose(given.samples, config), config, pictures)
    typer.echo(f"wrote {out / 'index.html'}: {found.shown:,} samples on {found.pages:,} pages, {found.gated:,} behind a gate")
    if found.blocked:
        typer.echo(f"{found.blocked:,} samples may not be shown and were left out")
    if found.without_picture:
        typer.echo(f"{found.without_picture:,} samples without a picture, since their files could not be read")
