"""Train a face finder by distillation: ``python -m fakeprint.learn.face_distil --recipe FILE --data FOLDER --out FOLDER``.

The student sees the same pictures as the teacher and learns its probabilities, boxes and key points at every anchor.  A run resumes from
its checkpoint; all randomness derives from the seed and the step.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from fakeprint.datasets.table import read_table
from fakeprint.learn.average import Average
from fakeprint.learn.blazeface import BACK_SIZE, load_back
from fakeprint.learn.checkpoint import load_checkpoint, save_checkpoint
from fakeprint.learn.face_graph import graph_of
from fakeprint.learn.face_recipe import FaceRecipe, read_face_recipe
from fakeprint.learn.face_scenes import FaceScenes, Range
from fakeprint.learn.face_student import StudentNet
from fakeprint.learn.log import TrainLog
from fakeprint.learn.schedule import rate_at

CHECKPOINT = "checkpoint.pt"
_CLIP = 20.0
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


def distil(recipe: FaceRecipe, data: Path, out: Path) -> StudentNet:
    """Train the student of a recipe, or finish a run that was ended; return the averaged weights."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    teacher = _teacher(data / recipe.data.teacher)
    student = StudentNet(**recipe.student.model_dump()).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(student.parameters(), lr=recipe.stages[0].rate, weight_decay=0.01)
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
                group["lr"] = rate
            images = normalised(pixels)
            score, place = losses(student(images), teacher(images))
            _step(score + recipe.place_weight * place, student, optimiser)
            average.update(student)
            step += 1
            if step % recipe.save_every == 0 or step == recipe.steps:
                state = {"network": student.state_dict(), "average": average.network.state_dict(), "updates": average.updates}
                key = {"key": recipe.training_key(), "step": step, "optimiser": optimiser.state_dict()}
                save_checkpoint(path, {**state, **key})
                log.row("student", step, recipe.steps, {"score": score.item(), "place": place.item()})
    return cast(StudentNet, average.network)


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
    return lambda images: torch.from_numpy(session.run(["anchors"], {"image": images.contiguous().numpy()})[0])


def _step(loss: Tensor, student: StudentNet, optimiser: torch.optim.Optimizer) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(student.parameters(), _CLIP)
    optimiser.step()


def _pictures(recipe: FaceRecipe, data: Path, pasted: float) -> FaceScenes:
    def paths(tasks: tuple[str, ...]) -> list[Path]:
        tables = [read_table(data / recipe.data.manifest, where={"task": task, "split": "train"}) for task in tasks]
        return [data / sample.path for table in tables for sample in table.samples]

    return FaceScenes(paths(recipe.data.faces), paths(recipe.data.scenes), size=BACK_SIZE, seed=recipe.seed, pasted=pasted)


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with the manifest, the pictures and the teacher")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and log")
    arguments = parser.parse_args()
    distil(read_face_recipe(arguments.recipe), arguments.data, arguments.out)


if __name__ == "__main__":
    main()
