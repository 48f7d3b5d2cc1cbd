"""The settings of a scan: defaults, then the file, then the flags; an unknown key is an error."""

from collections.abc import Iterable
from pathlib import Path

import yaml
from pydantic import JsonValue, ValidationError

from fakeprint.core.errors import UsageError
from fakeprint.core.limits import Limits
from fakeprint.core.registry import unknown_name
from fakeprint.examiners import choose_examiners
from fakeprint.scan import ScanConfig


def resolve_config(
    file: Path | None,
    *,
    only: Iterable[str] | None = None,
    skip: Iterable[str] | None = None,
    show_gps: bool = False,
    show_identifiers: bool = False,
    pictures: bool = False,
    limits: Iterable[str] = (),
    timeout: float | None = None,
    frames: str | None = None,
    aggregate: str | None = None,
    face_finder: str | None = None,
) -> ScanConfig:
    """Return the configuration of a scan.

    Raises:
        UsageError: the file cannot be read or holds an unknown key, or a limit or an examiner is not known.
    """
    settings = _read(file) if file else {}
    bounds = settings.pop("limits", {})
    if not isinstance(bounds, dict):
        raise UsageError(f"{file}: limits must be a mapping of names to numbers")
    bounds.update(_parse_limits(limits))
    if timeout is not None:
        bounds.update(image_seconds=timeout, video_seconds=timeout)
    flags: dict[str, JsonValue] = {
        "only": list(only or ()),
        "skip": list(skip or ()),
        "show_gps": show_gps,
        "show_identifiers": show_identifiers,
        "pictures": pictures,
        "frames": frames,
        "aggregate": aggregate,
        "face_finder": face_finder,
    }
    settings.update({name: value for name, value in flags.items() if value is not None and value is not False and value != []})
    try:
        config = ScanConfig.model_validate({**settings, "limits": bounds})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"setting {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    choose_examiners(config.only, config.skip)
    return config


def _read(file: Path) -> dict[str, JsonValue]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"cannot read {file}: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UsageError(f"{file} must hold a mapping of settings")
    return content


def _parse_limits(pairs: Iterable[str]) -> dict[str, JsonValue]:
    bounds: dict[str, JsonValue] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--limit wants NAME=VALUE, not {pair!r}")
        if name not in Limits.model_fields:
            raise unknown_name("limit", name, Limits.model_fields)
        bounds[name] = value
    return bounds
