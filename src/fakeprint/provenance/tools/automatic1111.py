"""The ``parameters`` text of AUTOMATIC1111, Forge and SD.Next, which many other programs write too (specs: provenance 5; dflip3k 2.3)."""

import re

from fakeprint.core.evidence import OriginClaim
from fakeprint.core.generation import Generation, Lora
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import PartKind
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import Carried, keyed, user_comment
from fakeprint.provenance.tools.claims import first_claim, present
from fakeprint.provenance.tools.json_text import looks_like_object
from fakeprint.provenance.tools.values import MAX_LORAS, generation_of, to_lora, to_size

PARSER = "automatic1111"
NOTE = "The layout is that of AUTOMATIC1111; other programs write it too."

_KEYS = ("Steps", "Sampler", "CFG scale", "Seed", "Schedule type", "ENSD")
_MARKS = tuple(f"{key}: " for key in _KEYS)
_NEGATIVE = "Negative prompt:"
_MAX_LINE = 1 << 16
_MAX_LINES = 256
_HASHES = re.compile(r"(?:, )?Hashes: \{[^{}]*\}")
_TOKEN = re.compile(r'\\.|[",\[\]{}]', re.DOTALL)
_LORA_TAG = re.compile(r"<lora:([^:<>]{1,200}):(-?[0-9.]{1,12})")


def read(text: str, limits: Limits) -> Generation | None:
    r"""Read prompt and settings of one text, or None if no line holds three of the known keys.

    >>> one = read("a cat\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768", Limits())
    >>> one.prompt, one.negative_prompt, one.seed, one.width, one.height
    ('a cat', 'dog', 1, 512, 768)
    """
    found = _find_settings(text)
    if found is None:
        return None
    before, settings = found
    prompt, negative = _split_prompt(before)
    width, height = to_size(settings.get("Size"))
    version = settings.get("Version")
    return generation_of(
        limits,
        text,
        _loras(prompt[: limits.prompt_chars], settings.get("Lora hashes")),
        tool=_tool(version, settings.get("App")),
        tool_version=version,
        prompt=prompt,
        negative_prompt=negative,
        seed=settings.get("Seed"),
        steps=settings.get("Steps"),
        sampler=settings.get("Sampler"),
        scheduler=settings.get("Schedule type"),
        cfg=settings.get("CFG scale"),
        width=width,
        height=height,
        model=settings.get("Model"),
        model_hash=settings.get("Model hash"),
    )


def has_settings(text: str) -> bool:
    """Return whether some line holds three of the known keys."""
    return _find_settings(text) is not None


def parse(item: MediaItem) -> OriginClaim:
    """Read the PNG text ``parameters`` or the EXIF UserComment."""
    comment = user_comment(item)
    candidates = (*keyed(item, "parameters"), *((comment,) if comment else ()))

    def accept(carried: Carried) -> OriginClaim | None:
        generation = None if looks_like_object(carried.text) else read(carried.text, item.limits)
        if generation is None or generation.tool is None:
            return None
        return present(PARSER, carried, tool=generation.tool, generation=generation, notes=(NOTE,))

    return first_claim(PARSER, item, candidates, accept, kinds=(PartKind.TEXT, PartKind.EXIF))


def _find_settings(text: str) -> tuple[str, dict[str, str]] | None:
    """Return what stands before the line of settings, and the settings; the search runs from the last line up."""
    *head, rest = text.rsplit("\n", _MAX_LINES)
    lines = [*head, rest]
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        if sum(mark in line for mark in _MARKS) < 3:
            continue
        settings = _pairs(line[:_MAX_LINE])
        if sum(key in settings for key in _KEYS) >= 3:
            return "\n".join(lines[:number]), settings
    return None


def _pairs(line: str) -> dict[str, str]:
    """Split one line into ``key: value`` pairs; the first of several equal keys wins."""
    pairs: dict[str, str] = {}
    for piece in _pieces(_HASHES.sub("", line)):
        key, colon, value = piece.partition(":")
        if colon:
            pairs.setdefault(key.strip(), _unquote(value.strip()))
    return pairs


def _pieces(line: str) -> list[str]:
    """Split at commas that stand outside quotes and brackets; at all commas if those do not close."""
    pieces: list[str] = []
    start, depth, quoted = 0, 0, False
    for token in _TOKEN.finditer(line):
        char = token[0]
        if char == '"':
            quoted = not quoted
        elif quoted or len(char) > 1:
            continue
        elif char == ",":
            if depth == 0:
                pieces.append(line[start : token.start()])
                start = token.end()
        else:
            depth += 1 if char in "[{" else -1
    if quoted or depth != 0:
        return line.split(",")
    return [*pieces, line[start:]]


def _unquote(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
    return value


def _split_prompt(text: str) -> tuple[str, str]:
    if text.startswith(_NEGATIVE):
        return "", text[len(_NEGATIVE) :].strip()
    prompt, _, negative = text.partition("\n" + _NEGATIVE)
    return prompt.strip(), negative.strip()


def _loras(prompt: str, hashes: str | None) -> tuple[Lora | None, ...]:
    pairs = (piece.partition(":") for piece in (hashes or "")[:_MAX_LINE].split(",")[:MAX_LORAS])
    hash_of = {name.strip(): value.strip() for name, colon, value in pairs if colon}
    tags = {match[1]: match[2] for match in _LORA_TAG.finditer(prompt)}
    names = [*tags, *(name for name in hash_of if name not in tags)]
    return tuple(to_lora(name, tags.get(name), hash_of.get(name)) for name in names)


def _tool(version: str | None, app: str | None) -> str:
    """Name the program, where the settings do.

    >>> _tool("v1.6.0", None), _tool("f2.0.1v1.10.1", None), _tool("abc1234", "SD.Next"), _tool("ComfyUI", None)
    ('AUTOMATIC1111', 'Forge', 'SD.Next', 'ComfyUI')
    """
    if app:
        return app[:100]
    if version and re.match(r"f\d", version):
        return "Forge"
    for name in ("ComfyUI", "Fooocus", "SD.Next"):
        if version and version.startswith(name):
            return name
    return "AUTOMATIC1111"
