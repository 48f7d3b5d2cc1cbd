"""IMDB-WIKI: the label file ``wiki.mat`` or ``imdb.mat``, read by field name (specs: deepfakeface 3)."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.mat5 import read_mat

SMALLEST_FACE = 32
_FIELDS = ("dob", "photo_taken", "full_path", "gender", "name", "face_location", "face_score", "second_face_score")
_BIRTH_YEAR = re.compile(r"[^.]*?_(\d{4})-\d{1,2}-\d{1,2}")
_ORDINAL_OF_MATLAB_ZERO = 366
_DAYS_A_YEAR = 365.2425


@dataclass(frozen=True)
class Person:
    """One row.  ``gender`` is 0 female, 1 male, None unknown; ``box`` is x1, y1, x2, y2 in pixels as the file has it (1-based)."""

    path: str
    name: str
    gender: int | None
    age: int | None
    birth_year_disagrees: bool
    box: tuple[float, float, float, float] | None
    face_score: float
    second_face_score: float


class ImdbWiki(Importer):
    """Photographs of IMDB-WIKI by its label file: a 1x1 struct of arrays, read by field name (by position only where names are missing).

    ``PATH`` is ``wiki.mat`` or ``imdb.mat`` (or the folder that holds one); images lie beside it as ``NN/ID_BIRTH_YEAR.jpg``.  Every
    sample is ``authentic``.  ``profile`` chooses the rows: ``clean`` (age 0 to 100, known gender, one face with a score of at least
    ``face_score``, a box of at least 32 pixels, a name), or ``dff`` as DeepFakeFace did it (age from 0, known gender, a name; faces are
    not looked at).  The birth year is that of the file name, else of ``dob``; where both disagree it is counted.

    Citation: Rothe, Timofte, Van Gool. IJCV 2018.  Licence: non-commercial research, the photographs keep their own terms.
    """

    title: ClassVar[str] = "IMDB-WIKI photographs"
    citation: ClassVar[str] = (
        "Rothe, Timofte, Van Gool. Deep expectation of real and apparent age from a single image without facial landmarks. IJCV 2018."
    )
    licence: ClassVar[str] = "non-commercial research; photographs keep their own terms"
    grouping: ClassVar[str] = "photographs of one person: the id before the first underscore of the file name"

    profile: Literal["clean", "dff"] = "clean"
    face_score: float = 1.0
    split: Split = Split.TEST

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each row that passes the profile."""
        file = next((path / name for name in ("wiki.mat", "imdb.mat") if (path / name).is_file()), path) if path.is_dir() else path
        for person in read_people(file):
            if person.birth_year_disagrees:
                tally.note("rows whose birth years in file name and dob disagree")
            reason = self._reason(person)
            if reason is not None:
                tally.refuse(reason, person.path)
                continue
            said = {"name": person.name, "age": person.age, "gender": person.gender, "face_score": _finite(person.face_score)}
            if person.box is not None:
                said |= dict(zip(("x1", "y1", "x2", "y2"), map(_finite, person.box), strict=True))
            yield from tally.offer(
                person.path,
                id=f"{file.stem}/{person.path}",
                path=person.path,
                label=Label.AUTHENTIC,
                split=self.split,
                group=person_group(person.path),
                source=f"imdb-wiki/{file.stem}",
                licence=self.licence,
                extra={key: value for key, value in said.items() if value is not None},
            )

    def _reason(self, person: Person) -> str | None:
        """Return why the row is left out, None if it is not."""
        if person.age is None or person.age < 0:
            return "no age, or a negative one"
        if person.gender is None:
            return "gender unknown"
        if not person.name.strip():
            return "no name"
        if self.profile == "dff":
            return None
        if person.age > 100:
            return "older than 100 years"
        if not math.isfinite(person.face_score) or person.face_score < self.face_score:
            return "no face, or a face score below the minimum"
        if not math.isnan(person.second_face_score):
            return "a second face"
        x1, y1, x2, y2 = person.box or (0.0, 0.0, 0.0, 0.0)
        return None if x2 - x1 >= SMALLEST_FACE and y2 - y1 >= SMALLEST_FACE else "the face box is smaller than 32 pixels"


def person_group(path: str) -> str:
    """Return the group of a file of IMDB-WIKI: its person, the text before the first underscore of the file name.

    >>> person_group("17/10000217_1981-05-05_2009.jpg")
    'imdb-wiki:10000217'
    """
    return f"imdb-wiki:{path.rpartition('/')[2].split('_', 1)[0]}"


def read_people(file: Path) -> Iterator[Person]:
    """Yield the rows of a label file.

    Raises:
        UsageError: no readable MATLAB file, or no struct with the fields of IMDB-WIKI.
    """
    columns = _columns(file)
    for index in range(len(columns["full_path"])):
        yield _person({name: column[index] for name, column in columns.items()})


def _columns(file: Path) -> dict[str, list[object]]:
    record = next((value for value in read_mat(file).values() if isinstance(value, dict)), None)
    if record is None:
        raise UsageError(f"{file.name} holds no 1x1 struct")
    names = tuple(record)
    if not set(_FIELDS) <= set(names):
        if len(names) < len(_FIELDS) or set(_FIELDS) & set(names):
            raise UsageError(f"{file.name} lacks the fields {', '.join(sorted(set(_FIELDS) - set(names)))}")
        record = dict(zip(_FIELDS, record.values(), strict=False))
    columns = {name: record[name] for name in _FIELDS}
    if not all(isinstance(column, list) for column in columns.values()):
        raise UsageError(f"{file.name} holds a field that is no list")
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise UsageError(f"{file.name} holds fields of unequal length: {sorted(lengths)}")
    return columns


def _person(row: dict[str, object]) -> Person:
    path, taken = _text(row["full_path"]), _real(row["photo_taken"])
    found = _BIRTH_YEAR.match(path.rpartition("/")[2])
    by_name = int(found[1]) if found else None
    born = _real(row["dob"])
    by_date = int((born - _ORDINAL_OF_MATLAB_ZERO) / _DAYS_A_YEAR) + 1 if math.isfinite(born) and 366 < born < 800_000 else None
    year = by_name if by_name is not None else by_date
    gender = _real(row["gender"])
    place = row["face_location"]
    box = [_real(value) for value in place] if isinstance(place, list) else []
    return Person(
        path=path,
        name=_text(row["name"]),
        gender=int(gender) if gender in (0.0, 1.0) else None,
        age=int(taken) - year if year is not None and math.isfinite(taken) else None,
        birth_year_disagrees=by_name is not None and by_date is not None and abs(by_name - by_date) > 1,
        box=(box[0], box[1], box[2], box[3]) if len(box) == 4 and all(map(math.isfinite, box)) else None,
        face_score=_real(row["face_score"]),
        second_face_score=_real(row["second_face_score"]),
    )


def _text(value: object) -> str:
    return value.replace("\\", "/") if isinstance(value, str) else ""


def _real(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
