"""Small patch networks with different residual front ends, and the statistics, on two sources that training never saw.

    python benchmarks/front_ends.py recipes/synthetic-image.yaml --data DATA --out RUNS --front bank --front differences --front median

Each fold leaves one source of photographs and one of generated pictures out of training; the AUROC is that of the one against the
other, under the recipe's choosing deliveries.  All networks get the same crops in the same order.
"""

import argparse

import numpy as np
import torch
from lightning_fabric import Fabric
from sklearn.metrics import roc_auc_score

from fakeprint.core.sample import Sample
from fakeprint.learn.balance import draw_weights
from fakeprint.learn.log import TrainLog
from fakeprint.learn.loop import train_network
from fakeprint.learn.measure import score
from fakeprint.learn.network import count_parameters
from fakeprint.learn.recipe import NetworkMember
from fakeprint.learn.statistics_fit import condition_rows, fit_head
from fakeprint.learn.stream import CropStream, Delivery
from fakeprint.transforms.law import Law
from left_out_groups import ready

FOLDS = (("bsds500", "dcsan_imagen2022"), ("photosite_brunospunkt", "songguo_prompts"))


def main() -> None:
    """Print one line for each front end and fold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--front", action="append", default=[])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--crop", type=int, default=112)
    arguments, recipe, statistics, view, material, folder, _, rows = ready(parser)
    weights = draw_weights(material.train, **recipe.balance.model_dump())
    pool = [one for one in material.train if one.source not in recipe.data.support]
    where = np.array([one.source for one in pool])
    for fold in FOLDS:
        keep = np.array([one.source not in fold for one in material.train])
        unseen = tuple(one for one in pool if one.source in fold)
        truth = [one.label.positive for one in unseen]
        head = fit_head(statistics, rows, material.train, weights, keep)
        held = np.isin(where, fold)
        found = [
            head.score(condition_rows(statistics, pool, material.store, one, folder)[held, 0].astype(np.float64))
            for one in recipe.choosing()
        ]
        _tell("statistics", fold, unseen, [float(roc_auc_score(truth, one)) for one in found], 0)
        for front in arguments.front or ["bank", "differences", "median"]:
            member = NetworkMember(
                name=front, front=front, channels=(32, 48, 64, 64), strides=(2, 1, 2, 1), steps=arguments.steps, batch=arguments.batch,
                rate=0.003, warm_up=30, average=0.98, validate_every=arguments.steps,
            )  # fmt: skip
            learned = [one for one, inside in zip(material.train, keep, strict=True) if inside]
            stream = CropStream(
                learned, weights[keep] / weights[keep].sum(), material.store, Delivery(Law(view.law), arguments.crop, view.window), 1
            )
            place = arguments.out / "front-ends" / f"{front}-{fold[0]}"
            place.mkdir(parents=True, exist_ok=True)
            with TrainLog(place, lambda _: None) as log:
                trained = train_network(
                    member, stream, lambda _: 1.0, fabric=Fabric(accelerator="cpu", devices=1, precision="bf16-mixed"),
                    folder=place, key=member.model_dump_json(), seed=1, log=log,
                )  # fmt: skip
            device = torch.device("cpu")
            scored = [score(trained.network.float(), unseen, material.store, one, device) for one in recipe.choosing()]
            _tell(front, fold, unseen, [float(roc_auc_score(truth, one.logits)) for one in scored], count_parameters(trained.network))


def _tell(name: str, fold: tuple[str, str], unseen: tuple[Sample, ...], values: list[float], parameters: int) -> None:
    shown = " ".join(f"{value:.3f}" for value in values)
    print(f"{name:12} {shown} mean {np.mean(values):.3f} | {' against '.join(fold)}, n {len(unseen)}, {parameters} parameters", flush=True)


if __name__ == "__main__":
    main()
