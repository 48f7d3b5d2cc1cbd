"""DeepFakeFace and IMDB-WIKI, FaceForensics++ and the other sets of face videos."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fakeprint.build import build, open_importer
from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.imdb_wiki import read_people
from fakeprint.datasets.importer import Tally


def read(kind: str, path: Path, **options: str) -> tuple[dict[str, Sample], Tally]:
    tally = Tally()
    return {sample.id: sample for sample in open_importer(kind, options).samples(path, tally)}, tally


def test_deepfakeface_path_roles(make: ModuleType, tmp_path: Path) -> None:
    layout = make.deepfakeface(tmp_path)
    first, second, third = make.FACES
    found, tally = read("deepfakeface", layout.path, **layout.options)
    assert found[f"inpainting/{first}"].pair == f"wiki/{first}"
    assert found[f"insight/{first}"].pair == f"wiki/{second}"
    assert found[f"text2img/{first}"].pair is None
    assert found[f"text2img/{first}"].generation.prompt == "B, celebrity, 40-year-old"
    assert found[f"wiki/{first}"].generation is None
    assert found[f"wiki/{first}"].group == found[f"insight/{second}"].group != found[f"wiki/{third}"].group
    assert tally.notes["paths with all four images"] == 2
    assert tally.notes["paths that insight lacks"] == 1


def test_deepfakeface_without_pairs_groups_by_person_and_says_so(make: ModuleType, tmp_path: Path) -> None:
    layout = make.deepfakeface(tmp_path)
    found, tally = read("deepfakeface", layout.path)
    assert found[f"wiki/{make.FACES[0]}"].group != found[f"wiki/{make.FACES[1]}"].group
    assert found[f"wiki/{make.FACES[0]}"].group == found[f"insight/{make.FACES[0]}"].group
    assert found[f"insight/{make.FACES[0]}"].pair is None
    assert any("no pairing given" in note for note in tally.notes)


def test_deepfakeface_with_some_classes_only(make: ModuleType, tmp_path: Path) -> None:
    layout = make.deepfakeface(tmp_path)
    (tmp_path / "wiki.zip").unlink()
    found, tally = read("deepfakeface", layout.path)
    assert {sample.label for sample in found.values()} == {Label.SYNTHETIC, Label.MANIPULATED}
    assert tally.notes["classes that are not there: wiki"] == 1


def mat(folder: Path, rows: dict[str, np.ndarray]) -> Path:
    from scipy.io import savemat

    savemat(folder / "wiki.mat", {"wiki": rows})
    return folder / "wiki.mat"


def columns(make: ModuleType) -> dict[str, np.ndarray]:
    return {
        "second_face_score": np.array([[np.nan, 2.0]]),
        "face_score": np.array([[3.0, 3.0]]),
        "face_location": make._cells([np.array([[1.0, 1.0, 40.0, 40.0]]), np.array([[1.0, 1.0, 9.0, 9.0]])]),
        "name": make._cells(["Ada", ""]),
        "gender": np.array([[0.0, 1.0]]),
        "full_path": make._cells(["01/1_1950-01-01_2000.jpg", "02/2_1980-00-00_2000.jpg"]),
        "photo_taken": np.array([[2000, 2000]]),
        "dob": np.array([[712000.0, 1.0]]),
    }


def test_wiki_mat_is_read_by_name_whatever_the_order(make: ModuleType, tmp_path: Path) -> None:
    first, second = read_people(mat(tmp_path, columns(make)))
    assert (first.path, first.name, first.gender, first.age, first.box) == (
        "01/1_1950-01-01_2000.jpg",
        "Ada",
        0,
        50,
        (1.0, 1.0, 40.0, 40.0),
    )
    assert (first.birth_year_disagrees, second.birth_year_disagrees) == (False, False)
    assert (second.name, second.age) == ("", 20)


def test_wiki_mat_profiles(make: ModuleType, tmp_path: Path) -> None:
    rows = columns(make) | {"name": make._cells(["Ada", "Bo"])}
    path = mat(tmp_path, rows)
    assert set(read("imdb-wiki", path)[0]) == {"wiki/01/1_1950-01-01_2000.jpg"}
    assert len(read("imdb-wiki", path, profile="dff")[0]) == 2
    assert read("imdb-wiki", path, face_score="9")[1].refused == {"no face, or a face score below the minimum": 2}


def test_wiki_mat_by_position_only_where_no_name_is_known(make: ModuleType, tmp_path: Path) -> None:
    order = ("dob", "photo_taken", "full_path", "gender", "name", "face_location", "face_score", "second_face_score")
    rows = columns(make)
    assert [one.name for one in read_people(mat(tmp_path, {f"f{place}": rows[name] for place, name in enumerate(order)}))] == ["Ada", ""]
    with pytest.raises(UsageError, match="lacks the fields dob"):
        list(read_people(mat(tmp_path, {("birth" if name == "dob" else name): rows[name] for name in order})))
    with pytest.raises(UsageError, match="unequal length"):
        list(read_people(mat(tmp_path, rows | {"dob": np.array([[1.0]])})))


@pytest.mark.parametrize("data", [b"", b"MATLAB 5.0 MAT-file" + bytes(300), b"\x89HDF\r\n\x1a\n" + bytes(600), bytes(64)])
def test_wiki_mat_that_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "wiki.mat").write_bytes(data)
    with pytest.raises(UsageError):
        list(read_people(tmp_path / "wiki.mat"))


def test_damaged_wiki_mat_never_leaks_another_error(make: ModuleType, tmp_path: Path) -> None:
    data = mat(tmp_path, columns(make)).read_bytes()
    path = tmp_path / "damaged.mat"
    for at in range(0, len(data), 37):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        try:
            list(read_people(path))
        except UsageError:
            continue


def test_faceforensics_pairs_and_options(make: ModuleType, tmp_path: Path) -> None:
    path = make.faceforensics(tmp_path).path
    found, _ = read("faceforensics", path)
    swap = found["manipulated_sequences/Deepfakes/c23/videos/071_054.mp4"]
    assert swap.pair == "original_sequences/youtube/c23/videos/071.mp4"
    assert swap.pair in found
    assert swap.group == found[swap.pair].group == found["original_sequences/youtube/raw/videos/054.mp4"].group == "faceforensics:054_071"
    frame = found["manipulated_sequences/FaceSwap/c40/images/200_300/0001.png"]
    assert (frame.pair, frame.split) == ("original_sequences/youtube/c40/images/200/0001.png", Split.TEST)
    assert found["manipulated_sequences/NeuralTextures/c23/videos/071_054.mp4"].family == "face-reenactment"
    some, _ = read("faceforensics", path, compression="c23", methods="Deepfakes", actors="test")
    assert {sample.generator for sample in some.values()} == {None, "Deepfakes"}
    assert some["original_sequences/actors/c23/videos/01__walking.mp4"].group == "faceforensics:actors"
    with pytest.raises(UsageError, match="DeepFake"):
        read("faceforensics", path, methods="DeepFake")


def test_faceforensics_without_official_splits_is_refused(make: ModuleType, tmp_path: Path) -> None:
    path = make.faceforensics(tmp_path).path
    make.put_json(path, "splits/test.json", [["071", "300"]])
    with pytest.raises(UsageError, match="071 twice"):
        read("faceforensics", path)
    (path / "splits" / "train.json").unlink()
    with pytest.raises(UsageError, match="official split"):
        read("faceforensics", path)


def test_celebdf_labels_come_from_folders_not_from_the_list(make: ModuleType, tmp_path: Path) -> None:
    path = make.celebdf(tmp_path).path
    lines = (path / "List_of_testing_videos.txt").read_text()
    before, tally = read("celebdf", path)
    (path / "List_of_testing_videos.txt").write_text(lines.replace("1 You", "0 You"))
    after, contradicted = read("celebdf", path)
    assert before == after
    assert tally.notes == {"videos of the test list that are not there": 1}
    assert contradicted.notes["lines of the test list whose number contradicts the folder"] == 1
    assert before["YouTube-real/00170.mp4"].label is Label.AUTHENTIC


def test_celebdf_by_person(make: ModuleType, tmp_path: Path) -> None:
    built = build("celebdf", make.celebdf(tmp_path).path, tmp_path / "m.jsonl", {"group": "person"})
    assert built.summary.samples == 4


def test_dfdc_groups_by_original(make: ModuleType, tmp_path: Path) -> None:
    found, _ = read("dfdc", make.dfdc(tmp_path).path)
    assert found["dfdc_train_part_0/a.mp4"].group == found["dfdc_train_part_0/b.mp4"].group == "dfdc:b"
    assert found["test/images/y/0.png"].label is Label.MANIPULATED
    part, _ = read("dfdc", tmp_path / "dfdc_train_part_0")
    assert len(part) == 3


def test_deeperforensics_sources_are_not_authentic(make: ModuleType, tmp_path: Path) -> None:
    found, tally = read("deeperforensics", make.deeperforensics(tmp_path).path)
    assert {sample.label for sample in found.values()} == {Label.MANIPULATED}
    assert found["manipulated_videos/end_to_end_mix_2_distortions/000_M001.mp4"].extra["distortions"] == "GB:2 JPEG:3"
    assert tally.refused["clips of an actor, which are not the authentic class"] == 1
    make.put(tmp_path, "lists/splits/test.txt", "000_M001.mp4\n")
    with pytest.raises(UsageError, match="in train and in test"):
        read("deeperforensics", tmp_path)


def test_wilddeepfake_groups_by_sequence(make: ModuleType, tmp_path: Path) -> None:
    found, _ = read("wilddeepfake", make.wilddeepfake(tmp_path).path)
    groups: dict[str, set[str]] = {}
    for sample in found.values():
        groups.setdefault(sample.path.rpartition("/")[0], set()).add(sample.group)
        assert sample.split is (Split.TRAIN if sample.path.startswith("train/") else Split.TEST)
    assert all(len(one) == 1 for one in groups.values())
    assert len(set.union(*groups.values())) == len(groups)
