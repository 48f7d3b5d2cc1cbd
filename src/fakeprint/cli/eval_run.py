"""Carries out ``fakeprint eval``: reads the manifest, measures or reads scores, writes the scorecard in every form."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fakeprint.cli.exit_codes import ExitCode
from fakeprint.cli.progress import progress_over
from fakeprint.core.card import Card
from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.evidence import ScoreUnit
from fakeprint.core.manifest import Manifest
from fakeprint.core.prediction import Prediction
from fakeprint.core.run import RunRecord, close_run, now, start_run
from fakeprint.core.sample import Sample, Split
from fakeprint.core.scorecard import Scorecard
from fakeprint.datasets.folders import read_folders
from fakeprint.datasets.table import read_table
from fakeprint.detectors.load import measured_artifact
from fakeprint.evaluate import EvalConfig, audit_format, build_scorecard, calibrate, compare_detectors, judged, measure, samples_of
from fakeprint.reports.scorecard_csv import scorecard_csv
from fakeprint.reports.scorecard_html import scorecard_html
from fakeprint.reports.scorecard_json import scorecard_json
from fakeprint.reports.scorecard_markdown import attribution_lines, audit_lines, headline_table, scorecard_markdown
from fakeprint.suites.conditions import condition_of
from fakeprint.suites.rows import PredictionFile, read_predictions

PREDICTIONS = "predictions.jsonl"
RUN = "predictions.jsonl.run.json"
FORMS = {
    "scorecard.json": scorecard_json,
    "scorecard.md": scorecard_markdown,
    "scorecard.html": scorecard_html,
    "scorecard.csv": scorecard_csv,
}


@dataclass(frozen=True)
class EvalCall:
    """The command line as given."""

    manifest: Path
    detector: str | None
    from_scores: Path | None
    audit: bool
    against: Path | None
    suite: str
    tiers: tuple[str, ...]
    threshold: float | None
    unit: str | None
    frames: int
    split: str
    task: str | None
    where: tuple[str, ...]
    root: Path | None
    out: Path | None
    resume: bool
    calibration: Path | None
    seed: int
    resamples: int
    jobs: int
    quiet: bool


def run_eval(call: EvalCall) -> ExitCode:
    """Measure, write, and return the exit code."""
    config = _config(call)
    for name in config.protocol().conditions:
        if call.from_scores is None:
            condition_of(name)
    manifest = _manifest(call, config.split)
    samples = samples_of(manifest, config.split)
    if call.audit:
        return _audit(call, config, samples)
    card = measured_artifact(call.detector).card if call.detector else None
    run = start_run("eval", config.shareable(), limits=config.limits, seed=config.seed)
    rows = _stored(call, card) if call.from_scores else _measured(call, config, manifest, run)
    scorecard = build_scorecard(rows, manifest, config, card=card)
    if call.against is not None:
        others = read_predictions(call.against, unit=_unit(call))
        compared = compare_detectors(rows, others, manifest, config)
        scorecard = scorecard.model_copy(update={"comparisons": (*scorecard.comparisons, *compared)})
    failed = sum(row.status == "failed" for row in rows)
    run = close_run(run, "complete", {"rows": len(rows), "failed": failed})
    scorecard = scorecard.model_copy(update={"run": run})
    if call.calibration is not None:
        _write_calibration(call, rows, manifest, config, card, scorecard)
    _write(call, scorecard, run)
    return ExitCode.INPUT_FAILED if failed else ExitCode.OK


def _audit(call: EvalCall, config: EvalConfig, samples: Sequence[Sample]) -> ExitCode:
    """Print what the format alone tells, and write ``audit.json`` where a folder is given."""
    found = audit_format(samples, _root(call), config, jobs=call.jobs)
    print("\n".join(audit_lines(found)))
    if call.out is not None:
        call.out.mkdir(parents=True, exist_ok=True)
        write_atomic(call.out / "audit.json", (found.model_dump_json(indent=2) + "\n").encode())
    return ExitCode.INPUT_FAILED if found.unread else ExitCode.OK


def _root(call: EvalCall) -> Path:
    return call.root or (call.manifest if call.manifest.is_dir() else call.manifest.parent)


def _config(call: EvalCall) -> EvalConfig:
    if call.detector is None and call.from_scores is None and not call.audit:
        raise UsageError("say what is measured: --detector NAME_OR_FOLDER, or --from-scores FILE")
    try:
        split = Split(call.split)
    except ValueError:
        raise UsageError(f"no split named {call.split!r}; there are: {', '.join(Split)}") from None
    return EvalConfig(
        suite=call.suite,
        conditions=call.tiers,
        split=split,
        task=call.task,
        detector=call.detector,
        threshold=call.threshold,
        seed=call.seed,
        resamples=call.resamples,
        frames=call.frames,
    )


def _manifest(call: EvalCall, split: Split) -> Manifest:
    where = {"task": call.task} if call.task else {}
    for one in call.where:
        column, sign, value = one.partition("=")
        if not sign or not column:
            raise UsageError(f"--where takes COLUMN=VALUE; got {one!r}")
        where[column] = value
    if call.manifest.is_dir():
        if where:
            raise UsageError("--task and --where need a table; a folder has no columns")
        return read_folders(call.manifest, split=split)
    try:
        return read_table(call.manifest, where=where or None)
    except OSError as error:
        raise UsageError(f"cannot read {call.manifest}: {error.strerror}") from error


def _unit(call: EvalCall) -> ScoreUnit | None:
    known = (ScoreUnit.LOGIT, ScoreUnit.PROBABILITY, ScoreUnit.LLR)
    if call.unit is not None and call.unit not in known:
        raise UsageError(f"no unit named {call.unit!r}; there are: {', '.join(known)}")
    return ScoreUnit(call.unit) if call.unit else None


def _stored(call: EvalCall, card: Card | None) -> tuple[Prediction, ...]:
    """Read stored rows; with ``--detector`` its calibration is applied anew, else the rows keep what they carry."""
    if call.from_scores is None:
        raise UsageError("--from-scores names the file of scores")
    rows = read_predictions(call.from_scores, unit=_unit(call))
    return tuple(judged(row, card) for row in rows) if card else rows


def _measured(call: EvalCall, config: EvalConfig, manifest: Manifest, run: RunRecord) -> tuple[Prediction, ...]:
    root = _root(call)
    total = len(samples_of(manifest, config.split))
    if call.out is None:
        if call.resume:
            raise UsageError("--resume needs --out")
        found = progress_over(measure(manifest, root, config, jobs=call.jobs), on=not call.quiet)
        return tuple(row for rows in found for row in rows)
    call.out.mkdir(parents=True, exist_ok=True)
    if call.resume:
        _require_same_settings(call.out / RUN, run)
    write_atomic(call.out / RUN, run.model_copy(update={"counts": {"samples": total}}).model_dump_json(indent=2).encode())
    stored = PredictionFile(call.out / PREDICTIONS, config.protocol().conditions, resume=call.resume)
    for rows in progress_over(measure(manifest, root, config, done=stored.done, jobs=call.jobs), on=not call.quiet):
        stored.add(rows)
    return tuple(stored.rows)


def _require_same_settings(record: Path, run: RunRecord) -> None:
    if not record.exists():
        return
    before = RunRecord.model_validate_json(record.read_bytes())
    if before.config_sha256 != run.config_sha256:
        raise UsageError(f"the rows beside {record.name} were measured with other settings; repeat them, or leave out --resume")


def _write_calibration(
    call: EvalCall, rows: tuple[Prediction, ...], manifest: Manifest, config: EvalConfig, card: Card | None, scorecard: Scorecard
) -> None:
    if card is None or call.calibration is None:
        raise UsageError("--calibration needs --detector, whose card says until when it is validated")
    found = calibrate(
        rows,
        manifest,
        split=config.split,
        scorecard=scorecard.id,
        created=now()[:10],
        validated_until=card.validated_until,
        seed=config.seed,
    )
    write_atomic(call.calibration, (found.model_dump_json(indent=2) + "\n").encode())


def _write(call: EvalCall, scorecard: Scorecard, run: RunRecord) -> None:
    if call.out is None:
        print("\n".join(headline_table(scorecard)))
        for card in scorecard.conditions:
            if card.attribution is not None:
                print("\n".join(("", f"Naming the family, {card.condition}", "", *attribution_lines(card.attribution))))
        return
    call.out.mkdir(parents=True, exist_ok=True)
    for name, form in FORMS.items():
        write_atomic(call.out / name, form(scorecard))
    if call.from_scores is None:
        write_atomic(call.out / RUN, run.model_dump_json(indent=2).encode())
    if not call.quiet:
        print(f"fakeprint: scorecard {scorecard.id}; wrote {call.out}", file=sys.stderr)
