"""What several faces in one file do to error rates: scores of single faces, drawn at random into groups, and put together by both rules.

    fakeprint eval DATA/manifest.csv --task faceswap --detector face-swap --tier clean --out RUN
    python benchmarks/several_faces.py RUN/predictions.jsonl

Groups hold unaltered faces alone, or one altered face among unaltered ones.  A group's logit is the maximum, or the mean ratio that
``fakeprint scan`` uses; what counts is whether it reaches the *some* threshold of the card for the condition of most of the files.
Intervals are the middle 95 % over 500 draws of the files, with replacement, each put into a fifth of ``--groups``.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.calibration import BucketCalibration
from fakeprint.core.sample import Label
from fakeprint.detectors.artifact import load_artifact
from fakeprint.judge.calibration import apply_map
from fakeprint.suites.rows import read_predictions

SIZES = (1, 2, 5, 20)
Scores = NDArray[np.float64]


def shares(unaltered: Scores, altered: Scores, size: int, groups: int, chosen: BucketCalibration, rng: np.random.Generator) -> Scores:
    """Return (4,) shares of groups that reach the threshold: all unaltered by maximum and by mean ratio, then with one altered face."""
    plain = rng.choice(unaltered, (groups, size))
    mixed = np.concatenate([plain[:, 1:], rng.choice(altered, (groups, 1))], 1)
    pooled = [logits for one in (plain, mixed) for logits in (one.max(1), np.log(np.exp(one).mean(1)))]
    return np.array([(apply_map(chosen.map, one) >= chosen.some.llr).mean() for one in pooled if chosen.some is not None])


def main() -> None:
    """Print one row of a table for each size of group."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--detector", default="face-swap")
    parser.add_argument("--condition", default="clean")
    parser.add_argument("--groups", type=int, default=20_000)
    arguments = parser.parse_args()
    scored = [one for one in read_predictions(arguments.predictions) if one.condition == arguments.condition and one.score is not None]
    unaltered, altered = (
        np.array([one.score for one in scored if (one.label is Label.AUTHENTIC) is kind], np.float64) for kind in (True, False)
    )
    bucket = Counter(one.bucket for one in scored if one.bucket is not None).most_common(1)[0][0]
    card = load_artifact(arguments.detector).card
    chosen = card.calibration.select(bucket) if card.calibration else None
    if chosen is None or chosen.some is None:
        raise SystemExit(f"{card.name} has no threshold for {bucket.name}")
    print(f"{card.name} of {card.created}, threshold of {chosen.bucket.name}; {len(unaltered)} unaltered and {len(altered)} altered faces")
    print("| faces | all unaltered: maximum | all unaltered: mean ratio | one altered: maximum | one altered: mean ratio |")
    print("|---|---|---|---|---|")
    rng = np.random.default_rng(0)
    for size in SIZES:
        found = shares(unaltered, altered, size, arguments.groups, chosen, rng)
        drawn = [
            shares(rng.choice(unaltered, len(unaltered)), rng.choice(altered, len(altered)), size, arguments.groups // 5, chosen, rng)
            for _ in range(500)
        ]
        low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
        cells = [f"{100 * one:.1f} % [{100 * a:.1f}, {100 * b:.1f}]" for one, a, b in zip(found, low, high, strict=True)]
        print(f"| {size} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
