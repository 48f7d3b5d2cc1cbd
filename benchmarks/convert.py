"""Checkpoints of full size in the originals' layout, random weights, made into artifacts: how exact, how long, how much memory.

    python benchmarks/convert.py [--kind v2 v2st vit vitst recce]

Each kind in processes of its own, one thread.  The file is written by timm's network with a head of torch beside it (RECCE: by the
network that the recipe names), with batch statistics of random pictures; what it gives for two pictures is kept.  Then the file is
converted as ``fakeprint models convert`` does, and the artifact's graph is asked the same.  Prints, for each kind, one line of JSON:
bytes of the file, processor seconds and peak memory of the conversion (the command, and the sandbox beside it), bytes of the artifact,
largest difference of any output, spread of the logits, processor seconds for one picture through the graph.  ViT needs 12 GB.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from fakeprint.detectors.artifact import load_artifact
from fakeprint.learn.backbone import Normalise, make_backbone
from fakeprint.learn.convert import convert
from fakeprint.learn.networks import make_network
from fakeprint.learn.recipe import NetworkMember, SiameseMember, read_recipe

KINDS = ("v2", "v2st", "vit", "vitst", "recce")
RECIPES = Path(__file__).parents[1] / "recipes"


def pictures(size: int, count: int = 2) -> torch.Tensor:
    """Return (count, 3, size, size) smooth noise in [0, 1], the same each time."""
    noise = torch.rand(count, 3, size + 4, size + 4, generator=torch.Generator().manual_seed(0))
    return nn.functional.avg_pool2d(noise, 5, 1)


def settled(network: nn.Module, image: torch.Tensor) -> nn.Module:
    """Give batch normalisation the statistics of this input, so that signals neither vanish nor explode."""
    for one in network.modules():
        if isinstance(one, nn.BatchNorm2d):
            one.momentum = 1.0
    with torch.no_grad():
        network.train()(image)
    return network.eval()


def write_dfspot(kind: str, member: NetworkMember, size: int, folder: Path) -> Path:
    """Write a file of DFSpot's layout (specs: dfspot 8) and what its network gives."""
    backbone = settled(make_backbone(member.front, size), Normalise()(pictures(size, 12)))
    plain, norm = nn.Linear(backbone.num_features, 1), nn.BatchNorm1d(backbone.num_features).eval()  # type: ignore[arg-type]
    tuned = kind.endswith("st")
    with torch.inference_mode():
        features = backbone(Normalise()(pictures(size)))
        norm.running_mean, norm.running_var = features.mean(0), torch.rand(len(features[0])) + 0.5
        wanted = plain(norm(features) if tuned else features)[:, 0]
    inside = "efficientnet" if kind.startswith("v2") else "vit"
    net = {f"{inside}.{name}": one for name, one in backbone.state_dict().items()}
    net |= {f"classifier1.{name}": one for name, one in plain.state_dict().items()}
    if tuned:
        net = {f"feat_ext.{name}": one for name, one in net.items()}
        net |= {f"classifier.0.{name}": one for name, one in norm.state_dict().items()}
        net |= {f"classifier.1.{name}": one for name, one in plain.state_dict().items()}
    torch.save({"net": net, "iteration": 3, "epoch": 1}, folder / f"ffpp_{kind}.pth")
    np.savez(folder / "wanted.npz", logit=wanted.numpy())
    return folder / f"ffpp_{kind}.pth"


def write_recce(member: NetworkMember, size: int, folder: Path) -> Path:
    """Write a file as RECCE's trainer does (specs: recce 7) and what the network gives."""
    network = settled(make_network(member), pictures(size))
    with torch.inference_mode():
        outputs = network(pictures(size))
    unused = {"encoder.fc.weight": torch.randn(1000, 2048), "encoder.fc.bias": torch.randn(1000)}
    torch.save({"model": network.state_dict() | unused, "best_step": np.int64(3)}, folder / "best_model_90000.bin")
    np.savez(folder / "wanted.npz", **{name: one.numpy() for name, one in zip(outputs._fields, outputs, strict=True)})
    return folder / "best_model_90000.bin"


def write(kind: str, folder: Path) -> Path:
    """Write the checkpoint of a kind."""
    torch.manual_seed(0)
    recipe = read_recipe(recipe_of(kind))
    member = recipe.members[0].classifier if isinstance(recipe.members[0], SiameseMember) else recipe.members[0]
    if not isinstance(member, NetworkMember):
        raise SystemExit(f"{recipe.name} has no network")
    size = recipe.input.crop.size
    return write_recce(member, size, folder) if kind == "recce" else write_dfspot(kind, member, size, folder)


def recipe_of(kind: str) -> Path:
    """Return the shipped recipe of a kind."""
    return RECIPES / ("recce.yaml" if kind == "recce" else f"dfspot-{kind}.yaml")


def measure(kind: str, file: Path) -> dict[str, object]:
    """Convert the file and compare."""
    folder = convert(file, recipe_of(kind), file.parent / "models")
    mine, sandbox = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    wanted = dict(np.load(file.parent / "wanted.npz"))
    session = load_artifact(folder).session()
    image = pictures(read_recipe(recipe_of(kind)).input.crop.size).numpy()
    found = session.run(list(wanted), {"image": image})
    started = time.process_time()
    session.run(["logit"], {"image": image[:1]})
    return {
        "kind": kind,
        "file MB": file.stat().st_size // 10**6,
        "CPU s": round(mine.ru_utime + mine.ru_stime + sandbox.ru_utime + sandbox.ru_stime, 1),
        "command GB": round(mine.ru_maxrss / 2**20, 1),
        "sandbox GB": round(sandbox.ru_maxrss / 2**20, 1),
        "artifact MB": {one.name: one.stat().st_size // 10**6 for one in sorted(folder.iterdir()) if one.suffix != ".json"},
        "largest difference": float(max(np.abs(one - wanted[name]).max() for name, one in zip(wanted, found, strict=True))),
        "logits": [round(float(one), 3) for one in wanted["logit"]],
        "CPU s a picture": round(time.process_time() - started, 2),
    }


def main() -> None:
    """Write and convert each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--write", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write:
        print(write(arguments.write[0], Path(arguments.write[1])))
    elif arguments.measure:
        print(json.dumps(measure(arguments.measure[0], Path(arguments.measure[1]))))
    else:
        for kind in arguments.kind:
            with tempfile.TemporaryDirectory() as folder:
                environment = os.environ | {"OMP_NUM_THREADS": "1"}
                command = [sys.executable, "-W", "ignore", __file__]
                done = subprocess.run([*command, "--write", kind, folder], check=True, env=environment, capture_output=True, text=True)
                subprocess.run([*command, "--measure", kind, done.stdout.split()[-1]], check=True, env=environment)


if __name__ == "__main__":
    main()
