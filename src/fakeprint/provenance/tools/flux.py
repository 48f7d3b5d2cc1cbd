"""The FLUX reference code: EXIF Software that begins ``AI generated`` (specs: provenance 5)."""

from fakeprint.core.evidence import OriginClaim
from fakeprint.media.container.model import PartKind
from fakeprint.media.exif import IMAGE_DESCRIPTION, MAKE, MODEL, SOFTWARE
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import exif_text
from fakeprint.provenance.tools.claims import nothing, present
from fakeprint.provenance.tools.values import generation_of

PARSER = "flux"
_MODES = {"txt2img", "img2img", "inpainting"}


def parse(item: MediaItem) -> OriginClaim:
    """Accept EXIF Software whose first token is ``AI generated``."""
    software = exif_text(item, SOFTWARE)
    tokens = [token.strip() for token in software.text[: item.limits.prompt_chars].split(";")] if software else []
    if software is None or tokens[0] != "AI generated":
        return nothing(PARSER, item, PartKind.EXIF)
    make, model, prompt = (exif_text(item, tag) for tag in (MAKE, MODEL, IMAGE_DESCRIPTION))
    name = tokens[2] if len(tokens) > 2 else ""
    tool = "FLUX" if name.lower() == "flux" or not name else name[:100]
    generation = generation_of(
        item.limits, software.text, tool=tool, model=model.text if model else None, prompt=prompt.text if prompt else None
    )
    mode = tokens[1] if len(tokens) > 1 and tokens[1] in _MODES else None
    notes = (f"Declared mode: {mode}.",) if mode else ()
    vendor = make.text.strip()[:100] if make else None
    return present(PARSER, software, tool=tool, vendor=vendor, generation=generation, notes=notes)
