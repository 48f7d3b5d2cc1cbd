"""Pure functions of scores and labels, with intervals (specs: evaluation 2 and 3).  Label 1 is synthetic or manipulated."""

from fakeprint.core.registry import Registry
from fakeprint.metrics.metric import Metric

TABLE: dict[str, str] = {
    "auroc": "fakeprint.metrics.ranking:AUROC",
    "ap": "fakeprint.metrics.ranking:AVERAGE_PRECISION",
    "eer": "fakeprint.metrics.ranking:EER",
    "tpr-at-fpr-10": "fakeprint.metrics.ranking:TPR_AT_10",
    "tpr-at-fpr-5": "fakeprint.metrics.ranking:TPR_AT_5",
    "tpr-at-fpr-1": "fakeprint.metrics.ranking:TPR_AT_1",
    "tpr-at-fpr-0.1": "fakeprint.metrics.ranking:TPR_AT_01",
    "r-acc": "fakeprint.metrics.decisions:R_ACC",
    "f-acc": "fakeprint.metrics.decisions:F_ACC",
    "balanced-accuracy": "fakeprint.metrics.decisions:BALANCED_ACCURACY",
    "fpr": "fakeprint.metrics.decisions:FPR",
    "tpr": "fakeprint.metrics.decisions:TPR",
    "coverage": "fakeprint.metrics.decisions:COVERAGE",
    "selective-accuracy": "fakeprint.metrics.decisions:SELECTIVE_ACCURACY",
    "flip-rate": "fakeprint.metrics.decisions:FLIP_RATE",
    "share": "fakeprint.metrics.decisions:SHARE",
    "ece": "fakeprint.metrics.calibration:ECE",
    "brier": "fakeprint.metrics.calibration:BRIER",
    "log-loss": "fakeprint.metrics.calibration:LOG_LOSS",
    "cllr": "fakeprint.metrics.calibration:CLLR",
    "cllr-min": "fakeprint.metrics.calibration:CLLR_MIN",
    "aurc": "fakeprint.metrics.selective:AURC",
    "risk-at-80": "fakeprint.metrics.selective:RISK_AT_80",
    "risk-at-90": "fakeprint.metrics.selective:RISK_AT_90",
    "top-1": "fakeprint.metrics.attribution:TOP_1",
    "macro-f1": "fakeprint.metrics.attribution:MACRO_F1",
    "macro-recall": "fakeprint.metrics.attribution:MACRO_RECALL",
    "pixel-f1": "fakeprint.metrics.pixels:PIXEL_F1",
    "pixel-iou": "fakeprint.metrics.pixels:PIXEL_IOU",
}
METRICS: Registry[Metric] = Registry("metrics", TABLE)
