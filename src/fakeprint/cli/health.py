"""The checks that ``fakeprint doctor`` prints."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fakeprint import __version__
from fakeprint.core.run import installed_versions

_REQUIRED = {
    "numpy": "nothing works without it",
    "pillow": "images cannot be read",
    "av": "videos cannot be read",
    "onnxruntime": "learned detectors cannot run",
    "pydantic": "nothing works without it",
    "c2pa-python": "content credentials are announced but not read",
}
_EXTRAS = {
    "pi_heif": ("heic", "HEIC photographs are reported as unsupported"),
    "pyarrow": ("data", "Parquet manifests cannot be read or written"),
    "torch": ("train", "training is not available; scanning does not need it"),
}


@dataclass(frozen=True)
class Check:
    """One line: whether it is well, what was looked at, its state, and what it means for results."""

    ok: bool
    what: str
    state: str
    effect: str = ""
    required: bool = False


def checks() -> list[Check]:
    """Look at everything and return one line each; nothing is fetched."""
    return [
        Check(True, "fakeprint", __version__, f"Python {sys.version.split()[0]} on {platform.platform(terse=True)}"),
        *_packages(),
        *_codecs(),
        *_sandbox(),
        _trust_list(),
        _accelerator(),
        _writable("temporary folder", Path(tempfile.gettempdir())),
        _writable("current folder", Path.cwd()),
    ]


def _packages() -> Iterator[Check]:
    versions = installed_versions(tuple(_REQUIRED))
    for name, effect in _REQUIRED.items():
        there = name in versions
        yield Check(there, name, versions.get(name, "missing"), "" if there else effect, required=True)
    for module, (extra, effect) in _EXTRAS.items():
        there = find_spec(module) is not None
        yield Check(there, f"extra [{extra}]", "installed" if there else f"pip install 'fakeprint[{extra}]'", "" if there else effect)


def _codecs() -> Iterator[Check]:
    from PIL import features

    for name, label in (("jpg", "JPEG"), ("zlib", "PNG"), ("webp", "WebP"), ("avif", "AVIF"), ("libtiff", "TIFF compression")):
        there = bool(features.check(name))
        yield Check(
            there, f"{label} decoder", "available" if there else "missing", "" if there else f"{label} files are reported as unsupported"
        )


def _sandbox() -> Iterator[Check]:
    from fakeprint.media.sandbox import describe

    for measure, holds in describe().items():
        yield Check(
            holds, f"sandbox: {measure}", "on" if holds else "not available here", "" if holds else "decoders run with one barrier less"
        )


def _trust_list() -> Check:
    from fakeprint.provenance import trust

    found = trust.load()
    if found is None:
        return Check(False, "trust list", "none installed", "credentials are read; whether their signer is trusted is not checked")
    info = found.info()
    return Check(True, "trust list", f"{info.name}, {info.date or 'date unknown'}, {info.certificates} certificates")


def _accelerator() -> Check:
    if find_spec("onnxruntime") is None:
        return Check(False, "accelerator", "unknown", "onnxruntime is missing")
    import onnxruntime

    providers = [name.removesuffix("ExecutionProvider") for name in onnxruntime.get_available_providers()]
    return Check(True, "onnxruntime providers", ", ".join(providers), f"{os.cpu_count()} processors")


def _writable(what: str, folder: Path) -> Check:
    there = os.access(folder, os.W_OK)
    return Check(there, what, "writable" if there else "read-only", "" if there else "reports must go elsewhere (--out)")
