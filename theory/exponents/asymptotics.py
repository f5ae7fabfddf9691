"""From the deterministic equivalent to powers of T: the elementary bounds behind the terms.

Each function proves what it returns; theory.exponents.derivation puts them in order.
"""

from __future__ import annotations

from sympy import Eq, Expr, Ge, Le, Rational, Symbol, cancel, diff, oo, powsimp

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents.maxplus import SIDES, resolve
from ridgeproof.theory.exponents.proofs import Proof, prove
from ridgeproof.theory.exponents.regions import Region, c, source
from ridgeproof.theory.exponents.terms import KAPPA, LEARNED, terms

__all__ = [
    "bias_head_and_tail",
    "complement_is_square",
    "head_level_bound",
    "learned_on_every_cell",
    "logarithmic_derivative",
    "tail_integral",
    "tail_level_bound",
    "terms_are_continuous",
]

_LEVEL = sy.s / (sy.s + sy.kappa)


def head_level_bound() -> tuple[Expr, Proof]:
    """s >= kappa: u >= 1/2 (and u <= 1 always)."""
    region = Region(()).within(sy.kappa, 0, oo).within(sy.s, sy.kappa, oo)
    return Ge(_LEVEL, Rational(1, 2)), prove(_LEVEL - Rational(1, 2), region)


def tail_level_bound() -> tuple[Expr, Proof]:
    """Every level: u <= s/kappa."""
    region = Region(()).within(sy.kappa, 0, oo).within(sy.s, 0, oo)
    return Le(_LEVEL, sy.s / sy.kappa), prove(sy.s / sy.kappa - _LEVEL, region)


def tail_integral() -> Expr:
    """Integral of (x/N)^-beta from N on: N/(beta - 1), by its antiderivative.

    Raises:
        DerivationError: the antiderivative is wrong.
    """
    x, cut = Symbol("x", positive=True), Symbol("N", positive=True)
    antiderivative = -(cut**sy.beta) * x ** (1 - sy.beta) / (sy.beta - 1)
    integrand = (x / cut) ** (-sy.beta)
    value = cut / (sy.beta - 1)
    # The antiderivative vanishes at infinity since beta > 1; minus its value at N is the integral.
    checks = (
        diff(antiderivative, x) / integrand - 1,
        powsimp(antiderivative.subs(x, cut)) + value,
    )
    _require_zero(*checks)
    return Eq(Symbol("integral"), value)


def logarithmic_derivative() -> Expr:
    """kappa du/dkappa = -u (1 - u), so that df1 - df2 = -d df1/d log kappa.

    Raises:
        DerivationError: the identity fails.
    """
    left = sy.kappa * diff(_LEVEL, sy.kappa)
    _require_zero(left + _LEVEL * (1 - _LEVEL))
    # With df1 = const kappa^(-1/beta):
    df1 = sy.kappa ** (-1 / sy.beta)
    _require_zero(-sy.kappa * diff(df1, sy.kappa) / df1 - 1 / sy.beta)
    return Eq(sy.df2, (1 - 1 / sy.beta) * sy.df1)


def complement_is_square() -> Expr:
    """Level by level 1 - 2 u + u^2 = (1 - u)^2, hence 0 <= d - 2 df1 + df2 <= d.

    Raises:
        DerivationError: the identity fails.
    """
    _require_zero(1 - 2 * _LEVEL + _LEVEL**2 - (1 - _LEVEL) ** 2)
    return Le(sy.d - 2 * sy.df1 + sy.df2, sy.d)


def learned_on_every_cell() -> tuple[Proof, ...]:
    """min(k/beta, c) = min(ell/beta, c, 1) with k the exponent of kappa, on every cell.

    Raises:
        DerivationError: a minimum is not decided, or the two differ.
    """
    proofs = []
    for side in SIDES:
        for low, high in ((0, side.edge), (side.edge, oo)):
            region = side.region.within(sy.ell, low, high)
            learned = resolve(LEARNED, region)
            exponent = resolve(KAPPA, region)
            proofs += [
                prove(exponent / sy.beta - learned, region),
                prove(c - learned, region),
            ]
            _require_zero((exponent / sy.beta - learned) * (c - learned))
    return tuple(proofs)


def bias_head_and_tail() -> Expr:
    """The bias exponent as the largest of the head's two ends and the tail's start.

    sum_{i <= N} kappa^2 i^(2 beta - 1 - 2 beta r) has the exponents -2 k (its first summand) and
    -2 k + 2 beta (1 - r) f (its last), sum_{i > N} i^(-1 - 2 beta r) has -2 r k where k/beta < c.

    Raises:
        DerivationError: the maximum is not -2 k + 2 beta (1 - r_) f.
    """
    k, f = Symbol("k", nonnegative=True), Symbol("f", nonnegative=True)
    first, last, tail = -2 * k, -2 * k + 2 * sy.beta * (1 - sy.r) * f, -2 * sy.r * k
    folded = -2 * k + 2 * sy.beta * (1 - source) * f
    _require_zero(last.subs(f, k / sy.beta) - tail)
    _require_zero(folded.subs(source, sy.r) - last, folded.subs(source, 1) - first)
    # Which of the two is larger turns on the sign of 1 - r alone, and r_ = min(r, 1) follows it.
    rough = Region(()).within(sy.beta, 1, oo).within(f, 0, oo).within(sy.r, 0, 1)
    smooth = Region(()).within(sy.beta, 1, oo).within(f, 0, oo).within(sy.r, 1, oo)
    prove(last - first, rough)
    prove(first - last, smooth)
    return folded


def terms_are_continuous() -> None:
    """Check that every term takes one value where its two cells meet, on both sides.

    Raises:
        DerivationError: a term jumps at the edge of the domain.
    """
    for side in SIDES:
        inside = side.region.within(sy.ell, 0, side.edge)
        beyond = side.region.within(sy.ell, side.edge, oo)
        for term in terms().values():
            jump = resolve(term, inside) - resolve(term, beyond)
            _require_zero(jump.subs(sy.ell, side.edge))


def _require_zero(*expressions: Expr) -> None:
    for expression in expressions:
        if cancel(powsimp(expression.expand(power_base=True), force=True)) != 0:
            message = f"{expression} is not zero"
            raise DerivationError(message)
