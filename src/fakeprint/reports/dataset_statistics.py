"""The statistics of a dataset as one self-contained page, and as pictures."""

from dataclasses import dataclass
from io import BytesIO

from fakeprint import __version__
from fakeprint.core.errors import MissingExtraError
from fakeprint.core.run import now
from fakeprint.core.sanitise import cap, plain
from fakeprint.datasets.statistics import LENGTH_STEP, Counted, Statistics
from fakeprint.reports.page import asset, environment, policy

MOST_BARS = 30
NAME_CHARS = 60
_TITLES = {
    "labels": "Labels",
    "sources": "Sources",
    "families": "Families of label 1",
    "generators": "Generators of label 1",
    "versions": "Versions of label 1",
    "codecs": "File formats",
    "sizes": "Sizes in pixels",
    "samplers": "Samplers",
    "steps": "Steps",
    "guidance": "Guidance",
    "licences": "Licences as stated",
}


@dataclass(frozen=True)
class Bar:
    """One line of a chart; ``width`` is in percent of the longest one."""

    name: str
    count: int
    share: float
    width: float


@dataclass(frozen=True)
class Chart:
    """Bars in falling order; ``more`` counts names that are not shown."""

    title: str
    bars: tuple[Bar, ...]
    more: int


def chart(title: str, counted: Counted, total: int) -> Chart:
    """Return the first bars of a list; a name becomes plain text of bounded length.

    >>> chart("Labels", (("a", 3), ("b", 1)), 4).bars[1]
    Bar(name='b', count=1, share=0.25, width=33.3)
    """
    longest = counted[0][1] if counted else 1
    bars = tuple(
        Bar(cap(plain(name), NAME_CHARS) or "(empty)", count, count / total if total else 0.0, round(100 * count / longest, 1))
        for name, count in counted[:MOST_BARS]
    )
    return Chart(title, bars, max(0, len(counted) - MOST_BARS))


def charts(statistics: Statistics) -> list[Chart]:
    """Return the charts of the page; what no sample states is left out."""
    found = []
    for name, title in _TITLES.items():
        counted: Counted = getattr(statistics, name)
        if [one for one, _ in counted if one != "not stated"] or name == "licences":
            found.append(chart(title, counted, sum(count for _, count in counted)))
    return found


def statistics_html(statistics: Statistics) -> bytes:
    """Return the page."""
    style = asset("page.css", "dataset.css")
    prompts = statistics.prompts
    total = prompts.present
    lengths = [(f"{at * LENGTH_STEP}–{at * LENGTH_STEP + LENGTH_STEP - 1}", share) for at, share in enumerate(prompts.lengths)]
    page = environment().get_template("statistics.html.j2")
    text = page.render(
        style=style,
        policy=policy(style, ""),
        version=__version__,
        made=now(),
        name=cap(plain(statistics.name), NAME_CHARS),
        statistics=statistics,
        charts=charts(statistics),
        words=chart("Words in prompts", prompts.words, total),
        negative_words=chart("Words in negative prompts", prompts.negative_words, prompts.with_negative),
        lengths=lengths,
        tallest=max(prompts.lengths, default=0.0) or 1.0,
    )
    return text.encode()


def statistics_plots(statistics: Statistics) -> dict[str, bytes]:
    """Return PNG pictures by file name: ``prompt-length.png``, ``long-tail.png``, ``sizes.png``, ``samplers.png``.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "bench") from error

    def drawn(figure: Figure) -> bytes:
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=150, metadata={"Software": None})
        return buffer.getvalue()

    pictures = {}
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    shares = statistics.prompts.lengths
    axes.bar([(at + 0.5) * LENGTH_STEP for at in range(len(shares))], shares, width=0.9 * LENGTH_STEP, color="#2b4fa8")
    axes.set(xlabel="words in the prompt", ylabel="share of prompts, %", title=f"Prompt length, n = {statistics.prompts.present:,}")
    pictures["prompt-length.png"] = drawn(figure)
    for name, title, counted in (
        ("long-tail", "Samples per generator", statistics.generators),
        ("sizes", "Sizes in pixels", statistics.sizes[:MOST_BARS]),
        ("samplers", "Samplers", statistics.samplers[:MOST_BARS]),
    ):
        if counted:
            figure = Figure(figsize=(8, 4.5), layout="constrained")
            _draw_counts(figure, title, counted, named=name != "long-tail")
            pictures[f"{name}.png"] = drawn(figure)
    return pictures


def _draw_counts(figure, title: str, counted: Counted, *, named: bool) -> None:  # type: ignore[no-untyped-def]
    axes = figure.subplots()
    counts = [count for _, count in counted]
    if named:
        names = [cap(plain(name), 30).replace("$", r"\$") for name, _ in counted]
        axes.barh(range(len(counts)), counts, color="#2b4fa8")
        axes.set_yticks(range(len(counts)), names, fontsize=7)
        axes.invert_yaxis()
        axes.set(xlabel="samples", title=title)
    else:
        axes.plot(range(1, len(counts) + 1), counts, color="#2b4fa8", marker=".")
        axes.set(xlabel="generators, largest first", ylabel="samples", title=title, yscale="log")
