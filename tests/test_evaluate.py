"""Calibration from rows, judgement of rows, scorecards, and measuring in sandboxed workers."""

from collections import Counter
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn import metrics as reference

from fakeprint.cli.eval_run import FORMS
from fakeprint.core.calibration import Bucket
from fakeprint.core.card import Attribution, Card
from fakeprint.core.errors import AlignmentError, LeakageError, UsageError
from fakeprint.core.evidence import ScoreUnit
from fakeprint.core.sample import Split
from fakeprint.core.scorecard import ConditionCard, Scorecard
from fakeprint.core.verdict import Level
from fakeprint.datasets.table import read_table
from fakeprint.detectors.artifact import load_artifact
from fakeprint.evaluate import EvalConfig, build_scorecard, calibrate, compare_detectors, judged, measure
from fakeprint.judge.binomial import upper_bound
from fakeprint.suites.card_numbers import measured_of

TESTS = Path(__file__).parent
STAMP = {"scorecard": "0" * 16, "created": "2026-01-01", "validated_until": "2025-12-31"}
FAST = {"resamples": 1000}


@pytest.fixture(scope="module")
def make() -> SimpleNamespace:
    return SimpleNamespace(**run_path(str(TESTS / "suites" / "make.py")))


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx")
    write = run_path(str(TESTS / "detectors" / "make.py"))["write_artifact"]
    return write(tmp_path_factory.mktemp("artifact") / "known-answer")


@pytest.fixture(scope="module")
def card(artifact: Path) -> Card:
    return load_artifact(artifact).card


def values(found: ConditionCard) -> dict[str, float | None]:
    return {one.metric: one.value for one in found.values}


@pytest.fixture(scope="module")
def scorecard(make: SimpleNamespace, card: Card) -> Scorecard:
    manifest = make.manifest(600)
    rows = make.predictions(manifest, gap=3.0)
    fitted = card.model_copy(update={"calibration": calibrate(rows, manifest, split=Split.DEV, **STAMP)})
    return build_scorecard([judged(row, fitted) for row in rows], manifest, EvalConfig(**FAST), card=fitted)


@pytest.fixture(scope="module")
def measured(make: SimpleNamespace, artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    table = make.write_pictures(tmp_path_factory.mktemp("pictures"), n=48, confounded=True)
    manifest = read_table(table, where={"task": "scene"})
    config = EvalConfig(detector=str(artifact), conditions=("clean", "web", "x0.9"), **FAST)
    rows = [row for rows in measure(manifest, table.parent, config, jobs=2) for row in rows]
    return SimpleNamespace(manifest=manifest, config=config, rows=rows, root=table.parent)


class TestCalibrate:
    def test_operating_points_bound_the_false_positive_rate(self, make: SimpleNamespace) -> None:
        manifest = make.manifest(1400)
        found = calibrate(make.predictions(manifest, gap=3.0), manifest, split=Split.DEV, **STAMP)
        assert {one.bucket.name for one in found.buckets} >= {"any/any", "any/under-q75", "256-511/lossless-or-q90"}
        for one in found.buckets:
            assert one.some.fpr_high <= 0.05
            assert one.strong.fpr_high <= 0.01
            assert one.strong.llr >= one.some.llr
            assert one.conformal.alpha == 0.05
        fresh = make.predictions(manifest, gap=3.0, seed=9)
        bucket = found.select(Bucket())
        llrs = np.array([bucket.map.llr(row.score) for row in fresh if row.sample_id[1:].isdigit() and int(row.sample_id[1:]) % 2 == 0])
        assert np.mean(llrs >= bucket.some.llr) <= 0.06

    def test_groups_count_once(self, make: SimpleNamespace) -> None:
        manifest = make.manifest(1200, groups=240)
        found = calibrate(make.predictions(manifest), manifest, split=Split.DEV, **STAMP)
        every = found.select(Bucket())
        assert (every.n_authentic, every.n_synthetic) == (120, 120), "240 groups of one label each, whatever the rows"
        assert every.strong is None, "120 groups cannot bound 1 %"
        assert upper_bound(0, 120) > 0.01
        assert every.llr_high < np.log(120 / 3) + 0.1

    def test_the_order_of_rows_moves_no_group_count_and_the_seed_repeats(self, make: SimpleNamespace) -> None:
        manifest = make.manifest(600, groups=300)
        rows = make.predictions(manifest)
        assert calibrate(rows, manifest, split=Split.DEV, **STAMP) == calibrate(rows, manifest, split=Split.DEV, **STAMP)

    def test_thin_buckets_fall_back(self, make: SimpleNamespace) -> None:
        manifest = make.manifest(420)
        rows = make.predictions(manifest, conditions=("clean", "web"))
        thin = [
            row.model_copy(update={"bucket": Bucket(short_side="from-1024", compression="q75-89")}) if int(row.sample_id[1:]) < 50 else row
            for row in rows
        ]
        found = calibrate(thin, manifest, split=Split.DEV, **STAMP)
        assert "from-1024/q75-89" not in {one.bucket.name for one in found.buckets}
        assert found.select(Bucket(short_side="from-1024", compression="q75-89")).bucket == Bucket()

    @pytest.mark.parametrize("split", [Split.TRAIN, Split.TEST, Split.VAL])
    def test_thresholds_come_from_no_other_split(self, make: SimpleNamespace, split: Split) -> None:
        manifest = make.manifest(600, split=split.value)
        with pytest.raises(UsageError, match="never from"):
            calibrate(make.predictions(manifest), manifest, split=split, **STAMP)

    def test_rows_of_another_split_are_refused(self, make: SimpleNamespace) -> None:
        manifest = make.manifest(600, split="test")
        with pytest.raises(LeakageError, match="lies in test"):
            calibrate(make.predictions(manifest), manifest, split=Split.CALIB, **STAMP)

    def test_refusals(self, make: SimpleNamespace) -> None:
        small, large = make.manifest(300), make.manifest(600)
        with pytest.raises(UsageError, match="needs 200 rows of each label; there are 150 of label 0"):
            calibrate(make.predictions(small, conditions=("clean",)), small, split=Split.DEV, **STAMP)
        with pytest.raises(UsageError, match="polarity reversed"):
            calibrate(make.predictions(large, gap=-2.0), large, split=Split.DEV, **STAMP)
        with pytest.raises(UsageError, match="no predictions under hard"):
            calibrate(make.predictions(large, conditions=("clean",)), large, split=Split.DEV, conditions=("clean", "hard"), **STAMP)
        rows = [row.model_copy(update={"unit": ScoreUnit.LLR}) for row in make.predictions(large)]
        with pytest.raises(AlignmentError, match="logit is asked for"):
            calibrate(rows, large, split=Split.DEV, **STAMP)


class TestScorecard:
    def test_every_value_has_an_interval_or_a_reason(self, scorecard: Scorecard) -> None:
        for found in scorecard.conditions:
            assert len(found.values) == 26
            for one in found.values:
                assert (one.low is not None and one.high is not None) or one.reason
                assert one.value is None or one.low is None or one.low <= one.value <= one.high or one.metric == "ece"

    def test_headline(self, scorecard: Scorecard) -> None:
        found = values(scorecard.conditions[0])
        assert found["auroc"] == pytest.approx(0.983, abs=0.012)
        assert found["fpr-some"] <= 0.05
        assert found["fpr-strong"] <= 0.01
        assert found["tpr-at-fpr-1"] is None
        assert found["r-acc"] == pytest.approx(1 - found["fpr-some"], abs=0.05)
        assert found["cllr-min"] <= found["cllr"] < 0.5
        assert scorecard.calibration == "0" * 16
        assert scorecard.threshold == "the card's operating points"

    def test_slices_pool_thin_members_and_count_rows(self, scorecard: Scorecard) -> None:
        found = scorecard.conditions[0]
        kinds = Counter(one.kind for one in found.slices)
        assert kinds == {"family": 3, "generator": 9, "source-0": 5, "source-1": 5}
        assert sum(one.n for one in found.slices if one.kind == "generator") == 300

    def test_comparisons_are_paired_with_the_first_condition(self, scorecard: Scorecard) -> None:
        pairs = [(one.what, one.first, one.second) for one in scorecard.comparisons]
        assert pairs == [
            ("difference", "clean", "web"),
            ("flips", "clean", "web"),
            ("difference", "clean", "hard"),
            ("flips", "clean", "hard"),
        ]
        gap = scorecard.comparisons[0].values[0]
        assert gap.low <= 0 <= gap.high
        flips = scorecard.comparisons[1].values[0]
        assert 0 <= flips.value < 0.05

    def test_audit_stands_beside(self, scorecard: Scorecard) -> None:
        assert [one.audit.verdict for one in scorecard.conditions] == ["clean"] * 3

    def test_numbers_for_a_card(self, scorecard: Scorecard) -> None:
        found = measured_of(scorecard)
        web = next(one for one in found if (one.metric, one.condition, one.group) == ("auroc", "web", "all"))
        assert web.value == pytest.approx(values(scorecard.conditions[1])["auroc"], abs=1e-6)
        assert (web.n_authentic, web.n_positive, web.groups, web.split) == (300, 300, 600, "dev")
        assert {one.group for one in found if one.condition == "web"} >= {"family: family-0", "source-0: source-0"}
        assert sum(one.metric == "format-audit-auroc" for one in found) == 3

    def test_equal_measurements_have_equal_ids(self, scorecard: Scorecard, make: SimpleNamespace) -> None:
        manifest = make.manifest(60)
        rows = make.predictions(manifest)
        one, two = (build_scorecard(order, manifest, EvalConfig(**FAST)) for order in (rows, rows[::-1]))
        assert one.id == two.id
        assert build_scorecard(rows, manifest, EvalConfig(seed=1, **FAST)).id != one.id
        assert [found.values for found in one.conditions] == [found.values for found in two.conditions]

    def test_json_round_trip(self, scorecard: Scorecard) -> None:
        assert Scorecard.model_validate_json(scorecard.model_dump_json()) == scorecard

    def test_thin_slices_are_pooled_and_strict_counts_failures(self, make: SimpleNamespace) -> None:
        manifest = make.manifest(120)
        rows = make.predictions(manifest, conditions=("clean",), gap=6.0)
        lost = {"status": "failed", "score": None, "reason": "E_CORRUPT"}
        rows = [row.model_validate({**row.model_dump(), **lost}) if int(row.sample_id[1:]) < 12 else row for row in rows]
        found = build_scorecard(rows, manifest, EvalConfig(threshold=0.0, **FAST)).conditions[0]
        assert found.counts.failed == 12
        assert found.reasons == {"E_CORRUPT": 12}
        pooled = next(one for one in found.slices if one.kind == "generator")
        assert (pooled.name, len(pooled.pooled)) == ("pooled", 9)
        assert values(found)["balanced-accuracy"] == 1.0
        assert values(found)["balanced-accuracy-strict"] == pytest.approx(54 / 60)
        assert values(found)["ece"] is None

    def test_two_detectors_on_the_same_rows(self, make: SimpleNamespace) -> None:
        manifest = make.manifest(400)
        good, poor = make.predictions(manifest, gap=3.0), make.predictions(manifest, gap=0.5, seed=1)
        found = compare_detectors(good, poor, manifest, EvalConfig(**FAST))
        assert [one.first for one in found] == ["drawn, clean", "drawn, web", "drawn, hard"]
        assert all(one.values[0].low > 0 for one in found)
        with pytest.raises(UsageError, match="no condition in common"):
            compare_detectors(good, make.predictions(manifest, conditions=("x0.5",)), manifest, EvalConfig(**FAST))


class TestUnusualRows:
    def test_nothing_scored_is_a_scorecard_with_counts(self, make: SimpleNamespace) -> None:
        manifest = make.manifest(40)
        rows = [
            row.model_validate({**row.model_dump(), "status": "failed", "score": None, "reason": "E_CORRUPT", "facts": None})
            for row in make.predictions(manifest, conditions=("clean", "web"))
        ]
        found = build_scorecard(rows, manifest, EvalConfig(**FAST))
        assert (found.conditions[0].counts.scored, found.conditions[0].counts.failed) == (0, 40)
        assert found.conditions[0].values == ()
        assert all(form(found) for form in FORMS.values())

    def test_models_that_only_name_families(self, make: SimpleNamespace, card: Card) -> None:
        manifest = make.manifest(240)
        labels = ("family-0", "family-1", "other")
        named = card.model_copy(
            update={"labels": labels, "calibration": None, "attribution": Attribution(temperature=2.0, min_probability=0.6)}
        )
        rng = np.random.default_rng(0)
        rows, sureness, truth, best = [], [], [], []
        for row, sample in zip(make.predictions(manifest, conditions=("clean",)), manifest.samples, strict=True):
            logits = rng.normal(0, 2, 3)
            if sample.family in labels:
                logits[labels.index(sample.family)] += 3.0
            odds = np.exp(logits / 2.0)
            sureness.append(odds.max() / odds.sum())
            best.append(int(logits.argmax()))
            truth.append(labels.index(sample.family) if sample.family in labels else 3 if sample.label.positive else 4)
            rows.append(row.model_validate({**row.model_dump(), "score": None, "class_logits": tuple(map(float, logits))}))
        scorecard = build_scorecard(reversed(rows), manifest, EvalConfig(**FAST), card=named)
        sure, true, answer = np.array(sureness), np.array(truth), np.array(best)
        told, known = sure >= 0.6, true < 3
        found = scorecard.conditions[0].attribution
        assert found.classes == (*labels, "unknown")
        assert (found.n, found.n_unknown, found.n_0) == (80, 40, 120)
        expected = {
            "named-known": told[known].mean(),
            "right-of-named": reference.accuracy_score(true[known & told], answer[known & told]),
            "named-others": told[true == 3].mean(),
            "named-0": told[true == 4].mean(),
            "top-1-forced": reference.accuracy_score(true[known], answer[known]),
            "macro-recall-forced": reference.recall_score(true[known], answer[known], labels=np.unique(true[known]), average="macro"),
        }
        assert {one.metric: one.value for one in found.values} == pytest.approx(expected)
        assert all(one.low <= one.value <= one.high for one in found.values)
        ones = true < 4
        assert found.known_against_unknown.value == pytest.approx(reference.roc_auc_score(known[ones], sure[ones]))
        shown = np.where(told, answer, 3)[ones]
        assert np.array_equal(found.confusion, reference.confusion_matrix(true[ones], shown, labels=range(4)))
        assert found.top_1.value == pytest.approx(np.mean(shown[true[ones] < 3] == true[ones][true[ones] < 3]))
        pages = {name: form(scorecard).decode() for name, form in FORMS.items()}
        value = f"{expected['right-of-named']:.3f}"
        assert all(value in pages[name] for name in ("scorecard.md", "scorecard.html"))
        assert "attribution,label 0,120,0" in pages["scorecard.csv"]
        assert Scorecard.model_validate_json(pages["scorecard.json"]) == scorecard
        assert scorecard.threshold == "a family is named from a probability of 0.6"

    def test_a_class_of_photographs_takes_its_part_and_is_never_named(self, make: SimpleNamespace, card: Card) -> None:
        manifest = make.manifest(120)
        rule = Attribution(temperature=1.0, min_probability=0.4)
        named = card.model_copy(update={"labels": ("family-0", "photographs", "other+family-1"), "attribution": rule})
        logits = {"family-0": (3.0, 0.0, 0.0), "family-1": (0.0, 3.0, 2.9)}
        rows = [
            row.model_validate({**row.model_dump(), "class_logits": logits.get(sample.family, (0.0, 0.0, 0.0))})
            for row, sample in zip(make.predictions(manifest, conditions=("clean",)), manifest.samples, strict=True)
        ]
        found = build_scorecard(rows, manifest, EvalConfig(**FAST), card=named).conditions[0].attribution
        assert found.classes == ("family-0", "other+family-1", "unknown")
        assert found.confusion == ((20, 0, 0), (0, 20, 0), (0, 0, 20))
        assert {one.metric: one.value for one in found.values}["named-0"] == 0.0

    def test_class_logits_of_another_model_are_refused(self, make: SimpleNamespace, card: Card) -> None:
        manifest = make.manifest(40)
        rows = [
            row.model_validate({**row.model_dump(), "class_logits": (0.0, 1.0)})
            for row in make.predictions(manifest, conditions=("clean",))
        ]
        with pytest.raises(UsageError, match="another model"):
            build_scorecard(rows, manifest, EvalConfig(**FAST), card=card)

    def test_one_class_prints_reasons(self, make: SimpleNamespace) -> None:
        whole = make.manifest(80)
        manifest = whole.where(lambda sample: sample.label.positive == 0)
        rows = [row for row in make.predictions(whole, conditions=("clean",)) if int(row.sample_id[1:]) % 2 == 0]
        found = build_scorecard(rows, manifest, EvalConfig(threshold=0.0, **FAST))
        assert values(found.conditions[0])["auroc"] is None
        assert values(found.conditions[0])["r-acc"] > 0.5
        assert b"n/a (all rows have the label 0)" in FORMS["scorecard.md"](found)


class TestJudged:
    def test_levels_follow_the_judge(self, make: SimpleNamespace, card: Card) -> None:
        row = make.predictions(make.manifest(2), conditions=("clean",))[0]

        def level(logit: float) -> Level:
            return judged(row.model_copy(update={"score": logit}), card).judged.level

        assert level(-2.0) is Level.NONE_FOUND
        assert level(0.7) is Level.INCONCLUSIVE
        assert level(1.5) is Level.SOME
        assert level(3.5) is Level.STRONG

    def test_crushed_pictures_are_inconclusive(self, make: SimpleNamespace, card: Card) -> None:
        row = make.predictions(make.manifest(2), conditions=("hard",))[0]
        crushed = row.model_copy(update={"score": 9.0, "steps": (row.steps[0].model_copy(update={"parameters": {"quality": 30}}),)})
        assert judged(row.model_copy(update={"score": 9.0}), card).judged.level is Level.STRONG
        assert judged(crushed, card).judged.level is Level.INCONCLUSIVE
        assert judged(crushed, card).judged.reason == "strong_compression"

    def test_without_calibration_nothing_is_judged(self, make: SimpleNamespace, card: Card) -> None:
        row = make.predictions(make.manifest(2), conditions=("clean",))[0]
        assert judged(row, card.model_copy(update={"calibration": None})).judged is None


class TestMeasure:
    def test_every_sample_has_a_row_for_every_condition(self, measured: SimpleNamespace) -> None:
        assert len(measured.rows) == 50 * 3
        assert [row.condition for row in measured.rows[:3]] == ["clean", "web", "x0.9"]
        assert all(row.split is Split.DEV for row in measured.rows)

    def test_failures_and_small_pictures_are_rows_with_a_reason(self, measured: SimpleNamespace) -> None:
        broken = [row for row in measured.rows if row.sample_id == "scene/broken.png"]
        small = [row for row in measured.rows if row.sample_id == "scene/small.png"]
        assert {row.status for row in broken} == {"failed"}
        assert all(row.reason.startswith("E_") for row in broken)
        assert {row.status for row in small} == {"not_applicable"}
        assert {row.reason for row in small} == {"too-small"}

    def test_scores_are_those_of_the_detector(self, measured: SimpleNamespace) -> None:
        from PIL import Image

        row = next(row for row in measured.rows if row.condition == "clean" and row.status == "ok" and row.sample_id.endswith("001.png"))
        pixels = np.asarray(Image.open(measured.root / row.sample_id).convert("RGB"))
        windows = [pixels[:112, 0:128, 0], pixels[:112, 16:144, 0]]
        assert row.score == pytest.approx(np.mean([10 * window.mean() / 255 - 5 for window in windows]), abs=1e-4)
        assert row.judged.mapped == pytest.approx(row.score)

    def test_buckets_and_facts(self, measured: SimpleNamespace) -> None:
        first, web = measured.rows[0], measured.rows[1]
        assert (first.bucket.name, first.facts.container, first.facts.quality) == ("under-256/lossless-or-q90", "jpeg", 90)
        assert web.bucket.name == "under-256/under-q75"
        assert web.facts is None
        assert [step.name for step in web.steps] == ["fit", "jpeg"]

    def test_the_scorecard_shows_the_planted_format_leak(self, measured: SimpleNamespace) -> None:
        found = build_scorecard(measured.rows, measured.manifest, measured.config)
        clean, web, _ = found.conditions
        assert values(clean)["auroc"] > 0.95
        assert (clean.counts.scored, clean.counts.failed, clean.counts.not_applicable) == (48, 1, 1)
        assert clean.audit.verdict == "warn"
        assert clean.audit.unread == 1
        assert web.audit.verdict != "warn"

    def test_samples_that_are_done_are_left_out(self, measured: SimpleNamespace) -> None:
        done = {row.sample_id for row in measured.rows[:-6]}
        rest = [row for rows in measure(measured.manifest, measured.root, measured.config, done=done, jobs=1) for row in rows]
        assert rest == measured.rows[-6:]

    def test_unknown_names_are_refused_before_anything_starts(self, measured: SimpleNamespace) -> None:
        with pytest.raises(UsageError, match="no delivery condition"):
            next(measure(measured.manifest, measured.root, measured.config.model_copy(update={"conditions": ("wbe",)})))
        with pytest.raises(UsageError, match="no model artifact"):
            next(measure(measured.manifest, measured.root, measured.config.model_copy(update={"detector": "nothing"})))
        with pytest.raises(UsageError, match="no samples of split calib"):
            next(measure(measured.manifest, measured.root, measured.config.model_copy(update={"split": Split.CALIB})))

    def test_a_video_counts_once(self, artifact: Path, tmp_path: Path) -> None:
        import av

        with av.open(str(tmp_path / "red.mp4"), "w") as container:
            stream = container.add_stream("mpeg4", rate=10)
            stream.width, stream.height = 160, 128
            for place in range(12):
                pixels = np.zeros((128, 160, 3), np.uint8)
                pixels[..., 0] = 200 if place % 2 else 220
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            container.mux(stream.encode())
        (tmp_path / "m.csv").write_text("path,label,split\nred.mp4,1,dev\n")
        config = EvalConfig(detector=str(artifact), conditions=("clean", "x0.9"), frames=4, **FAST)
        (rows,) = measure(read_table(tmp_path / "m.csv"), tmp_path, config, jobs=1)
        assert [(row.condition, row.status, row.frames, row.frames_scored) for row in rows] == [("clean", "ok", 4, 4), ("x0.9", "ok", 4, 4)]
        assert rows[0].score == pytest.approx(10 * 210 / 255 - 5, abs=0.6)
        assert rows[0].bucket.name == "under-256/unknown"
