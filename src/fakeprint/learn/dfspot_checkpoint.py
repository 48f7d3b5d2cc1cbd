"""Names of tensors in DFSpot's checkpoints, turned into ours (specs: dfspot 8).

A file ``{ffpp|dfdc|celeb}_{v2|v2st|vit|vitst}.pth`` holds its tensors under ``net``:

=====================================  ==================  =========================================================
original                               here
=====================================  ==================  =========================================================
``efficientnet.*``, ``vit.*``          ``backbone.*``      timm's own names, unchanged since timm 0.4.9
``classifier1.*``                      ``head.1.*``        the plain head
``feat_ext.`` before all of these      as above            a Siamese-tuned network; its ``classifier1`` was never trained
``classifier.0.*``, ``classifier.1.*`` ``head.0.*``, ...   batch normalisation and linear layer of the Siamese-tuned head
=====================================  ==================  =========================================================
"""

from collections.abc import Mapping
from typing import TypeVar

from fakeprint.core.errors import UsageError

T = TypeVar("T")

_TUNED = "feat_ext."
_BACKBONES = ("efficientnet.", "vit.")


def is_dfspot(names: Mapping[str, object]) -> bool:
    """Tell whether tensors of these names are laid out as DFSpot's."""
    return any(name.removeprefix(_TUNED).startswith(_BACKBONES) for name in names)


def renamed(tensors: Mapping[str, T], *, head: bool = True) -> dict[str, T]:
    """Return the tensors under our names; names that no rule covers stay as they are, so that a strict load refuses them.

    With ``head`` a file without a trained head is refused: no score can come from it.

    >>> sorted(renamed({"vit.norm.weight": 1, "classifier1.weight": 2}))
    ['backbone.norm.weight', 'head.1.weight']
    >>> sorted(renamed({"feat_ext.vit.norm.weight": 1, "feat_ext.classifier1.bias": 2, "classifier.0.bias": 3}))
    ['backbone.norm.weight', 'head.0.bias']

    Raises:
        UsageError: there is no trained head, or two tensors mean the same.
    """
    tuned = any(name.startswith(_TUNED) for name in tensors)
    pairs = [(new, tensor) for name, tensor in tensors.items() if (new := _renamed(name, tuned)) is not None]
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UsageError("the file holds two networks under names that mean the same")
    if head and not any(name.startswith("head.") for name in found):
        raise UsageError("the file holds a backbone without a trained head, so no score can come from it; a recipe can start from it")
    return found


def _renamed(name: str, tuned: bool) -> str | None:
    inner = name.removeprefix(_TUNED)
    if tuned and inner != name and inner.startswith("classifier1."):
        return None
    if tuned and inner == name:
        return f"head.{name.removeprefix('classifier.')}" if name.startswith("classifier.") else name
    if inner.startswith("classifier1."):
        return f"head.1.{inner.removeprefix('classifier1.')}"
    for prefix in _BACKBONES:
        if inner.startswith(prefix):
            return f"backbone.{inner.removeprefix(prefix)}"
    return name
