"""A law of encodings that both classes get alike, and how to measure it from a pool of photographs (specs: d3-code 2.1)."""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import Field, ValidationError, field_validator

from fakeprint.collect.image_facts import ImageFacts
from fakeprint.core.errors import UsageError
from fakeprint.core.record import Record
from fakeprint.core.sample import Step

FORMATS = ("jpeg", "png", "webp", "gif", "tiff", "bmp")
SUBSAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")
PALETTES = ("adaptive", "web")

K = TypeVar("K", int, str)


def _usual_qualities() -> dict[int, float]:
    return {quality: 0.4 / 41 + (0.12 if quality in (75, 80, 85, 90, 95) else 0.0) for quality in range(60, 101)}


class EncodingPlan(Record):
    """How one image is to be encoded; settings that its format does not have are None."""

    format: str
    quality: int | None = None
    subsampling: str | None = None
    progressive: bool | None = None
    level: int | None = None
    palette: str | None = None

    def step(self) -> Step:
        """Return the record of this encoding."""
        settings = {name: value for name, value in self.model_dump().items() if value is not None}
        return Step(name="encode", parameters=settings)


class EncoderMix(Record):
    """Weights of formats and of their settings; they need not add up to one.

    The defaults are ours: the law behind D3 was never published.
    """

    formats: dict[str, float] = Field(
        default_factory=lambda: {"jpeg": 0.70, "png": 0.12, "webp": 0.08, "gif": 0.04, "tiff": 0.03, "bmp": 0.03}, min_length=1
    )
    jpeg_quality: dict[int, float] = Field(default_factory=_usual_qualities, min_length=1)
    subsampling: dict[str, float] = Field(default_factory=lambda: {"4:2:0": 0.8, "4:4:4": 0.2}, min_length=1)
    progressive: float = Field(0.0, ge=0, le=1)
    png_level: dict[int, float] = Field(default_factory=lambda: {6: 1.0}, min_length=1)
    webp_quality: dict[int, float] = Field(default_factory=lambda: {75: 0.5, 80: 0.25, 90: 0.25}, min_length=1)
    gif_palette: dict[str, float] = Field(default_factory=lambda: {"adaptive": 1.0}, min_length=1)

    @field_validator("formats", "subsampling", "gif_palette")
    @classmethod
    def _known_names(cls, weights: dict[str, float]) -> dict[str, float]:
        strange = set(weights) - {*FORMATS, *SUBSAMPLINGS, *PALETTES}
        if strange:
            raise ValueError(f"unknown: {', '.join(sorted(strange))}")
        return weights

    @field_validator("jpeg_quality", "webp_quality", "png_level")
    @classmethod
    def _known_numbers(cls, weights: dict[int, float]) -> dict[int, float]:
        if not all(0 <= number <= 100 for number in weights):
            raise ValueError("qualities and levels lie in 0 to 100")
        return weights

    @field_validator("*")
    @classmethod
    def _weights(cls, value: object) -> object:
        if isinstance(value, dict) and (any(weight < 0 for weight in value.values()) or not sum(value.values()) > 0):
            raise ValueError("weights are not negative, and one is greater than zero")
        return value

    def plan(self, seed: int, record_id: str, slot: str) -> EncodingPlan:
        """Draw the encoding of one slot of one record; depends on nothing but its arguments.

        >>> EncoderMix().plan(0, "1275001022128", "real") == EncoderMix().plan(0, "1275001022128", "real")
        True
        """

        def uniform(name: str) -> float:
            digest = sha256("\0".join((str(seed), record_id, slot, name)).encode()).digest()
            return int.from_bytes(digest[:7], "big") / 2**56

        fmt = _choice(self.formats, uniform("format"))
        if fmt == "jpeg":
            return EncodingPlan(
                format=fmt,
                quality=_choice(self.jpeg_quality, uniform("quality")),
                subsampling=_choice(self.subsampling, uniform("subsampling")),
                progressive=uniform("progressive") < self.progressive,
            )
        if fmt == "png":
            return EncodingPlan(format=fmt, level=_choice(self.png_level, uniform("level")))
        if fmt == "webp":
            return EncodingPlan(format=fmt, quality=_choice(self.webp_quality, uniform("quality")))
        if fmt == "gif":
            return EncodingPlan(format=fmt, palette=_choice(self.gif_palette, uniform("palette")))
        return EncodingPlan(format=fmt)


def measure_mix(pool: Iterable[ImageFacts]) -> EncoderMix:
    """Return the mix that a pool of images shows; settings that it does not show keep their defaults.

    Formats that are not written (AVIF, HEIC) are left out.

    Raises:
        UsageError: the pool holds no image of a format that can be written.
    """
    formats: Counter[str] = Counter()
    qualities: Counter[int] = Counter()
    subsamplings: Counter[str] = Counter()
    progressive = 0
    for facts in pool:
        if facts.format not in FORMATS:
            continue
        formats[facts.format] += 1
        if facts.format == "jpeg":
            progressive += bool(facts.progressive)
            if facts.quality is not None:
                qualities[facts.quality] += 1
            if facts.subsampling in SUBSAMPLINGS:
                subsamplings[facts.subsampling] += 1
    if not formats:
        raise UsageError("the pool holds no image of a format that can be written")
    mix = EncoderMix(formats=_shares(formats), progressive=progressive / formats["jpeg"] if formats["jpeg"] else 0.0)
    update = {"jpeg_quality": _shares(qualities), "subsampling": _shares(subsamplings)}
    return mix.model_copy(update={name: shares for name, shares in update.items() if shares})


def read_mix(path: Path) -> EncoderMix:
    """Read a mix from YAML; what it leaves out keeps its default, an unknown key is an error."""
    try:
        return EncoderMix.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise UsageError(f"{path.name} is no encoder mix: {error}") from None


def _choice(weights: dict[K, float], uniform: float) -> K:
    keys = sorted(key for key in weights if weights[key] > 0)
    left = uniform * sum(weights[key] for key in keys)
    for key in keys:
        left -= weights[key]
        if left < 0:
            return key
    return keys[-1]


def _shares(counts: Counter[K]) -> dict[K, float]:
    total = sum(counts.values())
    return {key: round(counts[key] / total, 6) for key in sorted(counts)}
