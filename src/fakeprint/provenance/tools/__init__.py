"""One parser per generating tool; each reads what that tool writes about itself into a file (specs: provenance 5).

A parser is a function ``parse(item: MediaItem) -> OriginClaim`` with one of the five statuses.  A text that does not satisfy the
format's acceptance test is ``absent``; a carrier that belongs to the tool and is malformed is ``unreadable``.
"""

TABLE: dict[str, str] = {
    "novelai": "fakeprint.provenance.tools.novelai:parse",
    "comfyui": "fakeprint.provenance.tools.comfyui:parse",
    "invokeai": "fakeprint.provenance.tools.invokeai:parse",
    "fooocus": "fakeprint.provenance.tools.fooocus:parse",
    "swarmui": "fakeprint.provenance.tools.swarmui:parse",
    "automatic1111": "fakeprint.provenance.tools.automatic1111:parse",
    "shared-parameters": "fakeprint.provenance.tools.shared_parameters:parse",
    "midjourney": "fakeprint.provenance.tools.midjourney:parse",
    "grok": "fakeprint.provenance.tools.grok:parse",
    "flux": "fakeprint.provenance.tools.flux:parse",
    "draw-things": "fakeprint.provenance.tools.draw_things:parse",
    "samsung-editor": "fakeprint.provenance.tools.samsung_editor:parse",
    "hf-job": "fakeprint.provenance.tools.hf_job:parse",
    "named-software": "fakeprint.provenance.tools.named_software:parse",
}
"""In the order in which claims of equal level are listed; where two parsers accept one text, the earlier one keeps it."""
