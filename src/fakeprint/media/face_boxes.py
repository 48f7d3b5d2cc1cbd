"""From the raw output of an anchor-based face detector to boxes (specs: dfspot 5).  Pure geometry.

A detection is a row of 17 numbers: the box ``xyxy``, six key points ``x, y`` (right eye, left eye, nose, mouth, right ear, left ear;
the subject's own right and left), and the score in [0, 1].  Ears that a detector does not give are NaN.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

ROW = 17
GRIDS = ((16, 2), (8, 6))
"""Cells per side and anchors per cell of the two maps; 16 * 16 * 2 + 8 * 8 * 6 = 896 anchors."""
ANCHORS = (896, ROW)
WIDTHS = (15, ROW)
"""Numbers of a detection that a graph decoded itself; see :func:`read_boxes`."""
_MOST_ROWS = 4096

Rows = NDArray[np.float32]


def anchor_centres() -> NDArray[np.float64]:
    """Return the (896, 2) centres x, y of the anchors, as parts of the input's side; every anchor is one input wide and high.

    >>> anchor_centres()[[0, 1, 2, 895]].tolist()
    [[0.03125, 0.03125], [0.03125, 0.03125], [0.09375, 0.03125], [0.9375, 0.9375]]
    """
    maps = []
    for cells, repeats in GRIDS:
        middle = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(middle, middle, indexing="ij")
        maps.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), repeats, axis=0))
    return np.concatenate(maps)


_ANCHORS = np.tile(anchor_centres(), 8)
_SIZE_COLUMNS = slice(2, 4)


def decode(raw: NDArray[np.float32], *, size: int, min_score: float) -> Rows:
    """Return the (K, 17) detections of one input, in input pixels, that reach the score; at most 4096, the best ones, unordered.

    ``raw`` is (896, 17) float32: centre x, y, width, height and six key points in pixels of a ``size`` wide input, places relative to
    the anchor's centre, then the logit.  Rows with a number that is not finite are dropped.
    """
    kept = raw[raw[:, 16] >= _logit(min_score)]
    anchors = _ANCHORS[raw[:, 16] >= _logit(min_score)]
    finite = np.isfinite(kept).all(axis=1)
    kept, anchors = kept[finite], anchors[finite]
    if len(kept) > _MOST_ROWS:
        best = np.argpartition(kept[:, 16], -_MOST_ROWS)[-_MOST_ROWS:]
        kept, anchors = kept[best], anchors[best]
    places = kept[:, :16] + anchors * size
    half = kept[:, _SIZE_COLUMNS] / 2
    score = 1 / (1 + np.exp(-np.clip(kept[:, 16:], -100, 100, dtype=np.float64)))
    rows = np.concatenate([places[:, :2] - half, places[:, :2] + half, places[:, 4:], score], axis=1)
    return rows[(half > 0).all(axis=1)].astype(np.float32)


def read_boxes(boxes: NDArray[np.floating], *, min_score: float) -> Rows:
    """Return (K, 17) detections out of (N, 15 or 17) decoded ones that reach the score; at most 4096, the best ones, unordered.

    A row is ``xyxy``, the key points, and the score.  Of 17 numbers the points are ours; of 15 they are right eye, left eye, nose,
    right and left corner of the mouth: the mouth is the middle of its corners, and there are no ears.  Rows with a number that is
    not finite, or whose box is empty, are dropped.
    """
    kept = boxes[np.isfinite(boxes).all(axis=1)]
    kept = kept[(kept[:, -1] >= min_score) & (kept[:, 2] > kept[:, 0]) & (kept[:, 3] > kept[:, 1])]
    if len(kept) > _MOST_ROWS:
        kept = kept[np.argpartition(kept[:, -1], -_MOST_ROWS)[-_MOST_ROWS:]]
    if kept.shape[1] == ROW:
        return np.concatenate([kept[:, :16], kept[:, 16:].clip(max=1.0)], axis=1).astype(np.float32)
    mouth, no_ears = (kept[:, 10:12] + kept[:, 12:14]) / 2, np.full((len(kept), 4), np.nan)
    return np.concatenate([kept[:, :10], mouth, no_ears, kept[:, 14:].clip(max=1.0)], axis=1).astype(np.float32)


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def iou(box: NDArray[np.floating], boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the (K,) areas of intersection over union of one ``xyxy`` box and (K, 4) boxes; 0 where both are empty.

    >>> iou(np.array([0.0, 0, 2, 2]), np.array([[0.0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]])).round(3).tolist()
    [1.0, 0.333, 0.0]
    """
    width = np.minimum(box[2], boxes[:, 2]) - np.maximum(box[0], boxes[:, 0])
    height = np.minimum(box[3], boxes[:, 3]) - np.maximum(box[1], boxes[:, 1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    own = (box[2] - box[0]) * (box[3] - box[1])
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return np.asarray(shared / np.maximum(own + areas - shared, 1e-9))


def weighted_nms(rows: Rows, *, overlap: float, score: Literal["mean", "max"] = "mean") -> Rows:
    """Merge (K, 17) detections of one picture: one row per face, in order of the seeds' scores.

    The best remaining row and all that overlap it by more than ``overlap`` form a cluster; its places are the mean weighted by
    score, its score the plain mean, or the best where ``score`` is ``max``.  The rows that come back are therefore not sorted.
    """
    remaining = rows[np.argsort(-rows[:, 16], kind="stable")][:_MOST_ROWS].astype(np.float64)
    merged = []
    while len(remaining):
        same = iou(remaining[0, :4], remaining[:, :4]) > overlap
        same[0] = True
        cluster, remaining = remaining[same], remaining[~same]
        weights = cluster[:, 16]
        row = np.append(weights @ cluster[:, :16] / weights.sum(), weights.mean() if score == "mean" else weights.max())
        merged.append(row if len(cluster) > 1 else cluster[0])
    return np.asarray(merged, np.float32).reshape(-1, ROW)
