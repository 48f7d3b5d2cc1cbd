"""Several faces of one file to one logit, without making the file more suspicious because it shows many people.

The highest of many scores is high by chance: a threshold that one unaltered face in twenty passes is passed somewhere in most files
with twenty faces, and calibrations are fitted on files of one face each.  A logit is the log odds under equal priors, that is a log
likelihood ratio.  Where one of ``n`` faces may be manipulated, any of them as likely, the ratio of the file is the mean of the faces'
ratios, whatever the faces have in common.  It lies between the strongest face's logit and that logit less ``ln n``: one face that
stands out keeps its weight but for the number of places that were looked at, and many faces without a finding do not reassure.
Its mean over unaltered files stays 1 whatever ``n``, so it exceeds ``t`` in at most one of ``t`` such files, as one face's ratio does.
"""

import math
from collections.abc import Sequence
from typing import Literal

Pool = Literal["max", "mean_odds"]


def pooled(logits: Sequence[float], pool: Pool = "mean_odds") -> float:
    """Return one logit for the logits of a file's faces, by the rule of the card; ``max`` is kept for cards that ask for it.

    >>> pooled([2.0]), round(pooled([2.0, -3.0]), 3), round(pooled([2.0, 2.0]), 3), pooled([2.0, -3.0], "max")
    (2.0, 1.314, 2.0, 2.0)

    Raises:
        ValueError: no logits.
    """
    highest = max(logits)
    if pool == "max":
        return highest
    return highest + math.log(math.fsum(math.exp(one - highest) for one in logits) / len(logits))
