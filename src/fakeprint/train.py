"""manifest, recipe -> artifact: the verb ``train``.

Every member is trained on the training split and chosen on the validation split; members are averaged after calibration; the
result is exported, checked, calibrated per compression class and measured on the validation split, and described by its card.
"""

import os
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import nn

from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.run import close_run, start_run
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.table import read_table
from fakeprint.judge.calibration import fit_map
from fakeprint.learn.artifact import write_artifact
from fakeprint.learn.balance import draw_weights
from fakeprint.learn.ensemble import Ensemble, StatisticsNet
from fakeprint.learn.log import TrainLog
from fakeprint.learn.loop import train_network
from fakeprint.learn.measure import auroc, score
from fakeprint.learn.pixels import PixelStore, pixel_store
from fakeprint.learn.recipe import ConditionRecipe, Member, Recipe, StatisticsMember, read_recipe
from fakeprint.learn.statistics_fit import fit_statistics
from fakeprint.learn.stream import CropStream, Delivery
from fakeprint.transforms.law import Law


@dataclass(frozen=True)
class Material:
    """What a run learns from and is chosen on; files that could not be decoded are in neither list."""

    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]
    store: PixelStore


def train(
    recipe_path: Path,
    *,
    data: Path,
    output: Path,
    device: str = "auto",
    workers: int = 0,
    leave_out: Iterable[str] = (),
    stop_after: int | None = None,
    tell: Callable[[str], None] = print,
) -> Path | None:
    """Train the artifact of a recipe and return its folder, ``output/<name>``.

    ``data`` is the folder that the recipe's manifest lies in.  A run that was stopped goes on where it was.  ``leave_out`` adds
    sources to those that the recipe keeps out of training.  ``stop_after`` ends the run after so many optimiser steps, with a
    checkpoint and without an artifact (None is returned).
    """
    recipe = read_recipe(recipe_path)
    left = tuple(dict.fromkeys((*recipe.data.leave_out, *leave_out)))
    recipe = recipe.model_copy(update={"data": recipe.data.model_copy(update={"leave_out": left})})
    run = start_run("train", recipe, seed=recipe.seed)
    work = output / f"{recipe.name}.run"
    fabric = _fabric(device, recipe.precision)
    with TrainLog(work, tell if fabric.is_global_zero else _silent) as log:
        material = gather(recipe, data, work / "cache", tell)
        members = []
        for number, member in enumerate(recipe.members):
            trained = _member(recipe, member, number, material, fabric, work, log, workers, stop_after)
            if trained is None:
                return None
            members.append(trained)
        network = combine(recipe, members, material, fabric.device, log)
    if not fabric.is_global_zero:
        return output / recipe.name
    counts = {"train": len(material.train), "validation": len(material.validation), "refused": len(material.store.refused)}
    write_atomic(work / "run.json", close_run(run, "ok", counts).model_dump_json(indent=2).encode())
    return write_artifact(recipe, recipe_path.name, network, material.train, material.validation, material.store, output, tell)


def gather(recipe: Recipe, data: Path, cache: Path, tell: Callable[[str], None] = print) -> Material:
    """Read the manifest, refuse what training must not see, decode everything once."""
    tables = [read_table(data / recipe.data.manifest, where=where, positive=recipe.data.positive) for where in recipe.data.where]
    rows = tuple({one.id: one for table in tables for one in table.samples}.values())
    wanted = [one for one in rows if one.split in (Split.TRAIN, recipe.data.validation)]
    store = pixel_store(wanted, data, cache)
    for name, reason in store.refused.items():
        tell(f"left out, cannot be decoded: {name}: {reason}")
    usable = [one for one in wanted if one.id in store]
    learned = tuple(one for one in usable if one.split is Split.TRAIN and one.source not in recipe.data.leave_out)
    chosen = tuple(one for one in usable if one.split is recipe.data.validation)
    for name, part in (("training", learned), ("validation", chosen)):
        if {one.label.positive for one in part} != {0, 1}:
            raise UsageError(f"{name} needs samples of both classes; there are {len(part)} samples")
    return Material(learned, chosen, store)


def combine(recipe: Recipe, members: list[nn.Module], material: Material, device: torch.device, log: TrainLog) -> Ensemble:
    """Average the members after putting each on the scale of log-likelihood ratios, fitted on all validation deliveries."""
    slopes, offsets = [], []
    for settings, member in zip(recipe.members, members, strict=True):
        scored = [score(member.to(device), material.validation, material.store, one, device) for one in _choosing(recipe)]
        for one in scored:
            log.row(settings.name, 0, 0, {f"auroc {one.condition}": auroc(one)})
        fitted = fit_map(np.concatenate([one.logits for one in scored]), np.concatenate([one.labels for one in scored]), "platt")
        slopes.append(fitted.llr(1.0) - fitted.llr(0.0))
        offsets.append(fitted.llr(0.0))
    return Ensemble(members, slopes, offsets, [one.weight for one in recipe.members]).cpu().eval()


def _member(
    recipe: Recipe,
    member: Member,
    number: int,
    material: Material,
    fabric: Fabric,
    work: Path,
    log: TrainLog,
    workers: int,
    stop_after: int | None,
) -> nn.Module | None:
    seed = recipe.seed * 1000 + number
    weights = draw_weights(material.train, **recipe.balance.model_dump())
    way = Delivery(Law(recipe.view.law), recipe.view.crop, recipe.view.window)
    if isinstance(member, StatisticsMember):
        head = fit_statistics(member, material.train, weights, material.store, way, seed, work / member.name, recipe.sha256())
        return StatisticsNet(member.groups, head)
    stream = CropStream(material.train, np.array([one.label.positive for one in material.train]), weights, material.store, way, seed)

    def validate(network: nn.Module) -> float:
        parts = [score(network, material.validation, material.store, one, fabric.device) for one in _choosing(recipe)]
        return float(np.mean([auroc(one) for one in parts]))

    folder = work / member.name
    folder.mkdir(parents=True, exist_ok=True)
    result = train_network(
        member,
        stream,
        validate,
        fabric=fabric,
        folder=folder,
        key=recipe.sha256(),
        seed=seed,
        log=log,
        workers=workers,
        stop_after=stop_after,
    )
    return result.network if result.finished else None


def _choosing(recipe: Recipe) -> list[ConditionRecipe]:
    return [one for one in recipe.conditions if one.calibrates is None] or list(recipe.conditions)


def _fabric(device: str, precision: str) -> Fabric:
    """One process, or under ``torchrun`` one of several, joined by gloo on CPU and NCCL on CUDA."""
    local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    together = int(os.environ.get("WORLD_SIZE", "1"))
    strategy = "ddp" if together > 1 else "auto"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fabric = Fabric(
            accelerator=device,
            devices=local,
            num_nodes=max(1, together // local),
            strategy=strategy,
            precision=precision,  # type: ignore[arg-type]
        )
    fabric.launch()
    return fabric


def _silent(_: str) -> None:
    """Say nothing: only the first process tells."""
