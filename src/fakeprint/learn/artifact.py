"""The artifact folder of a trained network: graph, weights, measured numbers, calibration, card."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from fakeprint.core.calibration import BucketCalibration, Calibration, Compression
from fakeprint.core.card import Attribution, Card, CardFile, DataSource, Measured, OutputSpec
from fakeprint.core.durable import write_atomic
from fakeprint.core.run import now
from fakeprint.core.sample import Sample
from fakeprint.judge.policy import DEFAULT
from fakeprint.learn.export import export
from fakeprint.learn.material import Material
from fakeprint.learn.measure import Scored, calibrations, measured_auroc, measured_rates
from fakeprint.learn.outputs import output_specs
from fakeprint.learn.recipe import Recipe

SMALL = 20
"""Generators with fewer files than this are pooled in slices."""


@dataclass(frozen=True)
class Findings:
    """Scores by delivery: of the validation split, of the rows that calibration is fitted on; and numbers on left-out sources."""

    validation: dict[str, Scored]
    calibration: dict[str, Scored]
    left_out: tuple[Measured, ...]


@dataclass(frozen=True)
class Families:
    """What the card says of attribution: the labels of ``class_logits``, the threshold, measured numbers."""

    labels: tuple[str, ...]
    attribution: Attribution
    measured: tuple[Measured, ...]


def write_artifact(
    recipe: Recipe,
    recipe_name: str,
    network: nn.Module,
    material: Material,
    findings: Findings,
    families: Families | None,
    output: Path,
    tell: Callable[[str], None],
) -> Path:
    """Export, calibrate and describe; return the folder."""
    folder = output / recipe.name
    size = recipe.input.crop.size
    gap = export(network, folder, size=size, weights=recipe.weights_file)
    tell(f"exported; largest difference between PyTorch and ONNX Runtime {gap:.1e}")
    calibration = _calibration(recipe, findings.calibration)
    measured = [*findings.left_out, *_measured(recipe, findings.validation, calibration)]
    if families is not None:
        measured += families.measured
    labels, attribution = (families.labels, families.attribution) if families else ((), None)
    described = Described(output_specs(network), labels, calibration, attribution, tuple(measured))
    return _write_card(recipe, recipe_name, network, material, described, folder, tell)


@dataclass(frozen=True)
class Described:
    """The measured part of a card."""

    outputs: tuple[OutputSpec, ...]
    labels: tuple[str, ...]
    calibration: Calibration | None
    attribution: Attribution | None
    measured: tuple[Measured, ...]


def _write_card(
    recipe: Recipe,
    recipe_name: str,
    network: nn.Module,
    material: Material,
    described: Described,
    folder: Path,
    tell: Callable[[str], None],
) -> Path:
    for one in described.measured:
        interval = f" [{one.low:.3f}, {one.high:.3f}]" if one.low is not None and one.high is not None else ""
        tell(f"{one.condition} {one.group} {one.metric} {one.value:.3f}{interval} (n {one.n_authentic} + {one.n_positive})")
    names = ("model.onnx", "weights.safetensors") if recipe.weights_file else ("model.onnx",)
    files = tuple(_file(folder / name) for name in names)
    generators = {one.generator for one in material.train if one.generator}
    card = Card(
        name=recipe.name,
        version=recipe.version,
        title=recipe.card.title,
        question=recipe.question,
        route=recipe.route,
        description=recipe.card.description,
        created=now(),
        architecture=" + ".join(f"{one.name} ({one.type})" for one in recipe.members),
        parameters=sum(one.numel() for one in (*network.parameters(), *network.buffers())),
        terms=recipe.card.terms,
        input=recipe.input,
        outputs=described.outputs,
        labels=described.labels,
        calibration=described.calibration,
        attribution=described.attribution,
        measured=described.measured,
        sources=(*_sources(material.train, "train"), *_sources(material.validation, "dev")),
        generators_seen=tuple(sorted(generators)),
        newest_generator=recipe.card.newest_generator,
        validated_until=recipe.card.validated_until,
        known_failures=recipe.card.known_failures,
        command=f"fakeprint train recipes/{recipe_name}",
        recipe_sha256=recipe.sha256(),
        seed=recipe.seed,
        files=files,
    )
    write_atomic(folder / "card.json", (card.model_dump_json(indent=2) + "\n").encode())
    return folder


def _calibration(recipe: Recipe, scored: dict[str, Scored]) -> Calibration:
    wanted = [
        (None if one.calibrates == "any" else Compression(one.calibrates), scored[one.name])
        for one in recipe.conditions
        if one.calibrates is not None
    ]
    return Calibration(
        scorecard=f"{recipe.name}@{recipe.version}",
        created=now()[:10],
        validated_until=recipe.card.validated_until,
        buckets=tuple(_allowed(recipe, one) for one in calibrations(wanted, DEFAULT.model_copy(update={"some_fpr": recipe.some_fpr}))),
    )


def _allowed(recipe: Recipe, bucket: BucketCalibration) -> BucketCalibration:
    return bucket.model_copy(update={"strong": None}) if recipe.withhold_strong else bucket


def _measured(recipe: Recipe, scored: dict[str, Scored], calibration: Calibration) -> list[Measured]:
    found = []
    split = recipe.data.validation.value
    overall = next((one for one in calibration.buckets if one.bucket.compression is None), None)
    own = {one.bucket.compression: one for one in calibration.buckets}
    for one in recipe.conditions:
        rows = scored[one.name]
        found.append(measured_auroc(rows, split=split, seed=recipe.seed))
        bucket = own.get(Compression(one.calibrates)) if one.calibrates not in (None, "any") else overall
        if bucket is not None:
            found += measured_rates(rows, bucket, split=split)
        found += _slices(rows, split, recipe.seed)
    return found


def _slices(rows: Scored, split: str, seed: int) -> list[Measured]:
    """Each generator against all authentic files; those with fewer than 20 files pooled."""
    names = [one.generator or "unnamed" if one.label.positive else "" for one in rows.samples]
    counts = Counter(name for name in names if name)
    pooled = [name if not name or counts[name] >= SMALL else f"generators with fewer than {SMALL} files" for name in names]
    groups = sorted({name for name in pooled if name})
    if len(groups) < 2:
        return []
    parts = [(group, rows.only(_mask(pooled, group))) for group in groups]
    return [measured_auroc(part, split=split, group=group, seed=seed) for group, part in parts]


def _mask(names: list[str], group: str) -> NDArray[np.bool_]:
    return np.array([name in ("", group) for name in names])


def _sources(samples: Sequence[Sample], role: str) -> tuple[DataSource, ...]:
    names = sorted({one.source for one in samples})
    return tuple(
        DataSource(
            name=name,
            role="train" if role == "train" else "dev",
            authentic=sum(one.source == name and not one.label.positive for one in samples),
            positive=sum(one.source == name and bool(one.label.positive) for one in samples),
            terms="; ".join(sorted({one.licence or "not stated" for one in samples if one.source == name})),
        )
        for name in names
    )


def _file(path: Path) -> CardFile:
    data = path.read_bytes()
    return CardFile(name=path.name, bytes=len(data), sha256=sha256(data).hexdigest())
