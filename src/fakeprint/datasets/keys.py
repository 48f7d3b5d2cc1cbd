"""What samples are compared by: identity, content, origin, prompt (specs: dflip3k 3.6, evaluation 4, d3-code 2.1)."""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.sample import Sample
from fakeprint.datasets.components import Components
from fakeprint.datasets.near_duplicates import RADIUS, near_pairs

_SPACE = re.compile(r"\s+")
UPLOADER = "uploader"
"""Key of ``extra`` under which importers keep who published the file."""


@dataclass
class Keys:
    """One list entry for each sample, None where a sample has no such key.

    ``positive`` is 1 for synthetic and manipulated; ``prompts`` are normalised; ``urls`` are without scheme, query and fragment.
    """

    ids: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    generators: list[str | None] = field(default_factory=list)
    families: list[str | None] = field(default_factory=list)
    versions: list[str | None] = field(default_factory=list)
    sha256s: list[str | None] = field(default_factory=list)
    phashes: list[str | None] = field(default_factory=list)
    urls: list[str | None] = field(default_factory=list)
    prompts: list[str | None] = field(default_factory=list)
    pairs: list[str | None] = field(default_factory=list)
    uploaders: list[str | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, sample: Sample) -> None:
        """Append one sample."""
        uploader = sample.extra.get(UPLOADER)
        self.ids.append(sample.id)
        self.groups.append(sample.group)
        self.splits.append(sample.split.value)
        self.labels.append(sample.label.value)
        self.sources.append(sample.source)
        self.generators.append(sample.generator)
        self.families.append(sample.family)
        self.versions.append(sample.generator_version)
        self.sha256s.append(sample.sha256 or (sample.media.sha256 if sample.media else None))
        self.phashes.append(sample.phash)
        self.urls.append(normal_url(sample.url))
        self.prompts.append(normal_prompt(sample.generation.prompt if sample.generation else None))
        self.pairs.append(sample.pair)
        self.uploaders.append(None if uploader is None else str(uploader))


def keys_of(samples: Iterable[Sample]) -> Keys:
    """Collect the keys of samples, about 500 bytes each."""
    keys = Keys()
    for sample in samples:
        keys.add(sample)
    return keys


def normal_prompt(prompt: str | None) -> str | None:
    r"""Return the prompt without differences of case, width, spacing and outer punctuation; None where nothing is left.

    >>> normal_prompt("  A  Cat,\non a mat. "), normal_prompt(" , ")
    ('a cat, on a mat', None)
    """
    if not prompt:
        return None
    text = prompt if prompt.isascii() else unicodedata.normalize("NFKC", prompt)
    return _SPACE.sub(" ", text.casefold()).strip(" .,;:!?\"'") or None


def normal_url(url: str | None) -> str | None:
    """Return host and path of an address; query strings carry signatures and sizes and do not name a picture.

    >>> normal_url("HTTPS://Example.org/a/B.jpg?width=200#x"), normal_url("not an address")
    ('example.org/a/B.jpg', 'not an address')
    """
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        return url.strip()
    return f"{host}{parts.path}" if host else url.strip()


def phash_values(phashes: Sequence[str | None]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the hashes that are there, (M,) uint64, and their rows, (M,)."""
    rows = [row for row, text in enumerate(phashes) if text]
    values = [int(phashes[row] or "", 16) for row in rows]
    return np.array(values, np.uint64), np.array(rows, np.int64)


JOINS: dict[str, Callable[[Keys], Sequence[Hashable | None]]] = {
    "prompt": lambda keys: keys.prompts,
    "uploader": lambda keys: keys.uploaders,
    "sha256": lambda keys: keys.sha256s,
    "url": lambda keys: keys.urls,
    "pair": lambda keys: [pair or own for pair, own in zip(keys.pairs, keys.ids, strict=True)],
}
"""Keys whose equality makes samples one group, besides ``group`` itself and ``phash``, which is compared by distance."""

JOIN_NAMES = (*JOINS, "phash")


def joined(keys: Keys, names: Sequence[str], radius: int = RADIUS) -> Components:
    """Join samples of equal ``group`` and of equal or near keys; ``names`` are from ``JOIN_NAMES``."""
    parts = Components(len(keys))
    parts.join_equal(keys.groups)
    for name in names:
        if name in JOINS:
            parts.join_equal(JOINS[name](keys))
        else:
            values, rows = phash_values(keys.phashes)
            for pairs in near_pairs(values, radius):
                parts.join(rows[pairs])
    return parts
