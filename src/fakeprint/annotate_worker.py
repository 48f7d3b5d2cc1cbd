"""The part of annotating that runs in the sandbox: a path and a plan in, the bytes of an annotated copy out, part by part."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import JsonValue

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.core.media import MediaKind
from fakeprint.media.annotate.copied import Copied
from fakeprint.media.annotate.plan import Plan


class AnnotateWorker:
    """Constructed once in each worker with its limits; ``stream`` is called once for each copy."""

    def __init__(self, setup: Mapping[str, JsonValue]) -> None:
        self._limits = Limits.model_validate(setup["limits"])

    def stream(
        self, payload: Mapping[str, JsonValue], blobs: tuple[bytes, ...], emit: Callable[[int, bytes], None]
    ) -> tuple[bytes, dict[str, bytes]]:
        """Emit the copy of ``payload["path"]`` (the path's bytes as Latin-1) by the plan in ``blobs``; return what became of it.

        Raises:
            MediaError: the file cannot be decoded, or is not the one that was examined.
        """
        path = Path(os.fsdecode(str(payload["path"]).encode("latin-1")))
        return self._copy(path, Plan.model_validate_json(blobs[0]), emit).model_dump_json().encode(), {}

    def _copy(self, path: Path, plan: Plan, emit: Callable[[int, bytes], None]) -> Copied:
        from fakeprint.media.annotate.copy_image import copy_image  # loads decoders, which the parent must not
        from fakeprint.media.annotate.copy_video import copy_video
        from fakeprint.media.probe import open_media

        opened = open_media(path, self._limits)
        if opened.media is None or opened.container is None:
            message = opened.error.message if opened.error else "cannot be read"
            raise MediaError(opened.error.code if opened.error else ErrorCode.E_READ, message, Stage.OPEN)
        if opened.media.sha256 != plan.media_sha256:
            raise MediaError(ErrorCode.E_READ, "the file has changed since it was examined", Stage.OPEN)
        copy = copy_image if opened.media.kind is MediaKind.IMAGE else copy_video
        return copy(path, opened.container, self._limits, plan, emit)
