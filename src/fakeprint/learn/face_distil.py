"""Train a face finder by distillation: BlazeFace's small front network learns to say what the larger back network says.

The student sees the same pictures as the teacher, half as wide, and learns its probabilities, boxes and key points at every anchor.  A run
resumes from its checkpoint; all randomness derives from the seed and the step.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from fakeprint.datasets.table import read_table
from fakeprint.learn.average import Average
from fakeprint.learn.blazeface import BACK_SIZE, FrontNet, load_back, load_front
from fakeprint.learn.checkpoint import load_checkpoint, save_checkpoint
from fakeprint.learn.face_graph import graph_of
from fakeprint.learn.face_recipe import FaceRecipe
from fakeprint.learn.face_scenes import FaceScenes, Range
from fakeprint.learn.log import TrainLog
from fakeprint.learn.schedule import rate_at

CHECKPOINT = "checkpoint.pt"
_BETAS = (0.9, 0.99)
_HALF = torch.tensor([0.5] * 16 + [1.0])
"""From the teacher's pixels to the student's, whose picture is half as wide."""
_SEEN = 0.05
"""Probability of the teacher above which its box counts."""


def normalised(pixels: Tensor) -> Tensor:
    """Return uint8 pixels as the networks want them: float32, ``value / 127.5 - 1``, channels last."""
    return (pixels.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def losses(mine: Tensor, theirs: Tensor) -> tuple[Tensor, Tensor]:
    """Return the losses of scores and places of (N, 896, 17) outputs, each a mean over the batch.

    Scores: divergence from the teacher's probabilities, summed over anchors.  Places: absolute difference in parts of the face's
    size, weighted by the teacher's probability.
    """
    logit, goal = mine[..., 16], theirs[..., 16]
    probability = goal.sigmoid()
    certain = functional.binary_cross_entropy_with_logits(goal, probability, reduction="none")
    score = (functional.binary_cross_entropy_with_logits(logit, probability, reduction="none") - certain).sum(1).mean()
    weight = torch.where(probability > _SEEN, probability, 0.0)
    face = theirs[..., 2:4].abs().amax(-1, keepdim=True).clamp_min(8.0)
    difference = ((mine[..., :16] - theirs[..., :16]).abs() / face).mean(-1)
    return score, (difference * weight).sum() / weight.sum().clamp_min(1.0)


def distil(recipe: FaceRecipe, data: Path, out: Path) -> FrontNet:
    """Train the student of a recipe, or finish a run that was ended; return the averaged weights."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    teacher = _teacher(data / recipe.data.teacher)
    student = load_front(data / recipe.data.start).train().requires_grad_(True)
    student = student.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.Adam(_groups(student), betas=_BETAS)
    average = Average(student, recipe.average)
    step, path = 0, out / CHECKPOINT
    if held := load_checkpoint(path, key=recipe.training_key()):
        student.load_state_dict(held["network"])
        average.network.load_state_dict(held["average"])
        average.updates, step = held["updates"], held["step"]
        optimiser.load_state_dict(held["optimiser"])
    with TrainLog(out, partial(print, flush=True)) as log:
        for pixels, rate in _batches(recipe, data, step):
            for group in optimiser.param_groups:
                group["lr"] = rate * group["usual"]
            images = normalised(pixels)
            score, place = losses(student(halved(images)), teacher(images) * _HALF)
            _step(score + recipe.place_weight * place, optimiser)
            average.update(student)
            step += 1
            if step % recipe.save_every == 0 or step == recipe.steps:
                state = {"network": student.state_dict(), "average": average.network.state_dict(), "updates": average.updates}
                key = {"key": recipe.training_key(), "step": step, "optimiser": optimiser.state_dict()}
                save_checkpoint(path, {**state, **key})
                log.row("student", step, recipe.steps, {"score": score.item(), "place": place.item()})
    return cast(FrontNet, average.network)


def halved(images: Tensor) -> Tensor:
    """Return pictures of half the side, each pixel the mean of four."""
    return functional.avg_pool2d(images, 2)


def _groups(student: FrontNet) -> list[dict[str, object]]:
    """Return each tensor with its usual size: the published weights differ a hundredfold between layers, and so must their steps."""
    return [{"params": [one], "usual": max(float(one.detach().square().mean().sqrt()), 1e-6)} for one in student.parameters()]


def _batches(recipe: FaceRecipe, data: Path, done: int) -> Iterator[tuple[Tensor, float]]:
    """Yield pictures and learning rate of every step from ``done`` on."""
    first = 0
    for stage in recipe.stages:
        start, stop = max(first, done), first + stage.steps
        if start < stop:
            pictures = _pictures(recipe, data, stage.pasted)
            stream = DataLoader(pictures, recipe.batch, sampler=Range(start * recipe.batch, stop * recipe.batch))
            for step, pixels in enumerate(stream, start=start - first):
                yield pixels, rate_at(step, steps=stage.steps, peak=stage.rate, warm_up=stage.warm_up)
        first = stop


def _teacher(weights: Path) -> Callable[[Tensor], Tensor]:
    """Return the back teacher, run by ONNX Runtime, which takes half of PyTorch's time."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph_of(load_back(weights)), options, providers=["CPUExecutionProvider"])

    def seen(images: Tensor) -> Tensor:
        """One at a time, which is faster than all at once: what a picture needs fits the processor's cache."""
        pictures = np.split(np.ascontiguousarray(images.numpy()), len(images))
        return torch.from_numpy(np.concatenate([session.run(["anchors"], {"image": one})[0] for one in pictures]))

    return seen


def _step(loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


def _pictures(recipe: FaceRecipe, data: Path, pasted: float) -> FaceScenes:
    def paths(tasks: tuple[str, ...]) -> list[Path]:
        tables = [read_table(data / recipe.data.manifest, where={"task": task, "split": "train"}) for task in tasks]
        return [data / sample.path for table in tables for sample in table.samples]

    return FaceScenes(paths(recipe.data.faces), paths(recipe.data.scenes), size=BACK_SIZE, seed=recipe.seed, pasted=pasted)
