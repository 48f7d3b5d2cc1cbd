"""DeepFakeFace: photographs of celebrities and three kinds of generated counterparts (specs: deepfakeface 4 and 7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.archive import INSIDE, members
from fakeprint.datasets.imdb_wiki import person_group
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.pairing_pickle import read_pairing
from fakeprint.datasets.published import Published, require_published
from fakeprint.datasets.source_files import IMAGE_SUFFIXES, media_files, require_folder


@dataclass(frozen=True)
class _Class:
    label: Label
    generator: str | None
    family: str | None
    licence: str


_DATA = "openrail (front matter of the card; its body says Apache-2.0)"
_CLASSES = {
    "wiki": _Class(Label.AUTHENTIC, None, None, "non-commercial research (IMDB-WIKI); photographs keep their own terms"),
    "text2img": _Class(Label.SYNTHETIC, "stable-diffusion-v1-5", "sd_1.5", _DATA),
    "inpainting": _Class(Label.MANIPULATED, "stable-diffusion-inpainting", "sd_1.5", _DATA),
    "insight": _Class(Label.MANIPULATED, "inswapper_128", "face-swap", f"{_DATA}; made with a model for non-commercial research"),
}


FILES = {
    "wiki.zip": Published(1_766_572_515, "e83b55d6692d54e5"),
    "text2img.zip": Published(1_134_392_707, "95e628873d1daea2"),
    "inpainting.zip": Published(1_082_027_665, "795b751f0967b2d9"),
    "insight.zip": Published(1_081_375_437, "3265a6f1eed49c55"),
}
"""Revision d0febfc of the published zips."""


class DeepFakeFace(Importer):
    """DeepFakeFace: 30,000 photographs (``wiki``) and as many images of Stable Diffusion v1.5, of its inpainting model, and of InsightFace.

    ``PATH`` holds the four zips or folders ``wiki``, ``text2img``, ``inpainting``, ``insight``; files are ``NN/ID_BIRTH_YEAR.jpg``, with or
    without a folder of the class above; zips are listed, not unpacked.  The label is the class: ``authentic``, ``synthetic`` (text2img),
    ``manipulated`` (inpainting, insight).  A relative path means another picture in each class: at A's path ``inpainting`` shows A's
    photograph with B's face, ``text2img`` an image from B's name, ``insight`` B's photograph with A's face.  ``pairs`` (the original's
    ``wiki.pickle``, read without running it) tells who B is; then ``pair`` names the photograph with the same content, and prompts are
    filled.  ``verify=true`` first compares the zips with the published ones.

    Citation: Song, Huang, Dong, Tu, arXiv 2309.02218.  Licence: openrail or Apache-2.0 (the card says both); photographs: non-commercial.
    """

    title: ClassVar[str] = "DeepFakeFace"
    citation: ClassVar[str] = (
        "Song, Huang, Dong, Tu. Robustness and generalizability of deepfake detection: a study with diffusion models. arXiv 2309.02218."
    )
    licence: ClassVar[str] = f"{_DATA}; photographs: non-commercial research"
    grouping: ClassVar[str] = (
        "all images of both persons of a couple, where the pairing is given; else the images at paths of one person, which leaves the "
        "partner's face in another group"
    )

    split: Split = Split.TEST
    pairs: Path | None = None
    verify: bool = False

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the samples class by class, and count the paths that a class lacks."""
        pairing = _Pairing.read(self.pairs)
        places = {name: place for name in _CLASSES if (place := _place(require_folder(path), name)) is not None}
        if not places:
            raise UsageError(f"{path.name} holds none of wiki, text2img, inpainting, insight, as folder or zip")
        keys: dict[str, set[str]] = {}
        for name, place in places.items():
            if self.verify and place.is_file():
                require_published(place, FILES)
            seen = keys.setdefault(name, set())
            for where, inside in _files(place):
                key = "/".join(inside.parts[-2:])
                if len(inside.parts) < 2 or key in seen:
                    tally.refuse("no BUCKET/NAME of its own", where)
                else:
                    seen.add(key)
                    yield from self._sample(name, key, where, pairing, tally)
        complete = set.intersection(*keys.values()) if len(keys) == len(_CLASSES) else set()
        tally.note("paths with all four images", len(complete))
        for name, seen in keys.items():
            tally.note(f"paths that {name} lacks", len(set().union(*keys.values()) - seen))
        for name in _CLASSES.keys() - places.keys():
            tally.note(f"classes that are not there: {name}")
        if self.pairs is None:
            tally.note("no pairing given: a partner's face may lie in another group")

    def _sample(self, name: str, key: str, where: str, pairing: "_Pairing", tally: Tally) -> Iterator[Sample]:
        about = _CLASSES[name]
        partner = pairing.partner.get(key)
        scene = {"inpainting": key, "insight": partner}.get(name)
        prompt = pairing.prompt.get(key) if name in ("text2img", "inpainting") else None
        extra = {"path_key": key, **({"partner": partner} if partner else {})}
        yield from tally.offer(
            where,
            id=f"{name}/{key}",
            path=where,
            label=about.label,
            split=self.split,
            group=pairing.group.get(person_group(key), person_group(key)),
            source=f"deepfakeface/{name}",
            generator=about.generator,
            family=about.family,
            licence=about.licence,
            pair=f"wiki/{scene}" if scene else None,
            generation=Generation(prompt=prompt) if prompt else None,
            extra=extra,
        )


@dataclass(frozen=True)
class _Pairing:
    """For each path its partner's path and prompt; for each person the group of everyone connected to it by couples."""

    partner: Mapping[str, str]
    prompt: Mapping[str, str]
    group: Mapping[str, str]

    @classmethod
    def read(cls, path: Path | None) -> "_Pairing":
        if path is None:
            return cls({}, {}, {})
        paths, prompts, pairs = read_pairing(path)
        if any(one != pair[0] for one, pair in zip(paths, pairs, strict=True)):
            raise UsageError(f"{path.name}: a pair does not begin with its path")
        root: dict[str, str] = {}
        for left, right in pairs:
            one, other = _find(root, person_group(left)), _find(root, person_group(right))
            root[max(one, other)] = min(one, other)
        group = {person: _find(root, person) for person in list(root)}
        return cls(dict(pairs), dict(zip(paths, prompts, strict=True)), group)


def _find(root: dict[str, str], name: str) -> str:
    """Return the representative of a name's group, and shorten the way to it."""
    while root.setdefault(name, name) != name:
        root[name] = root[root[name]]
        name = root[name]
    return name


def _place(root: Path, name: str) -> Path | None:
    return next((place for place in (root / name, root / f"{name}.zip") if place.exists()), None)


def _files(place: Path) -> Iterator[tuple[str, PurePosixPath]]:
    """Yield the path of a sample and the path inside the class."""
    if place.is_dir():
        for inside in media_files(place, IMAGE_SUFFIXES):
            yield f"{place.name}/{inside}", inside
        return
    for member in members(place):
        inside = PurePosixPath(member.name)
        if inside.suffix.lower() in IMAGE_SUFFIXES and not inside.name.startswith("."):
            yield f"{place.name}{INSIDE}{member.name}", inside
