"""The options of DFSpot by their old names, several values after one option included, and the rules by which we take them."""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fakeprint.core.score_ensemble import COMPATIBLE_THRESHOLD

NETS = {"timmv2": "v2", "timmv2st": "v2st", "vit": "vit", "vitst": "vitst"}
"""DFSpot's models, lower case, and how each is called in the names of its weights."""
SHOWN = {"v2": "TimmV2", "v2st": "TimmV2ST", "vit": "ViT", "vitst": "ViTST"}
SETS = ("ffpp", "dfdc", "celeb")


@dataclass(frozen=True)
class Options:
    """A parsed call; every field is the option of that name."""

    data_dir: tuple[str, ...]
    dataset: str
    model: tuple[str, ...]
    media_type: str | None
    model_dir: Path | None
    blazeface_dir: Path | None
    face_policy: str | None
    face_size: int | None
    fpv: int
    fps: float | None
    all_frames: bool
    device: str
    n: int | None
    annotate: bool
    output_dir: Path
    video_id: tuple[int, ...] | None
    threshold: float
    aggregate: str
    faces: Literal["best", "track", "all"]
    format: Literal["csv", "json", "jsonl"]
    strict_compat: bool
    recursive: bool
    jobs: int
    offline: bool
    force: bool
    quiet: bool


def parse_options(arguments: Sequence[str]) -> Options:
    """Return the options of a call; a wrong one ends the program with exit code 2 and a message.

    >>> options = parse_options(["--data_dir", "clips", "--dataset", "ffpp", "--model", "vit", "face-swap", "--annotate"])
    >>> options.model, options.annotate, options.fpv, options.threshold
    (('ViT', 'face-swap'), True, 32, 0.3)
    """
    values = vars(_parser().parse_args(list(arguments)))
    for name in ("data_dir", "model", "video_id"):
        values[name] = tuple(values[name]) if values[name] is not None else None
    return Options(**values)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="fakeprint dfspot",
        description="Score the faces of videos or images with an ensemble and write DFSpot's lists. docs/dfspot.md has the details.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--media_type", choices=("video", "image"), help="default: both, by the endings of the files")
    add("--data_dir", nargs="+", required=True, metavar="PATH", help="folders, files or globs")
    add("--dataset", "--weights-set", required=True, type=str.lower, choices=SETS, help="selects the weights, not the data")
    add("--model", nargs="+", required=True, type=_model, metavar="NAME", help="TimmV2 TimmV2ST ViT ViTST, or names of shipped artifacts")
    add("--model_dir", type=Path, help="folder that holds the artifacts, at any depth; default: where 'fakeprint models pull' puts them")
    add("--blazeface_dir", type=Path, help="an artifact folder of a face finder; default: ours")
    add("--face_policy", choices=("scale", "tight"), help="must be that of the models; default: theirs")
    add("--face_size", type=int, help="must be that of the models; default: theirs")
    add("--fpv", type=_positive, default=32, help="frames of each video, default 32; with --annotate every frame is scored")
    add("--fps", type=float, help="frames a second instead of --fpv")
    add("--all-frames", action="store_true", help="every frame instead of --fpv")
    add("--device", default="0", help="taken for compatibility: models run on the processor")
    add("--n", type=_positive, help="the first n videos; without effect beside --video_id")
    add("--annotate", nargs="?", type=_yes, const=True, default=False, metavar="True|False", help="write annotated copies")
    add("--output_dir", type=Path, default=Path("output"), help="default: output")
    add("--video_id", nargs="+", type=int, metavar="I", help="positions in the sorted list of videos, from 0; default: all")
    add("--threshold", type=_share, default=COMPATIBLE_THRESHOLD, help="label from this score on, default 0.3, which nobody calibrated")
    add("--aggregate", default="logit_mean", help="frames to one logit, default logit_mean; docs/detectors.md lists the others")
    add("--faces", choices=("best", "track", "all"), default="best", help="faces that count; default: the largest of each frame")
    add("--format", choices=("csv", "json", "jsonl"), default="csv", help="of the list of videos")
    add("--strict-compat", action="store_true", help="write the original's bytes and nothing else")
    add("--recursive", action="store_true", help="look into sub-folders too")
    add("--jobs", "-j", type=int, default=0, help="worker processes; 0: one for each processor")
    add("--offline", action="store_true", help="make any network access an error")
    add("--force", action="store_true", help="overwrite existing lists")
    add("--quiet", "-q", action="store_true", help="no messages")
    return parser


def _model(text: str) -> str:
    return SHOWN[NETS[text.lower()]] if text.lower() in NETS else text


def _yes(text: str) -> bool:
    if text not in {"True", "False"}:
        raise ValueError("True or False")
    return text == "True"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("at least 1")
    return number


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError("from 0 to 1")
    return share
