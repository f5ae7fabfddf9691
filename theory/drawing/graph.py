"""drawn: the graph of a process as SVG: a box for each step and ask, lines to what they use."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ridgeproof.theory.process.names import names_in
from ridgeproof.theory.process.record import Let, Process, Step
from ridgeproof.theory.process.text import steps_text

__all__ = ["drawn"]

_LETTER, _HIGH, _GAP, _BETWEEN = 7.3, 28, 14, 44  # pixels
_LONGEST = 44  # characters of a box


@dataclass(frozen=True)
class _Box:
    """A text in a column, and the boxes that it uses."""

    text: str
    column: int
    uses: tuple[int, ...]
    kind: str


def drawn(process: Process) -> str:
    """The graph, from what is given on the left to what is asked on the right.

    A box of a loop is dashed and says how often; it uses what is made before it in a round.  Lines
    and letters have the colour of the text around.
    """
    boxes = list(_boxes(process))
    # In each column its boxes, then a lane for each box that is used further to the right.
    columns: list[list[tuple[int, bool]]] = [[] for _ in range(1 + max(b.column for b in boxes))]
    for i, box in enumerate(boxes):
        columns[box.column].append((i, True))
    for i, box in enumerate(boxes):
        last = max((each.column for each in boxes if i in each.uses), default=0)
        for column in columns[box.column + 1 : last]:
            column.append((i, False))
    places: dict[tuple[int, int], tuple[float, float, float]] = {}
    left = 1.0
    for c, column in enumerate(columns):
        wide = _LETTER * max(len(boxes[i].text) for i, is_box in column if is_box) + 16
        places |= {(c, i): (left, 1 + k * (_HIGH + _GAP), wide) for k, (i, _) in enumerate(column)}
        left += wide + _BETWEEN
    width, height = left - _BETWEEN + 1, max(map(len, columns)) * (_HIGH + _GAP) - _GAP + 2
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" '
            f'height="{height}" viewBox="0 0 {width:.0f} {height}" style="max-width: none" '
            'font-family="monospace" font-size="12" fill="none" stroke="currentColor">'
        ),
        f"<title>{html.escape(process.title or 'a process')}</title>",
        f"<desc>{html.escape(steps_text(process.steps))}</desc>",
    ]
    for i, box in enumerate(boxes):
        for used in box.uses:
            way = [places[c, used] for c in range(boxes[used].column, box.column)]
            parts.append(f'<path d="{_line([*way, places[box.column, i]])}" opacity="0.6"/>')
        x, y, wide = places[box.column, i]
        dash = {"loop": ' stroke-dasharray="4 3"', "ask": ' stroke-width="2"'}.get(box.kind, "")
        parts.append(
            f'<rect x="{x:.0f}" y="{y}" width="{wide:.0f}" height="{_HIGH}" rx="5"{dash}/>'
            f'<text x="{x + 8:.0f}" y="{y + 18}" fill="currentColor" stroke="none">'
            f"{html.escape(box.text)}</text>"
        )
    return "\n".join([*parts, "</svg>"])


def _line(way: list[tuple[float, float, float]]) -> str:
    """From the right of the first place, along those between, to the left of the last."""
    middle, bend = _HIGH / 2, _BETWEEN / 2
    (x, y, wide), *others = way
    path = f"M{x + wide:.0f} {y + middle:.0f}"
    for at, (next_x, next_y, next_wide) in enumerate(others, 1):
        start, from_y, to_y = x + wide, y + middle, next_y + middle
        path += f" C{start + bend:.0f} {from_y:.0f} {next_x - bend:.0f} {to_y:.0f}"
        path += f" {next_x:.0f} {to_y:.0f}"
        path += f" H{next_x + next_wide:.0f}" if at < len(others) else ""
        x, y, wide = next_x, next_y, next_wide
    return path


def _boxes(process: Process) -> Iterator[_Box]:
    made: dict[str, int] = {}
    boxes: list[_Box] = []

    def box(text: str, item: object, kind: str) -> _Box:
        uses = tuple(dict.fromkeys(made[name] for name in names_in(item) if name in made))
        column = 1 + max((boxes[i].column for i in uses), default=-1)
        shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
        boxes.append(_Box(shown, column, uses, kind))
        return boxes[-1]

    for truth in process.truths:
        if truth in names_in((process.steps, process.asks)):
            yield box(truth, (), "truth")
            made[truth] = len(boxes) - 1
    for step, rounds in _flat(process.steps, ""):
        yield box(f"{rounds}{step.name} = {step.value}", step.value, "loop" if rounds else "step")
        made[step.name] = len(boxes) - 1
    for name, ask in process.asks:
        yield box(f"{name}: {ask}", ask, "ask")


def _flat(steps: Iterable[Step], rounds: str) -> Iterator[tuple[Let, str]]:
    """Every assignment, and how often it is made where that is in a loop."""
    for step in steps:
        if isinstance(step, Let):
            yield step, rounds
        else:
            yield from _flat(step.steps, f"{rounds}{step.count} times: ")
