import pytest
from pydantic import ValidationError

from fakeprint.core.errors import AlignmentError, LeakageError
from fakeprint.core.manifest import Manifest, ManifestHeader
from fakeprint.core.sample import Label, Sample, Split


def sample(name: str, split: Split = Split.TRAIN, group: str | None = None) -> Sample:
    return Sample(id=name, path=f"{name}.png", label=Label.AUTHENTIC, split=split, group=group or name, source="s")


def manifest(*samples: Sample) -> Manifest:
    return Manifest(header=ManifestHeader(name="m"), samples=samples)


def test_two_samples_of_one_id_are_refused():
    with pytest.raises(AlignmentError, match="'a'"):
        manifest(sample("a"), sample("a"))


def test_a_group_in_two_splits_is_refused():
    with pytest.raises(LeakageError, match="'g'"):
        manifest(sample("a", group="g"), sample("b", Split.TEST, group="g"))


def test_a_group_within_one_split_is_fine():
    assert len(manifest(sample("a", group="g"), sample("b", group="g")).samples) == 2


def test_an_empty_manifest_is_refused():
    with pytest.raises(ValidationError):
        manifest()


def test_selection_and_hash():
    whole = manifest(sample("a"), sample("b", Split.DEV), sample("c", Split.TEST))
    assert [one.id for one in whole.of_split(Split.TRAIN, Split.DEV)] == ["a", "b"]
    assert [one.id for one in whole.where(lambda one: one.id != "a").samples] == ["b", "c"]
    assert whole.sha256() == Manifest.model_validate_json(whole.model_dump_json()).sha256()
    assert whole.sha256() != manifest(sample("a")).sha256()
