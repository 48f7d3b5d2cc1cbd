"""The dataset audit finds what gives the label away, and nothing where nothing does."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fakeprint.core.errors import UsageError
from fakeprint.core.prediction import FormatFacts
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.metrics.ranking import AUROC
from fakeprint.suites import boosted_trees
from fakeprint.suites.boosted_trees import boosted_out_of_fold
from fakeprint.suites.container_audit import Audit, AuditRows, AuditVerdict, audit
from fakeprint.suites.recorded_facts import recorded_in_samples, recorded_in_table


def rows(count: int = 300, *, leak: str | None = None, seed: int = 0) -> AuditRows:
    rng = np.random.default_rng(seed)
    labels = [place % 2 for place in range(count)]
    facts = []
    for label in labels:
        png = leak == "container" and label == 1
        facts.append(
            FormatFacts(
                container="png" if png else "jpeg",
                lossless=png,
                quality=None if png else int(rng.integers(70, 98)),
                subsampling=None if png else "4:2:0",
                width=512 if leak == "size" and label else int(rng.integers(300, 900)),
                height=512 if leak == "size" and label else int(rng.integers(300, 900)),
                bytes=int(rng.integers(20_000, 90_000)) * (2 if leak == "bytes" and label else 1),
                extension=".jpg",
                name_length=20 if leak == "name" and label else int(rng.integers(5, 30)),
            )
        )
    thumbnails = [(rng.integers(0, 120, 192) + (100 if leak == "content" and label else 0)).tolist() for label in labels]
    return AuditRows(facts, labels, [f"g{place // 4}" for place in range(count)], thumbnails)


def run(given: AuditRows) -> Audit:
    return audit(given, name="set", source="files")


def by_facts(found: Audit) -> dict[str, float | None]:
    return {one.facts: one.auroc for one in found.scores if one.model == "logistic regression"}


def test_png_against_jpeg_is_seen_by_both_models() -> None:
    found = run(rows(leak="container"))
    assert found.verdict is AuditVerdict.WARN
    assert [one.model for one in found.scores[:2]] == ["logistic regression", "boosted trees"]
    assert all(one.auroc is not None and one.auroc >= 0.99 and one.low is not None for one in found.scores[:2])
    assert found.features[0].name in {"container", "quality", "lossless"}
    assert ("container", "png", 0, 150) in [(tab.name, tab.value, tab.authentic, tab.positive) for tab in found.cross_tabs]
    assert any("fakeprint data match" in text for text in found.advice)
    assert any("jpeg96" in text for text in found.advice)


def test_nothing_to_find() -> None:
    found = run(rows(800))
    assert found.auroc is not None
    assert abs(found.auroc - 0.5) < 0.07
    assert found.verdict in (AuditVerdict.CLEAN, AuditVerdict.NOTE)
    same = run(AuditRows([FormatFacts(container="jpeg")] * 100, [0, 1] * 50, [str(place) for place in range(100)]))
    assert (same.auroc, same.verdict) == (0.5, AuditVerdict.CLEAN)


@pytest.fixture
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boosted_trees, "TREES", 5)


@pytest.mark.usefixtures("_few_trees")
@pytest.mark.parametrize(
    ("leak", "facts"),
    [("size", "exact width and height"), ("bytes", "file size"), ("name", "file names"), ("content", "8x8 colours")],
)
def test_the_part_that_leaks_is_named(leak: str, facts: str) -> None:
    found = by_facts(run(rows(leak=leak)))
    assert (found[facts] or 0) > 0.75
    related = {"size": {"file size"}}.get(leak, set())  # bits per pixel follow from the size
    others = {"file size", "file names", "8x8 colours"} - {facts} - related
    assert all(abs((found[other] or 0.5) - 0.5) < 0.18 for other in others)


def test_groups_are_kept_out_of_their_own_model() -> None:
    """A fact that names the group predicts the label only for those who have seen the group."""
    labels = [place // 10 % 2 for place in range(400)]
    groups = [f"g{place // 10}" for place in range(400)]
    facts = [FormatFacts(container="jpeg", bytes=1000 + 37 * (place // 10)) for place in range(400)]
    rng = np.random.default_rng(0)
    order = rng.permutation(40)
    facts = [facts[10 * int(order[place // 10]) + place % 10] for place in range(400)]
    found = run(AuditRows(facts, labels, groups))
    assert all(one.auroc is not None and one.auroc < 0.72 for one in found.scores[:2])


def test_too_few_groups_and_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="label 1"):
        run(AuditRows([FormatFacts(container="jpeg", bytes=place) for place in range(9)], [0] * 8 + [1], list("abcdefghi")))

    def absent(*_: object, **__: object) -> None:
        from fakeprint.core.errors import MissingExtraError

        raise MissingExtraError("scikit-learn", "bench")

    from fakeprint.suites import container_audit

    monkeypatch.setitem(container_audit.MODELS, "boosted trees", absent)
    found = run(rows(leak="container"))
    assert found.scores[1].auroc is None
    assert "fakeprint[bench]" in (found.scores[1].reason or "")
    assert found.verdict is AuditVerdict.WARN


def test_trees_see_what_two_facts_tell_together() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.integers(0, 2, 600), rng.integers(0, 2, 600)
    table: dict[str, object] = {"a": one + rng.normal(0, 0.1, 600), "b": other + rng.normal(0, 0.1, 600), "word": ["x", "y"] * 300}
    labels = (one ^ other).astype(np.int64)
    scores = boosted_out_of_fold(table, labels, [str(place) for place in range(600)], 0)  # type: ignore[arg-type]
    assert AUROC(scores, labels) > 0.95


def write(path: Path, lines: Sequence[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_recorded_facts(tmp_path: Path) -> None:
    table = write(
        tmp_path / "t.csv", ["path,label,container,jpeg_quality,width,height,bytes", "a.png,1,PNG,,10,20,30", "b.jpg,0,JPG,95,,,7"]
    )
    found = recorded_in_table(table)
    assert found["a.png"] == FormatFacts(container="png", lossless=True, width=10, height=20, bytes=30)
    assert found["b.jpg"] == FormatFacts(container="jpeg", lossless=False, quality=95, bytes=7)
    assert recorded_in_table(write(tmp_path / "u.csv", ["path,label", "a,1"])) == {}
    with pytest.raises(UsageError, match="row 1"):
        recorded_in_table(write(tmp_path / "v.csv", ["path,container,bytes", "a,PNG,many"]))
    plain = Sample(id="a", path="a", label=Label.AUTHENTIC, split=Split.TEST, group="a", source="x")
    assert recorded_in_samples([plain]) == {}
