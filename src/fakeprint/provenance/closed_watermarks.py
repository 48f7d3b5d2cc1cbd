"""Watermarks that only their owners can read: named as not checked, never guessed at (specs: provenance 7, PROV-21)."""

from fakeprint.core.evidence import Evidence, EvidenceStatus, FindingStatus, OriginClaim, Question
from fakeprint.core.media import MediaKind
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.item import MediaItem

_REASON = "closed_detector"

_CLOSED = (
    OriginClaim(
        parser="synthid",
        status=FindingStatus.NOT_CHECKED,
        reason=_REASON,
        vendor="Google",
        tool="SynthID",
        notes=("Also used by OpenAI, NVIDIA, Kakao and ElevenLabs (2026). Only the vendors can read it.",),
    ),
    OriginClaim(
        parser="other-closed-watermarks",
        status=FindingStatus.NOT_CHECKED,
        reason=_REASON,
        notes=("Marks of Amazon Titan and Nova, Digimarc, Imatag, Steg.AI, InvisMark; named where a file's credentials name one.",),
    ),
)


class ClosedWatermarksExaminer:
    """Says which watermarks could not be looked for."""

    name = "closed-watermarks"
    version = "1"
    questions: tuple[Question, ...] = (Question.SYNTHETIC, Question.GENERATOR)
    worth = (
        "Several vendors mark what their models make with watermarks whose readers they do not publish. "
        "Fakeprint cannot look for them, so nothing follows for or against this file."
    )

    def examine(self, item: MediaItem) -> Evidence:
        """Examine one item."""
        if item.media.kind is MediaKind.OTHER:
            return not_applicable(self, item, "format", "Not an image or a video.")
        return evidence_of(
            self,
            item,
            status=EvidenceStatus.NOT_CHECKED,
            reason=_REASON,
            summary="SynthID and other watermarks with closed readers were not looked for: only their owners can read them.",
            claims=_CLOSED,
        )
