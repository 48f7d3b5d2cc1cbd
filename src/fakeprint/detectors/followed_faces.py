"""What a reader is told of the people in a video: who stands out, when, and what they look like."""

from fakeprint.core.evidence import EvidenceFile
from fakeprint.core.time_text import time_text
from fakeprint.detectors.track_scores import ScoredVideo
from fakeprint.detectors.video_faces import VideoFaces
from fakeprint.media.item import MediaItem

MOST_TRACKS = 12
"""Tracks that get a picture, the highest scores first."""


def frames_words(frames: int) -> str:
    """Return how many frames were looked at.

    >>> frames_words(1), frames_words(16)
    ('the 1 frame that was looked at', 'the 16 frames that were looked at')
    """
    return "the 1 frame that was looked at" if frames == 1 else f"the {frames} frames that were looked at"


def followed(scored: ScoredVideo, frames: int) -> str:
    """Return how many faces were followed and which scores highest, from when to when; one track decides at least."""
    highest = scored.highest
    if highest is None:
        raise ValueError("no track decides")
    deciding = [one for one in scored.tracks if one.decides]
    when = f"from {time_text(highest.first_s)} to {time_text(highest.last_s)}, in {highest.faces} of {frames_words(frames)}"
    text = f"one face, {when}." if len(deciding) == 1 else f"{len(deciding)} faces. Face {highest.track} scores highest: {when}."
    rare = len(scored.tracks) - len(deciding)
    return text if not rare else f"{text} {rare} more {'was' if rare == 1 else 'were'} seen too rarely to count."


def most_at_once(scored: ScoredVideo) -> int:
    """Return the largest number of faces read in one frame."""
    counts: dict[float, int] = {}
    for point in scored.timeline:
        counts[point.time_s] = counts.get(point.time_s, 0) + (point.track is not None)
    return max(counts.values(), default=0)


def attach_pictures(item: MediaItem, read: VideoFaces, scored: ScoredVideo) -> tuple[EvidenceFile, ...]:
    """Attach the kept frames that the timeline marks, and a face for each of the highest tracks; nothing where none are wanted."""
    if not item.want_pictures:
        return ()
    marked = {point.time_s for point in scored.timeline if point.track is not None}
    pictures = [one.picture() for one in read.kept.frames.values() if one.time_s in marked]
    for track in sorted(scored.tracks, key=lambda one: -one.score)[:MOST_TRACKS]:
        shown = {point.time_s: point for point in scored.timeline if point.track == track.track}
        best: tuple[float, int, int] | None = None
        for number, frame in read.kept.frames.items():
            point = shown.get(frame.time_s)
            if point is None or point.score is None:
                continue
            place = next((at for at, face in enumerate(read.frames[number].faces) if face.box == point.box), len(frame.faces))
            if place < len(frame.faces) and (best is None or point.score > best[0]):
                best = (point.score, number, place)
        if best is not None:
            pictures.append(read.kept.frames[best[1]].face(best[2], track.track))
    return tuple(item.attach(file, data) for file, data in pictures)
