"""manifest, recipe -> artifact: the verb ``train``.

Every member is trained on the training split and chosen on the validation split; members are averaged after calibration; the
result is exported, checked, calibrated per compression class, measured, and described by its card.
"""

import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import Dataset

from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.run import close_run, start_run
from fakeprint.core.sample import Sample
from fakeprint.judge.calibration import fit_map
from fakeprint.learn.artifact import Families, Findings, write_artifact
from fakeprint.learn.balance import draw_weights
from fakeprint.learn.embed import embed, separation
from fakeprint.learn.ensemble import Ensemble, StatisticsNet
from fakeprint.learn.families import Attributed
from fakeprint.learn.found_faces import find_faces
from fakeprint.learn.left_out import Evaluated, leave_out, measured_left_out
from fakeprint.learn.left_out_families import Delivered, fit_attribution
from fakeprint.learn.log import TrainLog
from fakeprint.learn.loop import Validate, train_network
from fakeprint.learn.material import Material, gather
from fakeprint.learn.measure import Scored, auroc, score
from fakeprint.learn.pairs import Blending, FaceDelivery, PairStream
from fakeprint.learn.recipe import (
    CalibrationSource,
    ConditionRecipe,
    FaceViewRecipe,
    FamiliesRecipe,
    Member,
    NetworkMember,
    Recipe,
    SiameseMember,
    SizedFaceViewRecipe,
    StatisticsMember,
    read_recipe,
)
from fakeprint.learn.reduced import Reduced
from fakeprint.learn.sized_faces import SizedFaceDelivery
from fakeprint.learn.statistics_fit import Rows, condition_rows, fit_head, training_rows
from fakeprint.learn.stream import Crop, CropStream, Delivery, Way
from fakeprint.learn.weights_file import start_weights
from fakeprint.transforms.law import Law

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Session:
    """What every part of one run needs."""

    recipe: Recipe
    material: Material
    weights: NDArray[np.float64]
    fabric: Fabric
    data: Path
    work: Path
    log: TrainLog
    workers: int
    stop_after: int | None


def train(
    recipe_path: Path,
    *,
    data: Path,
    output: Path,
    device: str = "auto",
    workers: int = 0,
    leave_out_sources: Iterable[str] = (),
    stop_after: int | None = None,
    tell: Tell = print,
) -> Path | None:
    """Train the artifact of a recipe and return its folder, ``output/<name>``.

    ``data`` is the folder that the recipe's manifest lies in.  A run that was stopped goes on where it was.  ``leave_out_sources``
    adds to the sources that the recipe keeps out of training.  ``stop_after`` ends the run after so many optimiser steps, with a
    checkpoint and without an artifact (None is returned).
    """
    recipe = _with_left_out(read_recipe(recipe_path), leave_out_sources)
    run = start_run("train", recipe, seed=recipe.seed)
    work = output / f"{recipe.name}.run"
    fabric = _fabric(device, recipe.precision)
    with TrainLog(work, tell if fabric.is_global_zero else _silent) as log:
        material = gather(recipe, data, work / "cache", tell)
        weights = _weights(recipe, material)
        session = Session(recipe, material, weights, fabric, data, work, log, workers, stop_after)
        members: list[nn.Module] = []
        for number, member in enumerate(recipe.members):
            trained = _trained(session, member, number)
            if trained is None:
                return None
            members.append(trained)
        if not fabric.is_global_zero:
            return output / recipe.name
        combined = _combine(session, members)
        findings = _findings(session, combined)
        network: nn.Module = combined.network
        families = None
        if recipe.families is not None:
            network, families = _families(session, recipe.families, combined.network)
    counts = {"train": len(material.train), "validation": len(material.validation), "refused": len(material.store.refused)}
    write_atomic(work / "run.json", close_run(run, "ok", counts).model_dump_json(indent=2).encode())
    return write_artifact(recipe, recipe_path.name, network, material, findings, families, output, tell)


def _families(session: Session, settings: FamiliesRecipe, ensemble: Ensemble) -> tuple[Attributed, Families]:
    """Fit attribution on the training split, support left out; the graph computes its statistics once for both."""
    recipe, material = session.recipe, session.material
    member = _only_statistics(recipe, "attribution")
    own = [one for one in material.train if one.source not in recipe.data.support]
    inside = np.array([one.source not in recipe.data.support for one in material.train], bool)
    rows = _training_rows(session, member, material.train)[inside]
    whole = [
        np.concatenate([_condition_rows(session, member, part, one) for part in (own, material.validation)]) for one in recipe.choosing()
    ]
    samples = [*own, *material.validation]
    generated, photographs = (
        Delivered([samples[place] for place in kept], [one[kept] for one in whole])
        for kept in ([place for place, one in enumerate(samples) if one.label.positive == wanted] for wanted in (1, 0))
    )
    head, attribution, measured = fit_attribution(settings, rows, own, generated, photographs, seed=recipe.seed)
    return Attributed(ensemble, head), Families(head.names, attribution, tuple(measured))


def _only_statistics(recipe: Recipe, wanted_for: str) -> StatisticsMember:
    if len(recipe.members) != 1 or not isinstance(recipe.members[0], StatisticsMember):
        raise UsageError(f"{wanted_for} needs exactly one member, of type statistics")
    return recipe.members[0]


def _condition_rows(session: Session, member: StatisticsMember, samples: Sequence[Sample], condition: ConditionRecipe) -> Rows:
    """Return the statistics (N, D) of samples under one fixed delivery."""
    folder = session.work / member.name
    found: Rows = condition_rows(member, samples, session.material.store, condition, folder, session.recipe.face_size())[:, 0]
    return found


def _with_left_out(recipe: Recipe, more: Iterable[str]) -> Recipe:
    left = tuple(dict.fromkeys((*recipe.data.leave_out, *more)))
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"leave_out": left})})


def _weights(recipe: Recipe, material: Material) -> NDArray[np.float64]:
    if isinstance(recipe.view, FaceViewRecipe) and recipe.view.authentic_alone:
        return np.full(len(material.train), 1 / len(material.train))
    return draw_weights(material.train, **recipe.balance.model_dump())


def _statistics(session: Session, member: StatisticsMember) -> nn.Module:
    """Fit the head; where faces are learned in pairs, on groups of both labels alone: the others would be signs of one label."""
    train, weights, view = session.material.train, session.weights, session.recipe.view
    if isinstance(view, FaceViewRecipe) and view.pairs:
        both = {one.group for one in train if one.label.positive} & {one.group for one in train if not one.label.positive}
        weights = weights[[one.group in both for one in train]]
        train = tuple(one for one in train if one.group in both)
    if not train:
        raise UsageError(f"member {member.name} needs groups with samples of both labels")
    return StatisticsNet(member.groups, fit_head(member, _training_rows(session, member, train), train, weights))


def _training_rows(session: Session, member: StatisticsMember, samples: Sequence[Sample]) -> Rows:
    way = _way(session.recipe, shrink=True)
    return training_rows(member, samples, session.material.store, way, session.recipe.seed, session.work / member.name)


def _trained(session: Session, member: Member, number: int) -> nn.Module | None:
    """Return the trained member, or None where the run was stopped before its end."""
    if isinstance(member, StatisticsMember):
        return _statistics(session, member)
    seed = session.recipe.seed * 1000 + number
    key = session.recipe.training_key(member)
    if isinstance(member, SiameseMember):
        return _siamese(session, member, seed, key)
    ranking = _ranking(session)

    def validate(network: nn.Module) -> float:
        return ranking(_in_view(session.recipe, member, network))

    trained = _stage(session, member, session.work / member.name, seed, key, validate, start_weights(member, session.data))
    return None if trained is None else _in_view(session.recipe, member, trained)


def _in_view(recipe: Recipe, member: NetworkMember, network: nn.Module) -> nn.Module:
    """Return the network as it looks at the recipe's view, which may be larger than what it learned from."""
    if member.side is None:
        return network
    if not isinstance(recipe.view, FaceViewRecipe) or member.side > recipe.view.size:
        raise UsageError(f"member {member.name}: side is for views of face crops that are at least as large")
    return Reduced(network, recipe.view.size, member.side)


def _siamese(session: Session, member: SiameseMember, seed: int, key: str) -> nn.Module | None:
    """Let a backbone learn distances, then train a head on it."""
    choosing, face, settings = session.recipe.choosing(), session.recipe.face_input(), member.embedding.backbone
    held, store, device = session.material.validation, session.material.store, session.fabric.device
    if settings is None or settings.triplet is None:
        raise UsageError(f"member {member.name} has no triplet settings")
    triplet, folder = settings.triplet, session.work / member.name

    def apart(network: nn.Module) -> float:
        found = [embed(network.to(device), held, store, one, device, face) for one in choosing]
        return float(np.mean([separation(one, held, triplet, seed) for one in found]))

    begun = start_weights(member.embedding, session.data)
    learned = _stage(session, member.embedding, folder / "embedding", seed, key, apart, begun)
    if learned is None:
        return None
    return _stage(session, member.classifier, folder / "classifier", seed + 500, key, _ranking(session), learned.state_dict())


def _stage(
    session: Session, member: NetworkMember, folder: Path, seed: int, key: str, validate: Validate, start: Mapping[str, Tensor] | None
) -> nn.Module | None:
    folder.mkdir(parents=True, exist_ok=True)
    result = train_network(
        member,
        _stream(session, member, seed),
        validate,
        fabric=session.fabric,
        folder=folder,
        key=key,
        seed=seed,
        log=session.log,
        workers=session.workers,
        stop_after=session.stop_after,
        start=start,
    )
    return result.network if result.finished else None


def _ranking(session: Session) -> Validate:
    """Return what tells how well a network ranks the validation split: the mean AUROC of the choosing deliveries."""
    return lambda network: float(np.mean([auroc(_score(session, network, one)) for one in session.recipe.choosing()]))


def _stream(session: Session, member: NetworkMember, seed: int) -> Dataset[Crop]:
    material, view = session.material, session.recipe.view
    if isinstance(view, FaceViewRecipe) and view.pairs:
        way = FaceDelivery(Law(view.law), member.side or view.size)
        return PairStream(material.train, material.store, way, seed, _blending(session, view))
    return CropStream(material.train, session.weights, material.store, _way(session.recipe), seed)


def _way(recipe: Recipe, *, shrink: bool = False) -> Way:
    view, law = recipe.view, Law(recipe.view.law)
    if isinstance(view, FaceViewRecipe):
        return FaceDelivery(law, view.size)
    if isinstance(view, SizedFaceViewRecipe):
        return SizedFaceDelivery(law, recipe.face_rule())
    return Delivery(law, view.crop, view.window, shrink)


def _blending(session: Session, view: FaceViewRecipe) -> Blending | None:
    if view.blend == 0:
        return None
    authentic = [one for one in session.material.train if not one.label.positive]
    faces = find_faces(authentic, session.material.store, session.work / "cache")
    session.log.row("self-blend", 0, 0, {"authentic": len(authentic), "with a face": len(faces)})
    return Blending(view.blend, view.blend_law, faces)


@dataclass(frozen=True)
class Combined:
    """The averaged network, each member's slope and offset, and its scores of the validation split by delivery."""

    network: Ensemble
    slopes: tuple[float, ...]
    offsets: tuple[float, ...]
    scored: dict[str, Scored]


def _combine(session: Session, members: list[nn.Module]) -> Combined:
    """Average the members, each put on the scale of log-likelihood ratios by a map fitted on all choosing deliveries."""
    recipe = session.recipe
    shares = np.array([one.weight for one in recipe.members])
    shares /= shares.sum()
    slopes, offsets = [], []
    logits = {one.name: np.zeros(len(session.material.validation)) for one in recipe.conditions}
    for settings, member, share in zip(recipe.members, members, shares, strict=True):
        scored = {one.name: _score(session, member, one) for one in recipe.conditions}
        choosing = [scored[one.name] for one in recipe.choosing()]
        for one in choosing:
            session.log.row(settings.name, 0, 0, {f"validation auroc {one.condition}": auroc(one)})
        fitted = fit_map(np.concatenate([one.logits for one in choosing]), np.concatenate([one.labels for one in choosing]), "platt")
        slopes.append(fitted.llr(1.0) - fitted.llr(0.0))
        offsets.append(fitted.llr(0.0))
        for name, one in scored.items():
            logits[name] += share * (slopes[-1] * one.logits + offsets[-1])
    network = Ensemble([one.cpu() for one in members], slopes, offsets, shares.tolist()).eval()
    whole = {name: Scored(name, session.material.validation, values) for name, values in logits.items()}
    return Combined(network, tuple(slopes), tuple(offsets), whole)


def _findings(session: Session, combined: Combined) -> Findings:
    """Collect what the card reports; where the recipe says so, leave every source out in turn and calibrate on that."""
    recipe, material = session.recipe, session.material
    if recipe.calibrate_on is CalibrationSource.VALIDATION:
        return Findings(combined.scored, combined.scored, ())
    member = _only_statistics(recipe, "calibration on left-out sources")
    measured = [one for one in material.train if one.source not in recipe.data.support]
    parts = [
        Evaluated(one.name, _condition_rows(session, member, measured, one), _condition_rows(session, member, material.validation, one))
        for one in recipe.conditions
        if one.chooses
    ]
    rows = _training_rows(session, member, material.train)
    slope, offset = combined.slopes[0], combined.offsets[0]
    results = leave_out(member, rows, material.train, measured, material.validation, session.weights, parts, slope, offset)
    choosing = {one.name for one in recipe.choosing()}
    numbers = measured_left_out([one for one in results if one.rows.condition in choosing], seed=recipe.seed)
    return Findings(combined.scored, {one.rows.condition: one.rows for one in results}, tuple(numbers))


def _score(session: Session, network: nn.Module, condition: ConditionRecipe) -> Scored:
    device = session.fabric.device
    return score(network.to(device), session.material.validation, session.material.store, condition, device, session.recipe.face_input())


def _fabric(device: str, precision: str) -> Fabric:
    """One process, or under ``torchrun`` one of several, joined by gloo on CPU and NCCL on CUDA."""
    kind, _, number = device.partition(":")
    local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    together = int(os.environ.get("WORLD_SIZE", "1"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fabric = Fabric(
            accelerator=kind,
            devices=[int(number)] if number else local,
            num_nodes=max(1, together // local),
            strategy="ddp" if together > 1 else "auto",
            precision=precision,  # type: ignore[arg-type]
        )
    fabric.launch()
    return fabric


def _silent(_: str) -> None:
    """Say nothing: only the first process tells."""
