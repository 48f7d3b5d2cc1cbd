"""One sample as a gallery shows it: plain text only, screened, with what the filters need."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from pydantic import JsonValue

from fakeprint.core.sample import Sample
from fakeprint.core.sanitise import PROMPT_CHARS, base_name, cap, plain
from fakeprint.datasets.prompt_safety import Category, screen

NAME_CHARS = 120
SETTINGS = {
    "model": "Model",
    "model_hash": "Model hash",
    "sampler": "Sampler",
    "scheduler": "Scheduler",
    "steps": "Steps",
    "cfg": "Guidance",
    "seed": "Seed",
}


@dataclass(frozen=True)
class Entry:
    """One card.

    ``hidden`` names why the card is behind a gate; empty where it is not.  ``picture`` is the file name of the thumbnail, which exists
    only if it could be made.  ``settings`` are pairs of name and value.
    """

    anchor: str
    name: str
    label: str
    group: str
    family: str
    generator: str
    version: str
    split: str
    codec: str
    size: str
    source: str
    host: str
    licence: str
    prompt: str
    negative: str
    settings: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...]
    picture: str

    @property
    def facets(self) -> dict[str, str]:
        """What the filters compare."""
        safety = ", ".join(self.hidden) or "nothing flagged"
        return {
            "label": self.label,
            "family": self.family,
            "version": self.version,
            "split": self.split,
            "codec": self.codec,
            "safety": safety,
        }

    def record(self) -> dict[str, JsonValue]:
        """Return what the JSON beside the page holds."""
        values: dict[str, JsonValue] = {
            name: getattr(self, name)
            for name in ("name", "label", "family", "generator", "version", "split", "codec", "size", "source", "host", "licence")
        }
        return values | {
            "prompt": self.prompt,
            "negative_prompt": self.negative,
            "settings": dict(self.settings),
            "flagged": list(self.hidden),
        }


def entry_of(sample: Sample, allowed: Collection[Category], salt: bytes) -> Entry | None:
    """Return the card of a sample, or None where it may not be shown at all."""
    screened = screen(sample.generation, sample.safety, salt=salt)
    if screened.blocked:
        return None
    generation, media = screened.generation, sample.media
    known = {one.value for one in Category}
    flags = [one.value for one in screened.categories if one not in allowed]
    flags += sorted({plain(flag) for flag in sample.safety if flag not in known})
    settings = []
    for name, title in SETTINGS.items() if generation is not None else ():
        value = getattr(generation, name)
        if value is not None and value != "":
            settings.append((title, _text(f"{value:g}" if isinstance(value, float) else str(value))))
    width, height = (media.width, media.height) if media else (None, None)
    if width is None and generation is not None:
        width, height = generation.width, generation.height
    anchor = sha256(sample.id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    generator = _text(sample.generator or ("" if sample.label.positive else sample.source))
    return Entry(
        anchor=f"s{anchor}",
        name=_text(base_name(sample.path)),
        label=sample.label.value,
        group=_text(sample.generator or sample.family or sample.source),
        family=_text(sample.family or ""),
        generator=generator,
        version=_text(sample.generator_version or ""),
        split=sample.split.value,
        codec=_text(media.mime if media else ""),
        size=f"{width} × {height}" if width and height else "",
        source=_text(sample.source),
        host=_text(_host(sample.url)),
        licence=_text(sample.licence or ""),
        prompt=_prompt(generation.prompt if generation else None),
        negative=_prompt(generation.negative_prompt if generation else None),
        settings=tuple(settings),
        hidden=tuple(flag.replace("_", " ") for flag in dict.fromkeys(flags)),
        picture=f"{anchor}.webp",
    )


def _text(text: str) -> str:
    return cap(plain(text).strip(), NAME_CHARS)


def _prompt(text: str | None) -> str:
    return cap(plain(text, lines=True).strip(), PROMPT_CHARS) if text else ""


def _host(url: str | None) -> str:
    try:
        return urlsplit(url).hostname or "" if url else ""
    except ValueError:
        return ""
