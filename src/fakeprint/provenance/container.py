"""What the file's structure says: bytes after the end, second readings, a wrong name (specs: provenance 2, reliability 13.5)."""

from pathlib import PurePath

from fakeprint.core.evidence import AnomalyClaim, Claim, Evidence, EvidenceStatus, FactClaim, Location, Question
from fakeprint.media.container.model import Part, PartKind, Trailing
from fakeprint.media.examiner import evidence_of
from fakeprint.media.item import MediaItem

_FORMATS_OF_NAME: dict[str, frozenset[str]] = {
    suffix: frozenset(formats.split())
    for suffixes, formats in (
        ("jpg jpeg jpe jfif", "jpeg"),
        ("png apng", "png"),
        ("webp", "webp"),
        ("gif", "gif"),
        ("bmp dib", "bmp"),
        ("tif tiff dng", "tiff"),
        ("avif", "avif"),
        ("heic heif hif", "heic avif"),
        ("jxl", "jxl"),
        ("mp4 m4v 3gp 3g2", "mp4 mov"),
        ("mov qt", "mov mp4"),
        ("mkv webm", "matroska webm"),
        ("avi", "avi"),
        ("ts m2ts mts", "mpegts"),
        ("flv", "flv"),
        ("m4a", "m4a mp4"),
        ("mp3", "mp3"),
        ("flac", "flac"),
        ("wav", "wav"),
        ("svg", "svg"),
        ("pdf", "pdf"),
    )
    for suffix in suffixes.split()
}
_TRAILING_TEXT = {
    "zip": "They look like a ZIP archive.",
    "html": "They look like HTML.",
    "pdf": "They look like a PDF document.",
    "mp4": "They look like a short video, which many phones append to a photograph.",
    "zeros": "They are all zero, as padding is.",
    "samsung": "They look like the data that Samsung cameras append.",
    "samsung-editor": "They hold data of Samsung's photo editor.",
    "unknown": "Their type is not recognised.",
}
_HTML_MARKS = (b"<html", b"<script", b"<!doctype html", b"<iframe", b"<body")
_SEARCHED = 1 << 16
_DAMAGE_TEXT = {
    "truncated": "The file ends too early: {}.",
    "bad_structure": "The file's structure is damaged: {}.",
    "over_limit": "The file was not read to its end because it exceeds a limit: {}.",
    "stray_bytes": "Bytes lie between the file's elements, where none belong: {}.",
    "duplicate_c2pa": "The file holds {}. Which of them speaks for the file is not defined.",
}


class ContainerExaminer:
    """Reports oddities of the file's structure; none of them says how the picture came to be."""

    name = "container"
    version = "1.0"
    questions: tuple[Question, ...] = ()
    worth = (
        "The structure of a file shows how its bytes were put together, not how the picture was made. "
        "Ordinary software appends data, cuts files off and misnames them."
    )

    def examine(self, item: MediaItem) -> Evidence:
        """Report trailing data, second readings, a name that does not fit, doubled credentials and damage."""
        container = item.container
        claims: list[Claim] = [FactClaim(name="format", value=f"{container.format} ({container.mime})")]
        if container.lossless is not None:
            claims.append(FactClaim(name="lossless", value="yes" if container.lossless else "no"))
        anomalies = [
            *_trailing(container.trailing, container.of_kind(PartKind.OTHER)),
            *_second_readings(container.notes, container.trailing, container.of_kind(PartKind.TEXT, PartKind.COMMENT)),
            *_misnamed(item),
            *_damage(container.notes),
            *_unreadable(container.parts),
        ]
        found = tuple(sorted({anomaly.kind for anomaly in anomalies}))
        searched = ("trailing_data", "second_reading", "name_mismatch", "duplicate_c2pa") if container.complete else ()
        return evidence_of(
            self,
            item,
            status=EvidenceStatus.OK,
            summary=_summary(container.format, len(anomalies), container.complete),
            claims=(*claims, *anomalies),
            looked_for=tuple(name for name in searched if name not in found),
        )


def _summary(format_: str, count: int, complete: bool) -> str:
    start = f"The file is of type {format_} by its content"
    if not count:
        return f"{start}; no oddities of structure were found." if complete else f"{start}; it was not read to its end."
    return f"{start}; {count} {'oddity' if count == 1 else 'oddities'} of structure found."


def _trailing(trailing: Trailing | None, others: tuple[Part, ...]) -> list[AnomalyClaim]:
    if trailing is None:
        return []
    if trailing.sniffed in {"jpeg", "heic"} and any(part.key == "MPF" for part in others):
        looks = "They look like a further picture, which the file's multi-picture index announces; many phones write such files."
    else:
        looks = _TRAILING_TEXT.get(trailing.sniffed, f"They look like a file of type {trailing.sniffed}.")
    count = f"{trailing.length:,} {'byte follows' if trailing.length == 1 else 'bytes follow'}"
    return [
        AnomalyClaim(
            kind="trailing_data",
            text=f"{count} the end that the file declares. {looks} Nothing in them was taken as the file's own metadata.",
            sides=(trailing.sniffed,),
            location=Location(path="trailing", offset=trailing.offset, length=trailing.length),
        )
    ]


def _second_readings(notes: tuple[str, ...], trailing: Trailing | None, texts: tuple[Part, ...]) -> list[AnomalyClaim]:
    claims = [
        AnomalyClaim(kind="second_reading", text=f"Other programs may read this file as {name.upper()}: {text}.", sides=(name,))
        for name, _, text in (note.partition(": ")[2].partition(": ") for note in notes if note.startswith("second_reading:"))
    ]
    if trailing is not None and trailing.sniffed in {"html", "svg", "script", "exe", "elf"}:
        text = f"Other programs may read this file as {trailing.sniffed}: such content follows the declared end."
        claims.append(AnomalyClaim(kind="second_reading", text=text, sides=(trailing.sniffed,)))
    for part in texts:
        if part.data is not None and any(mark in part.data[:_SEARCHED].lower() for mark in _HTML_MARKS):
            text = f"The text at {part.where} holds HTML; a browser that ignores the file's type may run it."
            claims.append(AnomalyClaim(kind="second_reading", text=text, sides=("html",), location=part.location()))
            break
    return claims


def _misnamed(item: MediaItem) -> list[AnomalyClaim]:
    suffix = PurePath(item.name).suffix.lower().removeprefix(".")
    expected, found = _FORMATS_OF_NAME.get(suffix), item.container.format
    if expected is None or found in expected:
        return []
    text = f"The name ends in .{suffix}, the content is of type {found}. The content was examined as what it is."
    return [AnomalyClaim(kind="name_mismatch", text=text, sides=(suffix, found))]


def _damage(notes: tuple[str, ...]) -> list[AnomalyClaim]:
    claims = []
    for note in notes:
        code, _, text = note.partition(": ")
        if code in _DAMAGE_TEXT:
            claims.append(AnomalyClaim(kind=code, text=_DAMAGE_TEXT[code].format(text)))
    return claims


def _unreadable(parts: tuple[Part, ...]) -> list[AnomalyClaim]:
    """Name metadata that is there and could not be read, at most 16 places."""
    broken = [part for part in parts if part.data is None][:16]
    return [
        AnomalyClaim(
            kind="unreadable_part",
            text=f"The element at {part.where} could not be read ({part.problem}).",
            location=part.location(),
        )
        for part in broken
    ]
