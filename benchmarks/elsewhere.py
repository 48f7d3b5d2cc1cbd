"""How often the shipped detectors accuse photographs of sources that no data of theirs ever touched.

    python benchmarks/elsewhere.py PHOTOGRAPHS.csv --out RUN
    python benchmarks/elsewhere.py PHOTOGRAPHS.csv --where kind=drawing --detector synthetic-image
    python benchmarks/elsewhere.py PHOTOGRAPHS.csv --detector synthetic-image --beside EVAL/predictions.jsonl
    python benchmarks/elsewhere.py PHOTOGRAPHS.csv --windows 4 --windows 9 --windows 16

The table needs the columns ``path``, ``label``, ``split``, ``source`` (docs/evaluation.md) and may have others for ``--where``.  Rows of
the split ``--split`` are measured as ``fakeprint eval`` measures them.  A rate counts pictures at *some indications* and above, among
those with a score; its interval is the exact 95 % one for pictures drawn independently, so that of "all" is too narrow wherever the
sources differ.  ``--beside`` says how the scores lie beside those of the photographs in a file of ``fakeprint eval``: the AUROC of the
one against the other is 0.5 where they cannot be told apart.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from fakeprint.core.card import Card, WindowSpec
from fakeprint.core.limits import Limits
from fakeprint.core.manifest import Manifest
from fakeprint.core.prediction import Prediction
from fakeprint.core.sample import Label, Split
from fakeprint.core.verdict import Level
from fakeprint.datasets.table import read_table
from fakeprint.detectors.artifact import CARD, load_artifact
from fakeprint.evaluate import EvalConfig, judged, measure
from fakeprint.judge.binomial import lower_bound, upper_bound
from fakeprint.metrics.ranking import AUROC
from fakeprint.suites.rows import PredictionFile, read_predictions

CONDITIONS = ("clean", "web", "fit1280+jpeg85")
ACCUSED = (Level.SOME, Level.STRONG)


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    manifest = _kept(read_table(arguments.table, where=_where(arguments.where)), Split(arguments.split))
    root = arguments.root or arguments.table.parent
    if arguments.windows:
        _compare_windows(manifest, root, arguments)
        return
    for detector in arguments.detector or ["synthetic-image", "face-swap"]:
        card = load_artifact(detector).card
        rows = _rows(manifest, root, detector, arguments, arguments.out / f"{card.name}.jsonl" if arguments.out else None)
        print(f"\n{card.name} {card.version}, created {card.created[:16]}; pictures with some indications or more\n")
        print("\n".join(_table(rows, manifest)))
        if arguments.beside:
            print("\n".join(_beside(rows, card, arguments.beside)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--root", type=Path, help="folder that paths are relative to (the table's)")
    parser.add_argument("--split", default="test")
    parser.add_argument("--where", action="append", default=[], help="COLUMN=VALUE (repeat)")
    parser.add_argument("--detector", action="append", default=[], help="name or folder (repeat; both shipped ones)")
    parser.add_argument("--condition", action="append", default=[], help="delivery (repeat; clean, web, fit1280+jpeg85)")
    parser.add_argument("--beside", type=Path, help="predictions.jsonl of fakeprint eval, by the same artifact")
    parser.add_argument("--windows", type=int, action="append", default=[], help="compare numbers of windows (repeat)")
    parser.add_argument("--out", type=Path, help="folder for the rows; what lies there is not measured again")
    parser.add_argument("--stored", action="store_true", help="measure nothing: print what lies in --out, judged by the card as it is now")
    parser.add_argument("--seconds", type=float, default=30.0, help="wall-clock limit of one delivery; raise it on a busy machine (30)")
    parser.add_argument("--jobs", type=int, default=1)
    return parser.parse_args()


def _where(given: list[str]) -> dict[str, str]:
    return {column: value for column, _, value in (one.partition("=") for one in given)}


def _kept(manifest: Manifest, split: Split) -> Manifest:
    return manifest.model_copy(update={"samples": manifest.of_split(split)})


def _config(manifest: Manifest, detector: str, conditions: tuple[str, ...], arguments: argparse.Namespace) -> EvalConfig:
    limits = Limits(image_seconds=arguments.seconds)
    return EvalConfig(detector=detector, conditions=conditions, split=manifest.samples[0].split, limits=limits)


def _rows(manifest: Manifest, root: Path, detector: str, arguments: argparse.Namespace, kept: Path | None) -> tuple[Prediction, ...]:
    """Return one row for each picture and condition, judged by the card that the artifact has now."""
    conditions = tuple(arguments.condition) or CONDITIONS
    config = _config(manifest, detector, conditions, arguments)
    if kept is None:
        return tuple(row for rows in measure(manifest, root, config, jobs=arguments.jobs) for row in rows)
    kept.parent.mkdir(parents=True, exist_ok=True)
    artifact = load_artifact(detector)
    stored = PredictionFile(kept, conditions, resume=True)
    if any(row.weights_sha256 != artifact.weights_sha256 for row in stored.rows):
        stored = PredictionFile(kept, conditions, resume=False)
    for rows in () if arguments.stored else measure(manifest, root, config, done=stored.done, jobs=arguments.jobs):
        stored.add(rows)
    wanted = {sample.id for sample in manifest.samples}
    return tuple(judged(row, artifact.card) for row in stored.rows if row.sample_id in wanted)


def _table(rows: tuple[Prediction, ...], manifest: Manifest) -> Iterator[str]:
    conditions = tuple(dict.fromkeys(row.condition for row in rows))
    source = {
        sample.id: sample.source if sample.label is Label.AUTHENTIC else f"{sample.source} ({sample.label})" for sample in manifest.samples
    }
    yield f"| source | pictures | {' | '.join(conditions)} |"
    yield "|---|---|" + "---|" * len(conditions)
    for name in [*sorted(set(source.values())), "all"]:
        mine = [row for row in rows if name in ("all", source[row.sample_id])]
        cells = [_rate([row for row in mine if row.condition == one]) for one in conditions]
        yield f"| {name} | {len({row.sample_id for row in mine})} | {' | '.join(cells)} |"
    yield f"| undecided | | {' | '.join(_undecided([row for row in rows if row.condition == one]) for one in conditions)} |"
    yield f"| logit, 5, 50, 95 % | | {' | '.join(_spread(_logits(rows, one)) for one in conditions)} |"
    for status in ("not_applicable", "failed"):
        counts = [sum(row.status == status and row.condition == one for row in rows) for one in conditions]
        yield f"| {status.replace('_', ' ')} | | {' | '.join(map(str, counts))} |"


def _accused(rows: Iterable[Prediction]) -> tuple[int, int]:
    found = [row.judged.level in ACCUSED for row in rows if row.judged is not None]
    return sum(found), len(found)


def _rate(rows: list[Prediction]) -> str:
    events, trials = _accused(rows)
    if not trials:
        return "none scored"
    low, high = lower_bound(events, trials, 0.975), upper_bound(events, trials, 0.975)
    return f"{events} of {trials}: {events / trials:.1%} [{100 * low:.1f}, {100 * high:.1f}]"


def _undecided(rows: list[Prediction]) -> str:
    found = [row.judged.level is Level.INCONCLUSIVE for row in rows if row.judged is not None]
    return f"{np.mean(found):.0%}" if found else "none scored"


def _logits(rows: Iterable[Prediction], condition: str) -> list[float]:
    return [row.score for row in rows if row.condition == condition and row.score is not None]


def _spread(logits: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in np.quantile(logits, (0.05, 0.5, 0.95))) if logits else "none scored"


def _beside(rows: tuple[Prediction, ...], card: Card, path: Path) -> Iterator[str]:
    """Say how the scores lie beside those of the photographs in a file of ``fakeprint eval``."""
    others = [judged(row, card) for row in read_predictions(path) if row.label is Label.AUTHENTIC and row.examiner == card.name]
    for condition in dict.fromkeys(row.condition for row in rows):
        here, there = _logits(rows, condition), _logits(others, condition)
        if not here or not there:
            yield f"{condition}: nothing to compare"
            continue
        value = AUROC([*there, *here], [0] * len(there) + [1] * len(here))
        told = _rate([row for row in others if row.condition == condition])
        yield f"{condition}: {len(there)} photographs of the other file, {told}; logit {_spread(there)}; AUROC {value:.3f}"


def _compare_windows(manifest: Manifest, root: Path, arguments: argparse.Namespace) -> None:
    """Measure the same pictures with artifacts that differ in ``max_windows`` alone."""
    artifact = load_artifact((arguments.detector or ["synthetic-image"])[0])
    found: dict[int, dict[str, Prediction]] = {}
    condition = (*arguments.condition, "clean")[0]
    for count in arguments.windows:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / artifact.card.name
            shutil.copytree(artifact.folder, copy)
            (copy / CARD).write_text(_with_windows(artifact.card, count).model_dump_json(), encoding="utf-8")
            started = time.perf_counter()
            config = _config(manifest, str(copy), (condition,), arguments)
            rows = [row for rows in measure(manifest, root, config, jobs=arguments.jobs) for row in rows]
        seconds = (time.perf_counter() - started) / len(rows)
        found[count] = {row.sample_id: row for row in rows if row.score is not None}
        logits = [row.score for row in found[count].values() if row.score is not None]
        print(f"{count:3} windows, {condition}: {_rate(rows)}; logit {_spread(logits)}, sd {np.std(logits):.3f}; {seconds:.2f} s a picture")
    most = max(found)
    for count in sorted(found)[:-1]:
        both = sorted(found[count].keys() & found[most].keys())
        gaps = [(found[count][one].score or 0.0) - (found[most][one].score or 0.0) for one in both]
        turned = sum(_accused([found[count][one]]) != _accused([found[most][one]]) for one in both)
        print(
            f"{count} less {most} windows: mean {np.mean(gaps):+.3f}, sd {np.std(gaps):.3f}; {turned} of {len(both)} pictures change side"
        )


def _with_windows(card: Card, count: int) -> Card:
    crop = card.input.crop
    if not isinstance(crop, WindowSpec):
        raise SystemExit(f"{card.name} does not look at windows")
    return card.model_copy(update={"input": card.input.model_copy(update={"crop": crop.model_copy(update={"max_windows": count})})})


if __name__ == "__main__":
    main()
