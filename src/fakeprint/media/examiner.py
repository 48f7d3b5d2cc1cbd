"""The one signature that everything has, and the one way to make evidence from it."""

from collections.abc import Callable
from typing import Protocol

from fakeprint.core.evidence import Claim, Evidence, EvidenceFile, EvidenceStatus, Question, Region, Score, TimePoint, TrackScore
from fakeprint.core.record import Record
from fakeprint.core.run import TrustListInfo
from fakeprint.media.item import MediaItem


class Settings(Record):
    """What an examiner may be configured with.  Examiners that need none of it take no argument.

    ``models`` are folders of model artifacts that run besides the shipped ones, or instead of one of the same name.  ``frames`` says
    which frames of a video face detectors look at (:mod:`fakeprint.media.frame_source`), ``aggregate`` how the logits of a face track
    become one (:mod:`fakeprint.core.aggregation`), ``face_finder`` is a shipped name or a folder, ``face_cache`` a folder of found
    faces by media hash.
    """

    trust_list: TrustListInfo | None = None
    trust_anchors: str | None = None
    models: tuple[str, ...] = ()
    frames: str = "even:16"
    aggregate: str = "logit_mean"
    face_finder: str = "face-finder"
    face_cache: str | None = None


class Examiner(Protocol):
    """What provenance readers, signals and learned detectors share.

    ``worth`` says in one or two sentences what this kind of evidence can and cannot show; it is printed beside every result.
    A class may offer ``from_settings(settings)``; otherwise it is constructed without arguments.
    ``examine`` returns evidence about this item alone, whatever was examined before it.  It raises
    :class:`~fakeprint.core.errors.MediaError` only when the pixels it needs cannot be decoded; any other exception is a bug.
    """

    name: str
    version: str
    questions: tuple[Question, ...]
    worth: str

    def examine(self, item: MediaItem) -> Evidence:
        """Examine one item."""
        ...


def construct(kind: type[Examiner], settings: Settings) -> Examiner:
    """Construct an examiner with the settings of the run if it takes any."""
    configured: Callable[[Settings], Examiner] | None = getattr(kind, "from_settings", None)
    return configured(settings) if configured else kind()


def evidence_of(
    examiner: Examiner,
    item: MediaItem,
    *,
    summary: str,
    status: EvidenceStatus = EvidenceStatus.OK,
    reason: str | None = None,
    claims: tuple[Claim, ...] = (),
    looked_for: tuple[str, ...] = (),
    score: Score | None = None,
    regions: tuple[Region, ...] = (),
    timeline: tuple[TimePoint, ...] = (),
    tracks: tuple[TrackScore, ...] = (),
    files: tuple[EvidenceFile, ...] = (),
    weights_sha256: str | None = None,
) -> Evidence:
    """Make the evidence of one examiner about one item; the caller of ``examine`` adds the seconds."""
    return Evidence(
        id=examiner.name,
        examiner=examiner.name,
        examiner_version=examiner.version,
        media_sha256=item.media.sha256,
        questions=examiner.questions,
        status=status,
        reason=reason,
        summary=summary,
        worth=examiner.worth,
        claims=claims,
        looked_for=looked_for,
        score=score,
        regions=regions,
        timeline=timeline,
        tracks=tracks,
        files=files,
        weights_sha256=weights_sha256,
    )


def not_applicable(examiner: Examiner, item: MediaItem, reason: str, summary: str, *, weights_sha256: str | None = None) -> Evidence:
    """Make the evidence of an examiner that this kind of file cannot answer."""
    return evidence_of(examiner, item, status=EvidenceStatus.NOT_APPLICABLE, reason=reason, summary=summary, weights_sha256=weights_sha256)
