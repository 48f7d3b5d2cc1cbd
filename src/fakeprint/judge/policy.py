"""What each kind of finding may carry, as data (specs: provenance 1 and 11, PROV-23)."""

from pydantic import Field

from fakeprint.core.record import Record
from fakeprint.core.verdict import Level

RANK: dict[Level, int] = {
    Level.NONE_FOUND: 0,
    Level.INCONCLUSIVE: 1,
    Level.SOME: 2,
    Level.STRONG: 3,
    Level.SIGNED_STATEMENT: 4,
}
"""Order of the levels by how much they say, for ordering and for ceilings."""


class Ceilings(Record):
    """The highest level that a finding of one rung of the strength ladder reaches when it stands alone.

    ``intact_chained`` holds for rung 2 when the signer's certificate does end at a trust list, but rung 1 was missed for another
    reason (for example an expired certificate).  ``hint`` (rung 6) has no level: it is listed and never scored.
    """

    signed_trusted: Level = Level.SIGNED_STATEMENT
    intact: Level = Level.SOME
    intact_chained: Level = Level.STRONG
    vendor_signature: Level = Level.SIGNED_STATEMENT
    declaration: Level = Level.SOME
    watermark: Level = Level.SOME
    hint: None = None

    def of(self, rung: int, *, chained: bool = False) -> Level | None:
        """Return the ceiling of rung 1 to 6.

        >>> Ceilings().of(4).value, Ceilings().of(2, chained=True).value, Ceilings().of(6)
        ('some', 'strong', None)
        """
        if rung == 2 and chained:
            return self.intact_chained
        return (self.signed_trusted, self.intact, self.vendor_signature, self.declaration, self.watermark, self.hint)[rung - 1]


class Policy(Record):
    """Every number and table that decides a level.

    ``agreeing_carriers`` independent findings of rungs 2 to 5 that agree reach ``agreement``.  ``possible`` is the ceiling of
    statements that AI generation is possible.  ``some_fpr`` and ``strong_fpr`` are the false-positive rates, as upper 95 % bounds on
    calibration data, that fix the operating points of the levels; ``conformal_alpha`` is the error rate of prediction sets; a
    log-likelihood ratio from ``abstain_from`` up to the lower operating point is the abstention band.  ``crushed_quality`` is the
    JPEG quality below which the last compression counts as too strong for pixels: no delivery tier that is measured goes lower.
    ``conflict_kinds`` are the anomalies that speak of origin and so are listed as contradictions; others stay with their examiner;
    at most ``listed_conflicts`` contradictions are listed.
    ``camera_makes`` are makers of cameras and phones, ``hosts`` programs that run anybody's models and so contradict no vendor,
    both in lower case.
    """

    ceilings: Ceilings = Ceilings()
    agreeing_carriers: int = Field(2, ge=2)
    agreement: Level = Level.STRONG
    possible: Level = Level.SOME
    some_fpr: float = Field(0.05, gt=0, lt=1)
    strong_fpr: float = Field(0.01, gt=0, lt=1)
    conformal_alpha: float = Field(0.05, gt=0, lt=1)
    abstain_from: float = 0.0
    crushed_quality: int = Field(40, ge=1, le=100)
    conflict_kinds: tuple[str, ...] = ("declarations_differ", "generators_differ")
    listed_conflicts: int = Field(20, ge=1)
    camera_makes: tuple[str, ...] = (
        "apple", "asus", "canon", "casio", "dji", "fairphone", "fujifilm", "google", "gopro", "hasselblad", "hmd global", "honor",
        "htc", "huawei", "insta360", "kodak", "konica minolta", "leica", "lg electronics", "minolta", "motorola", "nikon", "nokia",
        "nothing", "olympus", "om digital solutions", "oneplus", "oppo", "panasonic", "pentax", "phase one", "polaroid", "realme",
        "ricoh", "samsung", "sharp", "sigma", "sony", "vivo", "xiaomi", "zte",
    )  # fmt: skip
    hosts: tuple[str, ...] = (
        "automatic1111", "comfyui", "diffusers", "draw things", "fooocus", "forge", "hugging face", "invokeai", "sd.next",
        "stable diffusion web ui", "swarmui",
    )  # fmt: skip


DEFAULT = Policy()
