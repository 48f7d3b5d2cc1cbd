"""Draw Things: JSON in the XMP property UserComment; layout unconfirmed, hence a hint (specs: provenance 5)."""

from fakeprint.core.evidence import OriginClaim
from fakeprint.media.container.model import PartKind
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import Carried
from fakeprint.provenance.tools.claims import HINT, first_claim, present
from fakeprint.provenance.tools.json_text import load_object, looks_like_object
from fakeprint.provenance.tools.values import generation_of, to_size

PARSER = "draw-things"
TOOL = "Draw Things"
_KNOWN = {"c", "uc", "steps", "sampler", "scale", "seed", "size", "model", "strength"}


def parse(item: MediaItem) -> OriginClaim:
    """Accept JSON with at least four of the known short keys, model and sampler among them."""
    candidates = [Carried(text, packet.location) for packet in item.xmp for text in packet.values("UserComment") if looks_like_object(text)]

    def accept(carried: Carried) -> OriginClaim | None:
        if '"sampler"' not in carried.text:
            return None
        fields = load_object(carried.text)
        if len(_KNOWN & fields.keys()) < 4 or not {"model", "sampler"} <= fields.keys():
            return None
        width, height = to_size(fields.get("size"))
        generation = generation_of(
            item.limits,
            carried.text,
            tool=TOOL,
            prompt=fields.get("c"),
            negative_prompt=fields.get("uc"),
            seed=fields.get("seed"),
            steps=fields.get("steps"),
            sampler=fields.get("sampler"),
            cfg=fields.get("scale"),
            width=width,
            height=height,
            model=fields.get("model"),
        )
        return present(PARSER, carried, tool=TOOL, generation=generation, level=HINT)

    return first_claim(PARSER, item, candidates, accept, kinds=(PartKind.XMP,))
