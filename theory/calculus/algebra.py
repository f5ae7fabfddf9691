"""Canonical forms: when are two expressions in spectral sums the same?

Every summand is a rational function of s with poles at 0, -kappa and -kappa0, times a weight
(w0^2, a, m w0, B ...).  Its partial fractions in s are unique; unweighted sums of 1, 1/(s+kappa)
and 1/(s+kappa)^2 are d, (d - df1)/kappa and (d - 2 df1 + df2)/kappa^2; lam is the explicit
function kappa (1 - df1/T) of kappa.  After that, equality of rational functions decides.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Add, Dummy, Expr, Integer, Mul, apart, cancel, expand, polygamma, together

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.definitions import DEFINITIONS
from ridgeproof.theory.specialise import isotropic
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["ABBREVIATIONS", "canonical", "equal", "equal_when_isotropic", "pieces"]

ABBREVIATIONS = {
    sy.lam: sy.kappa * (1 - sy.df1 / sy.T),
    sy.lam0: sy.kappa0 * (1 - sy.df1_0 / sy.T0),
    **{
        symbol: DEFINITIONS[symbol]
        for symbol in (sy.gamma, sy.gamma0, sy.phi, sy.phi0, sy.eta, sy.b)
    },
}

_DF = {sy.kappa: (sy.df1, sy.df2), sy.kappa0: (sy.df1_0, sy.df2_0)}


def _known_sum(basis: Expr) -> Expr | None:
    """The unweighted sums that are degrees of freedom."""
    if basis == 1:
        return sy.d
    for kappa, (df1, df2) in _DF.items():
        if basis == 1 / (sy.s + kappa):
            return (sy.d - df1) / kappa
        if basis == (sy.s + kappa) ** -2:
            return (sy.d - 2 * df1 + df2) / kappa**2
    return None


def pieces(summand: Expr) -> list[tuple[Expr, Expr, Expr]]:
    """A summand as a sum of coefficient * weight * basis, where only the coefficient is closed."""
    by_weight: dict[Expr, Expr] = {}
    for term in Add.make_args(expand(summand)):
        weights = filter(sy.is_level, term.free_symbols - {sy.s})
        rest, weight = term.as_independent(*weights, as_Add=False)
        by_weight[weight] = by_weight.get(weight, Integer(0)) + rest
    found = []
    for weight, rational in by_weight.items():
        for piece in Add.make_args(apart(together(rational), sy.s)):
            outside, basis = _monic(piece)
            found.append((outside, weight, basis))
    return found


@lru_cache(maxsize=4096)
def _canonical_sum(summand: Expr) -> Expr:
    total: Expr = Integer(0)
    for outside, weight, basis in pieces(summand):
        known = _known_sum(basis) if weight == 1 else None
        total += outside * (SpectralSum(weight * basis) if known is None else known)
    return total


def _monic(piece: Expr) -> tuple[Expr, Expr]:
    """Split a partial fraction into its coefficient and a power of s or of (s + kappa)."""
    coefficient, basis = piece.as_independent(sy.s, as_Add=False)
    fraction: Expr = Integer(1)
    for factor in Mul.make_args(basis):
        root, power = factor.as_base_exp()
        lead = root.coeff(sy.s) if root.is_Add else Integer(1)
        coefficient *= lead**power
        fraction *= expand(root / lead) ** power
    return coefficient, fraction


def _unabbreviated(expression: Expr) -> Expr:
    present = expression.free_symbols
    return expression.subs({x: meaning for x, meaning in ABBREVIATIONS.items() if x in present})


def canonical(expression: Expr) -> Expr:
    """The canonical form of an expression in spectral sums.

    Two expressions whose canonical forms agree are equal for every spectrum and signal.

    >>> from ridgeproof.theory.symbols import s, kappa
    >>> canonical(SpectralSum(s**2 / (s + kappa)**2))
    df2
    """
    # Within functions such as digamma nothing is rearranged.
    named = {node: Dummy() for node in sorted(expression.atoms(polygamma), key=str)}
    expression = _unabbreviated(expression.xreplace(named))
    sums = {node: _canonical_sum(node.summand) for node in expression.atoms(SpectralSum)}
    expression = _unabbreviated(expression.xreplace(sums))
    # Opaque sums become plain symbols, so that `cancel` sees a rational function.
    opaque = {node: Dummy() for node in sorted(expression.atoms(SpectralSum), key=str)}
    reduced = cancel(together(expression.xreplace(opaque)))
    return reduced.xreplace({symbol: node for node, symbol in (opaque | named).items()})


def equal(left: Expr, right: Expr) -> bool:
    """Whether two expressions are equal for every spectrum, signal and kappa.

    False means "not shown equal": radicals and special functions are beyond this test.
    """
    return canonical(left - right) == 0


def equal_when_isotropic(left: Expr, right: Expr) -> bool:
    """Whether two expressions agree for Sigma = I, as rational functions of kappa, eta, eta^n."""
    explicit = (left - right).subs(sy.lam, ABBREVIATIONS[sy.lam])
    difference = isotropic(explicit).subs(sy.T0, sy.eta * sy.d)
    return cancel(together(difference)) == 0
