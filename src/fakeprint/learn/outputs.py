"""What networks return, by name: ``logit`` and ``patch_logits`` from all; a network that gives more names all in ``outputs``."""

from torch import nn

from fakeprint.core.card import OutputSpec

OUTPUTS = ("logit", "patch_logits")

_SPECS = (
    OutputSpec(name="logit", shape=("n",), meaning="log-odds of label 1 before calibration"),
    OutputSpec(
        name="patch_logits", shape=("n", "1", "h", "w"), meaning="evidence of each patch in the unit of logit; its mean is the logit"
    ),
    OutputSpec(name="class_logits", shape=("n", "families"), meaning="one for each label; their softmax is what attribution rests on"),
    OutputSpec(name="reconstruction", shape=("n", "3", "height", "width"), meaning="the input as the network redraws it, RGB in [0, 1]"),
    OutputSpec(name="residual", shape=("n", "1", "height", "width"), meaning="distance of the input from its reconstruction, in [0, 1]"),
    OutputSpec(name="attention", shape=("n", "1", "rows", "columns"), meaning="weight that the network gives to each place, in [0, 1]"),
)


def output_names(network: nn.Module) -> tuple[str, ...]:
    """Return the names of what a network returns in evaluation mode, in order."""
    names: tuple[str, ...] = getattr(network, "outputs", OUTPUTS)
    return names


def output_specs(network: nn.Module) -> tuple[OutputSpec, ...]:
    """Return what a card says about a network's outputs.

    >>> [one.name for one in output_specs(nn.Identity())]
    ['logit', 'patch_logits']
    """
    return tuple(one for one in _SPECS if one.name in output_names(network))


def dynamic_axes(name: str) -> dict[int, str]:
    """Return the axes of an output whose lengths vary."""
    shape: tuple[str, ...] = next((one.shape for one in _SPECS if one.name == name), ("n",))
    return {at: length for at, length in enumerate(shape) if not length.isdigit()}
