"""All examiners by name: what a file declares first, then classical signals, then learned detectors.  Loads none of them."""

from collections.abc import Iterable

from fakeprint.core.registry import Registry, unknown_name
from fakeprint.detectors import TABLE as DETECTORS
from fakeprint.media.examiner import Examiner, Settings, construct
from fakeprint.provenance import TABLE as PROVENANCE
from fakeprint.signals import TABLE as SIGNALS

FAMILIES: tuple[Registry[type[Examiner]], ...] = (
    Registry("provenance", PROVENANCE),
    Registry("signals", SIGNALS),
    Registry("detectors", DETECTORS),
)
DETECTOR_NAMES = tuple(DETECTORS)


def examiner_names() -> tuple[str, ...]:
    """Return the names of all examiners in the order in which they report."""
    return tuple(name for family in FAMILIES for name in family.names())


def choose_examiners(only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names to run; an unknown name is an error that suggests the nearest one.

    >>> choose_examiners(only=["c2pa", "iptc"], skip=["iptc"])
    ('c2pa',)
    """
    known, wanted, unwanted = examiner_names(), frozenset(only), frozenset(skip)
    for name in sorted(wanted | unwanted):
        if name not in known:
            raise unknown_name("examiner", name, known)
    return tuple(name for name in known if name not in unwanted and (name in wanted or not wanted))


def load_examiners(names: Iterable[str], settings: Settings) -> list[Examiner]:
    """Import and construct the examiners of these names, and the detectors of the settings' model folders."""
    from fakeprint.detectors.load import load_detector

    own: list[Examiner] = [load_detector(folder, settings) for folder in settings.models]
    replaced = {one.name for one in own}
    return [load_examiner(name, settings) for name in names if name not in replaced] + own


def load_examiner(name: str, settings: Settings) -> Examiner:
    """Import and construct one examiner."""
    family = next(family for family in FAMILIES if name in family.names())
    return construct(family.load(name), settings)
