"""Grok: a signature in ImageDescription and a UUID as Artist (specs: provenance 5)."""

import re

from fakeprint.core.evidence import OriginClaim
from fakeprint.media.container.model import PartKind
from fakeprint.media.exif import ARTIST, IMAGE_DESCRIPTION
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import exif_text
from fakeprint.provenance.tools.claims import nothing, present
from fakeprint.provenance.tools.midjourney import UUID
from fakeprint.provenance.tools.values import generation_of

PARSER = "grok"
TOOL = "Grok"
_SIGNATURE = re.compile(r"Signature: [A-Za-z0-9+/]{64,4096}={0,2}\s*")
_NOTE = "The signature cannot be checked: the vendor has published no key."


def parse(item: MediaItem) -> OriginClaim:
    """Accept both EXIF tags together; one alone is nothing."""
    description, artist = exif_text(item, IMAGE_DESCRIPTION), exif_text(item, ARTIST)
    if description and artist and _SIGNATURE.fullmatch(description.text) and re.fullmatch(UUID, artist.text.strip()):
        generation = generation_of(item.limits, description.text, tool=TOOL, job_id=artist.text)
        return present(PARSER, description, tool=TOOL, vendor="xAI", generation=generation, notes=(_NOTE,))
    return nothing(PARSER, item, PartKind.EXIF)
