"""Sums over the directions of a power law, at leading order.

With i = T^x a summand that is a product of powers of sums of monomials in i is, piece by piece, a
power of T whose exponent is linear in x.  A sum has the order of its largest place: the first
directions (a zeta value), the last (a power of d), or one where a factor s + kappa turns from one
power to the other; there Mellin's transform of (1 + u)^-p, Euler's beta integral, is the factor.
Where the exponent is level between two places, the sum has a logarithm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cmp_to_key
from itertools import combinations, pairwise, product
from typing import NamedTuple

from sympy import QQ, Expr, Float, Integral, Mul, Pow, Rational, Symbol, gamma, zeta
from sympy.polys.fields import FracElement

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.scaling.order import DIGITS, Order, Place

__all__ = ["Diverges", "Monomial", "beta_integral", "monomial", "sum_order"]

_u = Symbol("u", positive=True)


class Diverges(NotBuilt):
    """A sum over infinitely many directions that has no limit."""


class Monomial(NamedTuple):
    """order * i^-slope."""

    order: Order
    slope: FracElement


class _Factor(NamedTuple):
    """A sum of monomials to a power."""

    terms: tuple[Monomial, ...]
    power: Rational


Scalar = Callable[[Expr], Order | None]


def monomial(item: Expr, levels: Mapping[Symbol, Monomial], scalar: Scalar, one: Order) -> Monomial:
    """A product of powers of levels and numbers.

    Raises:
        NotBuilt: it is no such product.
    """
    order, slope = one, one.exponent * 0
    for part in Mul.make_args(item):
        base, exponent = part.as_base_exp()
        if base in levels and exponent.is_Rational:
            order = order.times(levels[base].order.power(exponent))
            slope += levels[base].slope * QQ(int(exponent.p), int(exponent.q))
        elif not any(map(sy.is_level, part.free_symbols)):
            found = scalar(part)
            if found is None:
                raise NotBuilt(f"{part} is zero, which no leading order is built for")
            order = order.times(found)
        else:
            raise NotBuilt(
                f"too large a formula: {part} is a long sum, or a profile, along directions"
            )
    return Monomial(order, slope)


def sum_order(
    summand: Expr,
    levels: Mapping[Symbol, Monomial],
    scalar: Scalar,
    end: Order | None,
    place: Place,
) -> Order:
    """The leading order of sum_i summand.

    Args:
        summand: a product of powers of sums of monomials.
        levels: what s, w0 and profiles are.
        scalar: the order of a number; None for zero.
        end: d; None where it is infinite.
        place: where exponents are compared.

    Raises:
        Diverges: there is no last direction and the sum has no limit.
        NotBuilt: the summand has another form, or changes within the first directions.
    """
    one = Order(place.space.form(0), Float(1, DIGITS))
    outside, factors = one, []
    slope = one.exponent
    for part in Mul.make_args(summand):
        base, exponent = part.as_base_exp()
        if base.is_Add and any(map(sy.is_level, base.free_symbols)):
            terms = tuple(monomial(each, levels, scalar, one) for each in base.args)
            if any(term.order.logs for term in terms) or not exponent.is_Rational:
                raise NotBuilt(f"{part} is no power of a sum of powers")
            factors.append(_Factor(terms, exponent))
        else:
            found = monomial(part, levels, scalar, one)
            outside, slope = outside.times(found.order), slope + found.slope
    points = _points(factors, end, place)
    if end is None:
        _require_tail(factors, slope, place)
    heights = [(1 - slope) * x + _height(factors, x, place) for x in points]
    best = heights[0]
    for height in heights[1:]:
        best = height if place.compare(height, best) > 0 else best
    tops = [k for k, height in enumerate(heights) if height == best]
    level = [(a, b) for a, b in pairwise(tops) if b == a + 1]
    exponent = best + outside.exponent
    if level:
        factor = Float(0, DIGITS)
        for a, b in level:
            middle = (points[a] + points[b]) * QQ(1, 2)
            local = _local(factors, middle, place)
            width = place.float(points[b] - points[a])
            factor += width * _constants(local)
        return Order(exponent, outside.factor * factor, outside.logs + 1)
    factor = sum(
        _weight(_local(factors, points[k], place), slope, points[k], end, place) for k in tops
    )
    return Order(exponent, outside.factor * factor, outside.logs)


def _points(factors: Sequence[_Factor], end: Order | None, place: Place) -> list[FracElement]:
    """The places x in order where a factor may turn, with both ends."""
    first = place.space.form(0)
    found = {first} if end is None else {first, end.exponent}
    for factor in factors:
        for a, b in combinations(factor.terms, 2):
            if a.slope == b.slope:
                continue
            x = (a.order.exponent - b.order.exponent) / (a.slope - b.slope)
            inside = place.compare(x, first) > 0
            if inside and (end is None or place.compare(x, end.exponent) < 0):
                found.add(x)
    return sorted(found, key=cmp_to_key(place.compare))


def _at(term: Monomial, x: FracElement) -> FracElement:
    return term.order.exponent - term.slope * x


def _largest(factor: _Factor, x: FracElement, place: Place) -> list[Monomial]:
    best: list[Monomial] = []
    for term in factor.terms:
        ahead = place.compare(_at(term, x), _at(best[0], x)) if best else 1
        if ahead >= 0:
            best = [*(best if ahead == 0 else []), term]
    return best


def _local(
    factors: Sequence[_Factor], x: FracElement, place: Place
) -> list[tuple[list[Monomial], Rational]]:
    return [(_largest(factor, x, place), factor.power) for factor in factors]


def _height(factors: Sequence[_Factor], x: FracElement, place: Place) -> FracElement:
    height = x * 0
    for factor in factors:
        top = _largest(factor, x, place)[0]
        height += _at(top, x) * QQ(int(factor.power.p), int(factor.power.q))
    return height


def _require_tail(factors: Sequence[_Factor], slope: FracElement, place: Place) -> None:
    """Refuse a sum whose summand does not fall faster than 1/i."""
    for factor in factors:
        least = factor.terms[0].slope
        for term in factor.terms[1:]:
            least = term.slope if place.compare(term.slope, least) < 0 else least
        slope += least * QQ(int(factor.power.p), int(factor.power.q))
    if place.compare(slope, place.space.form(1)) <= 0:
        raise Diverges("a sum over infinitely many directions diverges: give d in --scale")


def _constants(local: Sequence[tuple[list[Monomial], Rational]]) -> Float:
    return Mul(*(Pow(sum(t.order.factor for t in terms), power) for terms, power in local))


def _weight(
    local: Sequence[tuple[list[Monomial], Rational]],
    slope: FracElement,
    x: FracElement,
    end: Order | None,
    place: Place,
) -> Float:
    """The factor of T^height at a place: a sum, or an integral over u = i/T^x."""
    turning = [each for each in local if len({term.slope for term in each[0]}) > 1]
    power = slope
    for terms, exponent in local:
        if len({term.slope for term in terms}) == 1:
            power += terms[0].slope * QQ(int(exponent.p), int(exponent.q))
    constants = _constants([each for each in local if each not in turning])
    P = place.float(power)
    if not x:
        if turning:
            raise NotBuilt("a penalty that does not fall with the sizes")
        return constants * zeta(P)
    last = end is not None and end.exponent == x
    if not turning and last:
        assert end is not None
        return constants * end.factor ** (1 - P) / (1 - P)
    above = [each for each in turning if each[1].is_Integer and each[1] > 0]
    below = [each for each in turning if each not in above]
    if len(below) == 1 and len(below[0][0]) == 2 and not last:
        powers = [
            _beta(factor, P + steeper, below[0], place)
            for factor, steeper in _expanded(above, place)
        ]
        if None not in powers:
            return constants * sum(filter(None, powers))
    function = _u**-P * Mul(
        *(
            Pow(sum(t.order.factor * _u ** -place.float(t.slope) for t in terms), exponent)
            for terms, exponent in turning
        )
    )
    return constants * _integral(function, end.factor if last and end is not None else None)


def _expanded(
    factors: Sequence[tuple[list[Monomial], Rational]], place: Place
) -> Iterator[tuple[Float, Float]]:
    """The terms of a product of sums, multiplied out: (factor, slope)."""
    sums = [terms for terms, power in factors for _ in range(int(power))]
    for chosen in product(*sums):
        factor = Mul(*(term.order.factor for term in chosen))
        yield factor, sum(place.float(term.slope) for term in chosen)


def _beta(
    factor: Float, P: Float, below: tuple[list[Monomial], Rational], place: Place
) -> Float | None:
    """The integral of factor u^-P (a u^-p + b u^-q)^-n, by Euler's beta integral.

    It continues where the integral of this term alone diverges; None at a pole.
    """
    (first, second), exponent = below
    a, b = first.order.factor, second.order.factor
    if a * b < 0:
        return None
    # With w = b/a u^(p - q).
    P += place.float(first.slope) * exponent
    step = place.float(second.slope - first.slope)
    z, n = (P - 1) / step, -exponent
    if any(x <= 0 and abs(x - round(x)) < Rational(1, 10**9) for x in (z, n - z)):
        return None
    return factor * a**exponent * (b / a) ** (-z) * beta_integral(z, n) / abs(step)


def beta_integral(z: Expr, power: Expr | int) -> Expr:
    """Euler's: of u^(z-1)/(1+u)^power over u > 0."""
    return gamma(z) * gamma(power - z) / gamma(power)


def _integral(function: Expr, high: Float | None) -> Float:
    """The integral over u from 0 to `high`, or to infinity."""
    if high is not None:
        return (Integral(high * function.subs(_u, high * _u), (_u, 0, 1))).evalf(20)
    both = function + function.subs(_u, 1 / _u) / _u**2
    return Integral(both, (_u, 0, 1)).evalf(20)
