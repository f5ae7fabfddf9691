"""explore_page: one offline page on which the parameters of a process are moved.

Its numbers come from the derived formulas, written in JavaScript: sliders, curves and values are
computed in the browser, and nothing is fetched.  Simulated points are put in where asked for.
"""

from __future__ import annotations

import html
import json
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files
from typing import Any

import numpy as np
from sympy import Equality

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.evaluate import prepared
from ridgeproof.numerics.equivalent.profiles import directions_of, space_of
from ridgeproof.theory.equivalent.formulas.code import code
from ridgeproof.theory.equivalent.formulas.derived import derive_process
from ridgeproof.theory.equivalent.formulas.program import program_of
from ridgeproof.theory.errors import InputError, NotBuilt, RidgeproofError
from ridgeproof.theory.process.normal import count_names
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.process.text import steps_text
from ridgeproof.theory.rendering import latex
from ridgeproof.theory.shown import mathml
from ridgeproof.verification.conjectures.processes.sizes import size_names
from ridgeproof.verification.simulation.simulate_process import simulate_process

__all__ = ["explore_page"]

_MOST_DIRECTIONS = 5_000
_PLACES = 5
_OPTIONS = {"T", "T0", "n", "sigma", "sigma0", "lam", "lam0"}
# How far a slider goes from the given value, for sizes and for other positive numbers.
_SIZES, _NUMBERS = (1 / 8, 4), (1 / 100, 100)


def explore_page(
    process: Process,
    command: str,
    *,
    repetitions: int = 0,
    seed: int = 0,
    **given: Any,
) -> str:
    """The page, as text.

    Args:
        process: with a value for each parameter, or one in ``given``.
        command: the words before the options in the line that reproduces what is shown.
        repetitions: of each simulated place; 0 for the theory alone.
        seed: of the simulation.
        **given: d, spectrum, signal and parameters.

    Raises:
        NotBuilt: no ask of the process has a formula.
        RidgeproofError: as `derive_process`.
    """
    values = {**process.defaults, **{k: Fraction(v) for k, v in given.items() if k not in _SPACE}}
    values.pop("d", None)
    space = space_of(process, *(given.get(name) for name in _SPACE))
    if space.d > _MOST_DIRECTIONS:
        remedy = f"take at most {_MOST_DIRECTIONS:,}"
        raise InputError("d", space.d, "is too many directions for a page", remedy)
    # A title would stand in the code as a comment; on the page it is text.
    formulas = derive_process(replace(process, title="", source=""), **given)
    if not formulas.asks:
        why = "; ".join(f"{name}: {reason}" for name, reason in formulas.refused.items())
        raise NotBuilt(f"no ask of the process has a formula ({why})")
    asks = tuple((name, ask) for name, ask in process.asks if name in formulas.asks)
    shown = replace(process, asks=asks)
    program = program_of(formulas)
    graph = prepared(shown, dict(values), space)
    directions = directions_of(graph, space, Float64())
    repeat = directions.multiplicity.astype(int)
    # What decides a loop or a branch of the formulas stays as it is.
    branches = {x.name for fact in program.assumptions if isinstance(fact, Equality)
                for x in fact.free_symbols}  # fmt: skip
    fixed = count_names(shown) | branches
    sizes = size_names(process, {})
    parameters = [
        _slider(symbol.name, values[symbol.name], whole=symbol.name in sizes)
        for symbol in program.parameters
        if symbol.name in values and symbol.name not in fixed
    ]
    points = {}
    if repetitions and parameters:
        points = {
            each["name"]: _simulated(shown, each, given, repetitions, seed)
            for each in parameters[:1]
        }
    data = {
        "s": np.repeat(directions.s, repeat).tolist(),
        "w0": np.repeat(directions.w0, repeat).tolist(),
        "parameters": parameters,
        "asks": [name for name, _ in asks],
        "along": parameters[0]["name"] if parameters else "",
        "together": len(asks) <= 4,
        "points": points,
        "command": command,
    }
    parts = {
        "TITLE": html.escape(process.title or "a process"),
        "SOURCE": html.escape(process.source),
        "STEPS": html.escape(steps_text(process.steps)),
        "FORMULAS": _formulas(formulas),
        "CODE": code(program, "javascript"),
        "DATA": json.dumps(data).replace("<", "\\u003c"),
    }
    page = files("ridgeproof").joinpath("templates/explore.html").read_text(encoding="utf-8")
    for name, text in parts.items():
        page = page.replace(f"@@{name}@@", text)
    return page


_SPACE = ("d", "spectrum", "signal")


def _slider(name: str, value: Fraction, *, whole: bool) -> dict[str, Any]:
    number = float(value)
    if number > 0:
        low, high = (number * factor for factor in (_SIZES if whole else _NUMBERS))
        low = max(low, 1.0) if whole else low
    else:
        low, high = (2 * number, 1.0)
    if whole:
        low, high = round(low), round(high)
    option = f"--{name} " if name in _OPTIONS else f"--set {name}="
    return {"name": name, "value": int(value) if whole else number, "low": low, "high": high,
            "log": number > 0, "whole": whole, "option": option}  # fmt: skip


def _simulated(
    process: Process, slider: dict[str, Any], given: dict[str, Any], repetitions: int, seed: int
) -> list[dict[str, Any]]:
    """Means at a few places along a slider."""
    space = np.geomspace if slider["log"] else np.linspace
    found = []
    for place in space(slider["low"], slider["high"], _PLACES + 2)[1:-1].tolist():
        x = round(place) if slider["whole"] else float(f"{place:.3g}")
        try:
            drawn = simulate_process(
                process, repetitions=repetitions, seed=seed, **{**given, slider["name"]: x}
            )
        except RidgeproofError:  # an infinite mean: the curve stands alone there
            continue
        found += [
            {"ask": name, "x": x, "mean": ask.mean, "error": ask.standard_error or 0.0}
            for name, ask in drawn.asks.items()
            if ask.mean is not None
        ]
    return found


def _formulas(formulas: Any) -> str:
    shown = [
        rf"\mathrm{{{name.replace('_', chr(92) + '_')}}} = {latex(answer)}"
        for name, answer in formulas.asks.items()
    ]
    return "".join(f'<div class="formula">{mathml(text, block=True)}</div>' for text in shown)
