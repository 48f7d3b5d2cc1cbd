"""The dataset card in Markdown: what a manifest holds, under which licences, and how it may be split (specs: dflip3k 9, R72 and R78)."""

import re
from collections.abc import Iterable

from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Label, Split
from fakeprint.core.sanitise import cap, plain
from fakeprint.datasets.summary import UNKNOWN, Summary

TOP_GENERATORS = 50
_NON_COMMERCIAL = re.compile(r"(?:^|[^a-z])(?:nc|non-?commercial|research)(?:[^a-z]|$)", re.IGNORECASE)


def non_commercial(licence: str) -> bool:
    """Return whether a licence text forbids commercial use by its name.

    >>> [non_commercial(text) for text in ("CC-BY-NC-4.0", "non-commercial research", "MIT", "CC-BY-4.0", "Ince")]
    [True, True, False, False, False]
    """
    return _NON_COMMERCIAL.search(licence) is not None


def dataset_card(header: ManifestHeader, summary: Summary, file: str) -> str:
    """Return the card of the manifest stored as ``file``; every text of the source is made safe for Markdown."""
    restricted = sum(count for (_, licence), count in summary.licences.items() if non_commercial(licence))
    unknown = sum(count for (_, licence), count in summary.licences.items() if licence == UNKNOWN)
    rows = [[split, *(summary.splits[split, label] for label in Label)] for split in Split]
    licences = [[source, licence, count] for (source, licence), count in sorted(summary.licences.items())]
    generators = [[name, count] for name, count in sorted(summary.generators.items(), key=lambda item: (-item[1], item[0]))]
    shown = generators[:TOP_GENERATORS]
    parts = [
        f"# {_cell(header.name)}",
        _cell(header.description) or "No description was given.",
        (
            f"Manifest `{_cell(file)}`, version {_cell(header.version)}: {summary.samples:,} samples in {summary.groups:,} groups, "
            f"{summary.with_sha256:,} with a sha256, {summary.with_prompt:,} with a prompt, {summary.flagged:,} flagged by a safety filter."
        ),
        "## Splits",
        "No group lies in two splits. The group names what must stay together: source image, source video, identity or prompt.",
        _table(("split", *Label), [row for row in rows if any(row[1:])]),
        "## Licences",
        f"Terms of the set as a whole: {_cell(header.terms or UNKNOWN)}.",
        _table(("source", "licence", "samples"), licences),
        (
            f"{restricted:,} samples are under a licence that names non-commercial or research use, {unknown:,} have no known licence. "
            "Neither belongs into an artefact that is declared commercially usable."
        ),
        "## Generators",
        _table(("generator", "samples"), shown) if shown else "No sample of label synthetic or manipulated.",
    ]
    if len(generators) > len(shown):
        parts.append(f"{len(generators) - len(shown):,} more generators are not listed.")
    parts += [
        "## Citation",
        _cell(header.citation or "None was given."),
        "## Known limits",
        (
            "Container facts (format, quality, size, metadata) may give the label away; measure it with `fakeprint data audit`. "
            "Labels and generator names are those of the source; they were not checked against the pixels."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    titles = list(head)
    lines = [f"| {' | '.join(map(_cell, titles))} |", f"|{'---|' * len(titles)}"]
    lines += [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    r"""Return text that stays inside a Markdown cell and starts no markup.

    >>> _cell("a|b<script>[x](y)`"), _cell(12345)
    ('a\\|b&lt;script&gt;\\[x\\](y)\\`', '12,345')
    """
    if isinstance(value, int):
        return f"{value:,}"
    text = cap(plain(str(value)), 2000).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\|\[\]`*#])", r"\\\1", text)
