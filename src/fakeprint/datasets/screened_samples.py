"""Samples on their way to a manifest pass the prompt filter (specs: dflip3k 6.2)."""

import os
from collections.abc import Iterable, Iterator

from fakeprint.core.sample import Sample
from fakeprint.datasets.prompt_safety import screen


def screened(samples: Iterable[Sample], salt: bytes | None = None) -> Iterator[Sample]:
    """Yield samples with the categories of the prompt filter; text that may not be stored, and the group made from it, are replaced.

    What replaces them is keyed by ``salt``, by default a secret that is forgotten afterwards.
    """
    salt = os.urandom(32) if salt is None else salt
    for sample in samples:
        found = screen(sample.generation, sample.safety, salt=salt)
        if found.categories == () and found.generation == sample.generation:
            yield sample
            continue
        changes: dict[str, object] = {"generation": found.generation, "safety": tuple(one.value for one in found.categories)}
        if found.digest is not None and sample.group.startswith("prompt:"):
            changes["group"] = f"prompt:{found.digest[:24]}"
        yield sample.model_copy(update=changes)
