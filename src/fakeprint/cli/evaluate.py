"""``fakeprint eval``: a labelled set and a detector, or stored scores, in; a scorecard out."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

_data = partial(typer.Option, rich_help_panel="Data")
_measured = partial(typer.Option, rich_help_panel="What is measured")
_output = partial(typer.Option, rich_help_panel="Output")


def eval_command(
    manifest: Annotated[Path, typer.Argument(help="Table of samples (.csv, .jsonl, .parquet), or a folder with label folders.")],
    detector: Annotated[
        str | None, _measured("--detector", "-d", help="A shipped artifact, generator (naming families), or an artifact folder.")
    ] = None,
    from_scores: Annotated[Path | None, _measured(help="Rebuild the tables from stored scores; nothing is measured.")] = None,
    audit: Annotated[bool, _measured("--audit", help="Only say how far the file format alone tells the labels; no detector.")] = False,
    against: Annotated[Path | None, _measured(help="Stored scores of another detector on the same samples, compared in pairs.")] = None,
    suite: Annotated[str, _measured(help="Which conditions: delivery, matched, codecs, geometry, signal, calibration.")] = "delivery",
    tier: Annotated[list[str] | None, _measured(help="A condition instead of the suite's, such as web, x0.6, jpeg80-95 (repeat).")] = None,
    threshold: Annotated[float | None, _measured(help="Threshold of foreign scores, fixed before these rows were read.")] = None,
    unit: Annotated[str | None, _measured(help="What foreign scores are: logit, probability, llr.")] = None,
    frames: Annotated[int, _measured(min=1, help="Frames read of each video.")] = 32,
    split: Annotated[str, _data(help="Split that is measured: dev, val, calib, test.")] = "dev",
    task: Annotated[str | None, _data(help="Keep the rows whose column 'task' has this value.")] = None,
    where: Annotated[list[str] | None, _data(help="Keep the rows whose column has a value, COLUMN=VALUE (repeat).")] = None,
    root: Annotated[Path | None, _data(help="Folder that the paths are relative to; default: the manifest's.")] = None,
    out: Annotated[Path | None, _output("--out", "-o", help="Folder for predictions.jsonl and scorecard.json, .md, .html, .csv.")] = None,
    resume: Annotated[bool, _output("--resume", help="Keep the rows of an interrupted run in --out.")] = False,
    calibration: Annotated[Path | None, _output(help="Also fit a calibration on these rows and write it here (JSON).")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of deliveries and resamples.")] = 0,
    resamples: Annotated[int, typer.Option(min=1000, help="Resamples behind each interval.")] = 2000,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0: one for each processor.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages, no progress.")] = False,
) -> None:
    """Measure a detector on labelled media, with intervals, per family and source, under several deliveries.

    Exit codes: 0 completed, 2 usage, 3 some samples could not be measured.
    """
    from fakeprint.cli.eval_run import EvalCall, run_eval

    call = EvalCall(
        manifest=manifest,
        detector=detector,
        from_scores=from_scores,
        audit=audit,
        against=against,
        suite=suite,
        tiers=tuple(tier or ()),
        threshold=threshold,
        unit=unit,
        frames=frames,
        split=split,
        task=task,
        where=tuple(where or ()),
        root=root,
        out=out,
        resume=resume,
        calibration=calibration,
        seed=seed,
        resamples=resamples,
        jobs=jobs,
        quiet=quiet,
    )
    raise typer.Exit(run_eval(call))
