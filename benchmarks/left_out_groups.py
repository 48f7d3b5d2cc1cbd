"""Which statistics generalise: every source left out in turn, for combinations of statistics groups and regularisation.

    python benchmarks/left_out_groups.py recipes/synthetic-image.yaml --data DATA --out RUNS --try joint,spectrum,lags --try all

Uses the rows that ``fakeprint train`` keeps in ``RUNS/<name>.run``, and makes them where they are missing.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from fakeprint.core.sample import Sample
from fakeprint.learn.balance import draw_weights
from fakeprint.learn.discriminant import fit_discriminant
from fakeprint.learn.material import gather
from fakeprint.learn.recipe import StatisticsMember, ViewRecipe, read_recipe
from fakeprint.learn.statistics import Statistics
from fakeprint.learn.statistics_fit import condition_rows, training_rows
from fakeprint.learn.stream import Delivery
from fakeprint.transforms.law import Law


def main() -> None:
    """Print one line for each combination."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--try", dest="tries", action="append", default=[], help="groups, comma-separated, or all")
    parser.add_argument("--between", type=float, action="append", default=[])
    parser.add_argument("--ridge", type=float, action="append", default=[])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    recipe = read_recipe(arguments.recipe)
    member, view = recipe.members[0], recipe.view
    if not isinstance(member, StatisticsMember) or not isinstance(view, ViewRecipe):
        raise SystemExit("the recipe's first member must be of type statistics, on windows")
    work = arguments.out / f"{recipe.name}.run"
    material = gather(recipe, arguments.data, work / "cache", print)
    folder = work / member.name
    way = Delivery(Law(view.law), view.crop, view.window, shrink=True)
    rows = training_rows(member, material.train, material.store, way, recipe.seed, folder)
    measured = [one for one in material.train if one.source not in recipe.data.support]
    conditions = [one for one in recipe.conditions if one.calibrates is None and one.name != "hard"]
    tests = {
        one.name: np.concatenate(
            [condition_rows(member, part, material.store, one, folder)[:, 0] for part in (measured, material.validation)]
        ).astype(np.float64)
        for one in conditions
    }
    pool = [*measured, *material.validation]
    weights = draw_weights(material.train, **recipe.balance.model_dump())
    columns = _columns(member.groups)
    for groups in arguments.tries or ["all"]:
        names = member.groups if groups == "all" else tuple(groups.split(","))
        taken = np.concatenate([columns[name] for name in names])
        for between in arguments.between or [member.between]:
            for ridge in arguments.ridge or [member.ridge]:
                left, dev = _left_out(rows[:, :, taken], material.train, weights, pool, material.validation, tests, taken, between, ridge)
                means = [float(np.mean(list(one.values()))) for one in left.values()]
                shown = " ".join(f"{value:.3f}" for value in dev.values())
                print(
                    f"{np.mean(means):.4f} | {' '.join(f'{one:.3f}' for one in means)} | dev {shown} | {','.join(names)} {between} {ridge}"
                )
                for source in next(iter(left.values())):
                    print("   ", source, " ".join(f"{one[source]:.3f}" for one in left.values()))


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

    def fit(keep: np.ndarray):  # type: ignore[no-untyped-def]
        return fit_discriminant(flat[keep], labels[keep], sources[keep], spread[keep], between=between, ridge=ridge)

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
