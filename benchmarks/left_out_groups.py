"""Which statistics generalise: every source left out in turn, for combinations of statistics groups and regularisation.

    python benchmarks/left_out_groups.py recipes/synthetic-image.yaml --data DATA --out RUNS --ridge 1 --ridge 2
    python benchmarks/left_out_groups.py recipes/synthetic-image.yaml --data DATA --out RUNS --groups joint,pairs --try joint --try all
    python benchmarks/left_out_groups.py recipes/synthetic-image.yaml --data DATA --out RUNS --aligned upsampled:0.1 --aligned redrawn:0.1

Uses the rows that ``fakeprint train`` keeps in ``RUNS/<name>.run``, and makes them where they are missing.

``--aligned KIND:SHARE`` adds aligned counterparts: every training photograph once more, scaled down and up again (``upsampled``), or
through small autoencoders trained here (``redrawn``), as pictures of label 1 that weigh SHARE of all others of that label.
"""

import argparse
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.metrics import roc_auc_score
from torch import nn

from fakeprint.core.sample import Sample, Split
from fakeprint.learn.balance import draw_weights
from fakeprint.learn.discriminant import Discriminant, fit_discriminant
from fakeprint.learn.material import Material, gather
from fakeprint.learn.pixels import PixelStore
from fakeprint.learn.recipe import Recipe, StatisticsMember, ViewRecipe, read_recipe
from fakeprint.learn.statistics import Statistics
from fakeprint.learn.statistics_fit import condition_rows, training_rows
from fakeprint.learn.stream import Delivery, random_window, to_tensor
from fakeprint.transforms.law import Law
from fakeprint.transforms.transform import Pixels

Change = Callable[[Pixels, np.random.Generator], Pixels]


def ready(
    parser: argparse.ArgumentParser,
) -> tuple[argparse.Namespace, Recipe, StatisticsMember, ViewRecipe, Material, Path, Delivery, np.ndarray]:
    """Parse recipe, data and output folder with the parser's own arguments; read them; return the rows of the statistics for training."""
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--groups", help="groups of statistics, comma-separated, instead of the recipe's")
    parser.add_argument("--views", type=int, help="deliveries of each training picture, instead of the recipe's")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    recipe = read_recipe(arguments.recipe)
    member, view = recipe.members[0], recipe.view
    if not isinstance(member, StatisticsMember) or not isinstance(view, ViewRecipe):
        raise SystemExit("the recipe's first member must be of type statistics, on windows")
    groups = member.groups if arguments.groups is None else tuple(arguments.groups.split(","))
    member = member.model_copy(update={"groups": groups, "views": arguments.views or member.views})
    work = arguments.out / f"{recipe.name}.run"
    material = gather(recipe, arguments.data, work / "cache", print)
    folder = work / member.name
    way = Delivery(Law(view.law), view.crop, view.window, shrink=True)
    rows = training_rows(member, material.train, material.store, way, recipe.seed, folder)
    return arguments, recipe, member, view, material, folder, way, rows


def main() -> None:
    """Print one line for each combination."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--try", dest="tries", action="append", default=[], help="groups, comma-separated, or all")
    parser.add_argument("--between", type=float, action="append", default=[])
    parser.add_argument("--ridge", type=float, action="append", default=[])
    parser.add_argument("--crop", type=int, help="side of the windows for testing, instead of the recipe's")
    parser.add_argument("--aligned", action="append", default=[], help="upsampled:SHARE or redrawn:SHARE (repeat)")
    arguments, recipe, member, _, material, folder, way, rows = ready(parser)
    measured = [one for one in material.train if one.source not in recipe.data.support]
    crop = {} if arguments.crop is None else {"crop": arguments.crop}
    conditions = [one.model_copy(update=crop) for one in recipe.choosing()]
    tests = {
        one.name: np.concatenate(
            [condition_rows(member, part, material.store, one, folder)[:, 0] for part in (measured, material.validation)]
        ).astype(np.float64)
        for one in conditions
    }
    pool = [*measured, *material.validation]
    weights = draw_weights(material.train, **recipe.balance.model_dump())
    columns = _columns(member.groups)
    counterparts: list[tuple[str, Counterparts | None]] = [("", None)]
    photographs = [one for one in measured if not one.label.positive and one.split is Split.TRAIN]
    for kind, _, share in (one.partition(":") for one in arguments.aligned):
        counterparts.append((f"{kind} {share}", _counterparts(kind, float(share), photographs, member, material.store, way, folder)))
    for groups in arguments.tries or ["all"]:
        names = member.groups if groups == "all" else tuple(groups.split(","))
        taken = np.concatenate([columns[name] for name in names])
        for between in arguments.between or [member.between]:
            for ridge, (title, added) in product(arguments.ridge or [member.ridge], counterparts):
                left, dev = _left_out(
                    rows[:, :, taken], material.train, weights, pool, material.validation, tests, taken, between, ridge, added
                )
                means = [float(np.mean(list(one.values()))) for one in left.values()]
                shown = " ".join(f"{value:.3f}" for value in dev.values())
                settings = f"{','.join(names)} {between} {ridge} {title}"
                print(f"{np.mean(means):.4f} | {' '.join(f'{one:.3f}' for one in means)} | dev {shown} | {settings}", flush=True)
                for source in next(iter(left.values())):
                    print("   ", source, " ".join(f"{one[source]:.3f}" for one in left.values()))


@dataclass(frozen=True)
class Counterparts:
    """Statistics (N, 2, D) of photographs that went through something a generator does, and the photographs' sources (N,)."""

    rows: np.ndarray
    sources: np.ndarray
    share: float


def _counterparts(
    kind: str, share: float, photographs: list[Sample], member: StatisticsMember, store: PixelStore, way: Delivery, folder: Path
) -> Counterparts:
    path = folder / f"counterparts-{kind}.npy"
    if not path.exists():
        change: Change = _upsampled if kind == "upsampled" else _redrawn([store.get(one.id) for one in photographs])
        extract, found = Statistics(member.groups).eval(), []
        for one in photographs:
            rng = np.random.default_rng([99, zlib.crc32(one.id.encode())])
            views = [way.apply(change(store.get(one.id), rng), rng) for _ in range(2)]
            with torch.inference_mode():
                found.append(torch.cat([extract(to_tensor(view)[None]) for view in views]).numpy())
        np.save(path, np.stack(found))
    return Counterparts(np.load(path), np.array([one.source for one in photographs]), share)


def _upsampled(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    height, width = pixels.shape[:2]
    factor = int(rng.choice([2, 2, 2, 4]))
    small = Image.fromarray(pixels).resize((max(8, width // factor), max(8, height // factor)), Image.Resampling.BOX)
    kernels = (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
    return np.array(small.resize((width, height), kernels[int(rng.integers(4))]))


def _redrawn(photographs: list[Pixels]) -> Change:
    networks = [
        _autoencoder(photographs, seed, latent, transposed) for seed, latent, transposed in ((0, 12, False), (1, 12, True), (2, 24, False))
    ]

    def change(pixels: Pixels, rng: np.random.Generator) -> Pixels:
        network = networks[int(rng.integers(len(networks)))]
        height, width = pixels.shape[0] // 4 * 4, pixels.shape[1] // 4 * 4
        with torch.inference_mode():
            drawn = network(to_tensor(pixels[:height, :width])[None] - 0.5)[0] + 0.5
        return np.asarray((drawn.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).contiguous().numpy(), np.uint8)

    return change


def _autoencoder(photographs: list[Pixels], seed: int, latent: int, transposed: bool) -> nn.Module:
    """Train one that shrinks to a quarter of the side, for 500 steps."""
    torch.manual_seed(seed)

    def wider(first: int, second: int) -> list[nn.Module]:
        if transposed:
            return [nn.ConvTranspose2d(first, second, 4, 2, 1), nn.SiLU()]
        return [nn.Upsample(scale_factor=2), nn.Conv2d(first, second, 3, 1, 1), nn.SiLU()]

    network = nn.Sequential(
        *(nn.Conv2d(3, 32, 3, 2, 1), nn.SiLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.SiLU(), nn.Conv2d(64, 64, 3, 1, 1), nn.SiLU()),
        *(nn.Conv2d(64, latent, 1), nn.Conv2d(latent, 64, 3, 1, 1), nn.SiLU(), nn.Conv2d(64, 64, 3, 1, 1), nn.SiLU()),
        *(*wider(64, 48), nn.Conv2d(48, 48, 3, 1, 1), nn.SiLU(), *wider(48, 32), nn.Conv2d(32, 3, 3, 1, 1)),
    )
    optimiser = torch.optim.AdamW(network.parameters(), 3e-3)
    rng = np.random.default_rng(seed)
    for step in range(500):
        cuts = [random_window(photographs[at], 96, rng) for at in rng.choice(len(photographs), 8)]
        target = torch.stack([to_tensor(_padded(cut)) for cut in cuts])
        gap = network(target - 0.5) + 0.5 - target
        loss = gap.abs().mean() + 2 * gap.square().mean()
        for group in optimiser.param_groups:
            group["lr"] = 3e-3 * min(1.0, (500 - step) / 250)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return network.eval()


def _padded(cut: Pixels) -> Pixels:
    return np.pad(cut, ((0, 96 - cut.shape[0]), (0, 96 - cut.shape[1]), (0, 0)), mode="edge")


def _columns(groups: tuple[str, ...]) -> dict[str, np.ndarray]:
    start, found = 0, {}
    for group in groups:
        width = Statistics((group,))(torch.rand(1, 3, 96, 96)).shape[1]
        found[group] = np.arange(start, start + width)
        start += width
    return found


def _left_out(
    rows: np.ndarray,
    train: tuple[Sample, ...],
    weights: np.ndarray,
    pool: list[Sample],
    validation: tuple[Sample, ...],
    tests: dict[str, np.ndarray],
    taken: np.ndarray,
    between: float,
    ridge: float,
    added: Counterparts | None,
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    views = rows.shape[1]
    flat = rows.reshape(-1, rows.shape[2]).astype(np.float64)
    labels = np.repeat([one.label.positive for one in train], views).astype(np.int64)
    sources = np.repeat([one.source for one in train], views)
    spread = np.repeat(weights, views)
    where = np.array([one.source for one in pool])
    truth = np.array([one.label.positive for one in pool])
    held = np.arange(len(pool)) >= len(pool) - len(validation)
    left: dict[str, dict[str, float]] = {name: {} for name in tests}

    def fit(keep: np.ndarray) -> Discriminant:
        parts = [(flat[keep], labels[keep], sources[keep], spread[keep])]
        if added is not None:
            inside = np.isin(added.sources, sources[keep])
            more = added.rows[inside][:, :, taken].reshape(-1, len(taken)).astype(np.float64)
            share = added.share * spread[keep][labels[keep] == 1].sum() / len(more)
            parts.append((more, np.ones(len(more), np.int64), np.full(len(more), "counterparts"), np.full(len(more), share)))
        joined, truths, names, shares = (np.concatenate(one) for one in zip(*parts, strict=True))
        return fit_discriminant(joined, truths, names, shares, between=between, ridge=ridge)

    everything = fit(np.ones(len(labels), bool))
    dev = {name: float(roc_auc_score(truth[held], everything.score(test[held][:, taken]))) for name, test in tests.items()}
    for source in np.unique(where):
        head = fit(sources != source) if (sources == source).any() else everything
        mine = where == source
        inside = mine | (held & (truth != truth[mine][0]))
        for name, test in tests.items():
            left[name][str(source)] = float(roc_auc_score(truth[inside], head.score(test[inside][:, taken])))
    return left, dev


if __name__ == "__main__":
    main()
