"""measure_curve: the asks of an entry along one parameter, by the theorem and by simulation.

The table [curve] of entry.toml names the parameter, its ends ("2 .. 160"; a size takes whole
numbers), which axes are logarithmic ("x", "y", "xy") and the asks; ``points`` says how many places
there are.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.theory.checks import check_integer, exact
from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.theory.process.record import Process
from ridgeproof.verification.atlas.entries import Entry
from ridgeproof.verification.conjectures.domain_table import check_keys
from ridgeproof.verification.conjectures.processes.stated import whole_names
from ridgeproof.verification.figures.figure import Figure, FigureData
from ridgeproof.verification.figures.panels import Against, Curve, Panel, Point
from ridgeproof.verification.simulation.simulate_process import simulate_process

__all__ = ["measure_curve"]

_KEYS = ("x", "values", "logarithmic", "asks", "points")
_POINTS = 120
_SIMULATED = 5


def measure_curve(entry: Entry, *, repetitions: int = 100, seed: int = 0) -> FigureData:
    """The curves of an entry, with points of literal simulation at a few places.

    Args:
        entry: of the atlas.
        repetitions: at each simulated place; 0 for the theory alone.
        seed: of every draw.

    Raises:
        InputError: entry.toml names what the process does not have, or no interval.
    """
    path, table = entry.folder / "entry.toml", entry.about["curve"]
    check_keys(f"{path} [curve]", table, _KEYS)
    name, asks, written = table["x"], tuple(table["asks"]), dict(entry.process.asks)
    unknown = [ask for ask in asks if ask not in written]
    if unknown or name not in entry.process.defaults:
        raise InputError(str(path), (unknown or [name])[0], "is not in process.toml", "rename it")
    process = replace(entry.process, asks=tuple((ask, written[ask]) for ask in asks))
    logarithmic = table.get("logarithmic", "")
    places = _places(path, table, process)
    curves = _curves(process, name, places, asks)
    if repetitions:
        curves = _with_points(process, name, curves, repetitions, seed)
    panel = Panel(
        title=process.title,
        xlabel=name,
        ylabel=", ".join(asks),
        curves=curves,
        xscale="log" if "x" in logarithmic else "linear",
        yscale="log" if "y" in logarithmic else "linear",
    )
    figure = Figure(
        entry.name, entry.name, entry.result, lambda _: (panel,), "ridgeproof atlas --draw FILE"
    )
    return FigureData(figure, (panel,), seed)


def _places(path: Path, table: dict[str, Any], process: Process) -> Array:
    ends = [exact(str(path), end.strip()) for end in str(table["values"]).split("..")]
    if len(ends) != 2 or ends[0] >= ends[1]:
        raise InputError(str(path), table["values"], "is no interval", 'write "1/10 .. 10"')
    low, high = map(float, ends)
    count = check_integer(f"{path} points", table.get("points", _POINTS), least=2, most=10_000)
    space = np.geomspace if "x" in table.get("logarithmic", "") else np.linspace
    places = space(low, high, count)
    whole = table["x"] in whole_names(process, {})
    return np.unique(np.round(places)) if whole else places


def _curves(process: Process, name: str, places: Array, asks: tuple[str, ...]) -> tuple[Curve, ...]:
    """The theory, a place at a time where a batch meets one that has no value."""
    try:
        given: dict[str, Any] = {name: places}
        values = evaluate_process(process, terms=False, **given).values
    except RidgeproofError:
        each = [_value(process, name, place, asks) for place in places.tolist()]
        values = {ask: np.array([value[ask] for value in each]) for ask in asks}
    return tuple(
        Curve(ask, tuple(places.tolist()), tuple(np.broadcast_to(values[ask], places.shape)))
        for ask in asks
    )


def _value(process: Process, name: str, place: float, asks: tuple[str, ...]) -> dict[str, float]:
    given: dict[str, Any] = {name: Fraction(place)}
    try:
        values = evaluate_process(process, terms=False, **given).values
    except RidgeproofError:  # next to a threshold, say: the line is interrupted there
        return dict.fromkeys(asks, np.nan)
    return {ask: float(value) for ask, value in values.items()}


def _with_points(
    process: Process, name: str, curves: tuple[Curve, ...], repetitions: int, seed: int
) -> tuple[Curve, ...]:
    places = curves[0].x
    chosen = [places[i] for i in np.linspace(0, len(places) - 1, _SIMULATED + 2).astype(int)[1:-1]]
    points: dict[str, list[Point]] = {curve.label: [] for curve in curves}
    for place in dict.fromkeys(chosen):
        given: dict[str, Any] = {name: Fraction(place).limit_denominator(10**6)}
        try:
            asks = simulate_process(process, repetitions=repetitions, seed=seed, **given).asks
        except RidgeproofError:  # an infinite mean at this size: the curve stands alone
            continue
        for label, found in points.items():
            ask = asks.get(label)
            if ask is not None and ask.mean is not None and ask.theory is not None:
                error, theory = ask.standard_error, float(ask.theory)
                found.append(
                    Point(place, ask.mean, error, theory, Against.LIMIT, "literal", repetitions)
                )
    return tuple(
        Curve(curve.label, curve.x, curve.y, tuple(points[curve.label])) for curve in curves
    )
