"""DFLIP-3K's gallery pages: Markdown files with one HTML table for each picture (specs: dflip3k 7, R67)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import ClassVar
from urllib.parse import urlsplit

from fakeprint.core.errors import UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.dflip3k_v1 import CITATION, LICENCE
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.prompt_group import prompt_group

MOST_BYTES = 32 << 20
FAMILIES = {"dalle": "dalle_2", "mj": "midjourney", "midjourney": "midjourney"}
"""Pages by file name; all others are fine-tunes of Stable Diffusion 1."""

_FIELD = re.compile(r"^\s*(Prompt|Negative Prompt|Others)\s*:\s*", re.I)
_OTHERS = {
    "steps": re.compile(r"\bSteps?\s*:\s*(\d{1,6})", re.I),
    "cfg": re.compile(r"\bCFG scale\s*:\s*(\d{1,4}(?:\.\d{1,4})?)", re.I),
    "sampler": re.compile(r"\bSampler\s*:\s*([^,\n]{1,80})", re.I),
}
_IMAGE_NAME = re.compile(r"[\w.-]{1,120}")


@dataclass
class GalleryRow:
    """One picture of a page: its address and the text of its cells."""

    url: str
    cells: list[str] = field(default_factory=list)

    def named(self, name: str) -> str | None:
        """Return the text after ``Name:``, None where it is missing or empty."""
        for cell in self.cells:
            found = _FIELD.match(cell)
            if found and found[1].lower() == name.lower():
                return cell[found.end() :].strip() or None
        return None

    def generation(self, model: str) -> Generation:
        """Return prompt and settings."""
        others = self.named("Others") or ""
        found = {name: match[1].strip() for name, pattern in _OTHERS.items() if (match := pattern.search(others))}
        return Generation(
            model=model,
            prompt=self.named("Prompt"),
            negative_prompt=self.named("Negative Prompt"),
            sampler=found.get("sampler") or None,
            steps=int(found["steps"]) if "steps" in found else None,
            cfg=float(found["cfg"]) if "cfg" in found else None,
        )


class _Reader(HTMLParser):
    """Collects pictures and the cells after them; rows and cells that are never closed end where the next one or the table begins.

    Prompts hold ``<lora:name:1>`` unescaped, which reads as a tag: unknown tags are kept as text.
    """

    _LAYOUT = frozenset({"table", "thead", "tbody", "tr", "th", "td", "b", "br", "img", "p", "div", "span", "strong", "center", "font"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[GalleryRow] = []
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            source = next((value for name, value in attrs if name == "src" and value), None)
            if source is not None:
                self._end_cell()
                self.rows.append(GalleryRow(source.strip()))
        elif tag in ("td", "tr", "table", "th"):
            self._end_cell()
            self._text = [] if tag == "td" else None
        elif tag == "br":
            self.handle_data("\n")
        elif tag not in self._LAYOUT:
            self.handle_data(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "tr", "table", "th"):
            self._end_cell()
        elif tag not in self._LAYOUT:
            self.handle_data(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._end_cell()

    def _end_cell(self) -> None:
        text = "".join(self._text or ()).strip()
        if text and self.rows:
            self.rows[-1].cells.append(text)
        self._text = None


def read_gallery(text: str) -> list[GalleryRow]:
    """Return the pictures of a page in order.

    >>> page = '<table><tr><td rowspan="3"><img src="https://h.example/a.png"></td><td><b>Prompt:</b> a <lora:x:1> cat</td>'
    >>> [row.named("Prompt") for row in read_gallery(page)]
    ['a <lora:x:1> cat']
    """
    reader = _Reader()
    reader.feed(text.replace("<!", "&lt;!").replace("<?", "&lt;?"))  # a comment without an end would be searched again and again
    reader.close()
    return reader.rows


class GalleryMarkdown(Importer):
    """Gallery pages of DFLIP-3K: a ``.md`` file, or a folder of them; the file's name is the generator.

    Citation: Wang et al., arXiv 2401.02335.  Licence: CC-BY-NC-4.0 (metadata); images keep the terms of their sources.
    """

    title: ClassVar[str] = "DFLIP-3K gallery pages"
    citation: ClassVar[str] = CITATION
    licence: ClassVar[str] = LICENCE
    grouping: ClassVar[str] = "the prompt; pictures without one are groups of their own"

    split: Split = Split.TEST

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each picture; an address that two pages have is kept once."""
        pages = sorted(path.rglob("*.md")) if path.is_dir() else [path]
        if not pages or not pages[0].is_file():
            raise UsageError(f"no gallery page (.md) at {path.name}")
        seen: set[str] = set()
        for page in pages:
            if page.stat().st_size > MOST_BYTES:
                raise UsageError(f"{page.name} is larger than {MOST_BYTES >> 20} MiB; a gallery page is not")
            for row in read_gallery(page.read_text(encoding="utf-8", errors="backslashreplace")):
                if row.url in seen:
                    tally.refuse("an address that came before", row.url)
                    continue
                seen.add(row.url)
                yield from self._sample(row, page.stem, tally)

    def _sample(self, row: GalleryRow, generator: str, tally: Tally) -> Iterator[Sample]:
        try:
            parts = urlsplit(row.url)
        except ValueError:
            tally.refuse("not an address", row.url)
            return
        if parts.scheme not in ("http", "https") or not parts.hostname:
            tally.refuse("not an address on the web", row.url)
            return
        digest = sha256(row.url.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        name = PurePosixPath(parts.path).name
        kept = name if _IMAGE_NAME.fullmatch(name) and not name.startswith(".") else "picture"
        generation = row.generation(generator)
        path = f"gallery/{generator}/{digest}-{kept}"
        yield from tally.offer(
            row.url,
            id=path,
            path=path,
            label=Label.SYNTHETIC,
            split=self.split,
            group=prompt_group(generation.prompt, path),
            source="dflip3k-gallery",
            generator=generator,
            family=FAMILIES.get(generator.lower(), "sd_1.x"),
            generation=generation,
            url=row.url,
        )
