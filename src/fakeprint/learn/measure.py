"""Scores of fixed deliveries, calibration per compression, and the measured numbers of a card."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import nn

from fakeprint.core.calibration import Bucket, BucketCalibration, Compression
from fakeprint.core.card import FaceSpec, Measured
from fakeprint.core.sample import Sample
from fakeprint.judge.binomial import lower_bound, upper_bound
from fakeprint.judge.calibration import calibrate_bucket
from fakeprint.judge.policy import DEFAULT, Policy
from fakeprint.learn.pixels import PixelStore
from fakeprint.learn.recipe import ConditionRecipe
from fakeprint.learn.views import view_batches
from fakeprint.metrics.bootstrap import MIN_RESAMPLES, Resamples, interval
from fakeprint.metrics.ranking import AUROC


@dataclass(frozen=True)
class Scored:
    """Raw logits (N,) of N samples under one condition, with labels (N,) and groups (N,)."""

    condition: str
    samples: tuple[Sample, ...]
    logits: NDArray[np.float64]

    @property
    def labels(self) -> NDArray[np.int64]:
        """1 for synthetic or manipulated."""
        return np.array([one.label.positive for one in self.samples], np.int64)

    @property
    def groups(self) -> NDArray[np.str_]:
        """Group names."""
        return np.array([one.group for one in self.samples])

    def only(self, keep: NDArray[np.bool_]) -> "Scored":
        """Return the rows where ``keep`` holds."""
        return Scored(self.condition, tuple(one for one, kept in zip(self.samples, keep, strict=True) if kept), self.logits[keep])


@torch.inference_mode()
def score(
    network: nn.Module,
    samples: Sequence[Sample],
    store: PixelStore,
    condition: ConditionRecipe,
    device: torch.device,
    face: FaceSpec | int | None = None,
) -> Scored:
    """Score every sample once, the whole view in one window; ``face`` is that of :func:`fixed_view`."""
    network.eval()
    logits = np.zeros(len(samples))
    for positions, batch in view_batches(samples, store, condition, face):
        image = torch.from_numpy(batch).to(device).permute(0, 3, 1, 2).float().div_(255.0)
        found = network(image.contiguous(memory_format=torch.channels_last))
        logits[positions] = (found[0] if isinstance(found, tuple) else found).float().cpu().numpy()
    return Scored(condition.name, tuple(samples), logits)


def auroc(scored: Scored) -> float:
    """Return the area under the ROC curve."""
    return float(roc_auc_score(scored.labels, scored.logits))


def calibrations(scored: Sequence[tuple[Compression | None, Scored]], policy: Policy = DEFAULT) -> tuple[BucketCalibration, ...]:
    """Fit one Platt map with the policy's thresholds per compression class; None stands for all classes.

    Each class has every sample once: views of one picture are not independent rows.
    """
    return tuple(calibrate_bucket(one.logits, one.labels, Bucket(compression=compression), "platt", policy) for compression, one in scored)


def measured_auroc(scored: Scored, *, split: str, group: str = "all", seed: int = 0) -> Measured:
    """Return the AUROC with its 95 % interval by bootstrap over groups; no interval below 20 groups (specs: evaluation 3)."""
    labels = scored.labels
    found = interval(AUROC, scored.logits, labels, Resamples(scored.groups.tolist(), labels, count=MIN_RESAMPLES, seed=seed))
    return Measured(
        metric="auroc",
        value=auroc(scored),
        low=found.low,
        high=found.high,
        condition=scored.condition,
        split=split,
        group=group,
        n_authentic=int((labels == 0).sum()),
        n_positive=int(labels.sum()),
        groups=found.groups,
    )


def measured_rates(scored: Scored, bucket: BucketCalibration, *, split: str) -> list[Measured]:
    """Return the rates at the operating points of a bucket, with exact binomial intervals over files."""
    llrs, labels = np.array([bucket.map.llr(float(one)) for one in scored.logits]), scored.labels
    found = []
    for level, point in (("some", bucket.some), ("strong", bucket.strong)):
        if point is None:
            continue
        for name, label in (("fpr", 0), ("tpr", 1)):
            total = int((labels == label).sum())
            hits = int((llrs[labels == label] >= point.llr).sum())
            found.append(
                Measured(
                    metric=f"{name}_at_{level}",
                    value=hits / total,
                    low=lower_bound(hits, total, 0.975),
                    high=upper_bound(hits, total, 0.975),
                    condition=scored.condition,
                    split=split,
                    n_authentic=total if label == 0 else 0,
                    n_positive=total if label == 1 else 0,
                )
            )
    return found
