"""How strong the fine noise is in each region, as numbers and as a picture (specs: field 6)."""

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.evidence import Evidence, EvidenceStatus, MeasureClaim, Question
from fakeprint.media.evidence_file import picture_file
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.image import turned
from fakeprint.media.item import MediaItem
from fakeprint.media.luma import luma
from fakeprint.signals.residual import residual

MIN_SIDE = 64
SAMPLE_CELLS, SAMPLE_WINDOW = 24, 8
"""Cells on the longer side, and pixels read in each, for the numbers."""
MAP_CELLS, MAP_WINDOW = 64, 12
"""The same for the picture."""
MAP_SIDE = 480
"""Pixels on the longer side of the picture, about."""


class NoiseResidualExaminer:
    """Measures fine noise on a bounded sample and draws its map, in runs that want pictures."""

    name = "noise-residual"
    version = "1"
    questions: tuple[Question, ...] = (Question.MANIPULATED,)
    worth = (
        "A map for the trained eye. Noise differs between regions of every picture, with texture, focus, light and compression, so a "
        "bright or dark area by itself shows nothing about editing. It is never scored."
    )

    def examine(self, item: MediaItem) -> Evidence:
        """Return median and spread of the noise level over the image, and a map of it."""
        if not item.is_image:
            return not_applicable(self, item, "format", "Fine noise is measured on still images only.")
        if not item.want_pictures:
            summary = "The map of fine noise is made only in runs that ask for pictures."
            return evidence_of(self, item, status=EvidenceStatus.NOT_CHECKED, reason="disabled", summary=summary)
        rgb = item.image.rgb
        if min(rgb.shape[:2]) < MIN_SIDE:
            return not_applicable(self, item, "too_small", "The noise measurement needs at least 64 pixels on each side.")
        low, middle, high = (float(value) for value in np.percentile(noise_levels(rgb, SAMPLE_CELLS, SAMPLE_WINDOW), (10, 50, 90)))
        file, data = picture_file(
            np.ascontiguousarray(turned(noise_map(rgb), item.image.orientation)),
            name="noise-level",
            role="map",
            title="Level of fine noise by region",
            how_to_read=(
                "Bright: strong fine noise or texture; dark: smooth. Compare only surfaces of like texture and brightness. "
                "Differences are normal and do not by themselves show editing."
            ),
        )
        return evidence_of(
            self,
            item,
            summary=f"Fine noise: median level {middle:.2f} grey values, a tenth of the places below {low:.2f}, a tenth above {high:.2f}.",
            claims=(
                MeasureClaim(
                    name="noise_median", value=round(middle, 4), unit="grey values", note="mean absolute residual of a 3x3 median"
                ),
                MeasureClaim(name="noise_p10", value=round(low, 4), unit="grey values"),
                MeasureClaim(name="noise_p90", value=round(high, 4), unit="grey values"),
            ),
            files=(item.attach(file, data),),
        )


def noise_levels(rgb: NDArray[np.uint8], cells: int, window: int) -> NDArray[np.float32]:
    """Return the noise level of a grid of square cells, ``cells`` on the longer side: (rows, columns) float32, in grey values.

    The level is the mean absolute residual of a 3x3 median over at most ``window`` x ``window`` pixels in the middle of each cell, so
    the time does not grow with the image.
    """
    height, width = rgb.shape[:2]
    side = max(4, -(-max(height, width) // cells))
    rows, columns = max(1, height // side), max(1, width // side)
    window = min(window, side - 2)
    tops = np.minimum(np.arange(rows) * side + (side - window) // 2 - 1, height - window - 2)
    lefts = np.minimum(np.arange(columns) * side + (side - window) // 2 - 1, width - window - 2)
    every = np.lib.stride_tricks.sliding_window_view(rgb, (window + 2, window + 2), axis=(0, 1))
    picked = every[tops[:, None], lefts]  # (rows, columns, 3, window + 2, window + 2)
    cells_last = np.ascontiguousarray(picked.reshape(rows * columns, 3, -1).transpose(2, 0, 1)).reshape(window + 2, window + 2, -1, 3)
    noise = np.abs(residual(luma(cells_last)))
    level: NDArray[np.float32] = noise.reshape(window * window, -1).mean(0, dtype=np.float32)
    return level.reshape(rows, columns)


def noise_map(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the noise levels of (H, W, 3) uint8 RGB pixels as a grey picture, uint8; white is the 99th percentile, square-root scale."""
    levels = np.sqrt(noise_levels(rgb, MAP_CELLS, MAP_WINDOW))
    scaled = np.clip(levels / max(float(np.percentile(levels, 99)), 1e-6), 0, 1) * 255
    zoom = max(1, MAP_SIDE // max(levels.shape))
    return np.rint(scaled).astype(np.uint8).repeat(zoom, 0).repeat(zoom, 1)
