"""Formulas as straight-line code, before it is written in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Dummy, Expr, Max, Min, Piecewise, Rational, Symbol, exp, log, oo, sqrt
from sympy.core.relational import Relational

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas
from ridgeproof.theory.equivalent.formulas.unknowns import Unknown, UnknownKind
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.process.expressions import Expression, Text
from ridgeproof.theory.process.profiles import profile_values
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["INDEX", "Program", "program_of", "program_of_theorem"]

# The number of a direction, 1 to d.
INDEX = Dummy("i")

# Roots of equations that are not in spectral sums.
_ROOTS = frozenset({sy.q, sy.q0, sy.h1, sy.h2, sy.v, sy.chi})

_FUNCTIONS = {
    "sqrt": sqrt,
    "exp": exp,
    "log": log,
    "min": Min,
    "max": Max,
    "where": lambda x, a, b: Piecewise((a, x >= 0), (b, True)),
}


@dataclass(frozen=True, eq=False)
class Program:
    """What is computed, in order.

    Attributes:
        title: in words.
        given: numbers of every direction that are arguments beside s and w0.
        profiles: such numbers that are computed, in s, w0, d and `INDEX`.
        parameters: with their defaults.
        assumptions: on parameters.
        unknowns: each in terms of what stands before it.
        answers: by name.
    """

    title: str
    given: tuple[Symbol, ...]
    profiles: Mapping[Symbol, Expr]
    parameters: Mapping[Symbol, Fraction | None]
    assumptions: tuple[Relational, ...]
    unknowns: tuple[Unknown, ...]
    answers: Mapping[str, Expr]


def program_of(formulas: ProcessFormulas) -> Program:
    """The asks of a process."""
    defaults = formulas.process.defaults
    # Derived sizes are not rounded yet.
    sizes = {
        each.symbols[0]: each.right[0]
        for each in formulas.unknowns
        if each.kind is UnknownKind.SIZE
    }
    texts = {x for x, profile in formulas.levels.items() if isinstance(profile, Text)}
    return Program(
        f"{formulas.process.title or 'A process'}: its limit",
        tuple(x for x in formulas.levels if x in texts),
        {x: _profile(each) for x, each in formulas.levels.items() if x not in texts},
        {symbol: defaults.get(name) for name, symbol in formulas.parameters.items()},
        tuple(assumed.subs(sizes) for assumed in formulas.assumptions),
        formulas.unknowns,
        formulas.asks,
    )


def program_of_theorem(formula: Formula) -> Program:
    """The expressions of an entry of the catalogue, and the test error where these are its terms.

    Raises:
        NotBuilt: it is of exponents, or holds the root of an equation that is not in spectral sums.
    """
    answers = {name: _cased(defined(each)) for name, each in formula.expressions.items()}
    if formula.is_test_error:
        answers["test_error"] = sum(answers.values(), start=Rational(0))
    symbols = {x for each in answers.values() for x in each.atoms(Symbol)}
    unknowns = []
    for kappa, lam, T in ((sy.kappa, sy.lam, sy.T), (sy.kappa0, sy.lam0, sy.T0)):
        if kappa not in symbols:
            continue
        df1 = SpectralSum(sy.s / (sy.s + kappa))
        right = kappa * (1 - df1 / T)
        if sy.width in symbols and kappa is sy.kappa:
            right *= 1 - df1 / sy.width
        kind = UnknownKind.KAPPA
        unknowns.append(Unknown(kind, (kappa,), (lam,), (right,), kind.value, sy.s))
        symbols |= right.atoms(Symbol) | {lam}
    levels = {x for x in symbols if sy.is_level(x)} - {sy.s, sy.w0}
    parameters = symbols - levels - {sy.s, sy.w0, sy.d, sy.kappa, sy.kappa0}
    strange = sorted(x.name for x in parameters & _ROOTS)
    if strange or formula.kind is FormulaKind.SCALING:
        why = f"nothing here solves for {', '.join(strange)}" if strange else "it is of exponents"
        raise NotBuilt(f"{formula.id} is not written as code: {why}")
    return Program(
        f"{formula.theorem}, {formula.title}: as evaluate --form exact has it",
        tuple(sorted(levels, key=str)),
        {},
        dict.fromkeys(sorted(parameters, key=str)),
        (),
        tuple(unknowns),
        answers,
    )


def _cased(expression: Expr) -> Expr:
    """The same where the last of two cases, of which one holds, is the other."""

    def other(*cases: Any) -> Expr:
        (first, holds), (second, fails) = cases
        return Piecewise((first, holds), (second, True if fails == ~holds else fails))

    two = [x for x in expression.atoms(Piecewise) if len(x.args) == 2]
    return expression.xreplace({x: other(*x.args) for x in two})


def _profile(profile: Expression) -> Any:
    names = {"s": sy.s, "w0": sy.w0, "d": sy.d, "i": INDEX, "inf": oo}
    return profile_values(profile, names, _rational, _FUNCTIONS)


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)
