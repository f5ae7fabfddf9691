"""Draw a measured figure with matplotlib: lines, bars of two standard errors, residuals below.

The palette (Okabe and Ito) is safe for colour-blind readers; markers and line styles tell the
curves apart in grey.  Lines carry their names at their right end.  The same data give the same
bytes.
"""

from __future__ import annotations

import html
import io
import math
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ridgeproof.theory.checks import check_output
from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.verification.figures.figure import FigureData
from ridgeproof.verification.figures.panels import BAND, Curve, Field, Panel, Point

__all__ = [
    "SUFFIXES",
    "Drawing",
    "check_path",
    "conclusion_of",
    "require_matplotlib",
    "save_figure",
    "svg_text",
]

SUFFIXES = (".png", ".svg", ".pdf")

# Blue, vermillion, green, purple, orange, black, sky.
_HUES = ("#0072B2", "#D55E00", "#009E73", "#AA4499", "#B07D00", "#000000", "#56B4E9")
_DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (6, 2, 1, 2)), (0, (1.5, 1.5)), (0, (3, 1)))
_MARKERS = "osD^vPX"
_GREY = "0.4"
_PANEL = (4.7, 4.1)  # inches
_COLUMNS = 2
_SHORT = 300.0  # the ratio of the ends up to which an axis shows 1, 2, 5, 10
_EARLY = 0.8  # of the width: curves that end before it have their names there
_REACH = 4.0  # standard errors shown
_LINE_HEIGHT = 1.25  # of a label, in font sizes
_STYLE = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "lines.markersize": 4,
    "mathtext.fontset": "dejavusans",
    "savefig.dpi": 160,
    "svg.fonttype": "none",
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}
# Dates and program versions would make equal figures differ.
_METADATA: dict[str, dict[str, str | None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": "ridgeproof"},
    ".pdf": {"CreationDate": None, "Creator": "ridgeproof", "Producer": None},
}
# In an SVG nobody sees: digits after the second of a tag's numbers, blanks, names of groups, and
# the stroke of a tick, whose path has it.
_UNSEEN = re.compile(
    r"(?<=\.\d\d)\d{2,}(?=[^<>]*>)|(?<=\n) +|(?<=<g) id=\"[^\"]*\""
    r"|(?<=\d\") style=\"stroke: #\w+; stroke-width: [\d.]+\"(?=/>)"
)
_DESCRIBED = re.compile("<dc:description>(.*?)</dc:description>", re.DOTALL)


class Drawing(FigureData):
    """A measured figure that shows its drawing in notebooks, where matplotlib is installed."""

    def _repr_html_(self) -> str:
        return svg_text(self) if find_spec("matplotlib") else super()._repr_html_()


def check_path(path: Path, name: str = "--out") -> None:
    """Refuse a file that cannot be written, before anything is measured.

    Raises:
        InputError: an unsupported suffix, or a folder that is not there.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            name, path, "has no suffix that is known", f"end it in {', '.join(SUFFIXES)}"
        )
    check_output(name, path)


def require_matplotlib() -> None:
    """Refuse clearly where the library that draws is not installed.

    Raises:
        RidgeproofError: naming the extra to install.
    """
    try:
        import matplotlib  # noqa: F401, ICN001
    except ImportError as error:
        message = (
            "figures are drawn with matplotlib, which is not installed: "
            "pip install 'ridgeproof[report]', or print the numbers with --json"
        )
        raise RidgeproofError(message) from error


def save_figure(data: FigureData, path: Path) -> None:
    """Draw and write a file; the suffix says which kind.

    Raises:
        InputError: the suffix is not one of SUFFIXES, or the file cannot be written.
        RidgeproofError: matplotlib is not installed.
    """
    check_path(path)
    try:
        path.write_bytes(_bytes(data, path.suffix.lower()))
    except OSError as error:
        raise InputError("--out", path, f"cannot be written ({error})", "name another") from error


def svg_text(data: FigureData) -> str:
    """The figure as one svg element, to be put into a page."""
    text = _bytes(data, ".svg").decode()
    return text[text.index("<svg") :]


def conclusion_of(svg: str) -> str:
    """What an SVG of `save_figure` says about its points, as its description."""
    found = _DESCRIBED.search(svg)
    return html.unescape(found[1]) if found else ""


def _bytes(data: FigureData, suffix: str) -> bytes:
    with _drawing(data) as figure:
        buffer = io.BytesIO()
        described = {"Description": data.conclusion()} if suffix == ".svg" else {}
        figure.savefig(buffer, format=suffix[1:], metadata={**_METADATA[suffix], **described})
    found = buffer.getvalue()
    return _UNSEEN.sub("", found.decode()).encode() if suffix == ".svg" else found


@contextmanager
def _drawing(data: FigureData) -> Iterator[Any]:
    require_matplotlib()
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # Salted by the name: figures of one page must not share the ids of their clipping paths.
    salted = {**_STYLE, "svg.hashsalt": data.figure.name}
    with mpl.rc_context(salted):
        columns = min(_COLUMNS, len(data.panels))
        rows = -(-len(data.panels) // columns)
        size = (_PANEL[0] * columns, _PANEL[1] * rows + 0.6)
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.04))
        figure.suptitle(data.figure.title, x=0.01, ha="left", fontsize=11, weight="bold")
        figure.supxlabel(_footer(data, columns), x=0.01, ha="left", fontsize=6.5, color=_GREY)
        grid = figure.add_gridspec(rows, columns)
        labelled = [
            _panel(figure, grid[divmod(i, columns)], panel) for i, panel in enumerate(data.panels)
        ]
        _settle_labels(figure, labelled)
        yield figure


def _footer(data: FigureData, columns: int) -> str:
    effort = "" if data.effort == 1 else f"; {data.effort:g} times the usual repetitions"
    points = "lines: theory; points: simulation, bars of two standard errors (hollow: the process "
    points += f"as written, without shortcuts); {data.conclusion()}{effort}"
    text = points if data.points else "lines: theory"
    return "\n".join([*textwrap.wrap(text, 95 * columns), data.command])


def _panel(figure: Any, cell: Any, panel: Panel) -> tuple[Any, list[tuple[Any, float]]]:
    """The axes of a panel, and the labels still to be kept apart."""
    measured = any(point.z is not None for curve in panel.curves for point in curve.points)
    if measured:
        inner = cell.subgridspec(2, 1, height_ratios=(5, 1), hspace=0.0)
        axes = figure.add_subplot(inner[0])
        below = figure.add_subplot(inner[1], sharex=axes)
    else:
        axes, below = figure.add_subplot(cell), None
    axes.set(xscale=panel.xscale, yscale=panel.yscale, ylabel=panel.ylabel)
    axes.set_title(panel.title, loc="left")
    if panel.field is not None:
        _contours(axes, panel.field)
    for order, curve in enumerate(panel.curves):
        _curve(axes, curve, order)
        if below is not None:
            _residuals(below, curve, order)
    if below is not None:
        _band(below)
        axes.tick_params(labelbottom=False)
    (below or axes).set_xlabel(panel.xlabel)
    if panel.field is None:
        _limits(axes, panel)
    for axis in ((below or axes).xaxis, axes.yaxis):
        _ticks(axis)
    for mark in panel.marks:
        axes.axvline(mark.x, color=_GREY, linewidth=0.8, linestyle=":")
        axes.annotate(
            mark.text, (mark.x, 0.99), (-2, 0), xycoords=axes.get_xaxis_transform(),
            textcoords="offset points", rotation=90, ha="right", va="top", fontsize=7, color=_GREY,
        )  # fmt: skip
    for note in panel.notes:
        box = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1.5}
        axes.text(
            note.x, note.y, note.text, fontsize=7.5, color="0.2", ha="center", va="center",
            bbox=None if note.plain else box,
        )  # fmt: skip
    names = [_label(axes, curve, order) for order, curve in enumerate(panel.curves) if curve.label]
    return axes, [name for name in names if name is not None]


def _look(curve: Curve, order: int) -> tuple[str, Any, str]:
    hue = order if curve.hue is None else curve.hue
    dash = hue if curve.dash is None else curve.dash
    if curve.reference:
        return _GREY, ":", ""
    return _HUES[hue % len(_HUES)], _DASHES[dash % len(_DASHES)], _MARKERS[hue % len(_MARKERS)]


def _curve(axes: Any, curve: Curve, order: int) -> None:
    colour, dash, marker = _look(curve, order)
    if curve.x:
        width = 0.9 if curve.reference else None
        axes.plot(curve.x, curve.y, color=colour, linestyle=dash, linewidth=width)
    for points, fill, size in _solid_and_hollow(curve, colour):
        axes.errorbar(
            [p.x for p in points], [p.mean for p in points],
            yerr=[BAND * (p.standard_error or 0.0) for p in points], fmt=marker, color=colour,
            markerfacecolor=fill, capsize=2, markersize=size, elinewidth=1, linestyle="none",
        )  # fmt: skip


def _residuals(axes: Any, curve: Curve, order: int) -> None:
    colour, _, marker = _look(curve, order)
    for points, fill, size in _solid_and_hollow(curve, colour):
        # What lies beyond is drawn at the edge.
        shown = [(p.x, max(-_REACH, min(_REACH, p.z))) for p in points if p.z is not None]
        axes.plot(
            [x for x, _ in shown], [z for _, z in shown], marker=marker, color=colour,
            markersize=size - 0.5, markerfacecolor=fill, linestyle="none", clip_on=False,
        )  # fmt: skip


def _solid_and_hollow(curve: Curve, colour: str) -> Iterator[tuple[list[Point], str, float]]:
    """Points with the fill and the size of their markers: literal ones are hollow and larger."""
    for literal, fill, size in ((False, colour, 3.5), (True, "white", 4.5)):
        points = [point for point in curve.points if (point.method == "literal") is literal]
        if points:
            yield points, fill, size


def _band(axes: Any) -> None:
    axes.axhspan(-BAND, BAND, color="0.9", linewidth=0)
    axes.axhline(0, color=_GREY, linewidth=0.6)
    axes.set(ylim=(-_REACH, _REACH), ylabel="$z$", yticks=(-BAND, 0, BAND))


def _limits(axes: Any, panel: Panel) -> None:
    """Lines end at the right edge, where their names are."""
    xs = [x for curve in panel.curves for x in (*curve.x, *(p.x for p in curve.points))]
    low, high = min(xs), max(xs)
    if panel.xscale == "log":
        pad = (high / low) ** 0.03
        axes.set_xlim(low / pad, high * pad)
    else:
        pad = 0.03 * (high - low)
        axes.set_xlim(low - pad, high + pad)
    if panel.ylim is not None:
        axes.set_ylim(*panel.ylim)


def _ticks(axis: Any) -> None:
    """Plain numbers on short logarithmic axes, powers of ten on long ones."""
    low, high = axis.get_view_interval()
    if axis.get_scale() != "log" or high / low > _SHORT:
        return
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _contours(axes: Any, field: Field) -> None:
    axes.contourf(
        field.x, field.y, field.z, levels=field.levels, cmap="cividis", extend="both", alpha=0.55,
        norm="log",
    )  # fmt: skip
    lines = axes.contour(
        field.x, field.y, field.z, levels=field.levels, colors="black", linewidths=0.6
    )
    axes.clabel(lines, fmt=lambda value: f"{value:g}", fontsize=7)
    axes.set(xlim=(min(field.x), max(field.x)), ylim=(min(field.y), max(field.y)))


def _label(axes: Any, curve: Curve, order: int) -> tuple[Any, float] | None:
    """The name of a curve right of the axes at the height of its end, to be settled later.

    A curve that stops early has its name at its end, and None is returned.
    """
    end = (curve.x[-1], curve.y[-1]) if curve.x else (curve.points[-1].x, curve.points[-1].mean)
    colour = _look(curve, order)[0]
    along = axes.transAxes.inverted().transform(axes.transData.transform(end))[0]
    if along < _EARLY:
        axes.annotate(
            curve.label, end, (8, 0), textcoords="offset points", color=colour, fontsize=8,
            va="center",
        )  # fmt: skip
        return None
    text = axes.annotate(
        curve.label, end, (1.03, 0.5), xycoords="data", textcoords="axes fraction",
        color=colour, fontsize=8, va="center", annotation_clip=False,
        arrowprops={
            "arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkA": 1, "shrinkB": 2
        },
    )  # fmt: skip
    return text, end[1]


def _settle_labels(figure: Any, labelled: list[tuple[Any, list[tuple[Any, float]]]]) -> None:
    """Move the names apart once the layout is known, each as near its curve as may be."""
    figure.draw_without_rendering()
    for axes, labels in labelled:
        height = axes.get_window_extent().height / figure.dpi * 72  # points
        ordered = sorted(labels, key=lambda label: _fraction(axes, label[1]))
        wanted = [_fraction(axes, y) for _, y in ordered]
        sizes = [
            (text.get_text().count("\n") + 1) * _LINE_HEIGHT * text.get_fontsize() / height
            for text, _ in ordered
        ]
        for (text, _), place in zip(ordered, spread(wanted, sizes), strict=True):
            text.set_y(place)


def _fraction(axes: Any, y: float) -> float:
    """The height of a value on the axes, 0 at the bottom and 1 at the top."""
    (_, pixel) = axes.transData.transform((axes.get_xlim()[0], y))
    return float(axes.transAxes.inverted().transform((0, pixel))[1])


def spread(wanted: list[float], sizes: list[float]) -> list[float]:
    """Centres in the order of ``wanted``, at least half the neighbouring sizes apart.

    Each block of labels that touch sits around the mean of what its members want.

    >>> spread([0.5, 0.5], [0.1, 0.1])
    [0.45, 0.55]
    """
    blocks: list[tuple[float, list[int]]] = []  # (bottom, members)
    for index, place in enumerate(wanted):
        block = (place - sizes[index] / 2, [index])
        blocks.append(block)
        while len(blocks) > 1 and _top(blocks[-2], sizes) > blocks[-1][0]:
            _, upper = blocks.pop()
            _, lower = blocks.pop()
            blocks.append(_around(lower + upper, wanted, sizes))
    centres = [0.0] * len(wanted)
    for bottom, members in blocks:
        edge = bottom
        for index in members:
            centres[index] = round(edge + sizes[index] / 2, 6)
            edge += sizes[index]
    return centres


def _top(block: tuple[float, list[int]], sizes: list[float]) -> float:
    return block[0] + math.fsum(sizes[i] for i in block[1])


def _around(members: list[int], wanted: list[float], sizes: list[float]) -> tuple[float, list[int]]:
    total = math.fsum(sizes[i] for i in members)
    middle = math.fsum(wanted[i] for i in members) / len(members)
    return middle - total / 2, members
