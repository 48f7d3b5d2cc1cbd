"""Suites: named lists of conditions, versioned; a change is a new version, and versions never share a column."""

from fakeprint.core.record import Record
from fakeprint.core.registry import unknown_name
from fakeprint.suites.conditions import DEFAULT_CONDITIONS


class Suite(Record):
    """A protocol.  The first condition is the one that the others are compared with."""

    name: str
    version: str = "1"
    title: str
    conditions: tuple[str, ...]


SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite(name="delivery", title="Deliveries: as stored, public tiers, smaller, saved again", conditions=DEFAULT_CONDITIONS),
        Suite(
            name="calibration",
            title="Deliveries that fill every class of compression, for fitting calibration and thresholds",
            conditions=("clean", "web", "hard", "x0.6", "jpeg75-89", "jpeg90-98"),
        ),
        Suite(
            name="matched",
            title="Native against format-matched: one size, one random re-encoding for both labels; the difference is the format gap",
            conditions=("clean", "window224+jpeg80-95", "window224+jpeg96"),
        ),
        Suite(
            name="codecs",
            title="One axis: lossy coding",
            conditions=(
                "clean", "jpeg95", "jpeg90", "jpeg85", "jpeg75", "jpeg60", "jpeg50", "jpeg40", "jpeg30",
                "webp90", "webp75", "webp50", "jpeg90+jpeg60", "jpeg60+jpeg90",
            ),
        ),
        Suite(
            name="geometry",
            title="One axis: resampling and grid offset",
            conditions=(
                "clean", "x0.9", "x0.75", "x0.5", "x0.25", "x1.5", "x2", "x0.5-nearest", "x0.5-bicubic", "x0.5-lanczos", "x0.5-area",
                "crop1", "crop3", "crop7",
            ),
        ),
        Suite(
            name="signal",
            title="One axis: blur and noise",
            conditions=("clean", "blur0.5", "blur1", "blur2", "blur3", "noise2", "noise5", "noise10"),
        ),
    )
}  # fmt: skip


def suite_of(name: str) -> Suite:
    """Return the suite of that name, or raise an error that suggests the nearest one.

    >>> suite_of("delivery").conditions[0]
    'clean'
    """
    if name not in SUITES:
        raise unknown_name("suite", name, SUITES)
    return SUITES[name]
