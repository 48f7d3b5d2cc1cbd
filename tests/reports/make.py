"""Reports written by hand: every kind of claim, every level, every status, failed rows, and pictures drawn here."""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import numpy as np
from PIL import Image

from fakeprint.core.errors import STATUS_OF_CODE, ErrorCode, ErrorInfo, Stage
from fakeprint.core.evidence import (
    AnomalyClaim,
    Binding,
    CredentialClaim,
    DetectionClaim,
    Evidence,
    EvidenceFile,
    EvidenceStatus,
    FactClaim,
    FindingStatus,
    Location,
    MeasureClaim,
    OperatingPoint,
    OriginClaim,
    OriginStatement,
    Question,
    Region,
    Route,
    Score,
    ScoreUnit,
    SignatureState,
    SignerTrust,
    SignerValidity,
    TimePoint,
    TimeStampState,
)
from fakeprint.core.generation import Generation, Lora
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.report import Report, ReportStatus
from fakeprint.core.run import RunRecord, TrustListInfo
from fakeprint.core.verdict import Answer, FileConditions, Level, NotChecked, Verdict

NONE_FOUND = "No indications found. This does not mean the file is authentic"
TEXTS = {
    Level.SIGNED_STATEMENT: "Signed statement by Example Imaging: AI-generated",
    Level.STRONG: "Strong indications of AI generation",
    Level.SOME: "Some indications of AI generation",
    Level.INCONCLUSIVE: "Inconclusive: findings contradict each other",
    Level.NONE_FOUND: NONE_FOUND,
}
TRUST = TrustListInfo(name="C2PA trust list", date="2026-11-02", sha256="7" * 64, certificates=37)
GPS, SERIAL, OWNER = "48.858370, 2.294481", "SN-0042-7781", "Ada Q. Lovelace"


def run_record(**changes: object) -> RunRecord:
    record = RunRecord(
        id="5f1d0c2ab34e9910",
        command="scan",
        config={"only": [], "pictures": True, "anchors": "/home/ada/private/anchors.pem"},
        config_sha256="c" * 64,
        limits=Limits(),
        trust_list=TRUST,
        fakeprint="0.1.0",
        commit="a" * 40,
        dirty=False,
        python="3.11.2",
        platform="Linux-6.1",
        packages={"numpy": "2.4.6", "pillow": "13.0.0"},
        started="2026-11-20T10:00:00+00:00",
        finished="2026-11-20T10:00:09+00:00",
        status="complete",
        counts={"ok": 5, "error": 1},
    )
    return record.model_copy(update=changes)


@dataclass(frozen=True)
class Drawn:
    file: EvidenceFile
    data: bytes


def _draw(pixels: np.ndarray, role: str, title: str, how: str, kind: str = "JPEG") -> Drawn:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    data = buffer.getvalue()
    digest = sha256(data).hexdigest()
    mime = f"image/{kind.lower()}"
    return Drawn(
        EvidenceFile(name=f"{role}.{kind.lower()}", role=role, mime=mime, sha256=digest, bytes=len(data), title=title, how_to_read=how),
        data,
    )  # type: ignore[arg-type]


def _scene(width: int = 320, height: int = 214, tint: int = 0) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    sky = np.stack([120 + 60 * y / height + tint, 160 + 40 * y / height, 215 - 40 * y / height], -1)
    hill = y > height * (0.62 + 0.12 * np.sin(x / width * 6.5))
    sky[hill] = (70, 96, 66)
    sky[(x - width * 0.7) ** 2 + (y - height * 0.3) ** 2 < (height * 0.11) ** 2] = (250, 240, 190)
    return np.clip(sky, 0, 255).astype(np.uint8)


THUMBNAIL = _draw(_scene(), "thumbnail", "Thumbnail", "The picture, made smaller.")
OVERLAY = _draw(
    np.clip(_scene() * 0.6 + np.linspace(0, 110, 320).astype(np.uint8)[None, :, None], 0, 255).astype(np.uint8),
    "overlay",
    "Where the model looked",
    "Bright areas weighed more in the score. They are not areas that were changed.",
)
MAP = _draw(
    np.add.outer(np.arange(214), np.arange(320)).astype(np.uint8),
    "map",
    "Noise residual",
    "Grey is what the file's own noise predicts.",
    "PNG",
)
FRAMES = tuple(_draw(_scene(tint=20 * n), "frame", f"Frame at 0:0{n}.00", "A sampled frame.") for n in range(4))


def pictures() -> dict[str, bytes]:
    return {one.file.sha256: one.data for one in (THUMBNAIL, OVERLAY, MAP, *FRAMES)}


def evidence(name: str, sha: str = "0" * 64, **fields: object) -> Evidence:
    base: dict[str, object] = {
        "id": name,
        "examiner": name,
        "examiner_version": "1",
        "media_sha256": sha,
        "status": EvidenceStatus.OK,
        "summary": f"What {name} found in one sentence.",
        "worth": "Unsigned text can be added or removed by anyone; it shows what the file says about itself, nothing more.",
        "seconds": 0.0123,
    }
    return Evidence.model_validate(base | fields)


def generation() -> Generation:
    return Generation(
        tool="AUTOMATIC1111",
        tool_version="v1.10.1",
        model="sd_xl_base_1.0",
        model_hash="31e35c80fc",
        prompt="a lighthouse on a hill at dawn, volumetric light, 35mm photograph,\nhighly detailed, <lora:film_grain:0.6>",
        negative_prompt="lowres, bad anatomy, watermark",
        sampler="DPM++ 2M",
        scheduler="Karras",
        steps=30,
        cfg=6.5,
        seed=18446744073709551615,
        width=1024,
        height=1024,
        loras=(Lora(name="film_grain", weight=0.6),),
        raw="a lighthouse on a hill at dawn\nSteps: 30, Sampler: DPM++ 2M, Seed: 18446744073709551615",
    )


def every_claim() -> tuple[Evidence, ...]:
    """One piece of evidence for every kind of claim, status and attachment."""
    origin = OriginClaim(
        parser="a1111",
        status=FindingStatus.PRESENT,
        statement=OriginStatement.AI_GENERATED,
        level=4,
        vendor="Stability AI",
        tool="AUTOMATIC1111",
        model="sd_xl_base_1.0",
        generation=generation(),
        location=Location(path="png/tEXt[parameters]", offset=33, length=412),
        raw_sha256="1" * 64,
        notes=("The text stands before the pixels.",),
    )
    credential = CredentialClaim(
        status=FindingStatus.PRESENT,
        binding=Binding.MISMATCH,
        signature=SignatureState.INTACT,
        signer_trust=SignerTrust.UNDETERMINED,
        signer_validity=(SignerValidity.EXPIRED, SignerValidity.REVOCATION_UNKNOWN),
        time_stamp=TimeStampState.NONE,
        signer="Example Imaging",
        issuer="Example CA 1",
        signed_at="2026-05-02T09:00:00Z",
        generator="Example Studio 4",
        manifest_count=2,
        trust_list="C2PA trust list",
        remote_url="https://credentials.example/manifest",
        store_bytes=18_223,
        soft_bindings=("com.example.watermark.1",),
        codes=("success:claimSignature.validated", "failure:assertion.dataHash.mismatch"),
        location=Location(path="png/caBX", offset=99, length=18_223),
    )
    detection = DetectionClaim(
        question=Question.SYNTHETIC,
        route=Route.WHOLE_IMAGE,
        logit=4.2,
        mapped=3.4,
        llr=3.1,
        llr_low=-3.1,
        llr_high=3.1,
        bucket="web",
        calibrated_on="web",
        n_authentic=812,
        n_synthetic=640,
        conformal=(1,),
        alpha=0.05,
        some=OperatingPoint(llr=1.2, target_fpr=0.05, fpr=0.03, fpr_high=0.047, tpr=0.81, tpr_low=0.77),
        scorecard="sc-2026-11",
        validated_until="2026-06",
    )
    points = tuple(TimePoint(time_s=n * 1.5, frame=n * 45, score=0.5 + 0.45 * float(np.sin(n)), label="face 1") for n in range(12))
    return (
        evidence(
            "generator-metadata", questions=(Question.SYNTHETIC, Question.GENERATOR), claims=(origin,), looked_for=("ComfyUI", "NovelAI")
        ),
        evidence(
            "c2pa",
            claims=(credential,),
            worth="A signature binds a statement to these bytes and to a signer. It says nothing about whether the statement is right.",
        ),
        evidence(
            "code-detector",
            claims=(detection,),
            score=Score(question=Question.SYNTHETIC, value=0.91, unit=ScoreUnit.PROBABILITY, calibrated=True),
            files=(OVERLAY.file,),
            regions=(Region(box=(800, 300, 1400, 700), label="face 1", score=0.8),),
            timeline=points,
            weights_sha256="2" * 64,
        ),
        evidence(
            "noise-residual",
            claims=(MeasureClaim(name="Residual kurtosis", value=3.4821, unit="", note="Camera noise lies near 3."),),
            files=(MAP.file,),
        ),
        evidence(
            "exif-consistency",
            claims=(
                AnomalyClaim(
                    kind="thumbnail_differs", text="The embedded thumbnail shows another picture.", sides=("EXIF thumbnail", "main picture")
                ),
                FactClaim(name="Camera model", value="Example X100"),
                FactClaim(name="Position", value=GPS, sensitive="location"),
                FactClaim(name="Body serial", value=SERIAL, sensitive="identifier"),
                FactClaim(name="Owner", value=OWNER, sensitive="identifier", note=f"Also written by {OWNER} in XMP."),
            ),
        ),
        evidence("iptc", summary="No digital source type.", looked_for=("Iptc4xmpExt:DigitalSourceType", "Credit")),
        evidence(
            "aigc-label",
            claims=(OriginClaim(parser="tc260", status=FindingStatus.ABSENT),),
            summary="No AIGC label.",
            looked_for=("TC260:AIGC",),
        ),
        evidence("jpeg-history", status=EvidenceStatus.NOT_APPLICABLE, reason="format", summary="Only JPEG files have this history."),
        evidence("stealth-png", status=EvidenceStatus.FAILED, reason="over_limit", summary="The payload exceeds the limit."),
        evidence(
            "closed-watermarks",
            status=EvidenceStatus.NOT_CHECKED,
            reason="closed_detector",
            summary="SynthID can only be read by its maker.",
        ),
    )


def answer(level: Level, **fields: object) -> Answer:
    return Answer.model_validate({"level": level, "text": TEXTS[level]} | fields)


def verdict(level: Level, **fields: object) -> Verdict:
    signed = {"statement": OriginStatement.AI_GENERATED, "signer": "Example Imaging"} if level is Level.SIGNED_STATEMENT else {}
    base: dict[str, object] = {
        "synthetic": answer(
            level,
            because=("generator-metadata", "code-detector", "gone"),
            probability=0.91 if level is Level.STRONG else None,
            reason="conflict" if level is Level.INCONCLUSIVE else None,
            licensed_by=("sc-2026-11",) if level is Level.STRONG else (),
            caveats=("The file says so itself, without a signature; such text is easily added or removed.",),
            **signed,
        ),
        "manipulated": answer(Level.NONE_FOUND),
        "generator": answer(
            Level.SOME, text="Some indications of Stable Diffusion XL", name="Stable Diffusion XL", because=("generator-metadata",)
        ),
        "conflicts": ("IPTC says: composite; C2PA says: captured.",) if level is Level.INCONCLUSIVE else (),
        "checked": ("c2pa", "generator-metadata"),
        "not_checked": (NotChecked(what="closed-watermarks", reason="the detector is closed to others than its maker"),),
        "conditions": FileConditions(short_side=1365, compression="JPEG", jpeg_quality=84, resized=True, faces=1),
        "caveats": ("Missing credentials, metadata or watermarks say nothing: most platforms and editors remove them.",),
    }
    return Verdict.model_validate(base | fields)


def media(**fields: object) -> Media:
    base = {"sha256": "0" * 64, "kind": MediaKind.IMAGE, "mime": "image/png", "bytes": 2_134_567, "width": 2048, "height": 1365}
    return Media.model_validate(base | {"notes": ("The name ends in .jpg, the content is PNG.",)} | fields)


def report(index: int = 0, level: Level = Level.STRONG, **fields: object) -> Report:
    base: dict[str, object] = {
        "index": index,
        "input": f"/home/ada/private/holiday-{index:03d}.jpg",
        "status": ReportStatus.OK,
        "media": media(),
        "verdict": verdict(level),
        "evidence": every_claim(),
        "preview": (THUMBNAIL.file,),
        "run": run_record().stamp(),
    }
    return Report.model_validate(base | fields)


def video(index: int = 0) -> Report:
    facts = {
        "kind": MediaKind.VIDEO,
        "mime": "video/mp4",
        "duration_s": 18.02,
        "fps": 29.97,
        "frame_count": 540,
        "codec": "h264",
        "rotation": 90,
    }
    return report(index, Level.SOME, input="clips/interview.mp4", media=media(**facts), preview=tuple(one.file for one in FRAMES))


def failed(index: int = 0, message: str = "/home/ada/private/broken.png ends in the middle of a chunk") -> Report:
    code = ErrorCode.E_TRUNCATED
    error = ErrorInfo(code=code, status=STATUS_OF_CODE[code], message=message, stage=Stage.PROBE)
    given = "/home/ada/private/broken.png"
    return Report(index=index, input=given, status=ReportStatus.ERROR, error=error, run=run_record().stamp())


def every_report() -> list[Report]:
    """Every level, a video, a row that failed at once and one that failed half-way."""
    rows = [report(index, level) for index, level in enumerate(Level)]
    half = report(6, Level.INCONCLUSIVE, status=ReportStatus.ERROR, error=failed().error, input="half.png")
    return [*rows, video(5), half, failed(7)]
