"""``fakeprint train``: a recipe and data in, a model artifact out."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer


def train_command(
    recipe: Annotated[Path, typer.Argument(help="The recipe, a YAML file; see recipes/ and docs/training.md.")],
    data: Annotated[Path, typer.Option(help="Folder that the recipe's manifest lies in.")],
    out: Annotated[Path, typer.Option(help="Folder for the artifact, checkpoints and logs; a stopped run goes on there.")] = Path("runs"),
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")] = "auto",
    workers: Annotated[int, typer.Option(min=0, help="Processes that prepare pictures; 0: none beside the training itself.")] = 0,
    threads: Annotated[int, typer.Option(min=0, help="Processor threads of the training; 0: as many as there are.")] = 0,
    leave_out: Annotated[list[str] | None, typer.Option(help="Keep this source out of training (repeat).")] = None,
    stop_after: Annotated[int | None, typer.Option(min=1, help="Stop with a checkpoint after so many steps.")] = None,
) -> None:
    """Train, export, calibrate and describe a detector.

    Runs on one processor, or under torchrun on several processes.  The test split is never opened.
    """
    from fakeprint.core.errors import MissingExtraError

    for module in ("torch", "lightning_fabric", "onnxscript"):
        if find_spec(module) is None:
            raise MissingExtraError(module, "train")
    if threads:
        os.environ["OMP_NUM_THREADS"] = str(threads)  # read once, when torch is first imported
    from fakeprint.train import train

    folder = train(recipe, data=data, output=out, device=device, workers=workers, leave_out_sources=leave_out or (), stop_after=stop_after)
    typer.echo(f"stopped; run again to go on from {out}" if folder is None else str(folder))
