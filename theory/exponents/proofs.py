"""Proofs that an expression is non-negative on a region: by SymPy, or by z3 where it is installed.

`positivity` maps the region onto the positive orthant and finds every coefficient of the
numerator and of the denominator to have one sign.  `z3` asks an SMT solver for a point where the
inequality fails and is told that there is none.  What neither method proves raises
DerivationError: nothing is asserted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.util import find_spec

from sympy import Expr, Poly, Symbol, fraction
from sympy import cancel as _cancel
from sympy.core.sympify import _sympify

from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents.regions import Region
from ridgeproof.theory.exponents.smt import no_counterexample

__all__ = ["Method", "Proof", "cancel", "is_nonnegative", "is_positive", "prove"]


class Method(StrEnum):
    """How a statement was established."""

    AXIOM = "axiom"
    ARGUMENT = "argument"
    ALGEBRA = "algebra"
    POSITIVITY = "positivity"
    Z3 = "z3"


@dataclass(frozen=True)
class Proof:
    """The statement `expression >= 0` (or > 0) on a region, and how it was proved."""

    expression: Expr
    region: Region
    strict: bool
    method: Method


def prove(
    expression: Expr, region: Region, *, strict: bool = False, method: Method | None = None
) -> Proof:
    """Prove expression >= 0 (> 0 if strict) on the region.

    Arguments:
        expression: rational in the region's symbols; with z3 it may contain Min and Max.
        region: where it is claimed.
        strict: claim > 0.
        method: POSITIVITY or Z3; by default the first, then the second where installed.

    Raises:
        DerivationError: no method available proves it.

    >>> from sympy import oo
    >>> from ridgeproof.theory.symbols import beta
    >>> prove(beta - 1, Region(()).within(beta, 1, oo), strict=True).method.value
    'positivity'
    """
    sides = _sympify(expression)
    holds = is_positive if strict else is_nonnegative
    if method in {None, Method.POSITIVITY} and holds(sides, region):
        return Proof(sides, region, strict, Method.POSITIVITY)
    smt_allowed = method is Method.Z3 or (method is None and find_spec("z3") is not None)
    if smt_allowed and no_counterexample(sides, region, strict=strict):
        return Proof(sides, region, strict, Method.Z3)
    relation = ">" if strict else ">="
    message = f"{sides} {relation} 0 is not proved for {region.condition}"
    raise DerivationError(message)


def is_nonnegative(expression: Expr, region: Region) -> bool:
    """Whether SymPy's positivity alone proves expression >= 0 on the region."""
    return _orthant_sign(_sympify(expression), region) in {0, 1}


def is_positive(expression: Expr, region: Region) -> bool:
    """Whether SymPy's positivity alone proves expression > 0 on the region."""
    # With coefficients of one sign the smallest values are on the upper ends, where t = 0.
    smallest = (_orthant_sign(_sympify(expression), region, top=top) for top in (False, True))
    return all(sign == 1 for sign in smallest)


@lru_cache(maxsize=4096)
def cancel(expression: Expr) -> Expr:
    """SymPy's `cancel`, remembered: the candidates of a minimum meet in the same few forms."""
    return _cancel(expression)


@lru_cache(maxsize=4096)
def _orthant_sign(expression: Expr, region: Region, *, top: bool = False) -> int | None:
    """Return the constant sign of a rational function on the region, None if not recognised."""
    images = region.orthant(top=top)
    mapped = cancel(expression.xreplace(images))
    if mapped == 0:
        return 0
    if not mapped.is_rational_function() or mapped.free_symbols - _fresh(images):
        return None
    numerator, denominator = fraction(mapped)
    above, below = _coefficient_sign(numerator), _coefficient_sign(denominator)
    return above * below if above is not None and below is not None else None


def _fresh(images: Mapping[Symbol, Expr]) -> set[Symbol]:
    return {symbol for image in images.values() for symbol in image.free_symbols}


def _coefficient_sign(polynomial: Expr) -> int | None:
    if polynomial.is_number:
        return 1 if polynomial > 0 else -1
    coefficients = Poly(polynomial, *sorted(polynomial.free_symbols, key=str)).coeffs()
    if all(coefficient > 0 for coefficient in coefficients):
        return 1
    if all(coefficient < 0 for coefficient in coefficients):
        return -1
    return None
