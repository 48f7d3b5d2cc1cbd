"""The sinks: streaming, atomic files, appending, redaction, and what each format says."""

import csv
import io
import json
import re
import tracemalloc

import pytest

from fakeprint.core.errors import UnknownNameError, UsageError
from fakeprint.core.report import Report, ReportSet, ReportStatus
from fakeprint.core.run import close_run
from fakeprint.core.verdict import Level
from fakeprint.reports import FORMATS, ReportOptions, open_report, prepare
from fakeprint.reports.csv import COLUMNS

EVERY = ("text", "json", "jsonl", "csv", "html")


def written(make, name, reports, **options) -> str:
    stream = io.BytesIO()
    with open_report(name, stream, make.run_record(), ReportOptions(**options)) as sink:
        for one in reports:
            sink.write(one, make.pictures())
        sink.close(make.run_record())
    return stream.getvalue().decode()


def write_and_fail(sink, report) -> None:
    sink.write(report, {})
    raise RuntimeError("stop")


def test_every_format_is_in_the_table_and_loads():
    assert FORMATS.names()[:5] == EVERY
    for name in EVERY:
        FORMATS.load(name)


def test_an_unknown_format_suggests_the_nearest(make, tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'jsonl'"), open_report("jsonll", tmp_path / "x", make.run_record()):
        pass


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_no_one_and_two_reports(make, name, count):
    text = written(make, name, make.every_report()[:count])
    assert ("holiday-000.jpg" in text) == (count > 0)


@pytest.mark.parametrize("name", EVERY)
def test_secrets_are_hidden_unless_asked_for(make, name):
    hidden = written(make, name, make.every_report())
    for secret in (make.GPS, "48.858370", make.SERIAL, make.OWNER):
        assert secret not in hidden
    if name != "csv":
        shown = written(make, name, [make.report()], show_gps=True, show_identifiers=True)
        for secret in (make.GPS, make.SERIAL, make.OWNER):
            assert secret in shown


@pytest.mark.parametrize("name", EVERY)
def test_long_prompts_are_cut_and_say_so(make, name):
    long = make.report()
    claim = long.evidence[0].claims[0]
    generation = claim.generation.model_copy(update={"prompt": "lorem " * 5_000})
    evidence = long.evidence[0].model_copy(update={"claims": (claim.model_copy(update={"generation": generation}),)})
    text = written(make, name, [long.model_copy(update={"evidence": (evidence,)})])
    assert "more characters]" in text
    assert text.count("lorem ") <= 2_000


@pytest.mark.parametrize("name", ["json", "csv", "html", "text"])
def test_a_file_is_whole_or_absent(make, tmp_path, name):
    target = tmp_path / "out"
    with pytest.raises(RuntimeError, match="stop"), open_report(name, target, make.run_record()) as sink:
        write_and_fail(sink, make.report())
    assert list(tmp_path.iterdir()) == []
    with open_report(name, target, make.run_record()) as sink:
        sink.write(make.report(), {})
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_jsonl_keeps_what_it_has_and_can_be_continued(make, tmp_path):
    target = tmp_path / "out.jsonl"
    with pytest.raises(RuntimeError, match="stop"), open_report("jsonl", target, make.run_record()) as sink:
        write_and_fail(sink, make.report(0))
    assert target.read_bytes().count(b"\n") == 1
    with open_report("jsonl", target, make.run_record(), ReportOptions(append=True)) as sink:
        sink.write(make.report(1), {})
    assert [json.loads(line)["index"] for line in target.read_text().splitlines()] == [0, 1]


def test_jsonl_is_not_continued_after_a_torn_line(make, tmp_path):
    target = tmp_path / "out.jsonl"
    target.write_bytes(b'{"index":0}\n{"ind')
    with pytest.raises(UsageError, match="middle of a line"), open_report("jsonl", target, make.run_record(), ReportOptions(append=True)):
        pass
    with pytest.raises(UsageError, match="only jsonl"), open_report("csv", target, make.run_record(), ReportOptions(append=True)):
        pass


def test_json_is_a_report_set_with_the_closed_run(make):
    run = close_run(make.run_record(finished=None), "complete", {"ok": 7, "error": 1})
    stream = io.BytesIO()
    with open_report("json", stream, make.run_record()) as sink:
        for one in make.every_report():
            sink.write(one)
        sink.close(run)
    parsed = ReportSet.model_validate_json(stream.getvalue())
    assert parsed.run == run
    assert list(parsed.reports) == [prepare(one, ReportOptions())[0] for one in make.every_report()]


def test_jsonl_rows_are_the_reports(make):
    reports = make.every_report()
    lines = written(make, "jsonl", reports, show_gps=True, show_identifiers=True).splitlines()
    assert [Report.model_validate_json(line) for line in lines] == reports


def test_csv_columns(make):
    rows = list(csv.DictReader(io.StringIO(written(make, "csv", make.every_report()), newline="")))
    assert tuple(rows[0]) == COLUMNS
    signed, strong, some, inconclusive, nothing, video, half, broken = rows
    assert (signed["synthetic_level"], signed["signer"], signed["signed_statement"]) == (
        "signed_statement",
        "Example Imaging",
        "ai_generated",
    )
    assert (strong["synthetic_probability"], strong["generator_name"]) == ("0.91", "Stable Diffusion XL")
    assert some["synthetic_probability"] == nothing["synthetic_probability"] == ""
    assert inconclusive["conflicts"] == "IPTC says: composite; C2PA says: captured."
    assert (video["kind"], video["duration_s"], video["width"]) == ("video", "18.02", "2048")
    assert (half["status"], half["error_code"], half["synthetic_level"]) == ("error", "E_TRUNCATED", "inconclusive")
    assert (broken["status"], broken["sha256"], broken["synthetic_level"]) == ("error", "", "")
    assert strong["nothing_found"] == "iptc; aigc-label"
    assert strong["not_applicable"] == "jpeg-history"
    assert "Closed watermarks" in strong["not_checked"]
    assert strong["seed"] == "18446744073709551615"
    assert strong["prompt"].startswith("a lighthouse on a hill")


def test_csv_lines_end_as_rfc_4180_says(make):
    text = written(make, "csv", [make.failed()])
    assert text.count("\r\n") == 2
    assert text.endswith("\r\n")


def test_text_of_one_file_keeps_the_three_states_apart(make):
    text = written(make, "text", [make.report()])
    order = [text.index(part) for part in ("Evidence, strongest first", "Checked, nothing found", "Not checked, and why", "Does not apply")]
    assert order == sorted(order)
    assert "Nothing found: this does not mean the file is authentic." in text
    assert "The file changed after signing" in text


def test_text_of_several_files_is_one_line_each(make):
    lines = written(make, "text", make.every_report(), width=120).splitlines()
    assert lines[0].split() == ["FILE", "GENERATED?", "MANIPULATED?", "GENERATOR"]
    assert sum(".jpg" in line or ".mp4" in line or ".png" in line for line in lines) == 8
    assert "8 files:" in "\n".join(lines)


def test_text_has_no_colour_outside_a_terminal_and_none_with_no_color(make, monkeypatch):
    class Terminal(io.BytesIO):
        def isatty(self):
            return True

    def colours() -> bool:
        stream = Terminal()
        with open_report("text", stream, make.run_record()) as sink:
            sink.write(make.report())
        return b"\x1b[" in stream.getvalue()

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert colours()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not colours()
    assert "\x1b" not in written(make, "text", [make.report()])


@pytest.mark.parametrize("name", ["text", "jsonl", "csv", "json"])
def test_memory_does_not_grow_with_the_rows(make, name):
    class Nowhere(io.BytesIO):
        def write(self, data, /):
            return len(data)

    def peak(count: int) -> int:
        tracemalloc.start()
        with open_report(name, Nowhere(), make.run_record()) as sink:
            for _ in range(count):
                sink.write(one)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    one = make.report()
    peak(5)
    assert peak(60) < peak(15) + 100_000


FORBIDDEN = re.compile(r"\b(real|fake|authentic|verified|proof|tampered|guaranteed)\b", re.I)


@pytest.mark.parametrize("name", ["text", "html"])
def test_no_forbidden_words_outside_the_fixed_sentence(make, name):
    for reports in ([make.report(0, level)] for level in Level):
        text = re.sub(r"<style>.*?</style>|<script>.*?</script>|data:image[^\"]*", "", written(make, name, reports), flags=re.S)
        text = re.sub(r"\s+", " ", text)
        rest = re.sub(r"does not mean (that )?(the|a) file is authentic", "", text)
        assert not FORBIDDEN.findall(rest)


def test_half_examined_files_say_so(make):
    half = make.every_report()[6]
    assert half.status is ReportStatus.ERROR
    assert "not examined in full" in written(make, "html", [half])
    assert "Could not be examined in full" in written(make, "text", [half])
