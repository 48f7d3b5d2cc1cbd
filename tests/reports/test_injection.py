"""Acceptance test 16: hostile text in every field of every record, in every format."""

import base64
import csv
import hashlib
import io
import json
import re

import html5lib
import pytest
from rich.cells import cell_len

from fakeprint.core.report import Report
from fakeprint.core.sanitise import map_text
from fakeprint.reports import ReportOptions, open_report

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--articles-->",
    "--><script>alert(1)</script><!--",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "` onclick=alert(1) `",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "image/svg+xml",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<form action=https://evil.example><button>x",
    "<object data=https://evil.example>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "${alert(1)}",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\ufeff<script>alert(1)</script>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    '=HYPERLINK("https://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    ' "=1+1',
    "＝1+1",
    "\x1b[31mred\x1b[0m\x1b[2J\x1b]0;title\x07",
    "\x9b31m\x90\x1b\\",
    "\r\x1b[1A\x1b[2Koverwritten",
    "[bold red on white]markup[/] [link=https://evil.example]x[/link] [/] :smile:",
    "photo\u202egnp.exe\u2066\u200f\u061c",
    "bad\udcff\ud800 surrogates",
    "null\x00byte\x7f\x85\u2028\u2029\x0b\x0c",
    "A" * 30_000,
    "é" * 5_000 + "\u0301" * 5_000 + "東" * 5_000,
    "..\\..\\..\\windows\\system32\nnew line.jpg",
)
_ELEMENTS = """html head meta title style body a header main section article footer details summary h1 h2 h3 h4 h5 p ul li dl dt dd div span
b i bdi pre code table caption thead tbody tr th td figure figcaption img svg g path circle rect polyline text input label select option
button output time script"""
ELEMENTS = set(_ELEMENTS.split())


@pytest.fixture(scope="module")
def hostile(make):
    """One report for each payload, the payload in every text; and mixtures with the payload in one place."""
    reports = []
    for number, payload in enumerate(PAYLOADS):
        base = make.report(number) if number % 3 else make.video(number)
        fixed = frozenset({"input", "mime"} if number % 2 else {"input"})
        reports.append(map_text(base, lambda _, payload=payload: payload, fixed))
        reports.append(make.failed(number, message=PAYLOADS[number - 1]).model_copy(update={"input": payload}))
    return reports


def written(make, name: str, reports: list[Report], payload: str = "", **options) -> bytes:
    stream = io.BytesIO()
    run = map_text(make.run_record(), lambda _: payload) if payload else make.run_record()
    with open_report(name, stream, run, ReportOptions(**options)) as sink:
        for one in reports:
            sink.write(one, make.pictures())
        sink.close(run)
    return stream.getvalue()


def check_page(page: bytes) -> None:
    document = html5lib.parse(page, namespaceHTMLElements=False)
    policy = next(node.get("content") for node in document.iter("meta") if node.get("http-equiv") == "Content-Security-Policy")
    for kind in ("script", "style"):
        (own,) = document.iter(kind)
        digest = base64.b64encode(hashlib.sha256(own.text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")
    for node in document.iter():
        if not isinstance(node.tag, str):
            continue
        assert node.tag.rpartition("}")[2] in ELEMENTS, node.tag
        for key, value in node.attrib.items():
            name = str(key).rpartition("}")[2].lower()
            assert not name.startswith("on"), (node.tag, key)
            assert name not in {"style", "srcdoc", "action", "formaction", "srcset", "data", "ping", "background"}, (node.tag, key)
            assert name == "alt" or not re.match(r"\s*(java|vb)script\s*:", value, re.I), (node.tag, key, value)
            if name == "href":
                assert re.fullmatch(r"#[a-z0-9-]+", value), value
            if name == "src":
                assert re.fullmatch(r"data:image/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/=]+", value), value[:80]
            if name == "http-equiv":
                assert value == "Content-Security-Policy"


def test_there_are_fifty_payloads():
    assert len(set(PAYLOADS)) >= 50


def test_the_page_holds_no_foreign_script_handler_or_address(make, hostile):
    page = written(make, "html", hostile)
    check_page(page)
    text = page.decode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", text)
    assert "&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize("payload", [one for one in PAYLOADS if "<" in one or '"' in one or "{{" in one])
def test_the_run_record_cannot_break_the_page(make, payload):
    check_page(written(make, "html", [make.failed()], payload=payload))


def test_no_cell_is_a_formula_and_no_row_breaks(make, hostile):
    rows = list(csv.reader(io.StringIO(written(make, "csv", hostile).decode(), newline="")))
    assert len(rows) == len(hostile) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows[1:]:
        for cell in row:
            assert cell.lstrip(" \t\r\n\"'")[:1] not in set("=+-@＝＋－＠") or cell.startswith("'"), cell[:40]
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", cell)


def check_plain(text: str, width: int) -> None:
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029]", text)
    for line in text.split("\n"):
        assert cell_len(line) <= width, line


@pytest.mark.parametrize("width", [40, 100, 160])
def test_the_terminal_gets_no_escape_and_no_line_too_wide(make, hostile, width):
    check_plain(written(make, "text", hostile, width=width).decode(), width)


def test_a_single_report_in_the_terminal_is_as_clean(make, hostile):
    for one in hostile:
        check_plain(written(make, "text", [one], width=80).decode(), 80)


def test_markup_in_untrusted_text_is_printed_as_it_is(make):
    text = written(make, "text", [make.failed(message="[bold]x[/bold] :smile:")]).decode()
    assert "[bold]x[/bold] :smile:" in text


def test_colour_escapes_are_our_own_only(make, hostile):
    text = written(make, "text", hostile, colour=True).decode()
    assert "\x1b[" in text
    assert set(re.findall(r"\x1b[^m]*m", text)) <= {f"\x1b[{code}m" for code in ("0", "1", "2", "1;34", "1;33", "33", "2;33", "1;2")}
    assert not re.search(r"\x1b(?!\[[0-9;]*m)", text)


def test_json_is_valid_utf8_and_valid_by_its_schema(make, hostile):
    jsonschema = pytest.importorskip("jsonschema")
    checker = jsonschema.Draft202012Validator(Report.model_json_schema())
    lines = written(make, "jsonl", hostile).decode("utf-8").split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(hostile)
    for line in lines:
        checker.validate(json.loads(line))
        Report.model_validate_json(line)
