"""Midjourney: a prompt that ends in ``Job ID: UUID``, or the job id in XMP beside a DigitalSourceType (specs: provenance 5)."""

import re

from fakeprint.core.evidence import OriginClaim, OriginStatement
from fakeprint.core.generation import Generation
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import PartKind
from fakeprint.media.exif import IMAGE_DESCRIPTION
from fakeprint.media.item import MediaItem
from fakeprint.provenance.digital_source_type import statement_of
from fakeprint.provenance.tools.carriers import Carried, exif_text, keyed
from fakeprint.provenance.tools.claims import nothing, present
from fakeprint.provenance.tools.values import generation_of

PARSER = "midjourney"
TOOL = "Midjourney"
UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_UUID = re.compile(UUID)
_MARK = "Job ID: "
_FLAG = re.compile(r"(?:^|\s)--([a-z]{1,20})(?:\s{1,8}([^\s-]\S{0,60}))?")
_SHAPE_NOTE = "The maker is inferred from the shape of these fields, which name no tool."


def read(text: str, limits: Limits) -> Generation | None:
    """Read one description, or None if it does not end in a job id that is a UUID.

    >>> one = read("a cat on a roof --ar 4:3 --v 5.2 Job ID: 01234567-89ab-cdef-0123-456789abcdef", Limits())
    >>> one.prompt, one.model, one.job_id
    ('a cat on a roof', '5.2', '01234567-89ab-cdef-0123-456789abcdef')
    """
    at = text.rfind(_MARK)
    job = _UUID.match(text, at + len(_MARK)) if at >= 0 else None
    if job is None:
        return None
    prompt = text[:at][: limits.prompt_chars]
    first_flag = _FLAG.search(prompt)
    flags = {match[1]: match[2] or None for match in _FLAG.finditer(prompt)}
    niji = flags.get("niji")
    return generation_of(
        limits,
        text,
        tool=TOOL,
        prompt=prompt[: first_flag.start()] if first_flag else prompt,
        negative_prompt=flags.get("no"),
        seed=flags.get("seed"),
        model=f"niji {niji}" if niji else flags.get("v") or flags.get("version"),
        job_id=job[0],
    )


def parse(item: MediaItem) -> OriginClaim:
    """Read PNG ``Description``, EXIF ImageDescription or XMP description, then the job id in XMP."""
    described = exif_text(item, IMAGE_DESCRIPTION)
    packets = [Carried(text, packet.location) for packet in item.xmp for text in packet.values("description")]
    for carried in (*keyed(item, "description"), *((described,) if described else ()), *packets):
        generation = read(carried.text, item.limits)
        if generation is not None:
            return present(PARSER, carried, tool=TOOL, vendor=TOOL, generation=generation)
    for packet in item.xmp:
        job = next((value.strip() for value in packet.values("DigImageGUID") if _UUID.fullmatch(value.strip())), None)
        stated = [statement_of(value) for value in packet.values("DigitalSourceType")]
        if job and (OriginStatement.AI_GENERATED in stated or OriginStatement.AI_EDITED in stated):
            generation = generation_of(item.limits, job, tool=TOOL, job_id=job)
            return present(PARSER, Carried(job, packet.location), tool=TOOL, vendor=TOOL, generation=generation, notes=(_SHAPE_NOTE,))
    return nothing(PARSER, item, PartKind.TEXT, PartKind.EXIF, PartKind.XMP)
