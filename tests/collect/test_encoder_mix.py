from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image
from scipy.stats import chi2_contingency, chisquare

from fakeprint.collect.encode_worker import encode
from fakeprint.collect.encoder_mix import EncoderMix, EncodingPlan, measure_mix, read_mix
from fakeprint.collect.inspect_worker import inspect
from fakeprint.core.errors import UsageError
from fakeprint.core.limits import Limits

MIX = EncoderMix()


def test_both_classes_get_one_law() -> None:
    """d3-code R8."""
    draws = {slot: [MIX.plan(1, str(n), slot) for n in range(10_000)] for slot in ("real", "gen_0")}
    formats = [Counter(plan.format for plan in draws[slot]) for slot in draws]
    table = [[counts[fmt] for fmt in MIX.formats] for counts in formats]
    assert chi2_contingency(table).pvalue > 0.01
    for counts in table:
        assert chisquare(counts, [10_000 * weight for weight in MIX.formats.values()]).pvalue > 0.01
    qualities = [Counter(plan.quality for plan in draws[slot] if plan.format == "jpeg") for slot in draws]
    both = sorted(set(qualities[0]) & set(qualities[1]))
    assert chi2_contingency([[counts[q] for q in both] for counts in qualities]).pvalue > 0.01
    assert draws["real"] == [MIX.plan(1, str(n), "real") for n in range(10_000)]
    assert draws["real"] != [MIX.plan(2, str(n), "real") for n in range(10_000)]


def test_measuring_recovers_the_law(make: ModuleType, tmp_path: Path) -> None:
    """d3-code R9: within 2 points, from files."""
    law = EncoderMix(
        formats={"jpeg": 0.6, "png": 0.3, "gif": 0.1},
        jpeg_quality={75: 0.5, 90: 0.5},
        subsampling={"4:2:0": 0.7, "4:4:4": 0.3},
        progressive=0.4,
    )
    image = Image.effect_noise((40, 40), 60).convert("RGB")
    plans = [law.plan(0, str(n), "real") for n in range(10_000)]
    facts = {}
    for number, plan in enumerate(dict.fromkeys(plan.model_dump_json() for plan in plans)):
        path = tmp_path / str(number)
        path.write_bytes(encode(image, EncodingPlan.model_validate_json(plan)))
        facts[plan] = inspect(path, Limits())
    shares = Counter(plan.format for plan in plans)
    found = measure_mix(facts[plan.model_dump_json()] for plan in plans)
    assert found.formats == pytest.approx({fmt: count / 10_000 for fmt, count in shares.items()}, abs=1e-5)
    assert found.formats == pytest.approx(law.formats, abs=0.02)
    assert found.jpeg_quality == pytest.approx(law.jpeg_quality, abs=0.02)
    assert found.subsampling == pytest.approx(law.subsampling, abs=0.02)
    assert found.progressive == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("fmt", ["jpeg", "png", "webp", "gif", "tiff", "bmp"])
def test_what_is_planned_is_what_is_written(fmt: str, tmp_path: Path) -> None:
    plan = next(plan for n in range(1000) if (plan := MIX.plan(0, str(n), "real")).format == fmt)
    image = Image.effect_noise((40, 30), 60).convert("RGB")
    data = encode(image, plan)
    assert data == encode(image, plan)
    (tmp_path / "x").write_bytes(data)
    facts = inspect(tmp_path / "x", Limits())
    assert (facts.format, facts.width, facts.height) == (fmt, 40, 30)
    if fmt == "jpeg":
        assert (facts.quality, facts.subsampling, facts.progressive) == (plan.quality, plan.subsampling, plan.progressive)
    assert plan.step().parameters["format"] == fmt


@pytest.mark.parametrize(
    "text",
    ["formats: {tga: 1}", "formats: {}", "jpeg_quality: {200: 1}", "progressive: 2", "unknown: 1", "formats: {jpeg: -1}", "- 1", "{"],
)
def test_refused_laws(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mix.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match="no encoder mix"):
        read_mix(path)


def test_an_empty_pool_has_no_law() -> None:
    with pytest.raises(UsageError, match="no image"):
        measure_mix([])
