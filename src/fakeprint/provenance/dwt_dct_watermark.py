"""Examiner of the open ``dwtDct`` watermark: positive-only (specs: provenance 1.4 and 7, PROV-20)."""

from fakeprint.core.evidence import Evidence, FindingStatus, Location, OriginClaim, OriginStatement, Question
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.item import MediaItem
from fakeprint.provenance.dwt_dct import MESSAGES, MIN_PIXELS, Decoded, decode

LOOKED_FOR = "dwtDct watermark (" + ", ".join(message.tool for message in MESSAGES) + ")"


class DwtDctWatermarkExaminer:
    """Decodes the five known messages in four carriers from the stored pixels of an image."""

    name = "dwt-dct-watermark"
    version = "1"
    questions: tuple[Question, ...] = (Question.SYNTHETIC, Question.GENERATOR)
    worth = (
        "A decoded message is statistical evidence that software which writes this mark made or saved the picture; the code is open, so "
        "anyone can add the mark to any picture. Resizing, cropping and ordinary re-saving erase it, and even untouched marked files are "
        "missed in 15 to 50 of 100 cases, so a search without a result says nothing."
    )

    def examine(self, item: MediaItem) -> Evidence:
        """Return a level-5 claim for a decoded message; a search without a result leaves only a line in ``looked_for``."""
        if not item.is_image:
            return not_applicable(self, item, "format", "This watermark is written into still images only.")
        rgb = item.image.rgb
        if rgb.shape[0] * rgb.shape[1] < MIN_PIXELS:
            return not_applicable(self, item, "too_small", "The writers of this watermark never mark images below 65,536 pixels.")
        found = decode(rgb)
        if found is None:
            return evidence_of(self, item, summary="Searched for the open dwtDct watermark.", looked_for=(LOOKED_FOR,))
        return evidence_of(
            self,
            item,
            summary=f"The open dwtDct watermark of {found.message.tool} was decoded from the pixels.",
            claims=(_claim(self.name, found),),
        )


def _claim(parser: str, found: Decoded) -> OriginClaim:
    as_float, swapped = found.carrier.value
    bits = len(found.message.bits)
    return OriginClaim(
        parser=parser,
        status=FindingStatus.PRESENT,
        statement=OriginStatement.AI_GENERATED,
        level=5,
        tool=found.message.tool,
        model=found.message.model,
        location=Location(path="pixels"),
        notes=(
            f"{found.matches} of {bits} bits match; {found.message.needed} are needed",
            f"carrier: {'float' if as_float else '8-bit'}, {'red and blue exchanged' if swapped else 'usual channel order'}",
            f"{found.blocks} blocks of 8x8 pixels read",
        ),
    )
