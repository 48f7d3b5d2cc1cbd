"""Entries that are whole, damaged, foreign and hostile."""

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from fakeprint.core.errors import UsageError
from fakeprint.core.limits import Limits
from fakeprint.media.face_cache import FoundFaces, cache_key, digest, keep_faces, known_faces, pack, unpack
from fakeprint.media.face_cache_folder import MOST_BYTES, MOST_ENTRIES, entry_path, is_sent, open_cache, sent_name, store
from fakeprint.media.face_tracks import FrameFaces, frame_faces
from fakeprint.media.faces import Face
from fakeprint.media.item import MediaItem
from fakeprint.media.probe import open_media

SHA, KEY, SCORER = "a" * 64, "b" * 64, "c" * 64


def found(frames: int = 3) -> FoundFaces:
    rng = np.random.default_rng(0)
    seen = []
    for number in range(frames):
        rgb = rng.integers(0, 256, (120, 160, 3)).astype(np.uint8)
        faces = [
            Face(
                tuple(float(np.float32(value)) for value in rng.uniform(-5, 150, 4)),
                float(np.float32(rng.random())),
                rng.random((points, 2)).astype(np.float32),
            )
            for points in (6, 4)
        ]
        seen.append(frame_faces(rgb, number / 3, number, faces))
    return FoundFaces((*seen, FrameFaces(9.5, None, ())), "why", {SCORER: {(0, 1): -1.25, (2, 0): 7.1}})


def same(one: FoundFaces, other: FoundFaces) -> bool:
    def plain(faces: FoundFaces) -> list[object]:
        return [
            (
                frame.time_s,
                frame.index,
                None if frame.scene is None else frame.scene.tolist(),
                [look.tolist() for look in frame.looks],
                [(face.box, face.score, face.keypoints.dtype, face.keypoints.tolist()) for face in frame.faces],
            )
            for frame in faces.frames
        ]

    return plain(one) == plain(other) and one.cut == other.cut and one.scores == other.scores


@pytest.fixture
def item(tmp_path: Path, media_make) -> MediaItem:
    path = media_make.write(tmp_path, "x.mp4", media_make.video_bytes("mp4", 1, 3))
    opened = open_media(path, Limits())
    assert opened.media is not None
    assert opened.container is not None
    return MediaItem(opened.media, opened.container, path, path.name, Limits())


def test_what_is_kept_is_found_again_exactly(item: MediaItem, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    open_cache(folder)
    before = found()
    assert known_faces(item, folder, KEY) is None
    assert keep_faces(item, KEY, before)
    here = known_faces(item, folder, KEY)
    assert here is not None
    assert same(here, before)
    assert store(folder, item.path, item.media.sha256, item.kept) == 0
    assert [path.name for path in folder.iterdir()] == [f"{item.media.sha256}-{KEY}.json"]
    item.kept.clear()
    later = known_faces(item, folder, KEY)
    assert later is not None
    assert same(later, before)
    assert known_faces(item, folder, SCORER) is None


def test_entries_are_plain_json() -> None:
    told = json.loads(pack(found(), SHA, KEY))
    assert told["format"] == 1
    assert (told["media"], told["key"]) == (SHA, KEY)
    assert set(told["frames"][0]["faces"][0]) == {"box", "score", "keypoints", "look"}


def altered(path: list[object], value: object) -> bytes:
    told = json.loads(pack(found(), SHA, KEY))
    place = told
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b"\xff\xfe",
        b"null",
        pack(found(), SHA, KEY)[:-40],
        altered(["format"], 2),
        altered(["media"], "d" * 64),
        altered(["key"], "d" * 64),
        altered(["surplus"], 1),
        altered(["frames", 0, "faces", 0, "box"], [0, 0, 1e300, 1]),
        altered(["frames", 0, "faces", 0, "box"], [0, 0, 1]),
        altered(["frames", 0, "faces", 0, "score"], 2),
        altered(["frames", 0, "faces", 0, "keypoints"], [[0, 0]] * 7),
        altered(["frames", 0, "faces", 0, "look"], "AAAA"),
        altered(["frames", 0, "faces", 0, "look"], "@@@@"),
        altered(["frames", 0, "faces", 0, "look"], None),
        altered(["frames", 0, "scene"], ""),
        altered(["frames", 0, "time_s"], "soon"),
        altered(["scores", SCORER], [[9, 0, 1.0]]),
        altered(["scores", SCORER], [[0, 2, 1.0]]),
        altered(["scores", SCORER], [[-1, 0, 1.0]]),
        altered(["scores", "x"], []),
        pack(found(), SHA, KEY).replace(b"7.1", b"NaN"),
        pack(found(), SHA, KEY).replace(b"7.1", b"1e999"),
    ],
)
def test_what_is_malformed_or_foreign_is_not_believed(data: bytes) -> None:
    assert unpack(data, SHA, KEY) is None


def test_no_flipped_bit_raises() -> None:
    whole = pack(found(1), SHA, KEY)
    rng = np.random.default_rng(0)
    for _ in range(300):
        changed = bytearray(whole)
        changed[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        unpack(bytes(changed), SHA, KEY)


@pytest.mark.parametrize(
    "name",
    ["faces/", f"faces/{KEY}.json", "faces/../" + "a" * 61, f"faces/{KEY.upper()}", f"faces/{KEY}\n", f"faces/{'b' * 63}", f"faces//{KEY}"],
)
def test_the_parent_takes_no_other_names(item: MediaItem, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "cache"
    open_cache(folder)
    assert is_sent(name)
    assert store(folder, item.path, item.media.sha256, {name: b"{}"}) == 1
    assert list(folder.iterdir()) == []


def test_the_parent_writes_under_the_hash_that_it_took_itself(item: MediaItem, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    open_cache(folder)
    kept = {sent_name(KEY): b"{}"}
    assert store(folder, item.path, SHA, kept) == 1
    assert store(folder, item.path, None, kept) == 1
    assert store(folder, tmp_path / "gone", item.media.sha256, kept) == 1
    sha256 = item.media.sha256
    item.path.write_bytes(b"changed meanwhile")
    assert store(folder, item.path, sha256, kept) == 1
    assert list(folder.iterdir()) == []
    assert store(folder, item.path, hashlib.sha256(b"changed meanwhile").hexdigest(), kept) == 0


def test_entries_are_bounded(item: MediaItem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cache"
    open_cache(folder)
    many = {sent_name(f"{number:064x}"): b"{}" for number in range(MOST_ENTRIES + 3)}
    assert store(folder, item.path, item.media.sha256, many) == 3
    assert len(list(folder.iterdir())) == MOST_ENTRIES
    assert store(folder, item.path, item.media.sha256, {sent_name(KEY): bytes(MOST_BYTES + 1)}) == 1
    monkeypatch.setattr("fakeprint.media.face_cache.MOST_BYTES", 1000)
    assert not keep_faces(item, KEY, found())
    assert item.kept == {}


def test_what_is_no_file_is_not_read(item: MediaItem, tmp_path: Path) -> None:
    entry_path(tmp_path, item.media.sha256, KEY).mkdir()
    assert known_faces(item, tmp_path, KEY) is None
    if hasattr(os, "mkfifo"):
        os.mkfifo(entry_path(tmp_path, item.media.sha256, SCORER))
        assert known_faces(item, tmp_path, SCORER) is None


def test_a_folder_that_cannot_be_used_is_refused(item: MediaItem, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="face cache"):
        open_cache(tmp_path / "file")
    with pytest.raises(UsageError, match="face cache"):
        store(tmp_path / "none", item.path, item.media.sha256, {sent_name(KEY): b"{}"})


def test_every_setting_is_in_the_key() -> None:
    plain = {"frames": "even:16", "finder_sha256": SHA, "policy": "pyramid", "min_face": 30.0, "limits": Limits()}
    others = [
        {"frames": "even:17"},
        {"finder_sha256": KEY},
        {"policy": "whole"},
        {"min_face": 20.0},
        {"limits": Limits(video_samples=5)},
        {"limits": Limits(video_frames=5)},
    ]
    keys = {cache_key(**{**plain, **other}) for other in ({}, *others)}
    assert len(keys) == len(others) + 1
    assert all(len(key) == 64 for key in keys)
    assert digest("a", "b") != digest("ab")
