"""How often each sample is drawn: classes alike, sources and generators tempered (specs: evaluation 10)."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample


def draw_weights(samples: Sequence[Sample], *, source_power: float = 0.5, generator_power: float = 0.5) -> NDArray[np.float64]:
    """Return the probability (N,) of drawing each sample; they sum to 1.

    Both classes get 1/2.  Inside a class a source of n samples weighs n ** ``source_power``, inside a source a generator of n
    samples n ** ``generator_power``, inside a generator all samples weigh the same: power 1 draws by size, power 0 evenly.
    """
    cells: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for at, sample in enumerate(samples):
        cells[(sample.label.positive, sample.source, sample.generator or "")].append(at)
    if {key[0] for key in cells} != {0, 1}:
        raise UsageError("training needs samples of both classes")
    weights = np.zeros(len(samples))
    for positive in (0, 1):
        sources: dict[str, list[list[int]]] = defaultdict(list)
        for (label, source, _), members in cells.items():
            if label == positive:
                sources[source].append(members)
        shares = _shares([sum(map(len, cell)) for cell in sources.values()], source_power)
        for share, cell in zip(shares, sources.values(), strict=True):
            for part, members in zip(_shares([len(members) for members in cell], generator_power), cell, strict=True):
                weights[members] = 0.5 * share * part / len(members)
    whole: NDArray[np.float64] = weights / weights.sum()
    return whole


def _shares(sizes: Sequence[int], power: float) -> NDArray[np.float64]:
    raised = np.asarray(sizes, np.float64) ** power
    shares: NDArray[np.float64] = raised / raised.sum()
    return shares
