"""Automatic mutants of a catalogued formula: what the usual slips of a derivation would give.

Constants off by one, signs, swapped symbols, exponents off by one, dropped terms and factors, and
scales between 0.9 and 1.1, at every place of every expression.  A mutant that is the formula
itself in another guise is no mutant: those are recognised by their values at generic settings and
counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Add, Expr, Mul, Number, Piecewise, Pow, Rational, Symbol, nan, oo, zoo

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.point import FormulaPoint, make_point
from ridgeproof.numerics.walker import evaluate_expression, evaluate_levels
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import canonical
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.errors import RidgeproofError
from ridgeproof.theory.formula import Formula
from ridgeproof.theory.settings.setting import make_setting

__all__ = ["SCALES", "Mutant", "Mutants", "mutants_of"]

SCALES = (Rational(9, 10), Rational(98, 100), Rational(102, 100), Rational(11, 10))

# Symbols that a tired eye exchanges.
_CONFUSED = (
    (sy.phi, sy.phi0),
    (sy.sigma, sy.sigma0),
    (sy.T, sy.T0),
    (sy.lam, sy.lam0),
    (sy.kappa, sy.lam),
    (sy.kappa0, sy.lam0),
    (sy.kappa, sy.kappa0),
    (sy.df1, sy.df2),
    (sy.gamma, sy.gamma0),
    (sy.gamma, sy.phi),
    (sy.eta, sy.phi0),
    (sy.q, sy.q0),
)
# The level moments enter linearly by their nature: a formula in w0^3 is no formula at all.
_MOMENTS = {sy.w0, sy.a, sy.m}

# Equal formulas agree to this relative accuracy in float64; different ones do not.
_DIGITS = 1e-9

# Characters of an expression that a description shows.
_SHOWN = 40

Change = tuple[str, Expr]


@dataclass(frozen=True)
class Mutant:
    """A deliberately wrong version of a formula."""

    description: str
    name: str  # of the expression that was changed
    formula: Formula


@dataclass(frozen=True)
class Mutants:
    """The distinct mutants of a formula, and how many changes gave nothing new."""

    formula: Formula
    mutants: tuple[Mutant, ...]
    equivalent: int  # changes that left the formula equal to itself
    repeated: int  # changes that gave a mutant that was there already


@lru_cache
def mutants_of(formula_id: str) -> Mutants:
    """Every mutant of a catalogued formula, in a fixed order.

    Two expressions count as equal when they agree to nine digits at two generic settings, with
    generic moments of the generator; where they have no value there, when their canonical forms
    agree.

    >>> [mutant.description for mutant in mutants_of("ridgeless").mutants][:2]
    ['variance: d -> 1 in d*sigma**2/(T - d - 1)', ...]
    """
    formula = find(formula_id)
    points = _generic_points(formula)
    mutants: list[Mutant] = []
    equivalent = repeated = 0
    for name, expression in formula.expressions.items():
        truth = _fingerprint(expression, points)
        seen: list[Any] = []
        for description, changed in _changes(expression):
            key = _fingerprint(changed, points)
            if _same(key, truth):
                equivalent += 1
            elif any(_same(key, other) for other in seen):
                repeated += 1
            else:
                seen.append(key)
                wrong = replace(formula, expressions={**formula.expressions, name: changed})
                mutants.append(Mutant(f"{name}: {description}", name, wrong))
    return Mutants(formula, tuple(mutants), equivalent, repeated)


def _generic_points(formula: Formula) -> tuple[FormulaPoint, ...]:
    """Two settings of the formula's own kind without any coincidence between their numbers."""
    kinds: dict[str, Any] = {}
    if formula.downstream in {"mixture", "random features"}:
        kinds |= {"synthetic_fraction": "2/5", "sigma_real": "0.9"}
    if formula.downstream == "random features":
        kinds |= {"width": 19}
    if formula.chain.startswith("weighted"):
        kinds |= {"chain": "weighted:2/7", "sigma_real": "0.9"}
    if formula.chain.startswith("accumulate"):
        kinds |= {"chain": "accumulate"}
    noises = {"sigma": "0.7", "sigma0": "1.3", "lam": "0.3", "lam0": "0.2"}
    points = []
    for d, T, T0, n in ((7, 25, 17, 3), (11, 30, 41, 2)):
        setting = make_setting(d=d, T=T, T0=T0, n=n, spectrum="power-law:3/2", **noises, **kinds)
        point = make_point(setting, Float64())
        i = np.arange(1.0, len(point.spectrum.s) + 1)
        # What no setting states: a weight and a noise of one generation.
        point = point.with_values({sy.weight: Fraction(2, d), sy.pooled: Fraction(d, 6)})
        points.append(point.with_moments(a=0.3 + 1 / i, m=0.9 / (1 + 0.1 * i)))
    return tuple(points)


def _fingerprint(expression: Expr, points: tuple[FormulaPoint, ...]) -> Any:
    """What two equal expressions have in common: values of each branch, or its canonical form."""
    if isinstance(expression, Piecewise):
        return tuple(
            (condition, _fingerprint(branch, points)) for branch, condition in expression.args
        )
    try:
        return tuple(
            value
            for point in points
            for value in np.ravel(np.asarray(_value(expression, point), dtype=float))
        )
    except (RidgeproofError, ZeroDivisionError):
        return canonical(expression)


def _value(expression: Expr, point: FormulaPoint) -> Any:
    """A number, or one for each level where the expression is about levels."""
    outside = expression.free_symbols & sy.LEVEL_SYMBOLS
    return (evaluate_levels if outside else evaluate_expression)(expression, point)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        if len(one) != len(other):
            return False
        return all(_same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=_DIGITS)
    return bool(one == other)


def _changes(expression: Expr) -> Iterator[Change]:
    """Everything that one slip can make of an expression."""
    if expression == 0:
        return
    for description, changed in (*_local_and_below(expression), *_swaps(expression)):
        if not changed.has(nan, oo, -oo, zoo):
            yield description, changed
    for scale in SCALES:
        yield f"times {float(scale):g}", _scaled(expression, scale)


def _scaled(expression: Expr, scale: Expr) -> Expr:
    if isinstance(expression, Piecewise):
        return Piecewise(*((scale * branch, condition) for branch, condition in expression.args))
    return scale * expression


def _swaps(expression: Expr) -> Iterator[Change]:
    for pair in _CONFUSED:
        for old, new in (pair, pair[::-1]):
            if expression.has(old):
                yield f"{new} for {old}", expression.xreplace({old: new})


def _local_and_below(node: Expr) -> Iterator[Change]:
    """Changes at a node, then at each node below it, as changes of the whole."""
    if isinstance(node, Piecewise):
        yield from _in_branches(node)
        return
    yield from _local(node)
    below = node.args[:1] if isinstance(node, Pow) else node.args
    for k, child in enumerate(below):
        for description, changed in _local_and_below(child):
            yield description, node.func(*node.args[:k], changed, *node.args[k + 1 :])


def _in_branches(node: Piecewise) -> Iterator[Change]:
    for k, (branch, condition) in enumerate(node.args):
        for description, changed in _local_and_below(branch):
            pairs = [(changed if j == k else other, c) for j, (other, c) in enumerate(node.args)]
            where = "shared design" if condition == sy.shared else "fresh designs"
            yield f"{description} ({where})", Piecewise(*pairs)


def _local(node: Expr) -> Iterator[Change]:
    if isinstance(node, Add):
        yield from _in_sum(node)
    elif isinstance(node, Mul):
        yield from _in_product(node)
    elif isinstance(node, Pow):
        yield from _in_power(node)


def _in_sum(node: Add) -> Iterator[Change]:
    for term in node.args:
        rest, shown = node - term, _short(term)
        if isinstance(term, Number):
            for step in (1, -1):
                yield f"{term} -> {term + step} in {_short(node)}", rest + term + step
        yield f"{shown} dropped from {_short(node)}", rest
        yield f"sign of {shown} in {_short(node)}", rest - term


def _in_product(node: Mul) -> Iterator[Change]:
    for factor in node.args:
        rest = node / factor
        if isinstance(factor, Number):
            if abs(factor) != 1:
                for step in (1, -1):
                    yield f"{factor} -> {factor + step} in {_short(node)}", rest * (factor + step)
            continue
        if factor.free_symbols and factor.free_symbols <= _MOMENTS:
            continue
        yield f"{_short(factor)} -> 1 in {_short(node)}", rest
        if isinstance(factor, Symbol):
            yield f"{factor} -> {factor}**2 in {_short(node)}", rest * factor**2


def _in_power(node: Pow) -> Iterator[Change]:
    base, exponent = node.args
    if base in _MOMENTS:
        return
    for step in (1, -1):
        if exponent + step != 0:
            changed = base ** (exponent + step)
            yield f"{_short(node)} -> {_short(changed)}", changed


def _short(node: Expr) -> str:
    text = str(node)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
