"""A resemblance of pixels names a generator beside generation, never beside manipulation."""

from fakeprint.core.evidence import AttributionClaim, Evidence, EvidenceStatus, FindingStatus, OriginClaim, OriginStatement
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.verdict import Level
from fakeprint.judge.judge import judge

MEDIA = Media(sha256="0" * 64, kind=MediaKind.IMAGE, mime="image/png", bytes=1)


def evidence(name: str, claim: OriginClaim | AttributionClaim) -> Evidence:
    return Evidence(
        id=name,
        examiner=name,
        examiner_version="1",
        media_sha256=MEDIA.sha256,
        status=EvidenceStatus.OK,
        summary="What was found.",
        worth="What it is worth.",
        claims=(claim,),
    )


def declared(statement: OriginStatement) -> Evidence:
    return evidence("iptc", OriginClaim(parser="iptc", status=FindingStatus.PRESENT, statement=statement, level=4))


RESEMBLES = evidence(
    "generator",
    AttributionClaim(names=("one", "two"), probabilities=(0.9, 0.1), min_probability=0.7, validated_until="2026-01-01"),
)


def test_beside_generation_the_family_is_named() -> None:
    verdict = judge(MEDIA, [declared(OriginStatement.AI_GENERATED), RESEMBLES])
    assert (verdict.synthetic.level, verdict.generator.level, verdict.generator.name) == (Level.SOME, Level.SOME, "one")


def test_beside_manipulation_it_is_not() -> None:
    verdict = judge(MEDIA, [declared(OriginStatement.AI_EDITED), RESEMBLES])
    assert verdict.manipulated.level is Level.SOME
    assert (verdict.generator.level, verdict.generator.name) == (Level.INCONCLUSIVE, "unknown")
