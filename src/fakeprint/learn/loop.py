"""The training loop of one network, readable in one sitting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from fakeprint.core.errors import UsageError
from fakeprint.learn.average import Average
from fakeprint.learn.checkpoint import load_checkpoint, save_checkpoint
from fakeprint.learn.log import TrainLog
from fakeprint.learn.losses import classification_loss
from fakeprint.learn.network import channels_last, parameter_groups
from fakeprint.learn.networks import make_network
from fakeprint.learn.recipe import NetworkMember
from fakeprint.learn.schedule import rate_at, stepped_rate_at
from fakeprint.learn.stream import Crop, Positions

Validate = Callable[[nn.Module], float]


@dataclass(frozen=True)
class Result:
    """The averaged weights that validated best, and whether the run came to its end."""

    network: nn.Module
    finished: bool


@dataclass
class Progress:
    """Where a run stands: steps done, best validation value and its step."""

    step: int = 0
    best: float = -1.0
    best_step: int = 0


def train_network(
    member: NetworkMember,
    stream: Dataset[Crop],
    validate: Validate,
    *,
    fabric: Fabric,
    folder: Path,
    key: str,
    seed: int,
    log: TrainLog,
    workers: int = 0,
    stop_after: int | None = None,
    start: Mapping[str, Tensor] | None = None,
) -> Result:
    """Train one network and return the averaged weights that validated best.

    ``start`` holds the tensors that are not to begin untrained, by name.

    ``validate`` returns a number to maximise.  The run resumes from ``folder`` if it holds a checkpoint of the settings ``key``: all
    randomness derives from the seed and the step, so a resumed run ends with the same weights.  ``stop_after`` ends this process
    early, after so many steps, with a checkpoint.
    """
    torch.manual_seed(seed)
    bare = make_network(member)
    bare.load_state_dict(start or {}, strict=False)
    optimiser = _optimiser(bare, member)
    network, stepper = fabric.setup(channels_last(bare), optimiser)
    average = Average(bare, member.average)
    best = Average(bare, member.average).network
    progress = Progress()
    path = folder / "checkpoint.pt"
    held = load_checkpoint(path, key=key)
    if held is not None:
        bare.load_state_dict(held["network"])
        average.network.load_state_dict(held["average"])
        average.updates = held["updates"]
        best.load_state_dict(held["best"])
        optimiser.load_state_dict(held["optimiser"])
        progress = Progress(**held["progress"])
    last = member.steps if stop_after is None else min(member.steps, progress.step + stop_after)
    per_step = member.batch * member.accumulate
    together = getattr(stream, "together", 1)
    positions = Positions(progress.step * per_step, last * per_step, fabric.global_rank, fabric.world_size, together)
    share = member.batch // fabric.world_size
    if share % together:
        raise UsageError(f"{share} crops a process cannot hold whole pairs; batch must be a multiple of {together * fabric.world_size}")
    loader = DataLoader(stream, share, sampler=positions, num_workers=workers, drop_last=True)
    crops = iter(fabric.setup_dataloaders(loader, use_distributed_sampler=False))  # positions are divided already
    while progress.step < last and progress.step - progress.best_step <= member.patience:
        rate = _rate(member, progress.step)
        for group in optimiser.param_groups:
            group["lr"] = rate
        dice = seed * 1_000_003 + progress.step * fabric.world_size + fabric.global_rank
        loss = _step(network, stepper, crops, member, fabric, dice)
        average.update(bare)
        progress.step += 1
        done = progress.step == last
        if progress.step % member.validate_every == 0 or progress.step == member.steps:
            value = validate(average.network)
            if value > progress.best:
                progress.best, progress.best_step = value, progress.step
                best.load_state_dict(average.network.state_dict())
            log.row(member.name, progress.step, member.steps, {"loss": loss, "rate": rate, "validation": value, "best": progress.best})
        if (progress.step % member.validate_every == 0 or done) and fabric.is_global_zero:
            save_checkpoint(path, _state(key, bare, average, best, optimiser, progress))
    fabric.barrier()
    finished = progress.step == member.steps or progress.step - progress.best_step > member.patience
    return Result(best.eval(), finished)


def _optimiser(network: nn.Module, member: NetworkMember) -> torch.optim.Optimizer:
    if member.adam is None:
        return torch.optim.AdamW(parameter_groups(network, member.decay), lr=member.rate)
    return torch.optim.Adam(network.parameters(), lr=member.rate, weight_decay=member.decay)


def _rate(member: NetworkMember, step: int) -> float:
    if member.adam is None:
        return rate_at(step, steps=member.steps, peak=member.rate, warm_up=member.warm_up)
    return stepped_rate_at(step, peak=member.rate, warm_up=member.warm_up, every=member.adam.every, factor=member.adam.factor)


def _step(network: Any, optimiser: Any, crops: Any, member: NetworkMember, fabric: Fabric, dice: int) -> float:
    """One optimiser step over ``accumulate`` batches; returns the mean loss."""
    network.train()
    criterion = getattr(network.module, "loss", classification_loss)
    optimiser.zero_grad(set_to_none=True)
    total = 0.0
    for turn in range(member.accumulate):
        images, labels = next(crops)
        torch.manual_seed(dice + turn)  # after the loader, which draws once when it starts
        with fabric.no_backward_sync(network, enabled=turn < member.accumulate - 1):
            outputs = network(images.contiguous(memory_format=torch.channels_last))
            loss = criterion(outputs, images, labels, member) / member.accumulate
            fabric.backward(loss)
        total += float(loss.detach())
    fabric.clip_gradients(network, optimiser, max_norm=member.clip)
    optimiser.step()
    return total


def _state(key: str, bare: nn.Module, average: Average, best: nn.Module, optimiser: Any, progress: Progress) -> dict[str, Any]:
    return {
        "key": key,
        "network": bare.state_dict(),
        "average": average.network.state_dict(),
        "updates": average.updates,
        "best": best.state_dict(),
        "optimiser": optimiser.state_dict(),
        "progress": vars(progress),
    }
