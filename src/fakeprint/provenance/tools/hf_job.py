"""PNG text ``hf-job-id``: names the host that ran a job, not a model (specs: provenance 5)."""

from fakeprint.core.evidence import OriginClaim, OriginStatement
from fakeprint.media.container.model import PartKind
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import keyed
from fakeprint.provenance.tools.claims import HINT, nothing, present
from fakeprint.provenance.tools.values import generation_of

PARSER = "hf-job"
_NOTE = "Names the service that ran a job, not a model and not what the job did."


def parse(item: MediaItem) -> OriginClaim:
    """Accept any short non-blank text under the key."""
    for carried in keyed(item, "hf-job-id"):
        if carried.text.strip() and len(carried.text) <= 200:
            return present(
                PARSER,
                carried,
                tool="Hugging Face Jobs",
                generation=generation_of(item.limits, carried.text, job_id=carried.text),
                statement=OriginStatement.INFORMATIONAL,
                level=HINT,
                notes=(_NOTE,),
            )
    return nothing(PARSER, item, PartKind.TEXT)
