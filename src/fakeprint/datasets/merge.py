"""Several manifests as one stream."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from fakeprint.core.errors import UsageError
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Sample
from fakeprint.datasets.store import read_header, read_samples


def merge(manifests: Sequence[Path], clash: str = "error") -> Iterator[Sample]:
    """Yield the samples of all manifests in order.

    ``clash`` says what happens where two manifests hold one id: ``error`` passes both on, so that writing them fails; ``first`` keeps the
    first; ``prefix`` writes the manifest's name before every id, pair and group, so that nothing is held to be the same.  With
    ``error`` and ``first``, equal group names of two manifests mean one group.
    """
    if clash not in ("error", "first", "prefix"):
        raise UsageError(f"clash is error, first or prefix; got {clash!r}")
    seen: set[int] = set()
    for path in manifests:
        for sample in read_samples(path):
            if clash == "prefix":
                yield _prefixed(sample, path.stem)
                continue
            if clash == "first":
                identity = hash(sample.id)
                if identity in seen:
                    continue
                seen.add(identity)
            yield sample


def _prefixed(sample: Sample, name: str) -> Sample:
    pair = f"{name}/{sample.pair}" if sample.pair is not None else None
    return sample.model_copy(update={"id": f"{name}/{sample.id}", "group": f"{name}/{sample.group}", "pair": pair})


def merged_header(manifests: Sequence[Path], name: str) -> ManifestHeader:
    """Return a header that cites all sets and names all terms, each once, in order."""
    headers = [read_header(path) for path in manifests]

    def joined(texts: list[str | None]) -> str | None:
        return "; ".join(dict.fromkeys(text for text in texts if text)) or None

    description = f"Merged of {', '.join(dict.fromkeys(header.name for header in headers))}."
    if len(headers) == 1:
        description = headers[0].description
    return ManifestHeader(
        name=name,
        description=description,
        citation=joined([header.citation for header in headers]),
        terms=joined([header.terms for header in headers]),
    )
