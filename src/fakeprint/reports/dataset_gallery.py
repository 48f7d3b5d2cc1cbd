"""A static gallery of samples: opens from disk, loads nothing from outside, hides what the safety filter flags (specs: dflip3k 7).

One page (or several) for each generator, an index of the pages with a search over all of them, thumbnails and JSON beside.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fakeprint import __version__
from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.record import Record
from fakeprint.core.run import now
from fakeprint.core.sample import Sample
from fakeprint.core.sanitise import cap, plain
from fakeprint.datasets.prompt_safety import Category
from fakeprint.datasets.seeded_draw import draw
from fakeprint.reports.dataset_entry import NAME_CHARS, Entry, entry_of
from fakeprint.reports.dataset_thumbnails import Thumbnail
from fakeprint.reports.page import asset, environment, policy

MARKER = "gallery.json"
PICTURES = "thumbnails"
SEARCH_CHARS = 240
FACETS = ("label", "family", "version", "split", "codec", "safety")
LOCAL = "'self' file:"
"""Pictures come from beside the page; browsers name that ``file:`` when the page is opened from disk."""


class GalleryConfig(Record):
    """``per_group``: most samples of one generator; ``per_page``: cards on one page; ``allow``: safety categories shown openly."""

    per_group: int = 60
    per_page: int = 60
    seed: int = 0
    allow: tuple[Category, ...] = ()


@dataclass(frozen=True)
class GalleryPage:
    """One page of cards.  ``of`` numbers the pages of its generator from 1 to ``pages``."""

    file: str
    title: str
    entries: tuple[Entry, ...]
    total: int
    of: int
    pages: int

    @property
    def json_file(self) -> str:
        """The JSON beside it."""
        return f"{self.file.removesuffix('.html')}.json"


@dataclass(frozen=True)
class GallerySummary:
    """What was written: pages, cards, cards behind a gate, samples that may not be shown, pictures that could not be made."""

    pages: int
    shown: int
    gated: int
    blocked: int
    without_picture: int


def choose(samples: Iterable[Sample], config: GalleryConfig) -> list[Sample]:
    """Return at most ``per_group`` samples of each generator (source, for label 0), by seed and id, in order of name.

    The choice does not depend on the order of the samples.
    """
    groups: dict[tuple[int, str], list[tuple[int, str, Sample]]] = {}
    for sample in samples:
        key = sample.label.positive, sample.generator or sample.family or sample.source
        groups.setdefault(key, []).append((draw(config.seed, sample.id), sample.id, sample))
    chosen = []
    for key in sorted(groups):
        chosen += [sample for _, _, sample in sorted(groups[key], key=lambda one: one[:2])[: config.per_group]]
    return chosen


def write_gallery(
    out: Path,
    name: str,
    samples: Sequence[Sample],
    config: GalleryConfig,
    make_pictures: Callable[[Sequence[Sample]], Iterable[Thumbnail]],
) -> GallerySummary:
    """Write the gallery of these samples into a folder that is empty, absent, or holds an older gallery, which is replaced.

    ``make_pictures`` gives one thumbnail for each sample that is passed to it, in order; it is not called for samples that are blocked.

    Raises:
        UsageError: the folder holds something else, or no sample may be shown.
    """
    salt = os.urandom(16)
    entries: list[Entry] = []
    shown: list[Sample] = []
    for sample in samples:
        entry = entry_of(sample, config.allow, salt)
        if entry is not None:
            entries.append(entry)
            shown.append(sample)
    if not entries:
        raise UsageError("no sample may be shown")
    _clear(out)
    pages = list(_pages(entries, shown, config.per_page))
    written: set[str] = set()
    reasons: dict[str, str] = {}
    for entry, picture in zip(entries, make_pictures(shown), strict=True):
        if picture.data is not None:
            write_atomic(out / PICTURES / entry.picture, picture.data)
            written.add(f"{PICTURES}/{entry.picture}")
        else:
            reasons[entry.anchor] = cap(plain(picture.reason or ""), NAME_CHARS)
    blocked = len(samples) - len(entries)
    for page in pages:
        write_atomic(out / page.file, _render("gallery.html.j2", _context(name, page=page, pages=pages, reasons=reasons)))
        write_atomic(out / page.json_file, json.dumps([one.record() for one in page.entries], ensure_ascii=False, indent=1).encode())
        written.update((page.file, page.json_file))
    index = _context(name, pages=pages, blocked=blocked, index=_search_index(pages), total=len(entries))
    write_atomic(out / "index.html", _render("gallery_index.html.j2", index))
    written.add("index.html")
    write_atomic(out / MARKER, json.dumps({"fakeprint": __version__, "made": now(), "files": sorted(written)}, indent=1).encode())
    return GallerySummary(len(pages), len(entries), sum(bool(one.hidden) for one in entries), blocked, len(reasons))


def _clear(out: Path) -> None:
    """Make the folder, and remove the files of an older gallery in it."""
    there = [one.name for one in out.iterdir()] if out.is_dir() else []
    if there and MARKER not in there:
        raise UsageError(f"{out} is not empty and holds no gallery; name another folder")
    if there:
        try:
            listed = json.loads((out / MARKER).read_bytes())["files"]
            files = [str(one) for one in listed]
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{out / MARKER} cannot be read; name another folder") from error
        for file in files:
            if ".." not in file.split("/") and not file.startswith("/"):
                (out / file).unlink(missing_ok=True)
    (out / PICTURES).mkdir(parents=True, exist_ok=True)


def _pages(entries: Sequence[Entry], samples: Sequence[Sample], size: int) -> Iterator[GalleryPage]:
    groups: dict[tuple[int, str], list[Entry]] = {}
    for entry, sample in zip(entries, samples, strict=True):
        groups.setdefault((sample.label.positive, entry.group), []).append(entry)
    for number, ((_, title), held) in enumerate(groups.items(), 1):
        parts = [tuple(held[at : at + size]) for at in range(0, len(held), size)]
        for at, part in enumerate(parts, 1):
            file = f"page-{number:04d}{f'-{at}' if at > 1 else ''}.html"
            yield GalleryPage(file, title or "(no name)", part, len(held), at, len(parts))


def _search_index(pages: Sequence[GalleryPage]) -> str:
    """Return the JSON that the index page searches: one row for each card that is not behind a gate.

    ``<`` and what JavaScript takes for line ends are written as escapes, so that the text cannot leave its element.
    """
    rows = [
        [page.file, entry.anchor, page.title, entry.label, cap(entry.prompt or entry.name, SEARCH_CHARS)]
        for page in pages
        for entry in page.entries
        if not entry.hidden
    ]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _context(name: str, **more: object) -> dict[str, object]:
    style, script = asset("page.css", "dataset.css"), asset("copy.js", "gallery.js")
    common = {
        "name": cap(plain(name), NAME_CHARS),
        "style": style,
        "script": script,
        "policy": policy(style, script, pictures=LOCAL),
        "version": __version__,
        "made": now(),
        "pictures": PICTURES,
        "facets": FACETS,
    }
    return common | more


def _render(template: str, context: dict[str, object]) -> bytes:
    return environment().get_template(template).render(**context).encode()
