"""The pages about a dataset: nothing from outside, everything escaped, gates shut, readable without a script."""

import json
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import html5lib
import pytest
from PIL import Image

from fakeprint.core.errors import UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.limits import Limits
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.prompt_safety import Category
from fakeprint.datasets.statistics import statistics_of
from fakeprint.reports.dataset_gallery import MARKER, GalleryConfig, choose, write_gallery
from fakeprint.reports.dataset_statistics import statistics_html, statistics_plots
from fakeprint.reports.dataset_thumbnails import SHORT_SIDE, Thumbnail, thumbnails

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> <lora:x:1> \u202egnp.exe"
ELEMENT = "{http://www.w3.org/1999/xhtml}"


def sample(number: int, prompt: str | None = None, **more: object) -> Sample:
    values = {
        "id": f"s{number}",
        "path": f"{number}.png",
        "label": Label.SYNTHETIC,
        "split": Split.TRAIN,
        "group": f"g{number}",
        "source": "web",
        "generator": f"m{number % 2}",
        "generation": Generation(prompt=prompt, negative_prompt="blurry", steps=20, sampler="DDIM") if prompt else None,
    }
    return Sample.model_validate({**values, **more})


SAMPLES = [
    sample(0, HOSTILE, generator=HOSTILE, family=HOSTILE, source=HOSTILE, licence=HOSTILE, url=f"https://h.example/{HOSTILE}"),
    sample(1, "a lighthouse on a cliff"),
    sample(2, "naked statue"),
    sample(3, "a loli, nude zebra"),
    sample(4, "quiet meadow", safety=("sexual",)),
    sample(5, "plain field", safety=("nsfw",)),
    sample(6, label=Label.AUTHENTIC, generator=None, source="camera"),
]


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8), (9, 90, 200)).save(buffer, "WEBP")
    return buffer.getvalue()


def pictures(samples: Sequence[Sample]) -> Iterator[Thumbnail]:
    for one in samples:
        yield Thumbnail(None, f"damaged: {HOSTILE}") if one.id == "s6" else Thumbnail(picture())


@pytest.fixture
def gallery(tmp_path: Path) -> Path:
    config = GalleryConfig(per_page=2)
    found = write_gallery(tmp_path, f"set {HOSTILE}", choose(SAMPLES, config), config, pictures)
    assert (found.shown, found.blocked, found.gated, found.without_picture) == (6, 1, 3, 1)
    return tmp_path


def parsed(path: Path) -> list[object]:
    tree = html5lib.HTMLParser(strict=True).parse(path.read_bytes())
    return list(tree.iter())


def pages(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.html"))
    assert len(found) >= 5
    return found


def test_pages_are_valid_and_load_nothing_from_outside(gallery: Path) -> None:
    for page in pages(gallery):
        policy = None
        for one in parsed(page):
            tag = str(one.tag).removeprefix(ELEMENT)  # type: ignore[attr-defined]
            attributes = dict(one.attrib)  # type: ignore[attr-defined]
            assert tag not in {"link", "iframe", "object", "embed", "base", "form"}
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            if tag == "img":
                assert re.fullmatch(r"thumbnails/[0-9a-f]{16}\.webp", attributes["src"])
                assert attributes["loading"] == "lazy"
                assert (gallery / attributes["src"]).is_file()
            if tag == "a":
                assert not re.match(r"[a-z]+:|//", attributes["href"])
                assert attributes["href"].startswith("#") or (gallery / attributes["href"]).is_file()
            if tag == "script":
                assert "src" not in attributes
            if attributes.get("http-equiv") == "Content-Security-Policy":
                policy = attributes["content"]
        assert policy is not None
        assert policy.startswith("default-src 'none'; img-src 'self' file:; style-src 'sha256-")
        assert "unsafe" not in policy


def test_text_is_escaped_everywhere(gallery: Path) -> None:
    for page in pages(gallery):
        text = page.read_text("utf-8")
        assert "<script>alert" not in text
        assert "<lora:" not in text
        assert "\u202e" not in text
    shown = "".join(page.read_text("utf-8") for page in pages(gallery))
    assert "&lt;lora:x:1&gt;" in shown


def test_what_is_flagged_stands_behind_a_gate_and_out_of_the_search(gallery: Path) -> None:
    shown = "".join(page.read_text("utf-8") for page in gallery.glob("page-*.html"))
    for words in ("naked statue", "quiet meadow", "plain field"):
        at = shown.index(words)
        gate = shown.rindex('<details class="gate">', 0, at)
        assert "</details>" not in shown[gate:at]
        assert "open>" not in shown[gate : gate + 40]
    at = shown.index("lighthouse")
    assert shown.rindex('<article class="card"', 0, at) > shown.rfind('<details class="gate">', 0, at)
    index = (gallery / "index.html").read_text("utf-8")
    rows = json.loads(re.search(r'<script type="application/json" id="index">(.*?)</script>', index)[1])  # type: ignore[index]
    assert {row[4] for row in rows if "lighthouse" in row[4]}
    assert not [row for row in rows if "naked" in row[4] or "meadow" in row[4]]
    assert "1 samples are left out altogether" in index


def test_blocked_text_is_in_no_file(gallery: Path) -> None:
    for file in gallery.rglob("*"):
        if file.is_file():
            assert b"zebra" not in file.read_bytes(), file.name


def test_allowing_a_category_opens_it_but_never_the_blocked_one(tmp_path: Path) -> None:
    config = GalleryConfig(allow=tuple(Category))
    found = write_gallery(tmp_path, "set", choose(SAMPLES, config), config, pictures)
    assert (found.blocked, found.gated) == (1, 1)
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and b"zebra" in file.read_bytes()]


def test_json_beside_the_page(gallery: Path) -> None:
    records = [one for file in gallery.glob("page-*.json") for one in json.loads(file.read_bytes())]
    assert len(records) == 6
    assert {"a lighthouse on a cliff"} <= {one["prompt"] for one in records}
    assert next(one for one in records if one["prompt"] == "naked statue")["flagged"] == ["sexual"]


def test_an_older_gallery_is_replaced_and_nothing_else_is_touched(gallery: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    config = GalleryConfig()
    (gallery / "mine.txt").write_text("keep")
    write_gallery(gallery, "set", choose(SAMPLES[:2], config), config, pictures)
    assert (gallery / "mine.txt").exists()
    listed = {*json.loads((gallery / MARKER).read_bytes())["files"], MARKER, "mine.txt"}
    assert {file.relative_to(gallery).as_posix() for file in gallery.rglob("*") if file.is_file()} == listed
    other = tmp_path_factory.mktemp("other")
    (other / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="not empty"):
        write_gallery(other, "set", SAMPLES[:2], config, pictures)
    with pytest.raises(UsageError, match="no sample"):
        write_gallery(other, "set", SAMPLES[3:4], config, pictures)


def test_the_choice_is_even_and_does_not_depend_on_order() -> None:
    many = [sample(number, generator=f"m{number % 10 // 9}") for number in range(100)]
    chosen = choose(many, GalleryConfig(per_group=5))
    assert [one.generator for one in chosen] == ["m0"] * 5 + ["m1"] * 5
    assert chosen == choose(many[::-1], GalleryConfig(per_group=5))
    assert chosen != choose(many, GalleryConfig(per_group=5, seed=1))


def test_thumbnails_are_small_and_carry_nothing(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret words"
    Image.new("RGB", (900, 600), (200, 30, 30)).save(tmp_path / "a.jpg", exif=exif)
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    first, second = thumbnails([tmp_path / "a.jpg", tmp_path / "b.jpg"], Limits(), jobs=1)
    assert first.data is not None
    with Image.open(BytesIO(first.data)) as small:
        assert (small.format, small.size) == ("WEBP", (384, SHORT_SIDE))
        assert not small.getexif()
    assert second.data is None
    assert second.reason


def test_the_statistics_page(tmp_path: Path) -> None:
    found = statistics_of([*SAMPLES, sample(9, "word " * 160)], f"set {HOSTILE}")
    page = tmp_path / "s.html"
    page.write_bytes(statistics_html(found))
    elements = parsed(page)
    assert not [one for one in elements if str(one.tag).endswith(("}script", "}img", "}link"))]  # type: ignore[attr-defined]
    assert not [one for one in elements if "style" in one.attrib]  # type: ignore[attr-defined]
    text = page.read_text("utf-8")
    assert "<script>" not in text
    assert "zebra" not in text
    assert "default-src 'none'; img-src 'none'" in text.replace("&#39;", "'")


def test_plots() -> None:
    pytest.importorskip("matplotlib")
    found = statistics_of([*SAMPLES, sample(9, "$x$ cat", generation=Generation(sampler="$a_{b", width=8, height=8))], "set")
    drawn = statistics_plots(found)
    assert set(drawn) == {"prompt-length.png", "long-tail.png", "sizes.png", "samplers.png"}
    assert all(data.startswith(b"\x89PNG") for data in drawn.values())
