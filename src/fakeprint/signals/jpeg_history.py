"""What a JPEG file's tables and pixels tell of its last saves (specs: evaluation 10, field 6)."""

from fakeprint.core.evidence import Claim, Evidence, FactClaim, MeasureClaim, Question
from fakeprint.media.container.model import Container, PartKind
from fakeprint.media.dct_history import EarlierSave, find_earlier_save
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.item import MediaItem
from fakeprint.media.jpeg_tables import JpegHeader, Quality, read_jpeg_header

_COMMENTS = (
    (b"Lavc", "FFmpeg (libavcodec)"),
    (b"CREATOR: gd-jpeg", "GD library"),
    (b"LEAD Technologies", "LEAD Technologies"),
)
"""Comments that an encoder writes about itself, by their beginning."""


class JpegHistoryExaminer:
    """Describes the last save of a JPEG file, and looks for traces of an earlier one in JPEG and lossless files."""

    name = "jpeg-history"
    version = "1"
    questions: tuple[Question, ...] = ()
    worth = (
        "Tells how the file was last saved and, at times, that it was saved before. Almost everything on the web has been saved several "
        "times, so a second compression by itself says nothing about editing or origin; it matters because it erases other traces."
    )

    def examine(self, item: MediaItem) -> Evidence:
        """Return tables, subsampling and quality as facts and measures, and a note on an earlier save where one left its mark."""
        if not item.is_image or (item.container.format != "jpeg" and not item.container.lossless):
            return not_applicable(self, item, "format", "JPEG history is read from JPEG and lossless images only.")
        header = read_jpeg_header(item.container)
        if item.container.format == "jpeg" and header is None:
            return not_applicable(self, item, "no_frame_header", "The file's JPEG frame header could not be read.")
        earlier = _earlier(item, header)
        sentences = [] if header is None else [_header_summary(header)]
        if earlier is not None and earlier.evident:
            sentences.append(f"Coefficients show the gaps of an earlier JPEG save at quality {earlier.quality} or so.")
        return evidence_of(
            self,
            item,
            summary=" ".join(sentences) or "Lossless file; no trace of a JPEG save on its grid was measured.",
            claims=(*_header_claims(header), *_encoder(item.container), *_earlier_claims(earlier)),
        )


def _earlier(item: MediaItem, header: JpegHeader | None) -> EarlierSave | None:
    if header is not None and (header.luma is None or header.precision != 8):
        return None
    if header is not None and header.components == 4:
        return None  # CMYK pixels are converted on reading and no longer carry the coefficients
    return find_earlier_save(item.image.rgb, None if header is None else header.luma)


def _quality_text(quality: Quality) -> str:
    return f"{quality.value} (standard tables)" if quality.exact else f"about {quality.value} (tables are not the standard ones)"


def _header_summary(header: JpegHeader) -> str:
    quality = header.quality
    saved = "The last JPEG save has unreadable tables" if quality is None else f"Last JPEG save: quality {_quality_text(quality)}"
    return f"{saved}, {header.subsampling}, {header.process}."


def _header_claims(header: JpegHeader | None) -> tuple[Claim, ...]:
    if header is None:
        return ()
    claims: list[Claim] = []
    for name, quality in (("jpeg_quality", header.quality), ("jpeg_chroma_quality", header.chroma_quality)):
        if quality is not None:
            note = "equals the standard table" if quality.exact else "nearest standard table; the file's own is not a standard one"
            claims.append(MeasureClaim(name=name, value=quality.value, unit="IJG quality 1-100", note=note))
    claims += [
        FactClaim(name="jpeg_subsampling", value=header.subsampling),
        FactClaim(name="jpeg_process", value=header.process),
        MeasureClaim(name="jpeg_table_definitions", value=header.definitions, unit="tables"),
    ]
    if header.precision != 8:
        claims.append(FactClaim(name="jpeg_precision", value=f"{header.precision} bits"))
    if header.problems:
        claims.append(FactClaim(name="jpeg_table_problems", value=", ".join(header.problems)))
    return tuple(claims)


def _earlier_claims(earlier: EarlierSave | None) -> tuple[Claim, ...]:
    if earlier is None:
        return ()
    gain = MeasureClaim(
        name="earlier_save_gain",
        value=round(earlier.gain, 4),
        unit="nats per coefficient",
        note="how much better an earlier save on the same grid explains the coefficients than none; negative: worse",
    )
    if not earlier.evident:
        return (gain,)
    note = "nearest, assuming standard tables and no resizing since"
    quality = MeasureClaim(name="earlier_jpeg_quality", value=earlier.quality, unit="IJG quality 1-100", note=note)
    return (gain, quality)


def _encoder(container: Container) -> tuple[Claim, ...]:
    """Return what an encoder wrote about itself; tables alone never name one for certain."""
    claims: list[Claim] = []
    for part in container.of_kind(PartKind.COMMENT, PartKind.OTHER):
        data = part.data or b""
        if part.kind is PartKind.COMMENT:
            names = [name for start, name in _COMMENTS if data.startswith(start)]
            claims += [FactClaim(name="jpeg_encoder", value=name, note="as a comment in the file says") for name in names]
        elif part.where == "jpeg/APP12" and data.startswith(b"Ducky"):
            claims.append(FactClaim(name="jpeg_encoder", value="Adobe (save for web)", note="as its Ducky segment says"))
    return tuple(claims[:4])
