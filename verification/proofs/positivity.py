"""What is proved non-negative on a region, with the polynomials that show it.

A region is mapped onto the positive orthant (`verification.proofs.regions`), x_i = p_i/q_i, where p
and q have no negative coefficients.  A polynomial times powers of the q_i is a polynomial there,
and >= 0 if it has no negative coefficient either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice, product
from math import prod

from sympy import QQ, Expr, Poly, Symbol, cancel, fraction, lambdify, ring

from ridgeproof.theory.errors import DerivationError
from ridgeproof.verification.proofs.regions import Region
from ridgeproof.verification.proofs.smt import no_counterexample

__all__ = ["Certificate", "Parts", "nonnegative", "vanishing"]

Parts = list[dict[str, str]]

_Z3_MILLISECONDS = 2_000
# Where an expression is tried before it is proved: near both ends of a region and in between.
_TRIED, _MOST_TRIED = (0.01, 1.0, 100.0), 300
_MOST_TERMS = 5_000


@dataclass(frozen=True)
class Certificate:
    """A proof: what was shown, the witnesses of each part, and how it reaches the domain."""

    text: str
    parts: tuple[dict[str, str], ...] = ()
    how: str = "all sizes"


def vanishing(expression: Expr) -> Parts:
    """The witness that an expression is zero as a rational function.

    Raises:
        DerivationError: it is not.
    """
    if cancel(expression) != 0:
        raise DerivationError(f"{expression} = 0 is not proved")
    return [{"identity": f"{expression} = 0"}]


def nonnegative(expression: Expr, regions: Iterable[Region], *, z3: bool) -> Parts:
    """The witnesses that a rational function is >= 0 on some regions, by positive coefficients.

    With ``z3`` that solver is asked instead, where it is installed.

    Raises:
        DerivationError: it is not proved on one of them, or no rational function of their symbols.
    """
    above, below = fraction(cancel(expression))
    parts = []
    for region in regions:
        images = region.orthant()
        if not expression.free_symbols <= set(images) or not expression.is_rational_function():
            raise DerivationError(f"{expression} is no rational function of {[*images]}")
        part = {"region": str(region.condition), "claim": f"{expression} >= 0"}
        if _is_negative_somewhere(above * below, images):
            raise DerivationError(f"{expression} >= 0 fails in the region")
        if z3:
            if not find_spec("z3") or not no_counterexample(
                above * below, region, milliseconds=_Z3_MILLISECONDS
            ):
                raise DerivationError(f"z3 does not prove {expression} >= 0")
            parts.append(part | {"by": "z3 finds no counterexample"})
            continue
        shown = [_on_orthant(each, images) for each in (above, below)]
        signs = {sign for _, sign in shown}
        if len(signs) != 1 or 0 in signs:
            raise DerivationError(f"{expression} >= 0 is not proved")
        put = ", ".join(f"{x} = {value}" for x, value in images.items())
        parts.append(part | {"put": put, "numerator": shown[0][0], "denominator": shown[1][0]})
    return parts


def _is_negative_somewhere(expression: Expr, images: Mapping[Symbol, Expr]) -> bool:
    used = [x for x in images if x in expression.free_symbols]
    fresh = sorted({t for x in used for t in images[x].free_symbols}, key=str)
    place = lambdify(fresh, [images[x] for x in used])
    value = lambdify(used, expression)
    tried = islice(product(_TRIED, repeat=len(fresh)), _MOST_TRIED)
    return any(value(*place(*point)) < -1e-9 for point in tried)


def _on_orthant(polynomial: Expr, images: Mapping[Symbol, Expr]) -> tuple[str, int]:
    """A polynomial times positive ones, in non-negative variables, and the sign it has there."""
    used = [x for x in images if x in polynomial.free_symbols]
    if not used:
        return str(polynomial), 1 if polynomial >= 0 else -1
    fresh = sorted({t for x in used for t in images[x].free_symbols}, key=str)
    space, *_ = ring(fresh, QQ)
    pairs = [[space.from_expr(part) for part in fraction(cancel(images[x]))] for x in used]
    if any(c < 0 for pair in pairs for part in pair for c in part.coeffs()):
        raise DerivationError("a region that reaches below 0")
    terms = Poly(polynomial, *used)
    degrees = [terms.degree(x) for x in used]
    if prod(degree + 1 for degree in degrees) > _MOST_TERMS:
        raise DerivationError("too many terms")
    total = space.zero
    for powers, coefficient in terms.terms():
        term = space.from_expr(coefficient)
        for (p, q), k, most in zip(pairs, powers, degrees, strict=True):
            term *= p**k * q ** (most - k)
        total += term
    signs = {c > 0 for c in total.coeffs()}
    sign = 0 if len(signs) > 1 else -1 if signs == {False} else 1
    return str(total.as_expr()), sign
