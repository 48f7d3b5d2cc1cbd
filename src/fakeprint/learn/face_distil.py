"""Train a face finder by distillation: ``python -m fakeprint.learn.face_distil --recipe FILE --data FOLDER --out FOLDER``.

The student starts as the teacher, sees the same pictures and learns its logits, boxes and inner maps, while some of its blocks fade
out one after the other.  A run resumes from its checkpoint; all randomness derives from the seed and the step.
"""

import argparse
from functools import partial
from pathlib import Path
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from fakeprint.core.errors import UsageError
from fakeprint.datasets.table import read_table
from fakeprint.learn.average import Average
from fakeprint.learn.blazeface import BACK_SIZE, BackNet, Block, balance, load_back, without
from fakeprint.learn.checkpoint import load_checkpoint, save_checkpoint
from fakeprint.learn.face_recipe import FaceRecipe, read_face_recipe
from fakeprint.learn.face_scenes import FaceScenes, Range
from fakeprint.learn.log import TrainLog
from fakeprint.learn.schedule import rate_at

CHECKPOINT = "checkpoint.pt"
_CERTAIN = 12.0
"""Logits beyond this say no more than this."""
_DOUBT = -4.0
"""Logits under this say that nothing is there."""


def normalised(pixels: Tensor) -> Tensor:
    """Return uint8 pixels as the networks want them: float32, ``value / 127.5 - 1``, channels last."""
    return (pixels.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def losses(student: tuple[Tensor, list[Tensor]], teacher: tuple[Tensor, list[Tensor]]) -> tuple[Tensor, Tensor, Tensor]:
    """Return the losses of scores, places and inner maps, each a mean over the batch.

    Scores: divergence from the teacher's probabilities, summed over anchors, plus the squared difference of logits where either
    network sees something.  Places: absolute difference in parts of the face's size, weighted by the teacher's probability.
    Maps: squared difference over the teacher's variance, mean over all maps but the first, which a shallow student cannot match.
    """
    (mine, my_maps), (theirs, their_maps) = student, teacher
    logit, goal = mine[..., 16], theirs[..., 16]
    probability = goal.sigmoid()
    certain = functional.binary_cross_entropy_with_logits(goal, probability, reduction="none")
    divergence = functional.binary_cross_entropy_with_logits(logit, probability, reduction="none") - certain
    seen = (torch.maximum(logit.detach(), goal) > _DOUBT).float()
    square = (logit.clamp(-_CERTAIN, _CERTAIN) - goal.clamp(-_CERTAIN, _CERTAIN)).square() * seen
    score = (divergence + 0.05 * square).sum(1).mean()
    weight = torch.where(probability > 0.05, probability, 0.0)
    face = theirs[..., 2:4].abs().amax(-1, keepdim=True).clamp_min(8.0)
    difference = ((mine[..., :16] - theirs[..., :16]).abs() / face).mean(-1)
    place = (difference * weight).sum() / weight.sum().clamp_min(1.0)
    maps = [(a - b).square().mean() / b.var().clamp_min(1e-6) for a, b in zip(my_maps[1:], their_maps[1:], strict=True)]
    return score, place, torch.stack(maps).mean()


def distil(recipe: FaceRecipe, data: Path, out: Path) -> BackNet:
    """Train the student of a recipe, or finish a run that was ended; return the averaged weights without the dropped blocks."""
    if recipe.steps < len(recipe.drop) * recipe.fade:
        raise UsageError(f"{len(recipe.drop)} blocks over {recipe.fade} steps each need more than {recipe.steps} steps")
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    teacher, student = (load_back(data / recipe.data.teacher).to(memory_format=torch.channels_last) for _ in range(2))
    student.requires_grad_(True)
    balance(student)
    optimiser = torch.optim.AdamW(student.parameters(), lr=recipe.rate, weight_decay=0.0)
    average = Average(student, recipe.average)
    step, path = 0, out / CHECKPOINT
    if held := load_checkpoint(path, key=recipe.training_key()):
        student.load_state_dict(held["network"])
        average.network.load_state_dict(held["average"])
        average.updates, step = held["updates"], held["step"]
        optimiser.load_state_dict(held["optimiser"])
    pictures = _pictures(recipe, data)
    stream = DataLoader(pictures, recipe.batch, sampler=Range(step * recipe.batch, recipe.steps * recipe.batch))
    with TrainLog(out, partial(print, flush=True)) as log:
        for pixels in stream:
            for group in optimiser.param_groups:
                group["lr"] = rate_at(step, steps=recipe.steps, peak=recipe.rate, warm_up=recipe.warm_up)
            fade_out(student, recipe, step)
            images = normalised(pixels)
            with torch.no_grad():
                wanted = teacher.stages(images)
            score, place, maps = losses(student.stages(images), wanted)
            _step(recipe.score_weight * score + recipe.place_weight * place + recipe.stage_weight * maps, student, optimiser)
            average.update(student)
            step += 1
            if step % recipe.save_every == 0 or step == recipe.steps:
                state = {"network": student.state_dict(), "average": average.network.state_dict(), "updates": average.updates}
                key = {"key": recipe.training_key(), "step": step, "optimiser": optimiser.state_dict()}
                save_checkpoint(path, {**state, **key})
                log.row("student", step, recipe.steps, {"score": score.item(), "place": place.item(), "maps": maps.item()})
    return without(cast(BackNet, average.network), recipe.drop)


def fade_out(student: BackNet, recipe: FaceRecipe, step: int) -> None:
    """Set the strength of the blocks that go, as it stands at a step; blocks that are gone no longer cost anything."""
    for turn, index in enumerate(recipe.drop):
        block = cast(Block, student.backbone[index])
        block.strength = min(1.0, max(0.0, turn + 1 - step / recipe.fade))
        if block.strength == 0.0:
            block.requires_grad_(False)


def _step(loss: Tensor, student: BackNet, optimiser: torch.optim.Optimizer) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
    optimiser.step()


def _pictures(recipe: FaceRecipe, data: Path) -> FaceScenes:
    def paths(tasks: tuple[str, ...]) -> list[Path]:
        tables = [read_table(data / recipe.data.manifest, where={"task": task, "split": "train"}) for task in tasks]
        return [data / sample.path for table in tables for sample in table.samples]

    return FaceScenes(paths(recipe.data.faces), paths(recipe.data.scenes), size=BACK_SIZE, seed=recipe.seed)


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
