"""Scores of faces to scores of people, and those to one score of the video (specs: evaluation 1, dfspot 10)."""

from collections.abc import Mapping
from dataclasses import dataclass

from fakeprint.core.aggregation import aggregate
from fakeprint.core.evidence import TimePoint, TrackScore
from fakeprint.detectors.several_faces import Pool, pooled
from fakeprint.detectors.video_faces import VideoFaces
from fakeprint.media.face_cache import Place

FEWEST_FACES = 2
FEW_FRAMES = 4
"""A track decides if it was read in two frames; in a video of fewer than four sampled frames one is enough."""


@dataclass(frozen=True)
class ScoredVideo:
    """What one detector says of a video: one track for each face that it read, and one logit, None where no track decides."""

    tracks: tuple[TrackScore, ...]
    logit: float | None
    timeline: tuple[TimePoint, ...]

    @property
    def highest(self) -> TrackScore | None:
        """The track that decides and scores highest."""
        return max((one for one in self.tracks if one.decides), key=lambda one: one.score, default=None)


NOTHING = ScoredVideo((), None, ())


def score_video(read: VideoFaces, logits: Mapping[Place, float], *, how: str, pool: Pool) -> ScoredVideo:
    """Aggregate the raw logits of one detector within each track by ``how``, then over the tracks that decide by ``pool``.

    A face in no track was seen too rarely to be a person's; it has no score.
    """
    enough = FEWEST_FACES if len(read.frames) >= FEW_FRAMES else 1
    places = {id(face): (number, place) for number, frame in enumerate(read.frames) for place, face in enumerate(frame.faces)}
    points: dict[int, list[TimePoint]] = {number: [] for number in range(len(read.frames))}
    tracks = []
    for track in read.tracks:
        seen = [(one, logits[place]) for one in track.faces if (place := places[id(one.face)]) in logits]
        if not seen:
            continue
        tracks.append(
            TrackScore(
                track=track.id,
                first_s=seen[0][0].time_s,
                last_s=seen[-1][0].time_s,
                faces=len(seen),
                score=aggregate(how, [logit for _, logit in seen]),
                decides=len(seen) >= enough,
            )
        )
        for one, logit in seen:
            point = TimePoint(time_s=one.time_s, frame=one.index, score=logit, label=f"face {track.id}", track=track.id, box=one.face.box)
            points[one.frame].append(point)
    timeline = [
        point
        for number, frame in enumerate(read.frames)
        for point in points[number] or [TimePoint(time_s=frame.time_s, frame=frame.index, label="no usable face")]
    ]
    deciding = [one.score for one in tracks if one.decides]
    return ScoredVideo(tuple(tracks), pooled(deciding, pool) if deciding else None, tuple(timeline))
