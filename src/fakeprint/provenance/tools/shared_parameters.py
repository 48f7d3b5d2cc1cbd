"""The key ``parameters`` is shared by several tools; this says whose text it holds (specs: provenance 5)."""

from fakeprint.core.evidence import OriginClaim
from fakeprint.media.container.model import PartKind
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools import automatic1111
from fakeprint.provenance.tools.carriers import broken_text, keyed
from fakeprint.provenance.tools.claims import nothing, unreadable
from fakeprint.provenance.tools.json_text import Unreadable, load_object, looks_like_object

PARSER = "shared-parameters"


def owner_of(text: str) -> str | None:
    """Return the name of the parser that a ``parameters`` text belongs to, None for a text of no known layout.

    Raises:
        Unreadable: it begins like JSON and is none.

    >>> owner_of('{"sui_image_params": {}}'), owner_of('{"base_model": "x"}'), owner_of("Steps: 1, Seed: 2, Sampler: x")
    ('swarmui', 'fooocus', 'automatic1111')
    """
    if looks_like_object(text):
        value = load_object(text)
        return "swarmui" if "sui_image_params" in value else "fooocus" if "base_model" in value else None
    return automatic1111.PARSER if automatic1111.has_settings(text) else None


def parse(item: MediaItem) -> OriginClaim:
    """Report a ``parameters`` text that no parser can read; the owners report the others."""
    if broken := broken_text(item, "parameters"):
        return unreadable(PARSER, *broken)
    for carried in keyed(item, "parameters"):
        try:
            if owner_of(carried.text) is None:
                return unreadable(PARSER, "not_recognised", carried.location)
        except Unreadable as error:
            return unreadable(PARSER, error.reason, carried.location)
    return nothing(PARSER, item, PartKind.TEXT)
