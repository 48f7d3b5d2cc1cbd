"""What a detector's raw output is worth under which delivery condition: records that live in an artifact's card.

``logit -> BucketCalibration of the file's condition -> DetectionClaim``; fitted by :mod:`fakeprint.judge.calibration`, applied by
the detector, decided on by the judge (specs: evaluation 5 to 7).
"""

import math
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from fakeprint.core.evidence import DetectionClaim, OperatingPoint, Question, Route, Score, ScoreUnit
from fakeprint.core.record import SCHEMA_VERSION, Record

MIN_ROWS = 200
"""Rows per class below which a bucket falls back to its parent."""


class ShortSide(StrEnum):
    """Classes of the shorter side, in pixels."""

    UNDER_256 = "under-256"
    FROM_256 = "256-511"
    FROM_512 = "512-1023"
    FROM_1024 = "from-1024"


class Compression(StrEnum):
    """Classes of the last compression, by estimated JPEG quality."""

    LIGHT = "lossless-or-q90"
    MEDIUM = "q75-89"
    HEAVY = "under-q75"
    UNKNOWN = "unknown"


class Bucket(Record):
    """One delivery condition; null stands for every value.

    >>> one = Bucket(short_side=ShortSide.FROM_512, compression=Compression.MEDIUM)
    >>> one.name, [parent.name for parent in one.parents()]
    ('512-1023/q75-89', ['any/q75-89', 'any/any'])
    """

    short_side: ShortSide | None = None
    compression: Compression | None = None

    @property
    def name(self) -> str:
        """The two classes with a slash between."""
        return f"{self.short_side or 'any'}/{self.compression or 'any'}"

    def parents(self) -> tuple["Bucket", ...]:
        """Return the wider buckets, nearest first: the size is given up before the compression, which moves scores more."""
        wider = (Bucket(compression=self.compression), Bucket())
        return tuple(one for one in dict.fromkeys(wider) if one != self)


def bucket_of(short_side: int, jpeg_quality: int | None, *, lossless: bool | None) -> Bucket:
    """Return the bucket of a file: shorter side in pixels, quality of the last JPEG compression 1 to 100, or null.

    >>> bucket_of(600, 80, lossless=False).name, bucket_of(255, None, lossless=True).name, bucket_of(1024, None, lossless=None).name
    ('512-1023/q75-89', 'under-256/lossless-or-q90', 'from-1024/unknown')
    """
    sides = ((256, ShortSide.UNDER_256), (512, ShortSide.FROM_256), (1024, ShortSide.FROM_512))
    side = next((name for bound, name in sides if short_side < bound), ShortSide.FROM_1024)
    if lossless:
        return Bucket(short_side=side, compression=Compression.LIGHT)
    if jpeg_quality is None:
        return Bucket(short_side=side, compression=Compression.UNKNOWN)
    qualities = ((75, Compression.HEAVY), (90, Compression.MEDIUM))
    return Bucket(short_side=side, compression=next((name for bound, name in qualities if jpeg_quality < bound), Compression.LIGHT))


class TemperatureMap(Record):
    """``llr = logit / temperature``."""

    type: Literal["temperature"] = "temperature"
    temperature: float = Field(gt=0)

    def llr(self, logit: float) -> float:
        """Return the log-likelihood ratio of one logit."""
        return logit / self.temperature


class PlattMap(Record):
    """``llr = slope * logit + intercept``."""

    type: Literal["platt"] = "platt"
    slope: float = Field(ge=0)
    intercept: float

    def llr(self, logit: float) -> float:
        """Return the log-likelihood ratio of one logit."""
        return self.slope * logit + self.intercept


class BetaMap(Record):
    """``llr = a * ln p - b * ln(1 - p) + c`` with ``p`` the logistic function of the logit (beta calibration)."""

    type: Literal["beta"] = "beta"
    a: float = Field(ge=0)
    b: float = Field(ge=0)
    c: float

    def llr(self, logit: float) -> float:
        """Return the log-likelihood ratio of one logit."""
        return -self.a * softplus(-logit) + self.b * softplus(logit) + self.c


CalibrationMap = Annotated[TemperatureMap | PlattMap | BetaMap, Field(discriminator="type")]


def softplus(x: float) -> float:
    """Return ln(1 + e^x) without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def probability_of(llr: float) -> float:
    """Return the probability of label 1 under a 50/50 prior.

    >>> probability_of(0.0), round(probability_of(math.log(9)), 3)
    (0.5, 0.9)
    """
    return 1.0 / (1.0 + math.exp(-llr)) if llr >= 0 else 1.0 - 1.0 / (1.0 + math.exp(llr))


class ConformalQuantiles(Record):
    """Class-conditional split conformal prediction, reduced to two numbers (specs: evaluation 6).

    Label 1 is in the set of a file whose llr is at least ``synthetic_low``, label 0 where it is at most ``authentic_high``; null
    means always, because there were too few rows to exclude anything.
    """

    alpha: float = Field(gt=0, lt=1)
    synthetic_low: float | None
    authentic_high: float | None

    def labels(self, llr: float) -> tuple[Literal[0, 1], ...]:
        """Return the prediction set, in ascending order.

        >>> one = ConformalQuantiles(alpha=0.05, synthetic_low=-1.0, authentic_high=1.0)
        >>> one.labels(-2.0), one.labels(0.0), one.labels(2.0)
        ((0,), (0, 1), (1,))
        """
        found: list[Literal[0, 1]] = []
        if self.authentic_high is None or llr <= self.authentic_high:
            found.append(0)
        if self.synthetic_low is None or llr >= self.synthetic_low:
            found.append(1)
        return tuple(found)


class BucketCalibration(Record):
    """Calibration of one bucket: the map, the most its rows can carry, operating points, conformal quantiles.

    ``llr_low`` and ``llr_high`` bound every claim (specs: evaluation 7).  All thresholds are calibrated llr
    before it is held within those bounds.
    """

    bucket: Bucket
    map: CalibrationMap
    n_authentic: int = Field(ge=1)
    n_synthetic: int = Field(ge=1)
    llr_low: float = Field(le=0)
    llr_high: float = Field(ge=0)
    some: OperatingPoint | None = None
    strong: OperatingPoint | None = None
    conformal: ConformalQuantiles | None = None


class Calibration(Record):
    """All buckets of one detector, and what licenses them.

    ``scorecard`` is the id of the scorecard with the measured numbers; ``created`` and ``validated_until`` (date of the newest
    generator seen) are ISO 8601 dates.  Every bucket holds at least ``MIN_ROWS`` rows per class; files of thinner buckets use the
    nearest parent that is there.
    """

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    scorecard: str
    created: str
    validated_until: str
    buckets: tuple[BucketCalibration, ...]

    @model_validator(mode="after")
    def _unique(self) -> "Calibration":
        names = [one.bucket.name for one in self.buckets]
        if len(set(names)) != len(names):
            raise ValueError("a bucket is calibrated twice")
        return self

    def select(self, bucket: Bucket) -> BucketCalibration | None:
        """Return the calibration of a bucket or of its nearest parent, None where there is neither."""
        known = {one.bucket: one for one in self.buckets}
        return next((known[one] for one in (bucket, *bucket.parents()) if one in known), None)

    def detect(
        self, logit: float, bucket: Bucket, *, question: Question, route: Route, outside_domain: str | None = None
    ) -> DetectionClaim | None:
        """Return what a raw logit says under a condition, or None where no bucket covers the condition."""
        chosen = self.select(bucket)
        if chosen is None:
            return None
        mapped = chosen.map.llr(logit)
        return DetectionClaim(
            question=question,
            route=route,
            logit=logit,
            mapped=mapped,
            llr=min(max(mapped, chosen.llr_low), chosen.llr_high),
            llr_low=chosen.llr_low,
            llr_high=chosen.llr_high,
            bucket=bucket.name,
            calibrated_on=chosen.bucket.name,
            n_authentic=chosen.n_authentic,
            n_synthetic=chosen.n_synthetic,
            conformal=chosen.conformal.labels(mapped) if chosen.conformal else None,
            alpha=chosen.conformal.alpha if chosen.conformal else None,
            some=chosen.some,
            strong=chosen.strong,
            outside_domain=outside_domain,
            scorecard=self.scorecard,
            validated_until=self.validated_until,
        )


def score_of(claim: DetectionClaim) -> Score:
    """Return the calibrated score that stands beside a detection."""
    return Score(question=claim.question, value=claim.llr, unit=ScoreUnit.LLR, calibrated=True)
