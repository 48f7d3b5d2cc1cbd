"""The page: self-contained, readable without JavaScript, honest about what it leaves out."""

import io
import re

import html5lib
import pytest

from fakeprint.core.evidence import EvidenceStatus
from fakeprint.core.verdict import Level
from fakeprint.reports import ReportOptions, open_report
from fakeprint.reports.pictures import pictures_of


def page(make, reports, pictures=None, **options) -> str:
    stream = io.BytesIO()
    with open_report("html", stream, make.run_record(), ReportOptions(**options)) as sink:
        for one in reports:
            sink.write(one, make.pictures() if pictures is None else pictures)
        sink.close(make.run_record())
    return stream.getvalue().decode()


@pytest.fixture(scope="module")
def whole(make) -> str:
    return page(make, make.every_report())


@pytest.fixture(scope="module")
def tree(whole):
    return html5lib.parse(whole, namespaceHTMLElements=False)


def words(node) -> str:
    return " ".join("".join(node.itertext()).split())


def test_the_markup_is_valid_enough_that_nothing_is_repaired(whole):
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(whole)
    assert [error for _, error, _ in parser.errors] == []


def test_ids_are_unique_and_every_link_has_its_target(tree):
    ids = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    for node in tree.iter():
        if node.tag == "a":
            assert node.get("href").removeprefix("#") in ids
        for name in ("for", "aria-labelledby"):
            if node.get(name):
                assert node.get(name) in ids


def test_no_folder_of_this_machine_is_shown(whole):
    for part in ("/home/ada", "private", "clips/"):
        assert part not in whole
    for name in ("holiday-000.jpg", "interview.mp4", "broken.png", "…/anchors.pem"):
        assert name in whole


def test_three_questions_levels_and_reasons_for_each_file(tree):
    articles = list(tree.iter("article"))
    assert len(articles) == 8
    for article in articles[:7]:
        answers = [node for node in article.iter("li") if "answer" in (node.get("class") or "").split()]
        assert [words(next(node.iter("h3"))) for node in answers] == [
            "Generated as a whole?",
            "Face or region manipulated?",
            "Which generator?",
        ]
    assert "Because of Generator metadata" in words(articles[0])


def test_the_three_states_are_kept_apart(tree):
    ledger = next(node for node in tree.iter("section") if node.get("class") == "ledger")
    columns = next(node for node in ledger.iter("div") if node.get("class") == "columns")
    nothing, not_checked, not_applicable = list(columns)
    assert "IPTC" in words(nothing)
    assert "Closed watermarks" in words(not_checked)
    assert "Stealth PNG" in words(not_checked)
    assert "JPEG history" in words(not_applicable)


def test_evidence_comes_by_strength_and_all_of_it_comes_once(tree, make):
    article = next(tree.iter("article"))
    names = [words(next(node.iter("h4"))) for node in article.iter("details") if "evidence" in (node.get("class") or "").split()]
    assert len(names) == len(make.every_claim())
    assert names[:2] == ["Code detector", "Generator metadata"]


def test_the_four_axes(tree):
    table = next(node for node in tree.iter("table") if node.get("class") == "axes")
    assert [words(node) for node in table.iter("th")] == ["Content binding", "Credential", "Signer", "Certificate and time"]
    assert "The file changed after signing" in words(table)


def test_prompts_settings_timeline_and_run_record_are_there(whole, tree):
    assert "a lighthouse on a hill at dawn" in next(words(node) for node in tree.iter("pre"))
    assert "18446744073709551615" in whole
    assert whole.count("<polyline") == 7
    for part in (
        "C2PA trust list, 2026-11-02",
        "37 certificates",
        "7" * 64,
        "Limits that held for this run",
        "image_pixels",
        "13.0.0",
        "2026-11-20 10:00 UTC",
    ):
        assert part in whole


def test_one_file_is_open_and_many_are_not(make, whole):
    assert re.search(r'<details class="file[^>]* open>', page(make, [make.report()]))
    assert not re.search(r'<details class="file[^>]* open>', whole)


def test_colours_of_the_levels_neither_alarm_nor_reassure(whole):
    style = re.search(r"<style>(.*?)</style>", whole, re.S)[1]
    assert ".lv-inconclusive, .lv-none_found, .lv-error { --level: var(--neutral); }" in style
    for code in re.findall(r"--neutral: #([0-9a-f]{6})", style):
        red, green, blue = (int(code[place : place + 2], 16) for place in (0, 2, 4))
        assert max(red, green, blue) - min(red, green, blue) < 32


def test_files_beyond_the_limit_are_counted(make):
    text = page(make, [make.report(n) for n in range(4)] + [make.failed(4)], html_reports=2)
    assert text.count("<article") == 2
    assert "3 more files are not shown on this page" in text
    assert "<h1>5 files</h1>" in text


def test_pictures_that_are_missing_or_of_another_type_are_named(make):
    missing = page(make, [make.report()], pictures={})
    assert "not part of this page" in missing
    assert "data:image" not in missing
    svg = make.MAP.file.model_copy(update={"mime": "image/svg+xml"})
    (picture,) = pictures_of((svg,), make.pictures())
    assert picture.uri is None
    assert "image/svg+xml" in (picture.missing or "")


def test_an_overlay_lies_on_the_preview(make):
    (picture,) = pictures_of((make.OVERLAY.file,), make.pictures(), "data:image/png;base64,AA==")
    assert picture.under == "data:image/png;base64,AA=="


def test_a_report_without_evidence_or_media(make):
    bare = make.report(0, Level.NONE_FOUND, evidence=(), media=None, preview=())
    text = page(make, [bare])
    assert "Nothing in this list." in text


def test_evidence_that_only_failed(make):
    failed = make.evidence("c2pa", status=EvidenceStatus.FAILED, reason="extra_missing", summary="Could not run.")
    text = page(make, [make.report(0, Level.INCONCLUSIVE, evidence=(failed,))])
    assert "an optional part is not installed" in text
