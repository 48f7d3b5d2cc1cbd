"""Hand-made residual statistics of a picture as one differentiable, exportable module (specs: field 4.3, 6).

Every group is built to ignore how strong the residual is and to keep how it is distributed: amplitude tells sources apart, not
origin.  All statistics are taken over the whole window, whatever its size.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from fakeprint.core.errors import UsageError
from fakeprint.learn.frontend import luma_chroma, whole_bank

TILE = 32
CENTRE = "centre:"
_LAGS = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (2, 2), (0, 3), (3, 0), (0, 4), (4, 0), (0, 8), (8, 0), (4, 4), (8, 8))
_MAGNITUDE_LAGS = (
    (0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (0, 2), (2, 0), (2, 2), (0, 3), (3, 0), (3, 3), (0, 4), (4, 0), (0, 5), (5, 0), (0, 6),
    (6, 0), (0, 7), (7, 0), (0, 16), (16, 0),
)  # fmt: skip
_SQUARE, _ACROSS, _DOWN, _DIFFERENCE, _DIAGONAL, _RISING, _FALLING = 5, 2, 3, 0, 4, 8, 9
"""Positions in the residual bank: 3x3 square kernel, second differences, first difference, diagonal product, both diagonals."""


_DIRECTIONS = 9


class Statistics(nn.Module):
    """(N, 3, H, W) float32 RGB in [0, 1] -> (N, D) statistics; H, W >= 96, twice that with groups of the centre.

    ``centre:`` before the name of a group takes it over the middle half of each side only.

    Histograms have hard edges, so residuals are computed exactly: pixels are rounded to their 8 bits, luma is in whole thousandths
    and kernels are whole numbers, all below 2 ** 24.  The result is then the same in any batch, on any runtime.

    Groups:
        ``shape``        moments of 11 residuals of luma and both colour differences, relative to each other (99 values)
        ``haar``         the same for the bands of a four-level Haar pyramid (36)
        ``joint``        joint histograms of neighbouring residuals in units of their own mean (225)
        ``half``         the same at half the resolution (225)
        ``pairs``        joint histograms of any two luma residuals at one place (715)
        ``half-pairs``   the same at half the resolution (715)
        ``neighbours``   joint histograms of five luma residuals at one place with the same five one pixel on (650)
        ``magnitude``    autocorrelation of residual strength at 21 shifts (42)
        ``spectrum``     log-spectrum of 32-pixel tiles, each in units of its own power, without its radial mean (153)
        ``radial``       that radial mean (25)
        ``lags``         autocorrelation of residuals at 14 shifts (126)
        ``phase``        dependence of the residual on position modulo 2, 4 and 8 (27)
        ``colour``       correlation of residuals between red, green and blue (33)
        ``spread``       how unevenly residual energy lies over the picture (12)
        ``gradients``    shares of nine edge directions in each of 16 x 16 places (2,304); for aligned crops (Dalal and Triggs, 2005)
    """

    bank: Tensor
    gain: Tensor
    matrix: Tensor
    cosine: Tensor
    sine: Tensor
    hann: Tensor
    rings: Tensor
    ring_of: Tensor
    high: Tensor
    upper: Tensor
    pair_index: Tensor

    def __init__(self, groups: Sequence[str]) -> None:
        super().__init__()
        of_planes: dict[str, Callable[[Tensor], Tensor]] = {
            "haar": self._haar,
            "spectrum": lambda planes: self._spectra(planes)[0],
            "radial": lambda planes: self._spectra(planes)[1],
            "gradients": _gradients,
        }
        of_half: dict[str, Callable[[Tensor], Tensor]] = {"half": self._joint, "half-pairs": self._pairs}
        of_residuals: dict[str, Callable[[Tensor], Tensor]] = {
            "shape": self._shape,
            "joint": self._joint,
            "pairs": self._pairs,
            "neighbours": self._neighbours,
            "magnitude": self._magnitude,
            "lags": self._lags,
            "phase": self._phase,
            "colour": self._colour,
            "spread": self._spread,
        }
        self._of_planes, self._of_half, self._of_residuals = of_planes, of_half, of_residuals
        self.groups = tuple(group for group in groups if not group.startswith(CENTRE))
        self.centre = tuple(group.removeprefix(CENTRE) for group in groups if group.startswith(CENTRE))
        known = {*of_planes, *of_half, *of_residuals}
        unknown = [group for group in (*self.groups, *self.centre) if group not in known]
        if unknown:
            raise UsageError(f"no group of statistics named {unknown[0]!r}; there are: {', '.join(sorted(known))}")
        bank = whole_bank()
        self.register_buffer("bank", bank, persistent=False)
        self.register_buffer("gain", (0.002 / bank.abs().sum((1, 2, 3)))[:, None, None], persistent=False)
        self.register_buffer("matrix", (luma_chroma() * 1000).round()[:, :, None, None], persistent=False)
        angle = torch.outer(torch.arange(TILE), torch.arange(TILE)) * (2 * math.pi / TILE)
        window = torch.hann_window(TILE, periodic=False)
        self.register_buffer("cosine", angle.cos(), persistent=False)
        self.register_buffer("sine", angle.sin(), persistent=False)
        self.register_buffer("hann", torch.outer(window, window), persistent=False)
        half = TILE // 2 + 1
        down, across = torch.fft.fftfreq(TILE)[:, None], torch.fft.rfftfreq(TILE)[None]
        radius = (down.square() + across.square()).sqrt()
        ring = (radius * 40).long().clamp(max=24).flatten()
        rings = functional.one_hot(ring, 25).float()
        self.register_buffer("rings", rings / rings.sum(0, keepdim=True).clamp(min=1), persistent=False)
        self.register_buffer("ring_of", rings.t().contiguous(), persistent=False)
        self.register_buffer("high", (radius > 0.12).float(), persistent=False)
        rows, columns = torch.triu_indices(half, half)
        self.register_buffer("upper", rows * half + columns, persistent=False)
        kernels = self.bank.shape[0]
        first, second = torch.triu_indices(kernels, kernels, 1)
        self.register_buffer("pair_index", first * kernels + second, persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """Return the statistics of each window, group after group, those of the centre last."""
        planes = functional.conv2d((image * 255.0).round(), self.matrix)
        found = self._over(planes, self.groups) if self.groups else []
        if self.centre:
            height, width = planes.shape[2] // 2, planes.shape[3] // 2
            top, left = (planes.shape[2] - height) // 2, (planes.shape[3] - width) // 2
            found += self._over(planes[:, :, top : top + height, left : left + width], self.centre)
        return torch.cat(found, 1)

    def _over(self, planes: Tensor, groups: Sequence[str]) -> list[Tensor]:
        found: dict[str, Tensor] = {}
        for kinds, view in ((self._of_planes, _graded), (self._of_half, self._half), (self._of_residuals, self._residuals)):
            wanted = [one for one in groups if one in kinds]
            if wanted:
                seen = view(planes)
                found.update((one, kinds[one](seen)) for one in wanted)
        return [found[one] for one in groups]

    def _residuals(self, planes: Tensor) -> Tensor:
        """Return (N, P, K, H - 4, W - 4) residuals in grey levels of planes (N, P, H, W) in thousandths."""
        height, width = planes.shape[2], planes.shape[3]
        flat = functional.conv2d(planes.reshape(-1, 1, height, width), self.bank)
        return flat.reshape(-1, planes.shape[1], self.bank.shape[0], height - 4, width - 4) * self.gain

    def _shape(self, residuals: Tensor) -> Tensor:
        size = residuals.abs()
        first, second = size.mean((3, 4)), size.square().mean((3, 4))
        fourth, half = size.square().square().mean((3, 4)), (size + 1e-3).sqrt().mean((3, 4))
        ratios = (
            (second + 0.01) / (first + 0.05).square(),
            (fourth + 0.01) / (second + 0.05).square(),
            (half + 0.05).square() / (first + 0.05),
        )
        return torch.cat([ratio.log().flatten(1) for ratio in ratios], 1)

    def _haar(self, planes: Tensor) -> Tensor:
        found = []
        for _ in range(4):
            planes = planes[:, :, : planes.shape[2] // 2 * 2, : planes.shape[3] // 2 * 2]
            a, b, c, d = planes[:, :, ::2, ::2], planes[:, :, ::2, 1::2], planes[:, :, 1::2, ::2], planes[:, :, 1::2, 1::2]
            bands = ((a - b + c - d) / 2, (a + b - c - d) / 2, (a - b - c + d) / 2)
            found += [(band.square().mean((2, 3)) + 0.1) / (band.abs().mean((2, 3)) + 0.1).square() for band in bands]
            planes = (a + b + c + d) / 2
        return torch.cat(found, 1).log()

    def _half(self, planes: Tensor) -> Tensor:
        """Return the residuals of luma at half the resolution, where it is in whole hundredths."""
        return self._residuals((functional.avg_pool2d(planes[:, :1], 2) * 0.1).round() * 10.0)

    def _pairs(self, residuals: Tensor) -> Tensor:
        marks = _marks(residuals[:, 0]).flatten(1, 2).flatten(2)
        counts = marks @ marks.transpose(1, 2) / marks.shape[2]
        kernels = residuals.shape[2]
        table = counts.reshape(-1, kernels, 5, kernels, 5).transpose(2, 3).flatten(1, 2)
        return _folded(table[:, self.pair_index])

    def _neighbours(self, residuals: Tensor) -> Tensor:
        marks = _marks(residuals[:, 0, [_ACROSS, _DOWN, _SQUARE, _RISING, _FALLING]]).flatten(1, 2)
        found = []
        for dy, dx in ((0, 1), (1, 0)):
            left = marks[:, :, : marks.shape[2] - dy, : marks.shape[3] - dx].flatten(2)
            right = marks[:, :, dy:, dx:].flatten(2)
            counts = left @ right.transpose(1, 2) / left.shape[2]
            found.append(_folded(counts.reshape(-1, 5, 5, 5, 5).transpose(2, 3).flatten(1, 2)))
        return torch.cat(found, 1)

    def _magnitude(self, residuals: Tensor) -> Tensor:
        size = residuals[:, 0, [_SQUARE, _ACROSS]].abs().clamp(max=20)
        return _autocorrelation(size, _MAGNITUDE_LAGS)

    def _joint(self, residuals: Tensor) -> Tensor:
        marks = _marks(residuals[:, 0, [_DIFFERENCE, _SQUARE, _DIAGONAL]])
        found = []
        for dy, dx in ((0, 1), (1, 0), (1, 1)):
            left = marks[..., : marks.shape[3] - dy, : marks.shape[4] - dx].flatten(3)
            right = marks[..., dy:, dx:].flatten(3)
            counts = left @ right.transpose(2, 3) / left.shape[3]
            counts = (counts + counts.flip(2, 3)) / 2
            found.append(((counts + counts.transpose(2, 3)) / 2).flatten(1))
        return torch.cat(found, 1).clamp(min=1e-12).sqrt()

    def _spectra(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        luma = planes[:, 0]
        parts = [_tiles(luma[:, top:, left:]) for top, left in ((0, 0), (0, TILE // 2), (TILE // 2, 0), (TILE // 2, TILE // 2))]
        tiles = torch.cat(parts, 1)
        tiles = (tiles - tiles.mean((2, 3), keepdim=True)) * self.hann
        half = TILE // 2 + 1
        wave, shift = tiles @ self.cosine[:, :half], tiles @ self.sine[:, :half]
        real, imaginary = self.cosine @ wave - self.sine @ shift, self.sine @ wave + self.cosine @ shift
        power = real.square() + imaginary.square()
        relative = power / ((power * self.high).sum((2, 3), keepdim=True) + 5.0)
        log = (relative.mean(1) + 1e-6).log()
        radial = log.flatten(1) @ self.rings
        flat = (log.flatten(1) - radial @ self.ring_of).reshape(log.shape)
        quarter = (flat[:, :half] + torch.cat([flat[:, :1], flat[:, half - 1 :].flip(1)], 1)) / 2
        quarter = (quarter + quarter.transpose(1, 2)) / 2
        return quarter.flatten(1)[:, self.upper], radial

    def _lags(self, residuals: Tensor) -> Tensor:
        return torch.cat([_autocorrelation(residuals[:, :, kernel], _LAGS) for kernel in (_SQUARE, _ACROSS, _DOWN)], 1)

    def _phase(self, residuals: Tensor) -> Tensor:
        size = residuals[:, :, _SQUARE].abs()
        found = []
        for period in (2, 4, 8):
            rows, columns = size.shape[2] // period, size.shape[3] // period
            cells = size[:, :, : rows * period, : columns * period].reshape(-1, 3, rows, period, columns, period).mean((2, 4))
            cells = cells / (cells.mean((2, 3), keepdim=True) + 0.05)
            found += [_deviation(cells.flatten(2)), _deviation(cells.mean(2)), _deviation(cells.mean(3))]
        return (torch.cat(found, 1) + 1e-3).log()

    def _colour(self, residuals: Tensor) -> Tensor:
        # residuals are linear in colour: those of red, green and blue follow from those of luma and the two differences
        inverse = torch.linalg.inv(luma_chroma())
        colours = [torch.stack([float(inverse[c, p]) * residuals[:, p] for p in range(3)]).sum(0) for c in range(3)]
        mixed = torch.stack(colours, 1).flatten(3)
        mixed = mixed - mixed.mean(3, keepdim=True)
        norm = mixed.square().sum(3).sqrt() + 1.0
        pairs = ((0, 1), (0, 2), (1, 2))
        return torch.cat([(mixed[:, a] * mixed[:, b]).sum(2) / (norm[:, a] * norm[:, b]) for a, b in pairs], 1)

    def _spread(self, residuals: Tensor) -> Tensor:
        found = []
        for plane in range(3):
            energy = functional.avg_pool2d(residuals[:, plane, [_SQUARE, _DIFFERENCE]].square(), 8)
            energy = ((energy + 0.02).log() / (2 * math.log(2))).flatten(2)
            centred = energy - energy.mean(2, keepdim=True)
            deviation = _deviation(energy)
            found += [deviation, (centred * centred.square()).mean(2) / (deviation * deviation.square() + 0.05)]
        return torch.cat(found, 1)


def _graded(planes: Tensor) -> Tensor:
    return planes * 0.001


def _gradients(planes: Tensor) -> Tensor:
    """Return (N, 2304) roots of the shares of nine directions in the luma gradients of 16 x 16 places of planes (N, P, H, W)."""
    luma = functional.pad(planes[:, :1], (1, 1, 1, 1), mode="replicate")
    across, down = luma[:, :, 1:-1, 2:] - luma[:, :, 1:-1, :-2], luma[:, :, 2:, 1:-1] - luma[:, :, :-2, 1:-1]
    power = across.square() + down.square()
    strength = (power + 1e-4).sqrt()
    straight, diagonal = (across.square() - down.square()) / strength, 2 * across * down / strength
    turns = [2 * math.pi * step / _DIRECTIONS for step in range(_DIRECTIONS)]
    towards = torch.cat([(strength + straight * math.cos(turn) + diagonal * math.sin(turn)) / 2 for turn in turns], 1).clamp(min=0)
    cells = functional.avg_pool2d(towards.square().square() / (strength * strength.square()), 8)
    placed = functional.interpolate(cells, size=(16, 16), mode="bilinear", align_corners=False)
    return (placed / (placed.sum(1, keepdim=True) + 1.0)).clamp(min=1e-12).sqrt().flatten(1)


def _marks(residuals: Tensor) -> Tensor:
    """Return (N, C, 5, H, W) one-hot levels -2 to 2 of residuals (N, C, H, W) in units of their own mean size, in 64ths."""
    units = ((residuals.abs().mean((2, 3), keepdim=True) + 0.1) * 64.0).round() / 64.0
    level = (residuals / units).round().clamp(-2, 2)
    return torch.stack([(level == value).float() for value in (-2.0, -1.0, 0.0, 1.0, 2.0)], 2)


def _folded(counts: Tensor) -> Tensor:
    """Return (N, 13 * K) roots of joint histograms (N, K, 5, 5), each averaged with its mirror image in sign."""
    flat = counts.flatten(2)
    return ((flat + flat.flip(2)) / 2)[:, :, :13].clamp(min=1e-12).sqrt().flatten(1)


def _autocorrelation(residuals: Tensor, lags: Sequence[tuple[int, int]]) -> Tensor:
    """Return (N, len(lags) * C) correlations of maps (N, C, H, W) with themselves, shifted."""
    centred = residuals - residuals.mean((2, 3), keepdim=True)
    power = centred.square().mean((2, 3)) + 0.05
    height, width = centred.shape[2], centred.shape[3]
    products = [centred[:, :, : height - dy, : width - dx] * centred[:, :, dy:, dx:] for dy, dx in lags]
    return torch.cat([product.mean((2, 3)) / power for product in products], 1)


def _deviation(values: Tensor) -> Tensor:
    centred = values - values.mean(-1, keepdim=True)
    return (centred.square().sum(-1) / max(1, values.shape[-1] - 1)).clamp(min=1e-12).sqrt()


def _tiles(plane: Tensor) -> Tensor:
    """Cut (N, H, W) into whole tiles: (N, T, TILE, TILE)."""
    rows, columns = plane.shape[1] // TILE, plane.shape[2] // TILE
    cut = plane[:, : rows * TILE, : columns * TILE].reshape(-1, rows, TILE, columns, TILE)
    return cut.transpose(2, 3).flatten(1, 2)
