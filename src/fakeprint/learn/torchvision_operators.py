"""Makes torchvision importable beside a torch build that its compiled part does not fit.

timm needs torchvision, and the wheel on the package index is compiled for CUDA.  Beside a CPU build of torch its compiled operators
do not load, and the import then fails because two of them are mentioned by name.  Nothing here uses these operators, so their
signatures are declared without bodies; a call of one raises.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import torch

_MENTIONED = ("nms", "qnms")
_declared: list[torch.library.Library] = []
"""Keeps the declarations alive; torch withdraws them with their library."""


@cache
def declare_missing_operators() -> bool:
    """Declare what torchvision mentions, if its compiled part does not load; tell whether that was needed.

    Call it before the first import of torchvision.
    """
    found = find_spec("torchvision")
    if found is None or found.origin is None or _loads(Path(found.origin).parent):
        return False
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for name in _MENTIONED:
        if not hasattr(torch.ops.torchvision, name):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")  # type: ignore[no-untyped-call]
    _declared.append(library)
    return True


def _loads(folder: Path) -> bool:
    for compiled in folder.glob("_C*.*"):
        try:
            torch.ops.load_library(str(compiled))  # type: ignore[no-untyped-call]
        except OSError:
            return False
        return True
    return False
