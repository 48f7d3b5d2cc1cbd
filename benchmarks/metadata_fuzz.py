"""Seeded damage to the texts of generating tools, through every metadata parser: nothing may escape, nothing may take long.

    python benchmarks/metadata_fuzz.py [--blobs 100000] [--seed 0]

Acceptance test 14 (specs: reliability 13, provenance PROV-4).  Times are CPU time of one call.  Prints one JSON document; exits 1 if an
exception escaped or a call took more than 50 ms.
"""

import argparse
import json
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

import numpy as np

import generated_media as media
import metadata_writers as write
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.registry import Registry
from fakeprint.media.container.model import Container, Part, PartKind
from fakeprint.media.item import MediaItem
from fakeprint.provenance.aigc_label import AigcLabelExaminer
from fakeprint.provenance.generator_metadata import ToolParser
from fakeprint.provenance.iptc import IptcExaminer
from fakeprint.provenance.stealth_png import find_payload
from fakeprint.provenance.tools import TABLE
from fakeprint.provenance.tools.json_text import Unreadable

LIMIT_S = 0.050
MIB = 1 << 20

TEXTS = (
    media.A1111_TEXT, media.COMFY, json.dumps(media.FLUX_GRAPH), media.INVOKE, media.SD_METADATA, media.DREAM, media.FOOOCUS, media.SWARM,
    media.NOVEL, json.dumps(media.NOVEL_TEXTS), media.MIDJOURNEY, media.DRAW, media.AIGC, media.AIGC_WRAPPED, "AI generated;txt2img;flux",
    "Signature: " + "A" * 88, media.UUID, f"{media.SOURCE}trainedAlgorithmicMedia", "Made with Google AI", "reve.com",
)  # fmt: skip
KEYS = (
    "parameters", "prompt", "workflow", "Comment", "Description", "Software", "Source", "Dream", "sd-metadata", "invokeai_metadata",
    "invokeai_graph", "fooocus_scheme", "AIGC", "hf-job-id", "Title", "creator tool",
)  # fmt: skip
TAGS = (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x927C, write.USER_COMMENT)
TOKENS = (
    "[", "]", "{", "}", '"', "\\", ":", ",", "\n", "\0", "NaN", "-1", "1e999", "9" * 400, "\\ud800", "\ud800", "null", "true", "[[[[",
    '{"a":', "Steps: ", "Seed: ", "Negative prompt:", "Hashes: {", "<lora:", "Job ID: ", " --v ", '"class_type"',
    '["3", 0]', '"AIGC"', "&quot;", "é灯",
)  # fmt: skip
PROPERTIES = (
    "DigitalSourceType", "AISystemUsed", "AIPromptInformation", "DigImageGUID", "Credit",
    "CreatorTool", "UserComment", "AIGC", "Label", "description",
)  # fmt: skip
NAMESPACES = (
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "http://www.tc260.org.cn/ns/AIGC/1.0/", "http://ns.adobe.com/photoshop/1.0/", "urn:x",
)  # fmt: skip


@dataclass
class Outcome:
    """What a run measured: CPU seconds of every call by parser, and the tracebacks of what escaped."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    escaped: list[str] = field(default_factory=list)

    def slowest(self) -> float:
        """Return the longest call in seconds."""
        return max(max(times) for times in self.seconds.values())


def damaged(draw: random.Random) -> str:
    """Return one valid text after one to six changes, now and then blown up to 1 MiB."""
    text = draw.choice(TEXTS)
    for _ in range(draw.randint(1, 6)):
        at, to = sorted((draw.randint(0, len(text)), draw.randint(0, len(text))))
        change = draw.randrange(7)
        if change == 0:
            text = text[:at]
        elif change == 1:
            text = text[:at] + text[to:]
        elif change == 2:
            text = text[:at] + text[at:to] * draw.randint(2, 5) + text[to:]
        elif change == 3:
            text = text[:at] + draw.choice(TOKENS) * draw.choice((1, 1, 1, 50)) + text[at:]
        elif change == 4:
            text = text[:at] + chr(draw.randrange(0x250)) + text[at + 1 :]
        elif change == 5:
            text = text[:at] + draw.choice(TEXTS)[draw.randint(0, 40) :]
        else:
            text = text.replace(draw.choice(TOKENS[:9]), draw.choice(TOKENS), draw.randint(1, 9))
        text = text[:20_000]
    if draw.random() < 0.002:
        at = draw.randint(0, len(text))
        unit = draw.choice((*TOKENS, text)) or " "
        text = text[:at] + unit * (MIB // len(unit) - len(text) // len(unit) - 1) + text[at:]
    return text[:MIB]


def item_of(*parts: Part) -> MediaItem:
    """Return an item that consists of metadata alone."""
    container = Container(format="png", mime="image/png", kind=MediaKind.IMAGE, parts=parts, lossless=True)
    identity = Media(sha256="0" * 64, kind=MediaKind.IMAGE, mime="image/png", bytes=0)
    return MediaItem(media=identity, container=container, path=Path("nowhere.png"), name="nowhere.png", limits=Limits())


def part(kind: PartKind, key: str, data: bytes) -> Part:
    """Return one part of that item."""
    return Part(kind, key, f"png/{kind}[{key}]", 0, len(data), data)


def items(count: int, seed: int) -> Iterator[MediaItem]:
    """Yield items whose texts, EXIF tags or XMP properties are damaged; in a tenth the bytes of the carrier are damaged as well."""
    draw = random.Random(seed)
    for _ in range(count):
        form = draw.randrange(4)
        if form <= 1:
            keys = draw.choices(KEYS, k=draw.randint(1, 4))
            yield item_of(*(part(PartKind.TEXT, key, damaged(draw).encode("utf-8", "surrogatepass")) for key in keys))
            continue
        text = damaged(draw)
        if form == 2:
            tags = {tag: damaged(draw).encode("utf-8", "replace") for tag in draw.sample(TAGS, 3)}
            comment = write.user_comment(text.encode("utf-8", "replace").decode(), draw.choice(("utf-16-be", "utf-16-le", "bare")))
            data, kind = write.exif(tags, comment, big_endian=draw.random() < 0.5), PartKind.EXIF
        else:
            clean = escape("".join(char for char in text if char >= " " and not "\ud800" <= char <= "\udfff"))
            name, space = draw.choice(PROPERTIES), draw.choice(NAMESPACES)
            more = f'p:{draw.choice(PROPERTIES)}X="{media.UUID}"'
            data, kind = write.xmp(f'xmlns:p="{space}" {more}', f"<p:{name}>{clean}</p:{name}>"), PartKind.XMP
        if draw.random() < 0.1:
            at = draw.randrange(len(data))
            data = data[:at] + draw.randbytes(draw.randint(0, 8)) + data[at + draw.randint(0, 8) :]
        yield item_of(part(kind, "", data))


def _stealth(item: MediaItem) -> object:
    """Hide the item's first bytes in a small picture and read them back."""
    data = (item.container.parts[0].data or b"")[:1500]
    magic = (b"stealth_pngcomp", b"stealth_pnginfo", b"stealth_rgbcomp", b"stealth_rgbinfo")[len(data) % 4]
    pixels = write.hide(write.picture(alpha=True, width=160, height=96), magic, data)
    try:
        return find_payload(np.ascontiguousarray(pixels[..., :3]), pixels[..., 3], item.limits)
    except Unreadable as error:
        return error.reason


def readers() -> dict[str, Callable[[MediaItem], object]]:
    """Return every parser by name."""
    registry: Registry[ToolParser] = Registry("tools", TABLE)
    found: dict[str, Callable[[MediaItem], object]] = {name: registry.load(name) for name in registry.names()}
    return found | {"iptc": IptcExaminer().examine, "aigc-label": AigcLabelExaminer().examine, "stealth-png": _stealth}


def measure(source: Iterator[MediaItem]) -> Outcome:
    """Run every parser over every item."""
    outcome = Outcome()
    parsers = readers()
    for item in source:
        _ = item.texts, item.exif, item.xmp  # read once and kept: their own time belongs to the container readers
        for name, read in parsers.items():
            start = time.thread_time()
            try:
                read(item)
            except Exception:  # noqa: BLE001, RUF100 - what escapes is the result
                outcome.escaped.append(f"{name}: {traceback.format_exc(limit=-4)}")
            outcome.seconds.setdefault(name, []).append(time.thread_time() - start)
    return outcome


def main() -> int:
    """Run and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--blobs", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    outcome = measure(items(given.blobs, given.seed))
    by_parser = {
        name: {"max_ms": round(max(times) * 1e3, 2), "p99_ms": round(float(np.percentile(times, 99)) * 1e3, 3)}
        for name, times in outcome.seconds.items()
    }
    slow = sum(one > LIMIT_S for times in outcome.seconds.values() for one in times)
    calls = sum(len(times) for times in outcome.seconds.values())
    document = {"blobs": given.blobs, "seed": given.seed, "calls": calls, "escaped": len(outcome.escaped), "over_50_ms": slow}
    print(json.dumps(document | {"max_ms": round(outcome.slowest() * 1e3, 2), "parsers": by_parser}, indent=2))
    for text in outcome.escaped[:5]:
        print(text, file=sys.stderr)
    return 1 if outcome.escaped or slow else 0


if __name__ == "__main__":
    sys.exit(main())
