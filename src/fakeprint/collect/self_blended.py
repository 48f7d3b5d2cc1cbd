"""Self-blended faces out of pictures as filmed: pairs stored alike, masks kept, every step recorded (specs: field 4.1)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import ErrorCode, MediaError, Stage, UsageError
from fakeprint.core.limits import Limits
from fakeprint.core.sample import Label, Sample, Step
from fakeprint.detectors.face_finder import FaceFinder
from fakeprint.generators.blend_law import BlendLaw
from fakeprint.media.faces import Face
from fakeprint.media.image import decode_image
from fakeprint.media.probe import open_media

STEP_KEY = "fakeprint:step"
"""The text entry of a blended PNG that holds its step as JSON: the mark by which it is known for what it is."""

Find = Callable[[NDArray[np.uint8]], Sequence[Face]]


@dataclass
class BlendTally:
    """Counts of one run: pictures read, blends written, and pictures without a blend by reason and by name."""

    read: int = 0
    written: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)

    def refuse(self, sample: Sample, reason: str) -> None:
        """Note a picture that gave no blend."""
        self.failed[reason] += 1
        self.reasons[sample.id] = reason


def blend_samples(
    samples: Iterable[Sample],
    root: Path,
    out: Path,
    tally: BlendTally,
    *,
    law: BlendLaw | None = None,
    count: int = 1,
    seed: int = 0,
    min_side: float = 48.0,
    find: Find | None = None,
) -> Iterator[Sample]:
    """Write pictures and ``count`` self-blends of each under ``out``; yield their samples, the untouched picture of each pair first.

    All are PNG files, so that storage does not tell the two labels apart: ``filmed/``, ``blended/``, and ``mask/`` (8-bit grey, 255
    where the pixel was replaced whole).  A blend carries its :class:`Step` in ``history`` and in the file; ``pair`` names its partner,
    ``mask`` its mask.  What is drawn depends on ``seed`` and the sample's id alone.  The largest face of at least ``min_side`` pixels is
    taken; a picture without one, of another label, or that cannot be decoded is counted in ``tally`` and left out.
    """
    law = law or BlendLaw()
    find = find or FaceFinder().find
    for sample in samples:
        tally.read += 1
        if sample.label is not Label.AUTHENTIC:
            tally.refuse(sample, "its label is not authentic")
            continue
        try:
            rgb = _upright(root / sample.path)
        except MediaError as error:
            tally.refuse(sample, str(error))
            continue
        face = max(find(rgb), key=lambda one: one.side, default=None)
        if face is None or face.side < min_side:
            tally.refuse(sample, f"no face of at least {min_side:.0f} pixels was found")
            continue
        yield from _pair(sample, rgb, face, out, tally, law, count, seed)


def _pair(
    sample: Sample, rgb: NDArray[np.uint8], face: Face, out: Path, tally: BlendTally, law: BlendLaw, count: int, seed: int
) -> Iterator[Sample]:
    stem = sha256(sample.id.encode()).hexdigest()[:20]
    blends: list[Sample] = []
    for number in range(count):
        rng = np.random.default_rng([seed, number, *sha256(sample.id.encode()).digest()])
        try:
            drawn = law.draw(face.keypoints, rng)
            made = drawn.apply(rgb)
        except UsageError as error:
            tally.refuse(sample, str(error))
            return
        step = drawn.step()
        path, mask = f"blended/{stem}-{number}.png", f"mask/{stem}-{number}.png"
        digest = _write(out / path, made.pixels, step)
        _write(out / mask, np.rint(255 * made.mask).astype(np.uint8), None)
        changes = {"id": f"{sample.id}#self-blend-{number}", "path": path, "mask": mask, "sha256": digest, "pair": sample.id}
        history = (*sample.history, step)
        blends.append(_written(sample, {**changes, "label": Label.MANIPULATED, "generator": drawn.name, "history": history}))
    path = f"filmed/{stem}.png"
    yield _written(sample, {"path": path, "sha256": _write(out / path, rgb, None)})
    yield from blends
    tally.written += len(blends)


def _written(sample: Sample, changes: dict[str, object]) -> Sample:
    """Return the sample of a new file; what was known of the old file's bytes does not hold for it."""
    return Sample.model_validate({**dict(sample), "media": None, "phash": None, "url": None, **changes})


def _upright(path: Path) -> NDArray[np.uint8]:
    limits = Limits()
    container = open_media(path, limits).container
    if container is None:
        raise MediaError(ErrorCode.E_FORMAT_REFUSED, "not an image that this program decodes", Stage.DECODE)
    return decode_image(path, container, limits).upright()


def _write(path: Path, pixels: NDArray[np.uint8], step: Step | None) -> str:
    """Write a PNG and return its sha256."""
    marks = PngInfo()
    if step is not None:
        marks.add_text(STEP_KEY, step.model_dump_json())
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=marks)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, buffer.getvalue())
    return sha256(buffer.getvalue()).hexdigest()
