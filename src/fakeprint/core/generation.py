"""How an image was generated, as recovered from its metadata; also the record that datasets of generated images carry."""

from pydantic import Field

from fakeprint.core.record import Record


class Lora(Record):
    """A low-rank adapter that was applied."""

    name: str
    weight: float | None = None
    model_hash: str | None = None


class Generation(Record):
    """Prompt and sampler settings of one generated image (specs: provenance 5; dflip3k 2).

    All text is untrusted.  ``seed`` may exceed 63 bits (ComfyUI draws unsigned 64-bit seeds).
    """

    tool: str | None = None
    tool_version: str | None = None
    model: str | None = None
    model_hash: str | None = None
    prompt: str | None = None
    negative_prompt: str | None = None
    sampler: str | None = None
    scheduler: str | None = None
    steps: int | None = None
    cfg: float | None = None
    seed: int | None = None
    width: int | None = Field(None, ge=0)
    height: int | None = Field(None, ge=0)
    loras: tuple[Lora, ...] = ()
    job_id: str | None = None
    raw: str | None = None
