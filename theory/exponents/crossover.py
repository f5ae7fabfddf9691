"""Where the fake data take over: the crossover in T at fixed T0 and d.

Up to T_x the downstream label noise is the larger noise term and the clean rate in T holds;
beyond, the synthetic term is, and the optimal error stops falling with T.
"""

from __future__ import annotations

from sympy import Expr, cancel, solve

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents.maxplus import SIDES
from ridgeproof.theory.exponents.regimes import optimal_regimes
from ridgeproof.theory.exponents.regions import c
from ridgeproof.theory.exponents.terms import Noise
from ridgeproof.theory.formula import Form
from ridgeproof.theory.theorems.ridge import FORMULA

__all__ = ["crossover", "crossover_of_ridge", "plateau_exponent"]


def crossover() -> Expr:
    """Return T_x, where the variance equals the synthetic term when all directions are learned.

    T_x = d + (1 - phi0) T0 sigma^2/(n sigma0^2), with d = phi0 T0.

    >>> crossover()
    T0*sigma**2*(1 - phi0)/(n*sigma0**2) + d
    """
    learned = _equal_terms().subs({sy.df1: sy.d, sy.df2: sy.d})
    displayed = sy.d + (1 - sy.phi0) * sy.T0 * sy.sigma**2 / (sy.n * sy.sigma0**2)
    return _solved(learned, displayed)


def crossover_of_ridge() -> Expr:
    """Return the T at which the two terms cross, exactly, for a ridge with df1 degrees of freedom.

    T = T_x - 2 (d - df1): between T_x - 2 d (few directions learned) and T_x (all of them).

    >>> crossover_of_ridge()
    T0*sigma**2*(1 - phi0)/(n*sigma0**2) - d + 2*df1
    """
    return _solved(_equal_terms(), crossover() - 2 * (sy.d - sy.df1))


def plateau_exponent() -> Expr:
    """Return p in E ~ T0^p, the optimal error's plateau at fixed T0 as T -> oo.

    With gamma -> 0 the terms are the bias and df2/(T0 - d): the programme of c = 1 with T0 in the
    place of T.  Equally, with T = T0^(1/c), the rate T^rate reads T0^(rate/c) for every c <= 1.

    >>> plateau_exponent()
    -2*beta*r_/(2*beta*r_ + 1)
    """
    (limited,) = optimal_regimes(Noise.SYNTHETIC, SIDES[0])
    exponent = cancel(limited.rate / c)
    if exponent.has(c) or cancel(limited.rate.subs(c, 1) - exponent) != 0:
        message = f"the optimal error is no power of T0 alone: {limited.rate}"
        raise DerivationError(message)
    return exponent


def _equal_terms() -> Expr:
    """Variance minus synthetic term of the catalogued ridge formula."""
    variance = FORMULA.expression("variance", Form.LIMIT)
    synthetic = FORMULA.expression("synthetic", Form.LIMIT)
    return (variance - synthetic).subs(sy.gamma, sy.df2 / sy.T)


def _solved(equation: Expr, displayed: Expr) -> Expr:
    (size,) = solve(cancel(equation), sy.T)
    if cancel(size.subs(sy.d, sy.phi0 * sy.T0) - displayed.subs(sy.d, sy.phi0 * sy.T0)) != 0:
        message = f"the terms cross at {size}, not at {displayed}"
        raise DerivationError(message)
    return displayed
