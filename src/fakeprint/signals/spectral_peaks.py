"""Periodic peaks in the spectrum of the fine noise, as upsampling inside generators leaves them (specs: field 6)."""

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.evidence import Evidence, MeasureClaim, Question, Score, ScoreUnit
from fakeprint.media.dct_history import find_earlier_save
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.item import MediaItem
from fakeprint.media.jpeg_tables import read_jpeg_header
from fakeprint.media.luma import luma
from fakeprint.media.resampling import estimate_resampling
from fakeprint.signals.residual import median_of, residual, windows

TILE = 256
STRIDE = 128
LEAST_TILES, MOST_TILES = 4, 16
MIN_QUALITY = 90


class SpectralPeaksExaminer:
    """Scores lossless or lightly compressed images that show no sign of enlargement."""

    name = "spectral-peaks"
    version = "1"
    questions: tuple[Question, ...] = (Question.SYNTHETIC,)
    worth = (
        "Peaks at multiples of one eighth of the sampling rate are typical of image generators that work on a grid of 8 pixels, and of "
        "processing on such a grid, JPEG among it. A supporting signal for original files only: reduction and stronger compression remove "
        "the peaks, about 1 of 100 photographs exceeded z = 6 (167 examined), and many generators leave no peak at all."
    )

    def examine(self, item: MediaItem) -> Evidence:
        """Return z as a measure and as an uncalibrated score, or say why the file does not allow the measurement."""
        if not item.is_image:
            return not_applicable(self, item, "format", "The noise spectrum is measured on still images only.")
        refusal = _compression_refusal(item)
        if refusal is not None:
            return not_applicable(self, item, *refusal)
        rgb = item.image.rgb
        if min(rgb.shape[:2]) < TILE:
            return not_applicable(self, item, "too_small", "The noise spectrum needs at least 256 pixels on each side.")
        refusal = _history_refusal(rgb, lossless=item.container.format != "jpeg")
        if refusal is not None:
            return not_applicable(self, item, *refusal)
        z = spectral_z(rgb)
        if z is None:
            return not_applicable(self, item, "no_texture", "The image has too little fine noise for a spectrum.")
        return evidence_of(
            self,
            item,
            summary=f"The strongest of 63 grid frequencies in the noise spectrum stands {z:.1f} robust deviations above its surroundings.",
            claims=(
                MeasureClaim(
                    name="spectral_peak",
                    value=round(z, 3),
                    unit="z",
                    note="largest of 63 frequencies; scaled by the median absolute deviation of the log spectrum",
                ),
            ),
            score=Score(question=Question.SYNTHETIC, value=z, unit=ScoreUnit.Z, calibrated=False),
        )


def _compression_refusal(item: MediaItem) -> tuple[str, str] | None:
    """Return reason and sentence where the last save was too lossy, from the header alone."""
    if item.container.format == "jpeg":
        header = read_jpeg_header(item.container)
        quality = header.quality if header is not None else None
        if quality is None:
            return "jpeg_quality", "The JPEG tables could not be read, so the last compression is unknown."
        if quality.value < MIN_QUALITY:
            return "jpeg_quality", f"The last JPEG save, at quality {quality.value}, removed fine noise; at least {MIN_QUALITY} is needed."
        return None
    if item.container.lossless:
        return None
    return "lossy", "The file is, or may be, stored with lossy compression that removes the fine noise."


def _history_refusal(rgb: NDArray[np.uint8], *, lossless: bool) -> tuple[str, str] | None:
    """Return reason and sentence where the pixels show that fine noise was lost or replaced before the last save."""
    resampling = estimate_resampling(rgb)
    if resampling is not None and resampling.evident:
        return "resized", "The pixels show signs of enlargement, which replaces the noise that this measurement needs."
    earlier = find_earlier_save(rgb, None) if lossless else None
    if earlier is not None and earlier.evident and earlier.quality < MIN_QUALITY:
        return "jpeg_quality", f"The pixels show an earlier JPEG save at quality {earlier.quality} or so, which removed fine noise."
    return None


def spectral_z(rgb: NDArray[np.uint8]) -> float | None:
    """Return the spectral score of (H, W, 3) uint8 RGB pixels, sides at least 256; None where there is no noise to measure.

    Residual = grey minus 3x3 median; Hann-windowed 256x256 tiles at stride 128, mean removed, powers averaged, logarithm; minus its 5x5
    median (the spectrum is periodic and so are its borders); over 1.4826 x MAD; maximum over the 63 frequencies (i, j) / 8.

    To bound the time, at most one tile per 65,536 pixels is read, not fewer than 4 and not more than 16, evenly spread.  The cap
    averages fewer tiles, so that z scatters a little more; for images of up to 16 tiles' worth it leaves no region out.

    >>> spectral_z(np.zeros((256, 256, 3), np.uint8)) is None
    True
    """
    power = _mean_power(rgb)
    if power.max() <= 1e-3:
        return None
    half = np.log(power + np.float32(1e-6))  # rows: frequencies 0 .. 255 / 256, columns: 0 .. 128 / 256
    flat = half - median_of(windows(_with_border(half), 5))
    # The other half mirrors this one; columns 0 and 128 mirror themselves, so half of each stands for the whole.
    distinct = np.concatenate([flat[:, 1:-1].ravel(), flat[1:128, 0], flat[1:128, -1]])
    spread = 1.4826 * float(np.median(np.abs(distinct - np.median(distinct))))
    if spread <= 1e-6:
        return None
    grid = flat[:: TILE // 8, :: TILE // 8].copy()
    grid[0, 0] = -np.inf
    return float(grid.max()) / spread


def tile_corners(height: int, width: int) -> list[tuple[int, int]]:
    """Return the corners (top, left) of the tiles that are read, evenly spread over all positions at stride 128."""
    rows, columns = (range(0, side - TILE + 1, STRIDE) for side in (height, width))
    most = max(LEAST_TILES, min(MOST_TILES, height * width // TILE**2))
    every = [(top, left) for top in rows for left in columns]
    if len(every) <= most:
        return every
    across = min(len(columns), most, max(1, round((most * len(columns) / len(rows)) ** 0.5)))
    down = min(len(rows), most // across)
    across = min(len(columns), most // down)
    picked = [
        [positions[i * (len(positions) - 1) // max(1, n - 1)] for i in range(n)] for positions, n in ((rows, down), (columns, across))
    ]
    return [(top, left) for top in picked[0] for left in picked[1]]


def _mean_power(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the mean power of the tiles, (256, 129) float32."""
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(TILE) / TILE)).astype(np.float32)
    window = hann[:, None] * hann
    total = np.zeros((TILE, TILE // 2 + 1), np.float32)
    corners = tile_corners(*rgb.shape[:2])
    for top, left in corners:
        noise = residual(_grey_with_border(rgb, top, left)).astype(np.float32)
        noise -= noise.mean()
        noise *= window
        spectrum = np.fft.rfft2(noise)
        total += spectrum.real**2 + spectrum.imag**2
    return total / np.float32(len(corners))


def _grey_with_border(rgb: NDArray[np.uint8], top: int, left: int) -> NDArray[np.uint8]:
    """Return one tile's brightness with a border of one pixel, (258, 258) uint8; outside the image the edge repeats."""
    height, width = rgb.shape[:2]
    first_row, first_column = max(0, top - 1), max(0, left - 1)
    last_row, last_column = min(height, top + TILE + 1), min(width, left + TILE + 1)
    grey = luma(rgb[first_row:last_row, first_column:last_column])
    if grey.shape == (TILE + 2, TILE + 2):
        return grey
    rows = (first_row - (top - 1), top + TILE + 1 - last_row)
    columns = (first_column - (left - 1), left + TILE + 1 - last_column)
    return np.pad(grey, (rows, columns), mode="edge")


def _with_border(half: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the half spectrum with two more rows and columns on each side, taken from where the full spectrum repeats."""
    mirrored = np.roll(half[::-1], 1, axis=0)  # row -k
    wide = np.concatenate([mirrored[:, [2, 1]], half, mirrored[:, [-2, -3]]], axis=1)
    return np.concatenate([wide[-2:], wide, wide[:2]])
