"""The format audit: finds planted leaks, and finds none where there is none."""

import csv
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from fakeprint.core.errors import MediaError
from fakeprint.core.limits import Limits
from fakeprint.core.prediction import FormatFacts
from fakeprint.metrics.logistic import fit_ridge
from fakeprint.suites.audit import audit
from fakeprint.suites.format_facts import delivered_facts, read_format_facts


def drawn(n: int, seed: int, **leaks: object) -> tuple[list[FormatFacts], list[int], list[str]]:
    rng = np.random.default_rng(seed)
    labels = [place % 2 for place in range(n)]
    facts = [
        FormatFacts(
            container="jpeg",
            quality=int(rng.integers(80, 97)) if not leaks.get("quality") or rng.random() < 0.4 else (96 if not label else 75),
            subsampling=str(rng.choice(["4:4:4", "4:2:0"])),
            width=int(rng.integers(200, 900)),
            height=int(rng.integers(200, 900)) if not leaks.get("size") else (640 if label else int(rng.integers(200, 900))),
            bytes=int(rng.integers(10_000, 90_000)),
            exif=bool(rng.random() < 0.5),
        )
        for label in labels
    ]
    return facts, labels, [f"g{place // 4}" for place in range(n)]


def test_no_leak_is_clean() -> None:
    facts, labels, groups = drawn(800, 1)
    found = audit(facts, labels, groups, resamples=1000, seed=0)
    assert found.auroc.low <= 0.5 <= found.auroc.high
    assert found.verdict == "clean"
    assert (found.n_0, found.n_1, found.unread) == (400, 400, 0)


@pytest.mark.parametrize(("leak", "feature"), [("quality", "quality"), ("size", "height")])
def test_planted_leaks_are_found_and_named(leak: str, feature: str) -> None:
    facts, labels, groups = drawn(800, 2, **{leak: True})
    found = audit(facts, labels, groups, resamples=1000, seed=0)
    assert found.auroc.value > 0.75
    assert found.verdict == "warn"
    assert found.single[0].metric == feature
    assert found.single[0].value == max(one.value for one in found.single)


def test_cross_tabs_name_the_values() -> None:
    facts, labels, groups = drawn(800, 2, quality=True)
    feature, value, zero, one = audit(facts, labels, groups, resamples=1000, seed=0).tables[0]
    assert feature == "quality"
    assert value in ("96", "75")
    assert zero + one == sum(fact.quality == int(value) for fact in facts)


def test_a_group_is_never_in_training_and_test() -> None:
    """A feature that names the group but not the label says nothing when folds keep groups whole."""
    rng = np.random.default_rng(0)
    names, labels = [f"g{place // 10}" for place in range(2000)], (np.arange(2000) // 10 % 2).tolist()
    words = rng.permutation(200)
    facts = [FormatFacts(container="png", mode=f"mode-{words[place // 10] % 30}", width=7, height=7) for place in range(2000)]
    found = audit(facts, labels, names, resamples=1000, seed=0)
    assert found.auroc.low <= 0.5
    assert found.single[0].value > 0.6, "the same rows, looked at without folds"


def test_after_a_delivery_only_the_size_is_left() -> None:
    same = audit([delivered_facts(300, 300)] * 100, [0, 1] * 50, list(map(str, range(100))), resamples=1000, seed=0)
    assert same.auroc.value == 0.5
    sizes = [delivered_facts(300 + 20 * (place % 2), 300) for place in range(100)]
    assert audit(sizes, [0, 1] * 50, list(map(str, range(100))), resamples=1000, seed=0).auroc.value == 1.0


def test_unread_files_are_counted_and_few_rows_refused() -> None:
    facts, labels, groups = drawn(60, 0)
    found = audit([None] * 30 + facts[30:], labels, groups, resamples=1000, seed=0)
    assert found.unread == 30
    assert found.auroc.value is None
    assert found.verdict is None


def test_facts_of_files(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.JPG", "JPEG", quality=83, subsampling="4:4:4", comment=b"hello")
    facts = read_format_facts(tmp_path / "a.JPG", "x/a.JPG", Limits())
    assert (facts.container, facts.quality, facts.standard_table, facts.subsampling) == ("jpeg", 83, True, "4:4:4")
    assert (facts.width, facts.height, facts.extension, facts.name_length, facts.texts) == (80, 60, ".jpg", 1, 1)
    assert facts.bytes == (tmp_path / "a.JPG").stat().st_size
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    with pytest.raises(MediaError):
        read_format_facts(tmp_path / "b.png", "b.png", Limits())


def test_facts_are_read_at_header_speed(make: SimpleNamespace, tmp_path: Path) -> None:
    table = make.write_pictures(tmp_path, n=60, confounded=True)
    listed = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    rows = [row for row in listed if (tmp_path / row["path"]).is_file() and "broken" not in row["path"]]
    started = time.process_time()
    facts = [read_format_facts(tmp_path / row["path"], row["path"], Limits()) for row in rows]
    assert time.process_time() - started < 0.02 * len(rows)
    labels = [int(row["label"] == "fake") for row in rows]
    found = audit(facts, labels, [row["group"] for row in rows], resamples=1000, seed=0)
    assert found.auroc.value > 0.95


def test_the_ridge_fit_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    features = rng.normal(size=(200, 4))
    labels = (features @ [1.0, -2.0, 0.5, 0.0] + rng.logistic(size=200) > 0).astype(float)
    weights = rng.uniform(0.5, 2.0, 200)
    reference = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-10, max_iter=1000).fit(features, labels, sample_weight=weights)
    assert fit_ridge(features, labels, weights, 1.0) == pytest.approx(reference.coef_[0], abs=1e-6)
    separated = fit_ridge(np.array([[-1.0], [1.0]]), np.array([0.0, 1.0]), np.ones(2), 1e-3)
    assert np.isfinite(separated).all()
