"""Evidence as the examiners write it, for tests of the judge."""

from fakeprint.core.calibration import score_of
from fakeprint.core.evidence import (
    Binding,
    Claim,
    CredentialClaim,
    DetectionClaim,
    Evidence,
    EvidenceStatus,
    FactClaim,
    FindingStatus,
    Location,
    OperatingPoint,
    OriginClaim,
    OriginStatement,
    Question,
    Route,
    Score,
    ScoreUnit,
    SignatureState,
    SignerTrust,
    SignerValidity,
)
from fakeprint.core.media import Media, MediaKind

SHA = "a" * 64
ALL = tuple(Question)
S = OriginStatement


def media(**fields: object) -> Media:
    return Media(**({"sha256": SHA, "kind": MediaKind.IMAGE, "mime": "image/png", "bytes": 10, "width": 800, "height": 600} | fields))


def evidence(name: str, *claims: Claim, status: EvidenceStatus = EvidenceStatus.OK, **fields: object) -> Evidence:
    given = {"questions": ALL, "summary": "s", "worth": "w", "examiner_version": "1"} | fields
    return Evidence(id=name, examiner=name, media_sha256=SHA, status=status, claims=claims, **given)


def origin(statement: OriginStatement, level: int | None = 4, **fields: object) -> OriginClaim:
    return OriginClaim(parser="p", status=FindingStatus.PRESENT, statement=statement, level=level, **fields)


def credential(**fields: object) -> CredentialClaim:
    axes = {"binding": Binding.MATCH, "signature": SignatureState.INTACT, "signer_trust": SignerTrust.TRUSTED, "level": 1}
    axes |= {"signer_validity": (SignerValidity.VALID,), "signer": "OpenAI OpCo, LLC"}
    return CredentialClaim(status=FindingStatus.PRESENT, **(axes | fields))


def c2pa(*origins: OriginClaim, **axes: object) -> Evidence:
    return evidence("c2pa", credential(**axes), *origins)


def signed_ai(**fields: object) -> Evidence:
    return c2pa(origin(S.AI_GENERATED, 1, vendor="OpenAI", tool="ChatGPT", **fields))


def signed_capture(**fields: object) -> Evidence:
    return c2pa(origin(S.CAPTURED, 1, vendor="Leica", **fields), signer="Leica Camera AG")


def home_made(statement: OriginStatement = S.AI_GENERATED, **axes: object) -> Evidence:
    given = {"signer_trust": SignerTrust.UNTRUSTED, "level": 2, "signer": "Me"} | axes
    return c2pa(origin(statement, 2, vendor="Me"), **given)


def parameters(tool: str = "ComfyUI", statement: OriginStatement = S.AI_GENERATED, **fields: object) -> Evidence:
    place = Location(path="png/tEXt[prompt]", offset=100)
    return evidence("generator-metadata", origin(statement, 4, tool=tool, **({"location": place} | fields)))


def label(statement: OriginStatement = S.AI_GENERATED, **fields: object) -> Evidence:
    return evidence("iptc", origin(statement, 4, **({"location": Location(path="png/iTXt[XML:com.adobe.xmp]", offset=900)} | fields)))


def watermark() -> Evidence:
    return evidence("dwt-dct-watermark", origin(S.AI_GENERATED, 5, tool="Stable Diffusion XL", location=Location(path="pixels")))


def novelai(ok: bool | None = True) -> Evidence:
    claim = origin(S.AI_GENERATED, 3, vendor="NovelAI", tool="NovelAI", signature_ok=ok, location=Location(path="alpha"))
    return evidence("stealth-png", claim)


def camera(make: str = "Canon") -> Evidence:
    return evidence("exif-consistency", FactClaim(name="camera_make", value=make))


def hint() -> Evidence:
    return evidence("generator-metadata", origin(S.AI_GENERATED, 6, vendor="Ideogram AI"))


def point(llr: float, target: float) -> OperatingPoint:
    return OperatingPoint(llr=llr, target_fpr=target, fpr=target / 2, fpr_high=target, tpr=0.8, tpr_low=0.75)


def detection(llr: float = 4.0, **fields: object) -> DetectionClaim:
    given: dict[str, object] = {
        "question": Question.SYNTHETIC,
        "route": Route.WHOLE_IMAGE,
        "logit": llr,
        "mapped": llr,
        "llr": max(-3.0, min(llr, 5.0)),
        "llr_low": -3.0,
        "llr_high": 5.0,
        "bucket": "512-1023/lossless-or-q90",
        "calibrated_on": "512-1023/lossless-or-q90",
        "n_authentic": 1000,
        "n_synthetic": 1000,
        "conformal": (1,) if llr > 1 else (0,),
        "alpha": 0.05,
        "some": point(1.0, 0.05),
        "strong": point(3.0, 0.01),
        "scorecard": "card-1",
        "validated_until": "2026-10-01",
    }
    return DetectionClaim(**(given | fields))


def detector(llr: float = 4.0, name: str = "spatial", **fields: object) -> Evidence:
    claim = detection(llr, **fields)
    return evidence(name, claim, score=score_of(claim))


def spectral(z: float = 12.0) -> Evidence:
    return evidence("spectral-peaks", score=Score(question=Question.SYNTHETIC, value=z, unit=ScoreUnit.Z))
